"""How long a session lasts, and how often it stood. Planned for 40 min."""

from rule_scene import Scene

from interlocks.catalogue.course import CY1, VT2
from interlocks.vocabulary import Alert, Course, Demand, Priority

PLAN_MS = 2_400_000


def lasting(elapsed_ms: int, paused_ms: int = 0, planned_ms: int = PLAN_MS) -> Scene:
    scene = Scene((VT2,), course=Course(elapsed_ms, planned_ms, paused_ms))
    scene.look()
    return scene


def test_an_hour_is_told() -> None:
    """clinical.md 2.2: total run time, soft limit 60 min."""
    assert lasting(3_600_000).demand("VT2") is Demand.NONE
    scene = lasting(3_600_001)
    assert (scene.demand("VT2"), scene.finding("VT2").priority) == (Demand.ADVISE, Priority.LOW)


def test_twice_the_plan_stops() -> None:
    assert lasting(4_800_000).demand("VT2") is Demand.ADVISE
    scene = lasting(4_800_001)
    assert (scene.demand("VT2"), scene.finding("VT2").priority) == (Demand.STOP, Priority.HIGH)
    assert lasting(2_400_001, planned_ms=1_200_000).demand("VT2") is Demand.STOP


def test_half_an_hour_of_standing_stops() -> None:
    assert lasting(3_000_000, paused_ms=1_800_000).demand("VT2") is Demand.NONE
    assert lasting(3_000_000, paused_ms=1_800_001).demand("VT2") is Demand.STOP


def test_a_course_that_cannot_be_pauses() -> None:
    scene = lasting(1000, paused_ms=2000)
    assert scene.demand("VT2") is Demand.PAUSE
    assert "cannot be judged" in scene.finding("VT2").reason


def test_the_hour_stays_told_and_the_stop_stays() -> None:
    scene = lasting(3_600_001)
    scene.acknowledge()
    scene.course = Course(4_000_000, PLAN_MS)
    scene.look()
    assert scene.demand("VT2") is Demand.ADVISE
    scene.course = Course(4_800_001, PLAN_MS)
    scene.look()
    assert not scene.finding("VT2").is_acknowledged, "whoever saw the advice has not seen the stop"
    scene.acknowledge()
    scene.release()
    assert scene.demand("VT2") is Demand.STOP


def test_the_third_stand_in_ten_minutes_stops_for_good() -> None:
    """clinical.md 3.3, requirements 34."""
    scene = Scene((CY1,))
    scene.alerts = (Alert(0, ("BP3",)), Alert(300_000, ("HR2",)))
    scene.at(300_000)
    assert scene.demand("CY1") is Demand.NONE
    scene.alerts = (*scene.alerts, Alert(600_001, ("SP2",)))
    scene.at(600_001)
    assert scene.demand("CY1") is Demand.NONE, "the first is more than ten minutes ago"
    scene.alerts = (*scene.alerts, Alert(700_000, ("SP2",)))
    scene.at(700_000)
    assert (scene.demand("CY1"), scene.finding("CY1").priority) == (Demand.STOP, Priority.HIGH)
    scene.alerts = ()
    scene.at(2_000_000)
    scene.acknowledge()
    scene.release()
    assert scene.demand("CY1") is Demand.STOP
