"""Line pressure and air, sample by sample."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.line import AI1, LP0, LP1, LP2, LP3
from interlocks.rules import Rule
from interlocks.tighten import tightened
from interlocks.vocabulary import FITTED, Alert, Demand, Flag, Priority, Signal


def press(scene: Scene, *values: float) -> None:
    for value in values:
        scene.hear_at(scene.now.ms + 100, {Signal.LINE_PRESSURE: value})


def scene(*rules: Rule) -> Scene:
    return Scene(rules, fitted=frozenset(FITTED))


def test_three_in_a_row_pause_and_two_do_not() -> None:
    bed = scene(LP1)
    press(bed, 301, 301, 300, 301, 301)
    assert bed.demand("LP1") is Demand.NONE
    press(bed, 301)
    assert bed.demand("LP1") is Demand.PAUSE
    assert bed.finding("LP1").reason == "line pressure 301 mmHg > 300 mmHg"
    assert bed.finding("LP1").crossed.ms == 400


def test_the_same_sample_seen_again_is_not_a_second_one() -> None:
    bed = scene(LP2)
    press(bed, 500)
    bed.look(frozenset({Signal.LINE_PRESSURE}))
    assert bed.demand("LP2") is Demand.NONE
    press(bed, 500)
    assert bed.demand("LP2") is Demand.STOP


def test_it_clears_after_15_s_below_half_the_limit_and_a_break_starts_again() -> None:
    bed = scene(LP1)
    press(bed, 301, 301, 301)
    bed.acknowledge()
    press(bed, 149)
    start = bed.now.ms
    while bed.now.ms < start + 14_900:
        press(bed, 149)
    assert not bed.finding("LP1").is_releasable
    assert "for 15 s, has 15 s" in bed.finding("LP1").blocks_because
    press(bed, 150)
    press(bed, *[149] * 150)
    assert not bed.finding("LP1").is_releasable
    press(bed, 149)
    assert bed.finding("LP1").is_releasable
    bed.at(bed.now.ms + 2001)
    assert not bed.finding("LP1").is_releasable, "an old value proves nothing"


def test_silence_pauses_only_where_a_source_is_configured() -> None:
    bed = scene(LP1)
    press(bed, 20)
    bed.at(2100)
    assert bed.demand("LP1") is Demand.NONE
    bed.at(2101)
    assert bed.demand("LP1") is Demand.PAUSE
    assert bed.finding("LP1").reason == "no new line pressure for 2.001 s > 2 s"
    without = Scene((LP1,))
    without.at(3_600_000)
    assert without.demand("LP1") is Demand.NONE


@pytest.mark.parametrize(("limit", "pause", "stop"), [(300, 301, 451), (200, 201, 301), (50, 51, 76)])
def test_a_sites_limit_moves_both_rows(limit: int, pause: float, stop: float) -> None:
    bed = scene(*tightened((LP1, LP2), {"line_pressure_limit_mmhg": limit}))
    press(bed, limit, limit, limit)
    assert bed.demand("LP1") is Demand.NONE
    press(bed, pause, pause, pause)
    assert (bed.demand("LP1"), bed.demand("LP2")) == (Demand.PAUSE, Demand.NONE)
    press(bed, stop, stop)
    assert bed.demand("LP2") is Demand.STOP


def ramp(bed: Scene, begin: float, end: float, seconds: float) -> None:
    steps = round(seconds * 10)
    press(bed, *(begin + (end - begin) * n / steps for n in range(1, steps + 1)))


def test_lp0_tells_of_30_mmhg_in_15_s_once_it_has_lasted_5_s() -> None:
    """facts/clinical.md 7: a blocked line climbs several mmHg a second."""
    bed = scene(LP0)
    press(bed, 20)
    ramp(bed, 20, 49.9, 10)
    assert not bed.state("LP0").is_counting
    ramp(bed, 49.9, 64.6, 4.9)
    assert bed.state("LP0").is_counting
    press(bed, 64.9)
    assert bed.demand("LP0") is Demand.NONE
    press(bed, 65.2)
    assert bed.demand("LP0") is Demand.ADVISE
    assert bed.finding("LP0").priority is Priority.LOW
    assert "rose" in bed.finding("LP0").reason


def test_lp0_says_nothing_of_a_slow_rise() -> None:
    bed = scene(LP0)
    press(bed, 20)
    ramp(bed, 20, 100, 45)
    assert bed.demand("LP0") is Demand.NONE


def test_lp0_does_not_believe_a_rise_under_a_cuff_but_does_believe_half_the_limit() -> None:
    """clinical.md 4: a same-arm cycle raises the pressure for 20-60 s."""
    bed = scene(LP0)
    bed.flags = frozenset({Flag.CUFF_ACTIVE})
    press(bed, 20)
    ramp(bed, 20, 140, 15)
    press(bed, *[140] * 60)
    assert bed.demand("LP0") is Demand.NONE
    press(bed, *[151] * 51)
    assert bed.demand("LP0") is Demand.ADVISE


def test_lp0_ends_by_itself_after_10_s_below_two_fifths_of_the_limit() -> None:
    bed = scene(LP0)
    press(bed, *[151] * 51)
    assert bed.demand("LP0") is Demand.ADVISE
    press(bed, *[120] * 150)
    assert bed.demand("LP0") is Demand.ADVISE, "at 40 % is not below"
    press(bed, *[119] * 100)
    assert bed.demand("LP0") is Demand.ADVISE
    press(bed, 119)
    assert bed.demand("LP0") is Demand.NONE


def test_the_same_occlusion_for_the_third_time_in_ten_minutes_stops() -> None:
    """LP2 of clinical.md 3.2; other rows' stands do not count."""
    bed = scene(LP2)
    press(bed, 20)
    bed.alerts = (Alert(1, ("LP1",)), Alert(40, ("LP1", "HR2")), Alert(60, ("BP3",)))
    press(bed, 20)
    assert bed.demand("LP2") is Demand.NONE
    bed.alerts = (*bed.alerts, Alert(200, ("LP1",)))
    bed.at(250)
    assert bed.demand("LP2") is Demand.STOP
    assert bed.finding("LP2").reason == "delivery brought to a stand by LP1 3 times within 10 min, limit 3"


