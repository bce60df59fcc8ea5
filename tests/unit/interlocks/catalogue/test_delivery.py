"""The pump's counter against the command."""

from rule_scene import CALM_FLOW, Scene

from interlocks.catalogue.delivery import FL1, FL2, VT1
from interlocks.vocabulary import Demand


def test_a_counter_within_its_tolerance_trips_nothing() -> None:
    scene = Scene((FL1, FL2, VT1))
    assert scene.look().findings == ()


def test_motion_while_halted_stops() -> None:
    """FL1: more than 0.05 mL while not running."""
    scene = Scene((FL1,))
    scene.flowing(is_running=False, moved_halted_nl=50_001)
    assert scene.demand("FL1") is Demand.STOP
    assert scene.finding("FL1").reason == "0.0500 mL moved while halted, limit 0.0500 mL"


def test_a_short_delivery_pauses_until_seen_and_gone() -> None:
    scene = Scene((FL2,))
    scene.flowing(delivered_120s_nl=600_000)
    assert scene.demand("FL2") is Demand.PAUSE
    scene.acknowledge()
    scene.release()
    assert scene.demand("FL2") is Demand.PAUSE
    scene.flow = CALM_FLOW
    scene.look()
    scene.release()
    assert scene.demand("FL2") is Demand.NONE


def test_the_high_end_of_an_unknown_outcome_may_trip() -> None:
    """Law 4: what may have been given counts as given."""
    scene = Scene((VT1,))
    scene.flowing(given_high_nl=17_675_001)
    assert scene.demand("VT1") is Demand.STOP
