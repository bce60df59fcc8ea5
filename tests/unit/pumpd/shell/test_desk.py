"""Every verb that reaches the daemon has its event, and nothing is lost on the way."""

from typing import Any

import pytest

from interlocks.vocabulary import Signal, Stamp
from pumpd.console_words import CARE_VERBS, READING_VERBS, VERBS
from pumpd.core import events as ev
from pumpd.shell.console_acts import PersonAct
from pumpd.shell.desk import to_event

AT = Stamp(3, 4)
ORDER = {"patient": "tok-4711", "weight_kg": "70", "accept_soft": ("dose_high", "long")}
ARGS: dict[str, dict[str, Any]] = {
    "order": ORDER,
    "verify": {"epoch": 12},
    "start": {"epoch": 12},
    "resume": {"epoch": 12},
    "restore": {"epoch": 13},
    "acknowledge": {"rule": "BP2", "note": "seen"},
    "score": {"scale": "rass", "value": -2},
    "listening": {"listener": "panel"},
}


def act(verb: str, by: str = "nina", **args: Any) -> PersonAct:
    return PersonAct("1:a1", "bed-1", verb, by, frozenset({"nurse", "engineer"}), args or ARGS.get(verb, {}))


EXPECTED: dict[str, ev.PersonEvent | ev.ListenerSpoke] = {
    "order": ev.OrderEntered(
        at=AT,
        request_id="1:a1",
        by="nina",
        roles=("engineer", "nurse"),
        fields=(("patient", "tok-4711"), ("weight_kg", "70")),
        accept_soft=("dose_high", "long"),
    ),
    "verify": ev.OrderVerified(at=AT, request_id="1:a1", by="nina", roles=("engineer", "nurse"), epoch=12),
    "start": ev.StartPressed(at=AT, request_id="1:a1", by="nina", roles=("engineer", "nurse"), epoch=12),
    "pause": ev.PausePressed(at=AT, request_id="1:a1", by="nina"),
    "resume": ev.ResumePressed(at=AT, request_id="1:a1", by="nina", roles=("engineer", "nurse"), epoch=12),
    "stop": ev.StopPressed(at=AT, request_id="1:a1", by="nina"),
    "acknowledge": ev.AlarmAcknowledged(at=AT, request_id="1:a1", by="nina", rule="BP2", note="seen"),
    "measure": ev.ReadingWanted(at=AT, request_id="1:a1", by="nina"),
    "score": ev.ScoreEntered(at=AT, request_id="1:a1", by="nina", scale=Signal.RASS, value=-2),
    "present": ev.PresenceConfirmed(at=AT, request_id="1:a1", by="nina"),
    "quiet": ev.AudioPausePressed(at=AT, request_id="1:a1", by="nina"),
    "restore": ev.RestorePressed(at=AT, request_id="1:a1", by="nina", roles=("engineer", "nurse"), epoch=13),
    "listening": ev.ListenerSpoke(at=AT, listener="panel"),
}


@pytest.mark.parametrize("verb", sorted(EXPECTED))
def test_an_act_becomes_its_event_with_who_when_and_what(verb: str) -> None:
    assert to_event(act(verb), AT) == EXPECTED[verb]


def test_every_verb_of_the_console_that_acts_has_an_event() -> None:
    """The console's list and this one must not part; what is only read is answered by the console itself.

    Those of the clinic's course have a desk of their own.
    """
    assert set(EXPECTED) == VERBS - READING_VERBS - CARE_VERBS


def test_a_start_carries_the_soft_limits_it_accepts() -> None:
    event = to_event(act("start", epoch=12, accept_soft=("baseline_above_soft",)), AT)
    assert isinstance(event, ev.StartPressed)
    assert event.accept_soft == ("baseline_above_soft",)


def test_an_acknowledgement_without_a_rule_is_for_all_alarms() -> None:
    event = to_event(PersonAct("1:a1", "bed-1", "acknowledge", "nina", frozenset(), {}), AT)
    assert isinstance(event, ev.AlarmAcknowledged)
    assert (event.rule, event.note) == ("", "")


def test_roles_are_in_one_order_so_that_equal_acts_are_equal_bytes() -> None:
    """Law 12: a frozenset has no order of its own."""
    event = to_event(act("verify"), AT)
    assert isinstance(event, ev.OrderVerified)
    assert event.roles == ("engineer", "nurse")


def test_a_reading_may_be_asked_for_by_somebody_without_a_name() -> None:
    event = to_event(act("measure", by=""), AT)
    assert isinstance(event, ev.ReadingWanted)
    assert event.by == "somebody"


def test_a_verb_that_nobody_translates_is_a_defect_that_shows() -> None:
    with pytest.raises(ValueError, match="no event for the verb purge"):
        to_event(act("purge"), AT)
