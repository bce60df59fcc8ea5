"""The complete list of causes: told apart by kind, stamped, and decided; a person's act names who and which request."""

from dataclasses import fields
from typing import get_args

import pytest
from channel_bench import POLICY

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.clinic import care_events as ce
from pumpd.core.decide import decide
from pumpd.core.state import ChannelState

ALL = get_args(ev.Event)
PEOPLE = get_args(ev.PersonEvent)
#: Acts that can let drug flow: only these are tied to a role.
WITH_ROLES = {ev.OrderEntered, ev.OrderVerified, ev.StartPressed, ev.ResumePressed, ev.RestorePressed}
#: Acts of the care that a start or a closing rests on, and the taking over of a bed: a proven person, too.
CARE_WITH_ROLES = {*get_args(ce.CourseEvent), ce.BedAccepted}


def _names(event: type) -> set[str]:
    return {one.name for one in fields(event)}


def _kind(event: type) -> str:
    return str(next(one.default for one in fields(event) if one.name == "kind"))


def test_every_event_has_its_own_kind_in_the_past_tense() -> None:
    kinds = [_kind(one) for one in ALL]
    assert len(set(kinds)) == len(ALL) == 39
    for event, kind in zip(ALL, kinds, strict=True):
        assert kind.replace("_", "") == event.__name__.lower()
    irregular = {"monitor_spoke", "pump_link_up", "pump_link_down", "listener_spoke"}
    assert {kind for kind in kinds if not kind.endswith("ed")} == irregular


@pytest.mark.parametrize("event", ALL, ids=lambda one: one.__name__)
def test_every_event_carries_its_stamp(event: type) -> None:
    assert "at" in _names(event)


def test_a_person_event_is_exactly_one_that_answers_a_request() -> None:
    assert {one for one in ALL if "request_id" in _names(one)} == set(PEOPLE)
    for one in PEOPLE:
        assert "by" in _names(one), one


def test_roles_are_asked_for_where_drug_can_flow_and_nowhere_else() -> None:
    assert {one for one in ALL if "roles" in _names(one)} == WITH_ROLES | CARE_WITH_ROLES
    looked_at = {ev.OrderVerified, ev.StartPressed, ev.ResumePressed, ev.RestorePressed}
    assert {one for one in ALL if "epoch" in _names(one)} == looked_at | set(get_args(ce.CourseEvent))


def test_what_is_no_event_is_no_decision() -> None:
    class Rumour:
        at = Stamp(0, 0)

    with pytest.raises(TypeError, match="Rumour"):
        decide(ChannelState(), Rumour(), POLICY)  # type: ignore[arg-type]
