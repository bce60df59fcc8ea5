"""What may flow, and for how long: each predicate speaks when it should, and keeps silent for sound care."""

from typing import Any

import pytest

from hil_sim.oracle import scene as saw
from hil_sim.oracle.flowing import (
    Desaturated,
    Doubt,
    HalfFirst,
    LeftAtRest,
    Limited,
    Parted,
    Slowed,
    Starved,
    Unrecorded,
)
from hil_sim.oracle.judge import Oracle

ORDER = {"weight_kg": "70", "dose_mg_per_kg": "0.5", "concentration_mg_per_ml": "2", "minutes": "40"}
FULL, HALF = 26.2e6, 13.1e6


def _oracle(predicate: Any) -> Oracle:
    oracle = Oracle(saw.Scene(saw.Prescribed.of(ORDER)), (predicate,))
    oracle.see(saw.Lived(0.0, "life"))
    oracle.see(saw.Lived(0.1, "ready"))
    return oracle


def _said(predicate: Any, *steps: saw.Step) -> list[str]:
    oracle = _oracle(predicate)
    for step in steps:
        oracle.see(step)
    return [one.invariant for one in oracle.violations]


def _tick(t_s: float, rate_nl_h: float = FULL) -> saw.Tick:
    return saw.Tick(t_s, 0.0, rate_nl_h)


@pytest.mark.parametrize(
    ("verb", "rate", "said"), [("resume", FULL, ["RESUME"]), ("resume", HALF, []), ("start", FULL, [])]
)
def test_a_resume_leads_to_half_the_rate_at_most(verb: str, rate: float, said: list[str]) -> None:
    """facts/clinical.md 3.2, RESUME."""
    assert _said(HalfFirst, saw.Pressed(1.0, "p1", verb), saw.Moved(1.2, rate)) == said


@pytest.mark.parametrize(("after_s", "said"), [(299.0, ["RESUME"]), (301.0, [])])
def test_the_whole_rate_is_restored_after_five_minutes(after_s: float, said: list[str]) -> None:
    """facts/clinical.md 3.2, RESUME."""
    began = saw.Pressed(1.0, "p1", "resume"), saw.Moved(1.0, HALF)
    assert _said(HalfFirst, *began, saw.Moved(1.0 + after_s, FULL)) == said


@pytest.mark.parametrize(("rate", "said"), [(6.55e6, []), (5.0e6, ["SLOW"]), (0.0, [])])
def test_between_a_quarter_and_rest_there_is_nothing(rate: float, said: list[str]) -> None:
    """facts/clinical.md 3.2, SLOW."""
    assert _said(Slowed, saw.Moved(1.0, rate)) == said


def test_low_saturation_slows_within_its_time_although_a_silence_lies_between() -> None:
    """SP1."""
    low = saw.Shown(1.0, {"vitals": {"spo2": {"value": 91.0}}, "phase": "infusing"})
    good = saw.Shown(10.0, {"vitals": {"spo2": {"value": 96.0}}, "phase": "infusing"})
    going = saw.Moved(0.5, FULL)
    assert _said(Desaturated, going, low, _tick(18.0)) == []
    assert _said(Desaturated, going, low, _tick(19.5)) == ["SP1"]
    assert _said(Desaturated, going, low, good, _tick(19.5)) == []
    assert _said(Desaturated, going, low, saw.Moved(17.0, HALF), _tick(19.5, HALF)) == []


def test_a_pump_that_refuses_to_stop_is_starved_and_one_that_lies_is_another_matter() -> None:
    """I10, F11."""
    stop = (saw.Moved(1.0, FULL), saw.Sent(2.0, is_stop=True))
    refused, lying = saw.Broke(0.5, "stop_refused"), saw.Broke(0.5, "stop_ignored", {"lying": True})
    assert _said(Starved, refused, *stop, _tick(7.9)) == []
    assert _said(Starved, refused, *stop, _tick(8.1)) == ["I10-starved"]
    assert _said(Starved, lying, *stop, _tick(8.1)) == []


def test_who_leaves_when_asked_to_leaves_a_pump_at_rest() -> None:
    """Row 80; a kill leaves it to the pump's own watchdog."""
    assert _said(LeftAtRest, saw.Moved(1.0, FULL), saw.Lived(2.0, "exit")) == ["row 80-rest"]
    assert _said(LeftAtRest, saw.Moved(1.0, FULL), saw.Lived(2.0, "crash")) == []
    assert _said(LeftAtRest, saw.Moved(1.0, FULL), saw.Moved(1.5, 0.0), saw.Lived(2.0, "exit")) == []


def test_no_daemon_stops_a_pump_that_takes_no_remote_control_before_it_ends() -> None:
    """Row 80, facts/protocols.md 5; soak seed 890: what ends its motion is its own watchdog."""
    disabled = saw.Broke(1.5, "remote_disabled")
    assert _said(LeftAtRest, saw.Moved(1.0, FULL), disabled, saw.Lived(2.0, "exit")) == []
    over = saw.Broke(1.6, "remote_disabled", is_over=True)
    assert _said(LeftAtRest, saw.Moved(1.0, FULL), disabled, over, saw.Lived(9.0, "exit")) == ["row 80-rest"]


def test_what_cannot_be_recorded_does_not_flow() -> None:
    """Row 82."""
    full, going = saw.Broke(2.0, "disk_full"), saw.Moved(1.0, FULL)
    assert _said(Unrecorded, going, full, _tick(5.9)) == []
    assert _said(Unrecorded, going, full, _tick(6.1)) == ["row 82"]


def test_a_line_that_was_lost_and_came_back_has_stopped() -> None:
    """Rows 6 and 19."""
    lost = saw.Moved(1.0, FULL), saw.Broke(2.0, "line_down"), saw.Broke(2.5, "line_down", {}, True)
    assert _said(Parted, *lost, _tick(6.6)) == ["row 19"]
    assert _said(Parted, *lost, saw.Moved(3.0, 0.0), _tick(3.0, 0.0), _tick(6.6, 0.0)) == []


def test_a_start_without_an_answer_is_followed_by_a_stop() -> None:
    """I11."""
    losing = saw.Broke(0.5, "reply_lost", {"command": "RUN", "count": 0})
    start = saw.Sent(1.0, is_run=True), saw.Moved(1.0, FULL)
    assert _said(Doubt, losing, *start, _tick(2.1)) == ["I11"]
    assert _said(Doubt, losing, *start, saw.Sent(1.3, is_stop=True), _tick(2.1)) == []
    assert _said(Doubt, *start, _tick(2.1)) == []


@pytest.mark.parametrize(("limit_nl", "said"), [(17.5e6, ["I1-limit"]), (16.5e6, [])])
def test_a_start_bounds_what_is_left_of_the_dose(limit_nl: float, said: list[str]) -> None:
    """I1: a millilitre is in."""
    given = saw.Tick(1.0, 1e6, 0.0)
    steps = saw.Sent(2.0, limit_nl=limit_nl), saw.Sent(2.1, is_run=True)
    assert _said(Limited, given, *steps) == said
