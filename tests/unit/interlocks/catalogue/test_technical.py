"""Silence, identity and the pump's reports, timed to the millisecond."""

import pytest
from rule_scene import CALM, CALM_FLOW, Scene

from interlocks.catalogue.technical import ID1, ID2, PS1, QA1, QA2, QA3, ST1, ST1B, ST2, ST3, WD1
from interlocks.vocabulary import Demand, Flag, Priority, Signal

ONE_HZ = {Signal.HR: 70.0, Signal.SPO2: 98.0}


def test_st1_advises_asks_and_ends_by_itself() -> None:
    scene = Scene((ST1,))
    scene.cuff(0, 118, 76)
    scene.at(390_000)
    assert scene.last.findings == ()
    scene.at(390_001)
    assert scene.demand("ST1") is Demand.ADVISE
    assert scene.requests == [(390_001, "ST1")]
    scene.at(400_000)
    assert len(scene.requests) == 1
    scene.at(510_001)
    assert len(scene.requests) == 2
    scene.cuff(520_000, 118, 76)
    assert scene.last.findings == ()


def test_a_rejected_reading_does_not_end_st1() -> None:
    """clinical.md 4: what never becomes a sample does not refresh the timer; half a reading does not either."""
    scene = Scene((ST1,))
    scene.at(390_001)
    scene.hear_at(400_000, {Signal.SYS: 118.0})
    assert scene.demand("ST1") is Demand.ADVISE


def test_st1b_pauses_and_wants_two_readings_and_an_acknowledgement() -> None:
    scene = Scene((ST1B,))
    scene.at(600_000)
    assert scene.demand("ST1b") is Demand.NONE, "no reading ever: age counts from the start of guarding"
    scene.at(600_001)
    assert scene.demand("ST1b") is Demand.PAUSE
    scene.cuff(610_000, 118, 76)
    scene.acknowledge()
    scene.look()
    assert not scene.finding("ST1b").is_releasable
    scene.cuff(650_000, 118, 76)
    assert scene.finding("ST1b").is_releasable


@pytest.mark.parametrize(
    ("age_ms", "demand"),
    [
        (10_000, Demand.NONE),
        (10_001, Demand.ADVISE),
        (30_000, Demand.ADVISE),
        (30_001, Demand.SLOW),
        (60_000, Demand.SLOW),
        (60_001, Demand.PAUSE),
    ],
)
def test_st2_climbs_with_the_age_of_the_worse_signal(age_ms: int, demand: Demand) -> None:
    """Faults rows 53 and 65."""
    scene = Scene((ST2,))
    scene.hear(ONE_HZ)
    for ms in range(1000, age_ms, 1000):
        scene.hear_at(ms, {Signal.HR: 70.0})
    scene.at(age_ms)
    assert scene.demand("ST2") is demand


def test_st2_advice_ends_after_30_s_of_good_values_and_a_slow_waits_for_a_person() -> None:
    scene = Scene((ST2,))
    scene.hear(ONE_HZ)
    scene.at(10_001)
    for ms in range(11_000, 41_000, 1000):
        scene.hear_at(ms, ONE_HZ)
    assert scene.demand("ST2") is Demand.ADVISE
    scene.hear_at(41_000, ONE_HZ)
    assert scene.demand("ST2") is Demand.NONE
    scene.at(71_001)
    assert scene.demand("ST2") is Demand.SLOW
    for ms in range(72_000, 140_000, 1000):
        scene.hear_at(ms, ONE_HZ)
    assert scene.demand("ST2") is Demand.SLOW
    scene.release()
    assert scene.demand("ST2") is Demand.NONE


@pytest.mark.parametrize("flag", [Flag.BROKER_DOWN])
def test_st3_climbs_on_link_time(flag: Flag) -> None:
    """Faults rows 41-45 and 64."""
    scene = Scene((ST3,), flags=frozenset({flag}))
    scene.at(1_000_000, link_ms=1000)
    climbed = []
    for link_ms in (5999, 6000, 15_999, 16_000, 30_999, 31_000):
        scene.at(1_000_000, link_ms=link_ms)
        climbed.append(scene.demand("ST3"))
    none, advise, slow, pause = Demand.NONE, Demand.ADVISE, Demand.SLOW, Demand.PAUSE
    assert climbed == [none, advise, advise, slow, slow, pause]


def test_st3_forgets_a_short_loss() -> None:
    scene = Scene((ST3,), flags=frozenset({Flag.BROKER_DOWN}))
    scene.at(0)
    scene.at(4999)
    scene.flags = frozenset()
    scene.at(5000)
    scene.flags = frozenset({Flag.BROKER_DOWN})
    scene.at(5001)
    scene.at(10_000)
    assert scene.demand("ST3") is Demand.NONE


def test_id1_pauses_at_once_and_stays_after_the_flag_is_gone() -> None:
    """Faults row 61, I16: within one event."""
    scene = Scene((ID1,), flags=frozenset({Flag.WRONG_PATIENT}))
    scene.look()
    assert scene.demand("ID1") is Demand.PAUSE
    scene.flags = frozenset()
    scene.at(1)
    scene.release()
    assert scene.demand("ID1") is Demand.PAUSE, "latched: nobody has acknowledged"
    scene.acknowledge()
    scene.release()
    assert scene.demand("ID1") is Demand.NONE


