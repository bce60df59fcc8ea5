"""A row in plain English: nothing of it is left out, and every kind has words."""

from dataclasses import replace
from typing import get_args

import pytest

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import Not
from interlocks.conditions import Over, Under
from interlocks.describe import (
    asks_words,
    clear_words,
    confirm_words,
    limits_of,
    moved_settings,
    stale_words,
    steps_words,
    why_words,
)
from interlocks.limits import Absolute
from interlocks.rules import (
    AT_ONCE,
    FIRST_READING,
    NEVER,
    Asks,
    Clear,
    Confirm,
    Consecutive,
    Itself,
    OnStale,
    Persist,
    Readings,
    Rule,
    SeeRow,
    Step,
    TripWhenStale,
)
from interlocks.situation import Clock, MaxAge
from interlocks.tighten import tightened
from interlocks.vocabulary import Demand, Priority, Signal

HIGH = Over(Signal.HR, Absolute(120))
ROW = Rule(
    id="XX1",
    cause="heart rate",
    when=HIGH,
    steps=(Step(Demand.SLOW, Priority.MEDIUM, AT_ONCE),),
    clear=Clear(Under(Signal.HR, Absolute(110)), for_ms=120_000),
    is_latching=False,
    on_stale=SeeRow(("ST2",), MaxAge(10_000, Clock.LINK)),
    hazard="tachycardia",
    source="none",
    why="An example.",
)
ADVICE = Step(Demand.ADVISE, Priority.LOW, AT_ONCE)


@pytest.mark.parametrize(
    ("confirm", "words"),
    [
        (AT_ONCE, "at once"),
        (Persist(30_000), "held for 30 s"),
        (Consecutive(1), "1 sample"),
        (Consecutive(3), "3 samples in a row"),
        (FIRST_READING, "the first reading"),
        (Readings(2, apart_ms=30_000), "2 readings at least 30 s apart"),
        (Readings(3, within_ms=300_000, apart_ms=30_000), "3 readings at least 30 s apart within 300 s"),
        (
            Readings(2, is_cancelled_when_safe=True, unrepeated_ms=120_000),
            "2 readings in a row, or one that is not repeated within 120 s",
        ),
    ],
)
def test_a_confirmation_says_how_sure_one_must_be(confirm: Confirm, words: str) -> None:
    assert confirm_words(confirm) == words


def test_every_kind_of_confirmation_and_of_silence_has_words() -> None:
    assert set(get_args(Confirm)) == {Readings, Consecutive, Persist}
    assert set(get_args(OnStale)) == {SeeRow, TripWhenStale, Itself}


def test_what_ends_a_row_is_told_in_the_order_in_which_it_happens() -> None:
    proof = "heart rate < 110 bpm for 120 s without a break"
    assert clear_words(ROW) == f"{proof}, then a person"
    assert clear_words(replace(ROW, is_latching=True)) == f"{proof}, then acknowledgement, then a person"
    noted = replace(ROW, is_latching=True, needs_note=True)
    assert clear_words(noted) == f"{proof}, then acknowledgement with a note, then a person"
    assert clear_words(replace(ROW, steps=(ADVICE,))) == f"{proof}, then it ends by itself"
    mixed = replace(ROW, steps=(ADVICE, *ROW.steps))
    assert clear_words(mixed) == f"{proof}, then a person (a mere advice ends by itself)"


@pytest.mark.parametrize(
    ("clear", "words"),
    [
        (NEVER, "never: the session is over"),
        (Clear(Not(HIGH)), 'no longer "heart rate > 120 bpm", then a person'),
        (
            Clear(Not(HIGH), readings=1, apart_ms=5),
            'no longer "heart rate > 120 bpm" in 1 new reading, then a person',
        ),
        (
            Clear(Not(HIGH), readings=2, apart_ms=120_000),
            'no longer "heart rate > 120 bpm" in 2 new readings at least 120 s apart, then a person',
        ),
    ],
)
def test_the_proof_of_a_clearing_is_said_with_its_hysteresis(clear: Clear, words: str) -> None:
    assert clear_words(replace(ROW, clear=clear)) == words


@pytest.mark.parametrize(
    ("stale", "words"),
    [
        (Itself(), "cannot fall silent: the row is itself about silence, or about facts of our own"),
        (
            SeeRow(("ST1", "ST1b"), MaxAge(390_000, Clock.TREATMENT)),
            "values older than 390 s neither trip nor clear; their silence is watched by ST1 and ST1b",
        ),
        (SeeRow(("PS1",), MaxAge(0, Clock.LINK)), "their silence is watched by PS1"),
        (
            TripWhenStale(MaxAge(2_000, Clock.LINK), Demand.PAUSE, Priority.HIGH),
            "silence for more than 2 s: PAUSE, high priority",
        ),
    ],
)
def test_what_silence_means_is_said_of_every_row(stale: OnStale, words: str) -> None:
    assert stale_words(replace(ROW, on_stale=stale)) == words


def test_when_a_row_wants_a_cuff_reading_is_said() -> None:
    assert asks_words(None) == ""
    assert asks_words(Asks(0, 120_000)) == "a cuff reading at once, then every 120 s while it is in force"
    assert asks_words(Asks(60_000, 120_000)) == (
        "a cuff reading 60 s after one that counts, then every 120 s while it is in force"
    )


def test_every_rung_is_told_with_its_own_question_where_it_has_one() -> None:
    sharper = Step(Demand.PAUSE, Priority.HIGH, Persist(15_000), when=Over(Signal.HR, Absolute(140)))
    assert steps_words(replace(ROW, steps=(*ROW.steps, sharper))) == (
        ("SLOW", "medium", "", "at once"),
        ("PAUSE", "high", "heart rate > 140 bpm", "held for 15 s"),
    )


def test_the_limits_of_a_row_are_found_in_every_question_and_in_its_clear_condition() -> None:
    assert [limit.setting for limit in limits_of(ROW)] == [120, 110]


def test_what_a_site_has_moved_in_a_row_is_told_by_its_key() -> None:
    rules = tightened(DEFAULT_RULES, {"systolic_slow_mmhg": 150})
    assert {rule.id: moved_settings(rule) for rule in rules if moved_settings(rule)} == {
        "BP2": ("systolic_slow_mmhg",)
    }


def test_a_row_s_own_sentence_names_the_default_s_numbers_and_says_so_where_they_were_moved() -> None:
    rules = tightened(DEFAULT_RULES, {"systolic_slow_mmhg": 150})
    for rule, old in zip(rules, DEFAULT_RULES, strict=True):
        moved = " (Numbers of the default table.)" if rule.id == "BP2" else ""
        assert why_words(rule) == old.why + moved


def test_every_row_of_the_default_table_can_be_said_in_full() -> None:
    for rule in DEFAULT_RULES:
        assert clear_words(rule)
        assert stale_words(rule)
        assert all(confirm for _, _, _, confirm in steps_words(rule))