def test_lp3_pauses_on_the_third_sample_of_suction() -> None:
    bed = scene(LP3)
    press(bed, -20, -100, -100, -100, -101, -101)
    assert bed.demand("LP3") is Demand.NONE
    press(bed, -101)
    assert bed.demand("LP3") is Demand.PAUSE
    assert bed.finding("LP3").priority is Priority.HIGH


def test_lp3_pauses_when_100_mmhg_are_gone_within_a_second() -> None:
    bed = scene(LP3)
    press(bed, 160, 160, 160, 60, 60)
    assert bed.demand("LP3") is Demand.NONE
    press(bed, 60)
    assert bed.demand("LP3") is Demand.PAUSE
    assert bed.finding("LP3").reason == "line pressure fell 100 mmHg in 1 s, limit 100 mmHg"


def test_lp3_does_not_see_a_fall_of_99_or_one_that_takes_longer() -> None:
    bed = scene(LP3)
    press(bed, 160, 160, 160, *[61] * 20)
    ramp(bed, 61, 200, 10)
    ramp(bed, 200, 61, 2)
    assert bed.demand("LP3") is Demand.NONE


def test_lp3_takes_the_end_of_two_noisy_samples_for_no_fall() -> None:
    """I26: what LP1 calls noise, LP3 does not call a disconnection."""
    bed = scene(LP3)
    press(bed, 25, 350, 350, *[40] * 5, 350, 350, *[25] * 20)
    assert bed.demand("LP3") is Demand.NONE


@pytest.mark.parametrize("flag", [Flag.CUFF_ACTIVE, Flag.OCCLUSION_KNOWN])
def test_lp3_knows_why_a_pressure_falls(flag: Flag) -> None:
    """A cuff lets go; an occlusion that LP1 stopped is being relieved."""
    bed = scene(LP3)
    bed.flags = frozenset({flag})
    press(bed, 310, 310, 310, *[20] * 15)
    assert bed.demand("LP3") is Demand.NONE
    press(bed, -101, -101, -101)
    assert bed.demand("LP3") is Demand.PAUSE, "suction is explained by nothing"


