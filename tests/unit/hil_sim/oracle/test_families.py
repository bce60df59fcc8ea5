"""Bounds that differ by the family of the pump: its lease, the seams of its runs, the pressure that it feels itself."""

from math import inf

import pytest
from oracle_traces import ORDER, PRESCRIBED, RATE_NL_H, broken, started, state, ticks

from hil_sim.bench.settings import FAMILIES
from hil_sim.oracle.families import NATURES, scene_of, wording_of
from hil_sim.oracle.scene import Broke, Heard, Lived, Moved, Scene, Sent, Shown


def of(family: str) -> Scene:
    return scene_of(family, ORDER, 0.0)


@pytest.mark.parametrize(("family", "lease_s"), [("new_era", 2.0), ("alaris", 15.0), ("chemyx", inf)])
def test_a_scene_knows_how_long_its_pump_goes_on_alone(family: str, lease_s: float) -> None:
    assert of(family).lease_s == lease_s
    assert of(family).prescribed == PRESCRIBED


@pytest.mark.parametrize(
    ("family", "stands_s", "is_wrong"), [("alaris", 15.5, False), ("alaris", 15.9, True)]
)
def test_I7_flow_ends_with_the_lease_of_the_family(family: str, stands_s: float, is_wrong: bool) -> None:
    trace = (started(), Lived(12.0, "crash"), ticks(12.1, 12.0 + stands_s))
    assert broken(*trace, scene=of(family)) == (["I7"] if is_wrong else [])


def test_I7_a_pump_without_a_lease_stands_soon_after_the_daemon_is_there_again() -> None:
    back = (started(), Lived(12.0, "crash"), Lived(40.0, "life"), Lived(40.2, "ready"))
    assert broken(*back, ticks(40.3, 42.8), scene=of("chemyx")) == []
    assert broken(*back, ticks(40.3, 43.5), scene=of("chemyx")) == ["I7"]


def test_a_stand_between_two_pieces_is_none_unless_the_host_said_stop_or_it_lasts() -> None:
    go_on = [Sent(20.03, is_run=True), Moved(20.05, RATE_NL_H)]
    assert broken(started(), Moved(20.0, 0.0), go_on, scene=of("harvard")) == []
    assert broken(started(), Moved(20.0, 0.0), go_on, scene=of("new_era")) == ["I6-wire", "I6"]
    late = [Sent(20.8, is_run=True), Moved(20.9, RATE_NL_H)]
    assert broken(started(), Moved(20.0, 0.0), late, scene=of("harvard")) == ["I6-wire", "I6"]
    stopped = Sent(20.01, is_stop=True)
    assert broken(started(), Moved(20.0, 0.0), stopped, go_on, scene=of("harvard")) == ["I6-wire", "I6"]


def test_a_piece_at_a_faster_rate_needs_a_person() -> None:
    faster = [Sent(20.03, is_run=True), Moved(20.05, 1.01 * RATE_NL_H * 1.02)]
    assert "I6" in broken(started(), Moved(20.0, 0.0), faster, scene=of("harvard"))


@pytest.mark.parametrize(("family", "wrong"), [("new_era", ["I4"]), ("modbus-tcp", [])])
def test_a_silent_transducer_is_missed_where_nobody_else_feels_the_line(
    family: str, wrong: list[str]
) -> None:
    assert broken(started(), Heard(10.0, "transducer-1"), ticks(10.1, 14.0), scene=of(family)) == wrong


def test_a_pump_that_wakes_after_a_dark_while_is_explained_by_its_blip() -> None:
    blip = Broke(20.0, "power_blip", {"dark_ms": 3000.0, "wakes_running": True})
    woken = (Moved(20.0, 0.0), blip, Moved(23.1, RATE_NL_H))
    assert broken(started(), *woken, scene=of("new_era-basic")) == []
    assert broken(started(), *woken[:2], Moved(24.5, RATE_NL_H), scene=of("new_era-basic")) == ["I6"]


def test_every_family_that_a_story_can_have_is_known() -> None:
    assert set(NATURES) == set(FAMILIES)


def test_a_family_of_which_nobody_knows_anything_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"'abacus'.*new_era"):
        wording_of("abacus")
    with pytest.raises(ValueError, match=r"'abacus'.*new_era"):
        of("abacus")


def test_I6_a_piece_that_no_person_of_this_life_began_does_not_go_on_to_the_next() -> None:
    """What still runs when a new life begins is no run of its own."""
    again = (
        started(),
        Lived(12.0, "crash"),
        Lived(12.3, "life"),
        Lived(12.4, "ready"),
        Sent(12.4, is_identity=True),
    )
    seam = (Moved(13.0, 0.0), Sent(13.05, is_run=True), Moved(13.1, RATE_NL_H))
    assert broken(*again, *seam, scene=of("harvard")) == ["I6-wire", "I6"]


def test_I4_nobody_listens_between_two_lives() -> None:
    """An Alaris goes on for 15 s by itself: what flows then is I7's affair, until the next life is there."""
    dead = (started(), Heard(11.0, "transducer-1"), Lived(12.0, "crash"), ticks(12.1, 26.0))
    assert broken(*dead, scene=of("alaris")) == []
    back = (*dead, Lived(26.0, "life"), Lived(26.1, "ready"), ticks(26.2, 26.9))
    assert broken(*back, scene=of("alaris")) == []


def test_I10_a_pump_without_a_lease_is_not_left_alone() -> None:
    alarm = Shown(12.0, state(alarms=[{"key": "PUMP"}]))
    halts = [Sent(11.0 + n / 5, is_stop=True) for n in range(10)]
    trace = (started(), *halts[:5], alarm, *halts[5:], ticks(12.9, 13.9))
    assert broken(*trace, scene=of("new_era")) == []
    assert broken(*trace, scene=of("chemyx")) == ["I10"]


def test_one_torn_reading_is_read_again_and_excuses_nothing() -> None:
    """Row 40."""
    for count, excused in ((0, True), (1, False), (2, True)):
        scene = of("modbus-tcp")
        scene.take(Broke(10.0, "torn_value", {"count": count}))
        assert ("torn_value" in scene.seen) == excused
