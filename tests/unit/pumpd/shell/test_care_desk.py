"""Every act of the care becomes its event, with who, when on every clock, and what."""

from typing import Any

import pytest

from interlocks.vocabulary import Stamp
from pumpd.console_words import CARE_VERBS
from pumpd.core.clinic import care_events as ce
from pumpd.shell.care_desk import to_care_event
from pumpd.shell.console_acts import PersonAct

AT, WALL_MS = Stamp(3, 4), 1_795_345_200_000
NAMED: dict[str, Any] = {"at": AT, "request_id": "1:a1", "by": "nina", "wall_ms": WALL_MS}
PROVEN: dict[str, Any] = {**NAMED, "roles": ("engineer", "nurse")}
LOOKED: dict[str, Any] = {**PROVEN, "epoch": 12}

CASES: dict[str, tuple[dict[str, Any], ce.CareEvent]] = {
    "checklist": (
        {"epoch": 12, "answers": {"pregnancy": "no"}},
        ce.ChecklistAnswered(**LOOKED, answers=(("pregnancy", "no"),)),
    ),
    "prime": (
        {"epoch": 12, "volume_ml": "1.5", "disconnected": True, "air_free": False},
        ce.LinePrimed(**LOOKED, volume_ml="1.5", is_disconnected=True, is_air_free=False),
    ),
    "observe": (
        {"epoch": 12, "moaas": 4, "dissociation": 2, "note": "calm"},
        ce.PatientObserved(**LOOKED, moaas=4, dissociation=2, note="calm"),
    ),
    "sign_off": ({"epoch": 12, "note": "as at home"}, ce.RecoveryAccepted(**LOOKED, note="as at home")),
    "close": ({"epoch": 12, "escort": "her brother"}, ce.SessionClosed(**LOOKED, escort="her brother")),
    "handover": ({}, ce.BedAccepted(**PROVEN)),
    "event": (
        {"code": "nausea", "severity": "mild", "note": "x"},
        ce.AdverseEventReported(**NAMED, code="nausea", severity="mild", note="x"),
    ),
    "given": (
        {"drug": "ondansetron", "dose": "4 mg", "note": ""},
        ce.MedicationReported(**NAMED, drug="ondansetron", dose="4 mg"),
    ),
    "note": ({"text": "asked for water"}, ce.NoteEntered(**NAMED, text="asked for water")),
}


def act(verb: str, args: dict[str, Any]) -> PersonAct:
    return PersonAct("1:a1", "bed-1", verb, "nina", frozenset({"nurse", "engineer"}), args)


@pytest.mark.parametrize("verb", sorted(CASES))
def test_an_act_becomes_its_event(verb: str) -> None:
    args, event = CASES[verb]
    assert to_care_event(act(verb, args), AT, WALL_MS) == event


def test_every_verb_of_the_care_has_an_event() -> None:
    assert set(CASES) == CARE_VERBS


def test_a_verb_that_nobody_translates_is_a_defect_that_shows() -> None:
    with pytest.raises(ValueError, match="no event for the verb purge"):
        to_care_event(act("purge", {}), AT, WALL_MS)