def test_lp3_wants_an_acknowledgement_and_ten_quiet_seconds() -> None:
    bed = scene(LP3)
    press(bed, 160, 160, 160, 60, 60, 60)
    press(bed, *[60] * 130)
    assert bed.finding("LP3").blocks_because == "needs acknowledgement"
    bed.acknowledge()
    bed.release()
    assert bed.demand("LP3") is Demand.NONE


@pytest.mark.parametrize(
    ("air", "demand"),
    [
        ({Signal.AIR_BUBBLE: 50.0}, Demand.NONE),
        ({Signal.AIR_BUBBLE: 51.0}, Demand.PAUSE),
        ({Signal.AIR_BUBBLE: 5.0, Signal.AIR_15MIN: 1.0}, Demand.NONE),
        ({Signal.AIR_BUBBLE: 5.0, Signal.AIR_15MIN: 1.1}, Demand.PAUSE),
    ],
)
def test_air_pauses_at_the_first_word_of_it(air: dict[Signal, float], demand: Demand) -> None:
    """AI1: 50 uL at once, 1 mL in 15 min."""
    bed = scene(AI1)
    bed.hear(air)
    assert bed.demand("AI1") is demand


def test_air_is_gone_when_the_sensor_says_so_and_a_person_has_seen_it() -> None:
    bed = scene(AI1)
    bed.hear({Signal.AIR_BUBBLE: 60.0, Signal.AIR_15MIN: 0.2})
    bed.hear_at(1000, {Signal.AIR_BUBBLE: 0.0})
    assert not bed.finding("AI1").is_present, "the total is still young and low"
    bed.at(2001)
    assert bed.finding("AI1").is_present, "a total once sent must go on being sent"
    bed.hear({Signal.AIR_BUBBLE: 0.0, Signal.AIR_15MIN: 0.2})
    bed.acknowledge()
    bed.release()
    assert bed.demand("AI1") is Demand.NONE


def test_an_air_sensor_that_falls_silent_for_2_s_pauses_where_one_is_fitted() -> None:
    bed = scene(AI1)
    bed.at(2000)
    assert bed.demand("AI1") is Demand.NONE
    bed.at(2001)
    assert bed.demand("AI1") is Demand.PAUSE
    assert bed.finding("AI1").is_silence
    nothing_fitted = Scene((AI1,))
    nothing_fitted.at(3_600_000)
    assert nothing_fitted.demand("AI1") is Demand.NONE
    bubble_only = Scene((AI1,), fitted=frozenset({Signal.AIR_BUBBLE}))
    for ms in range(0, 10_000, 1000):
        bubble_only.hear_at(ms, {Signal.AIR_BUBBLE: 0.0})
    assert bubble_only.demand("AI1") is Demand.NONE, "a sensor that keeps no total is not silent about it"


def test_air_from_a_sensor_that_keeps_no_total_is_one_pause_that_a_person_can_end() -> None:
    """A total that was never sent neither holds the row nor trips it again at every event."""
    bed = scene(AI1)
    for ms in range(0, 3000, 100):
        bed.hear_at(ms, {Signal.AIR_BUBBLE: 0.0})
    assert bed.last.findings == ()
    bed.hear_at(3000, {Signal.AIR_BUBBLE: 60.0})
    bed.acknowledge()
    for ms in range(3100, 8000, 100):
        bed.hear_at(ms, {Signal.AIR_BUBBLE: 0.0})
        finding = bed.finding("AI1")
        assert (finding.is_acknowledged, finding.is_silence, finding.since_ms) == (True, False, 3000)
    assert bed.finding("AI1").is_releasable
    bed.release()
    assert bed.demand("AI1") is Demand.NONE
    bed.at(9901)
    assert bed.finding("AI1").reason == "no new air bubble for 2.001 s > 2 s"
