"""The checklist: every row of the facts stands in it, every answer is asked for by name."""

import pytest
from clinic_bench import CLEAR

from pumpd.core.clinic.checklist import (
    BEDSIDE,
    CONTRAINDICATIONS,
    ITEMS,
    KEYS,
    NO,
    YES,
    blocking,
    faults,
    is_complete,
    ordered,
)


def test_the_contraindications_are_those_of_the_facts_and_a_yes_blocks() -> None:
    """Facts/clinical.md 1 rows 22 and 23."""
    ruled_out = [one for one in ITEMS if one.group == CONTRAINDICATIONS]
    assert {one.key for one in ruled_out} == {
        *("heart-disease", "heart-failure", "hypertension", "psychosis", "mania", "hyperthyroidism"),
        *("ketamine-misuse", "pregnancy", "liver-disease", "ketamine-allergy", "alcohol"),
    }
    assert {one.blocks for one in ruled_out} == {YES}


def test_the_bedside_checks_block_on_no() -> None:
    """Facts/clinical.md 1 row 18, 2.3, 3.3: cuff NOT on the IV arm."""
    checks = [one for one in ITEMS if one.group == BEDSIDE]
    assert {one.key for one in checks} == {
        *("identity", "consent", "cuff-arm", "syringe", "line", "sitter", "alarm-heard")
    }
    assert {one.blocks for one in checks} == {NO}
    assert len(set(KEYS)) == len(ITEMS)
    assert all(one.text.endswith("?") and one.source for one in ITEMS)


def test_whole_answers_are_no_fault_and_block_nothing() -> None:
    assert faults(CLEAR) == ()
    assert is_complete(ordered(CLEAR))
    assert blocking(ordered(CLEAR)) == ()


@pytest.mark.parametrize("key", KEYS)
def test_each_missing_answer_is_named(key: str) -> None:
    rest = {name: one for name, one in CLEAR.items() if name != key}
    assert faults(rest) == (f"checklist: {key} is not answered (yes or no)",)


@pytest.mark.parametrize("key", KEYS)
def test_each_wrong_answer_blocks(key: str) -> None:
    wrong = {**CLEAR, key: YES if CLEAR[key] == NO else NO}
    assert [one.key for one in blocking(ordered(wrong))] == [key]


def test_an_unknown_item_and_an_answer_that_is_none_are_named() -> None:
    assert faults({**CLEAR, "mood": "yes"}) == ("checklist: 'mood' is no item of it",)
    assert faults({**CLEAR, "alcohol": "maybe"}) == ("checklist: alcohol is 'maybe' (must be yes or no)",)


def test_the_order_of_entry_does_not_matter_and_nothing_answered_is_not_complete() -> None:
    assert ordered(dict(reversed(CLEAR.items()))) == ordered(CLEAR)
    assert not is_complete(())
    assert not is_complete(ordered(CLEAR)[:-1])


def test_R83_without_a_person_who_heard_the_alarm_there_is_no_start() -> None:
    """No sound means no infusion: asked each time, like the others, and a no blocks."""
    (heard,) = blocking(ordered({**CLEAR, "alarm-heard": NO}))
    assert (heard.key, heard.source) == ("alarm-heard", "requirements 3.1 (83)")
    assert all(word in heard.text for word in ("sound", "screen", "button"))
    assert not is_complete(tuple((key, value) for key, value in CLEAR.items() if key != "alarm-heard"))
