"""What people are shown and told: each predicate speaks when it should, and keeps silent for sound care."""

from typing import Any

import pytest

from hil_sim.oracle import scene as saw
from hil_sim.oracle.judge import Oracle
from hil_sim.oracle.keeping import (
    Dark,
    GivenBack,
    Kept,
    Once,
    Remembered,
    Standing,
    Unseen,
    Void,
)

ORDER = {"weight_kg": "70", "dose_mg_per_kg": "0.5", "concentration_mg_per_ml": "2", "minutes": "40"}
ROW = {"rule": "SP1", "demand": "SLOW", "reason": "low", "releasable": False}
HELD = {"rule": "ID1", "demand": "PAUSE", "reason": "stranger", "releasable": False}


def _oracle(predicate: Any) -> Oracle:
    oracle = Oracle(saw.Scene(saw.Prescribed.of(ORDER)), (predicate,))
    oracle.see(saw.Lived(0.0, "life"))
    oracle.see(saw.Lived(0.1, "ready"))
    return oracle


def _state(**changed: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"phase": "infusing", "session": 1, "findings": [], "holds": [], "alarms": []}
    return {**plain, "dose": {"given_low_mg": "1.0"}, "line_pressure_mmhg": None, **changed}


def _said(oracle: Oracle, *steps: saw.Step) -> list[str]:
    for step in steps:
        oracle.see(step)
    return [one.invariant for one in oracle.violations]


def test_a_row_that_vanishes_without_a_person_is_lost_and_with_one_it_is_lifted() -> None:
    """I5."""
    before, after = saw.Shown(1.0, _state(findings=[ROW])), saw.Shown(2.0, _state())
    assert _said(_oracle(Kept), before, after) == ["I5-kept"]
    assert _said(_oracle(Kept), before, saw.Pressed(1.5, "p1", "restore"), after) == []
    assert _said(_oracle(Kept), before, saw.Shown(2.0, _state(phase="stopped"))) == []


def test_a_refused_press_and_a_press_of_another_life_lift_nothing() -> None:
    """I5, law 9."""
    before, after = saw.Shown(1.0, _state(findings=[ROW])), saw.Shown(2.0, _state())
    press, refusal = saw.Pressed(1.5, "p1", "resume"), saw.Answered(1.6, "p1", "resume", "refused")
    assert _said(_oracle(Kept), before, press, refusal, after) == ["I5-kept"]


def test_a_cause_that_nobody_has_seen_keeps_an_alarm() -> None:
    """I18."""
    shown = [saw.Shown(at, _state(findings=[HELD])) for at in (1.0, 1.5, 2.6)]
    assert _said(_oracle(Standing), *shown) == ["I18-stays"]
    seen = saw.Pressed(1.2, "p1", "acknowledge")
    assert _said(_oracle(Standing), shown[0], seen, *shown[1:]) == []
    told = [saw.Shown(at, _state(findings=[HELD], alarms=[{"key": "x"}])) for at in (1.0, 5.0)]
    assert _said(_oracle(Standing), *told) == []


@pytest.mark.parametrize(("key", "said"), [("PUMP", ["I18-latched"]), ("NEAR-END", []), ("silence", [])])
def test_an_alarm_of_the_pump_waits_to_be_seen_and_a_notice_does_not(key: str, said: list[str]) -> None:
    """I18."""
    alarm = {"key": key, "acknowledged": ""}
    before, after = saw.Shown(1.0, _state(alarms=[alarm])), saw.Shown(2.0, _state())
    assert _said(_oracle(Unseen), before, after) == said
    assert _said(_oracle(Unseen), before, saw.Pressed(1.5, "p1", "acknowledge"), after) == []


def test_what_was_given_for_certain_is_never_given_back() -> None:
    """Law 4, but another session begins from nothing."""
    less = _state(dose={"given_low_mg": "0.9"})
    assert _said(_oracle(GivenBack), saw.Shown(1.0, _state()), saw.Shown(2.0, less)) == ["I1-low"]
    other = {**less, "session": 2}
    assert _said(_oracle(GivenBack), saw.Shown(1.0, _state()), saw.Shown(2.0, other)) == []


@pytest.mark.parametrize(
    ("is_void", "stage", "said"), [(True, "accepted", 1), (True, "refused", 0), (False, "accepted", 0)]
)
def test_a_void_press_is_refused(is_void: bool, stage: str, said: int) -> None:
    """Rows 69 and 81."""
    press = saw.Pressed(1.0, "p1", "resume", "nina", is_void)
    assert len(_said(_oracle(Void), press, saw.Answered(1.1, "p1", "resume", stage))) == said


def test_one_id_is_accepted_once() -> None:
    """I24."""
    first, again = saw.Answered(1.0, "p1", "pause", "accepted"), saw.Answered(1.1, "p1", "pause", "accepted")
    assert _said(_oracle(Once), first, saw.Answered(1.2, "p2", "pause", "accepted")) == []
    assert _said(_oracle(Once), first, again) == ["I24"]


def test_what_the_broker_kept_is_not_shown_as_measured() -> None:
    """Row 46."""
    kept, fresh = saw.Heard(1.0, "transducer-1", True, True), saw.Heard(1.5, "transducer-1")
    shown = saw.Shown(2.0, _state(line_pressure_mmhg=10.0))
    assert _said(_oracle(Remembered), kept, shown) == ["row 46"]
    assert _said(_oracle(Remembered), kept, fresh, shown) == []


def test_a_screen_is_not_left_dark_unless_it_is_away() -> None:
    """Row 72."""
    shown, late = saw.Shown(1.0, _state()), saw.Tick(6.5, 0.0, 0.0)
    assert _said(_oracle(Dark), shown, saw.Tick(5.9, 0.0, 0.0)) == []
    assert _said(_oracle(Dark), shown, late) == ["row 72"]
    assert _said(_oracle(Dark), shown, saw.Broke(2.0, "panel_gone"), late) == []
