"""The shape of the clinic's arguments: what is right passes unchanged, what is not is one sentence with the key."""

from typing import Any

import pytest

from pumpd.console_words import CARE_VERBS, MAX_NOTE
from pumpd.shell.care_args import CareArgsRefused, care_args, soft_codes

GOOD: dict[str, dict[str, Any]] = {
    "checklist": {"answers": {"pregnancy": "no", "cuff-arm": "yes"}},
    "prime": {"volume_ml": "1.5", "disconnected": True, "air_free": False},
    "observe": {"moaas": 5, "dissociation": 0, "note": "calm"},
    "sign_off": {"note": "as at home"},
    "close": {"escort": "her brother"},
    "handover": {},
    "event": {"code": "nausea", "severity": "mild", "note": ""},
    "given": {"drug": "ondansetron", "dose": "4 mg", "note": "slowly"},
    "note": {"text": "asked for water"},
}


def test_every_verb_of_the_care_has_its_arguments() -> None:
    assert set(GOOD) == CARE_VERBS


@pytest.mark.parametrize("verb", sorted(GOOD))
def test_what_is_right_passes_unchanged(verb: str) -> None:
    assert care_args(verb, GOOD[verb]) == GOOD[verb]


@pytest.mark.parametrize("verb", sorted(GOOD))
def test_an_unknown_key_is_refused(verb: str) -> None:
    with pytest.raises(CareArgsRefused, match=r"unknown key in args: 'extra'"):
        care_args(verb, {**GOOD[verb], "extra": 1})


@pytest.mark.parametrize(
    ("verb", "key"),
    [(verb, key) for verb in sorted(GOOD) for key in GOOD[verb] if key != "note"] + [("sign_off", "note")],
)
def test_a_missing_or_mistyped_key_is_named(verb: str, key: str) -> None:
    rest = {name: one for name, one in GOOD[verb].items() if name != key}
    for wrong in (rest, {**rest, key: None}, {**rest, key: ["x"]}, {**rest, key: 1.5}):
        with pytest.raises(CareArgsRefused, match=rf"args\.{key} must be"):
            care_args(verb, wrong)


@pytest.mark.parametrize("verb", ["observe", "event", "given"])
def test_a_note_may_be_left_out(verb: str) -> None:
    rest = {name: one for name, one in GOOD[verb].items() if name != "note"}
    assert care_args(verb, rest)["note"] == ""


@pytest.mark.parametrize(
    "text", ["", "x" * (MAX_NOTE + 1), "line\nbreak", "\u202egnp.exe", "\x1b[2J", "\ud800"]
)
def test_text_is_printable_and_bounded(text: str) -> None:
    """Faults row 105."""
    with pytest.raises(CareArgsRefused, match=r"args\.text must be text of 1 to 200 printable characters"):
        care_args("note", {"text": text})


def test_numbers_and_promises_are_exactly_that() -> None:
    for wrong in (True, "5", 5.0, 1_001):
        with pytest.raises(CareArgsRefused, match=r"args\.moaas must be a whole number"):
            care_args("observe", {**GOOD["observe"], "moaas": wrong})
    for wrong in (1, "true"):
        with pytest.raises(CareArgsRefused, match=r"args\.disconnected must be true or false"):
            care_args("prime", {**GOOD["prime"], "disconnected": wrong})


def test_answers_are_few_and_printable() -> None:
    with pytest.raises(CareArgsRefused, match=r"at most 64 answers"):
        care_args("checklist", {"answers": {str(one): "no" for one in range(65)}})
    with pytest.raises(CareArgsRefused, match=r"args\.an answer must be text"):
        care_args("checklist", {"answers": {"pregnancy": True}})


def test_the_soft_limits_of_a_start_are_a_short_list_of_codes_or_nothing() -> None:
    assert soft_codes({}) == soft_codes({"accept_soft": []}) == {}
    assert soft_codes({"accept_soft": ["baseline_above_soft"]}) == {"accept_soft": ("baseline_above_soft",)}
    for wrong in ("baseline_above_soft", ["x"] * 17, [1], {"a": 1}):
        with pytest.raises(CareArgsRefused, match=r"args\.accept_soft must be"):
            soft_codes({"accept_soft": wrong})
    with pytest.raises(CareArgsRefused, match=r"unknown key"):
        soft_codes({"force": True})
