"""A claim is read strictly: one claim a table, its own keys only, and an act that the story has."""

from collections import Counter
from typing import Any

import pytest

from hil_sim.bench.claim_reader import read_claims
from hil_sim.bench.claims import Claim, Delivered, RuleShown, RulesLimited, When
from hil_sim.bench.strict import Reader, StoryError

ACTS = Counter({"bp_shift": 2, "line_down": 1})
VERBS = ("start", "pause", "resume")


def read(value: Any) -> tuple[Claim, ...]:
    return read_claims(Reader("case.toml"), value, ACTS, VERBS)


def test_everything_written_arrives() -> None:
    claim = {"rule": "BP3", "action": "PAUSE", "after": "bp_shift#2", "within": "1 s"}
    over = {"rule": "BP3", "after": "line_down over", "within": "1 s"}
    assert read([claim, over, {"rule": "BP3"}]) == (
        RuleShown("BP3", "PAUSE", When("bp_shift", 2, within_s=1.0)),
        RuleShown("BP3", "", When("line_down", 1, is_over=True, within_s=1.0)),
        RuleShown("BP3", "", When()),
    )


def test_a_person_may_act_unscripted_and_so_often_as_she_likes() -> None:
    (claim,) = read([{"rule": "BP3", "after": "resume#7"}])
    assert claim == RuleShown("BP3", "", When("resume", 7))


def test_no_expectation_is_no_claim_and_the_older_table_is_claims() -> None:
    assert read([]) == read({}) == ()
    assert read({"delivered_mg": [34, 35.0]}) == (Delivered(34.0, 35.0),)
    assert read([{"only_rules": []}]) == (RulesLimited((), is_only=True),)


RULE = {"rule": "BP3", "action": "PAUSE", "after": "bp_shift", "within": "1 s"}


@pytest.mark.parametrize(
    ("claim", "complaint"),
    [
        ({}, "expect[0] = {}: makes one claim, none here; known: rule, no_rule"),
        ({"action": "PAUSE"}, "makes one claim, none here"),
        ({"completed": True, "still": True}, "makes one claim, 2 here: completed, still"),
        # rule
        ({**RULE, "rule": 3}, "expect[0].rule = 3: is a text"),
        ({**RULE, "rule": ""}, "expect[0].rule = '': is a text"),
        ({**RULE, "action": "PAUS"}, "expect[0].action = 'PAUS': is one of ADVISE, SLOW, PAUSE, STOP; PAUSE"),
        (
            {**RULE, "priority": "high"},
            "expect[0].priority = 'high': unknown key; known: rule, action, after",
        ),
        # when
        (
            {**RULE, "after": "bp_shfit"},
            "expect[0].after = 'bp_shfit': no such act in the timeline; there is: ",
        ),
        ({**RULE, "after": "bp_shfit"}, "bp_shift was meant?"),
        (
            {**RULE, "after": "bp_shift#3"},
            "expect[0].after = 'bp_shift#3': the timeline has bp_shift 2 times",
        ),
        ({**RULE, "after": "bp_shift#0"}, 'the n-th act of a name is written "name#2"'),
        ({**RULE, "after": "bp_shift#"}, 'the n-th act of a name is written "name#2"'),
        ({**RULE, "after": "bp_shift#two"}, 'the n-th act of a name is written "name#2"'),
        ({**RULE, "after": 3}, "expect[0].after = 3: is the name of an act"),
        ({**RULE, "at_s": 3}, "expect[0].at_s = 3: after or at_s, not both"),
        ({"rule": "BP3", "at_s": -3}, "expect[0].at_s = -3: must be finite and not negative"),
        ({"rule": "BP3", "within": "1 s"}, "expect[0].within = '1 s': needs after or at_s"),
        ({**RULE, "within": 1}, "expect[0].within = 1: is not a time above 0 such as"),
        ({**RULE, "within": "1 sec"}, "expect[0].within = '1 sec': is not a time above 0 such as"),
        # rules at all
        ({"no_rule": "BP3"}, "expect[0].no_rule = 'BP3': is a list of names"),
        ({"no_rule": []}, "expect[0].no_rule = []: names no rule, so it could not fail"),
        ({"no_rule": ["BP3"], "within": "1 s"}, "expect[0].within = '1 s': unknown key; known: no_rule"),
        ({"only_rules": [3]}, "expect[0].only_rules[0] = 3: is a text"),
        (
            {"trips": [{"rule": "BP1", "action": "ADVISE"}]},
            "expect[0].trips[0].action = 'ADVISE': is one of SLOW",
        ),
        (
            {"trips": [{"rule": "BP1", "when": 3}]},
            "expect[0].trips[0].when = 3: unknown key; known: rule, action",
        ),
        ({"trips": 3}, "expect[0].trips = 3"),
        # the rest
        ({"word": 3}, "expect[0].word = 3: is a text"),
        ({"still": 1}, "expect[0].still = 1: is true or false"),
        ({"still": True, "action": "PAUSE"}, "expect[0].action = 'PAUSE': unknown key"),
        ({"alarm": "x", "priority": "urgent"}, "expect[0].priority = 'urgent': is one of low, medium, high"),
        ({"alarm": 1}, "expect[0].alarm = 1: is a text"),
        ({"answer": "resume"}, "expect[0].stage = None: is one of refused, accepted, confirmed"),
        (
            {"answer": "resum", "stage": "refused"},
            "expect[0].answer = 'resum': is one of start, pause, resume; res",
        ),
        ({"answer": "resume", "stage": "refused", "says": ""}, "expect[0].says = '': is a text"),
        ({"delivered_mg": {}}, "expect[0].delivered_mg = {}: is { min = 34.65, max = 35.0 }"),
        ({"delivered_mg": 35}, "expect[0].delivered_mg = 35: is { min = 34.65, max = 35.0 }"),
        ({"delivered_mg": {"most": 3}}, "expect[0].delivered_mg.most = 3: unknown key; known: min, max"),
        ({"delivered_mg": {"min": 3, "max": 2}}, "min is above max"),
        ({"delivered_mg": [3, 2]}, "min is above max"),
        ({"delivered_mg": [3, "4"]}, "expect[0].delivered_mg[1] = '4': is not a number"),
        ({"completed": "yes"}, "expect[0].completed = 'yes': is true or false"),
        ({"ended": "dead"}, "expect[0].ended = 'dead': is one of completed, stopped"),
        ({"never_faster_than_ml_h": 0}, "expect[0].never_faster_than_ml_h = 0: must be above 0"),
        ({"never_faster_than_ml_h": "26"}, "expect[0].never_faster_than_ml_h = '26': is not a number"),
    ],
)
def test_a_malformed_claim_is_refused_with_file_key_value_and_what_would_be_right(
    claim: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(StoryError) as refusal:
        read([claim])
    assert f"case.toml: {complaint}" in str(refusal.value) or complaint in str(refusal.value)
    assert str(refusal.value).startswith("case.toml: expect[0]")


def test_expectations_that_are_no_list_and_no_known_table_are_refused() -> None:
    with pytest.raises(StoryError, match="expect = 3"):
        read(3)
    with pytest.raises(StoryError, match=r"expect\.finished = True: unknown key; known: trips, completed"):
        read({"finished": True})