def test_row_62_id2_pauses_at_once_and_wants_a_person_who_says_which_monitor_stays() -> None:
    """I16: that one of two is silent ends the question, not the pause."""
    scene = Scene((ID2,), flags=frozenset({Flag.TWO_MONITORS}))
    scene.look()
    assert (scene.demand("ID2"), scene.finding("ID2").priority) == (Demand.PAUSE, Priority.HIGH)
    scene.flags = frozenset()
    scene.at(600_000)
    scene.acknowledge()
    scene.release()
    assert scene.demand("ID2") is Demand.PAUSE, "nobody has said which of the two is at the patient"
    scene.acknowledge(is_noted=True)
    scene.release()
    assert scene.demand("ID2") is Demand.NONE


def test_row_54_qa3_tells_at_once_what_stands_still_and_ends_when_it_moves() -> None:
    scene = Scene((QA3,), flags=frozenset({Flag.FROZEN}))
    scene.look()
    assert (scene.demand("QA3"), scene.finding("QA3").priority) == (Demand.ADVISE, Priority.MEDIUM)
    assert scene.last.requests == ("QA3",), "a cuff that is frozen too will say the same again"
    scene.flags = frozenset()
    scene.at(100)
    assert scene.last.findings == ()


def test_ps1_is_not_cleared_by_its_own_pause() -> None:
    """Faults rows 19 and 38: the pause ends the running, not the silence."""
    scene = Scene((PS1,))
    scene.flowing(report_age_link_ms=1001)
    assert scene.demand("PS1") is Demand.PAUSE
    scene.acknowledge()
    scene.flowing(is_running=False, report_age_link_ms=9000)
    scene.release()
    assert scene.demand("PS1") is Demand.PAUSE
    scene.flowing(report_age_link_ms=200)
    scene.release()
    assert scene.demand("PS1") is Demand.NONE


def test_a_silent_pump_at_rest_trips_nothing() -> None:
    scene = Scene((PS1,))
    scene.hear(CALM)
    scene.flow = CALM_FLOW
    scene.flowing(is_running=False, report_age_link_ms=None)
    assert scene.last.findings == ()


@pytest.mark.parametrize(
    ("age_ms", "demand"),
    [(30_001, Demand.ADVISE), (60_001, Demand.ADVISE), (90_000, Demand.ADVISE), (90_001, Demand.PAUSE)],
)
def test_a_flagged_cuff_spares_the_slow_and_gives_the_pause_30_s_more(age_ms: int, demand: Demand) -> None:
    """Clinical.md 3.2 ST2: the oximeter on the squeezed arm is silent for a reason."""
    scene = Scene((ST2,), flags=frozenset({Flag.CUFF_ACTIVE}))
    scene.hear(ONE_HZ)
    scene.at(age_ms)
    assert scene.demand("ST2") is demand


def test_when_the_cuff_is_done_its_silence_counts_as_it_is() -> None:
    scene = Scene((ST2,), flags=frozenset({Flag.CUFF_ACTIVE}))
    scene.hear(ONE_HZ)
    scene.at(65_000)
    assert scene.demand("ST2") is Demand.ADVISE
    scene.flags = frozenset()
    scene.at(65_100)
    assert scene.demand("ST2") is Demand.PAUSE
    assert scene.finding("ST2").reason == "no new heart rate and SpO2 for 65.1 s > 60 s"
    assert scene.finding("ST2").is_silence


def test_breathing_once_heard_is_missed_like_the_others() -> None:
    scene = Scene((ST2,))
    scene.hear({**ONE_HZ, Signal.RR: 14.0})
    for ms in range(1000, 31_000, 1000):
        scene.hear_at(ms, ONE_HZ)
    scene.at(30_001)
    assert scene.demand("ST2") is Demand.SLOW
    assert scene.finding("ST2").reason == "no new respiration rate for 30.001 s > 30 s"


def test_three_refused_readings_in_a_row_are_told_and_a_good_one_ends_it() -> None:
    """Clinical.md 4."""
    scene = Scene((QA1,), rejects=((Signal.SYS, 2),))
    scene.look()
    assert scene.last.findings == ()
    scene.rejects = ((Signal.SYS, 3),)
    scene.at(100)
    assert (scene.demand("QA1"), scene.finding("QA1").priority) == (Demand.ADVISE, Priority.MEDIUM)
    assert scene.finding("QA1").reason == "3 readings of systolic refused in a row"
    scene.rejects = ()
    scene.at(200)
    assert scene.last.findings == ()


def test_a_suspect_cuff_reading_is_told_and_repeated_after_60_s() -> None:
    """Clinical.md 4: change of more than 30 %."""
    scene = Scene((QA2,))
    scene.cuff(0, 120, 80)
    assert scene.last.findings == ()
    scene.cuff(1000, 165, 80, is_suspect=True)
    assert (scene.demand("QA2"), scene.finding("QA2").priority) == (Demand.ADVISE, Priority.LOW)
    scene.at(60_999)
    assert scene.requests == []
    scene.at(61_000)
    assert scene.requests == [(61_000, "QA2")]
    scene.cuff(90_000, 163, 80)
    assert scene.last.findings == ()


def test_a_late_cycle_pauses_and_ten_punctual_seconds_and_a_person_end_it() -> None:
    """WD1."""
    scene = Scene((WD1,), tick_gap_ms=500)
    scene.look()
    assert scene.demand("WD1") is Demand.NONE
    scene.tick_gap_ms = 501
    scene.at(100)
    assert (scene.demand("WD1"), scene.finding("WD1").priority) == (Demand.PAUSE, Priority.HIGH)
    scene.tick_gap_ms = 100
    scene.at(200)
    scene.at(600_000, link_ms=10_199)
    scene.acknowledge()
    scene.release()
    assert scene.demand("WD1") is Demand.PAUSE, "ten seconds of the link's time"
    scene.at(600_001, link_ms=10_200)
    scene.release()
    assert scene.demand("WD1") is Demand.NONE
