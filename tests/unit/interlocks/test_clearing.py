"""What a clearing wants, and the words for what is missing."""

from dataclasses import replace

import pytest
from rule_scene import Scene

from interlocks.catalogue.haemodynamic import BP1, BP2, BP3
from interlocks.catalogue.line import LP2
from interlocks.clearing import blocks_because, is_releasable, with_clearing
from interlocks.combinations import Not, OneFresh
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute
from interlocks.picture import observe
from interlocks.rules import AT_ONCE, Clear, Step, TripWhenStale
from interlocks.silences import FlagUp, OlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.state import Tally
from interlocks.vocabulary import Demand, Flag, Priority, Sample, Signal, Stamp

_DOWN = FlagUp((Flag.BROKER_DOWN,), "the link is down")


def test_an_idle_row_is_not_releasable() -> None:
    scene = Scene((BP2,))
    assert not is_releasable(BP2, scene.state("BP2"))


def test_silence_keeps_the_readings_proven_but_clears_nothing() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    scene.cuff(60_000, 120, 80)
    scene.cuff(180_000, 120, 80)
    assert scene.finding("BP2").is_releasable
    scene.at(180_000 + 390_001)
    assert not scene.finding("BP2").is_releasable, "never use an old reading to clear (clinical.md 4)"
    assert "measured anew" in scene.finding("BP2").blocks_because
    scene.cuff(600_000, 120, 80)
    assert scene.finding("BP2").is_releasable


def test_a_row_that_need_not_be_acknowledged_says_only_what_is_missing() -> None:
    scene = Scene((BP1,))
    scene.cuff(0, 155, 80)
    scene.cuff(60_000, 155, 80)
    words = blocks_because(BP1, scene.state("BP1"), scene.situation())
    assert words == (
        "needs systolic < 143.75 mmHg (115 % of baseline) (now 155 mmHg)"
        " in 2 new readings at least 120 s apart, has 0"
    )


def test_nothing_clears_what_nothing_clears() -> None:
    scene = Scene((LP2,), fitted=frozenset({Signal.LINE_PRESSURE}))
    for ms in (100, 200):
        scene.hear_at(ms, {Signal.LINE_PRESSURE: 500.0})
    state = scene.state("LP2")
    assert with_clearing(LP2, state, scene.situation()) is state
    assert state.demand is Demand.STOP
    assert blocks_because(LP2, state, scene.situation()).startswith("the session is stopped")


def test_what_the_end_of_the_session_holds_is_not_proven_clear_by_good_readings() -> None:
    """STOP: "none" in the clear column of clinical.md 3.2, whatever clears the milder rungs of the row."""
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.states = (replace(scene.state("BP2"), demand=Demand.STOP),)
    for ms in (60_000, 180_000, 300_000):
        scene.cuff(ms, 120, 80)
    assert scene.finding("BP2").is_present
    assert scene.state("BP2").clear_hits_ms == ()


def test_a_mild_rung_of_a_row_that_nothing_clears_stays_and_is_no_error() -> None:
    scene = Scene((LP2,), fitted=frozenset({Signal.LINE_PRESSURE}))
    state = replace(scene.state("LP2"), demand=Demand.PAUSE)
    assert with_clearing(LP2, state, scene.situation(frozenset({Signal.LINE_PRESSURE}))) is state
    proven = replace(state, is_clear=True, acknowledged=scene.now)
    assert not is_releasable(LP2, proven)
    assert (
        blocks_because(LP2, state, scene.situation()) == "nothing clears this row; the session must be ended"
    )


def test_a_heartbeat_adds_no_cuff_reading_to_the_proof_and_takes_none_away() -> None:
    """An old reading never clears (clinical.md 4): news of another signal leaves the count as it is."""
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.cuff(60_000, 120, 80)
    assert scene.state("BP2").clear_hits_ms == (60_000,)
    scene.hear_at(61_000, {Signal.HR: 70.0})
    assert scene.state("BP2").clear_hits_ms == (60_000,)
    forgotten = replace(scene.state("BP2"), clear_hits_ms=())
    at = scene.situation(frozenset({Signal.HR}))
    assert with_clearing(BP2, forgotten, at).clear_hits_ms == ()
    scene.cuff(180_000, 120, 80)
    assert scene.state("BP2").is_clear


@pytest.mark.parametrize("demand", [Demand.NONE, Demand.STOP])
def test_neither_an_idle_row_nor_a_stop_is_ever_releasable(demand: Demand) -> None:
    scene = Scene((BP2,))
    state = replace(scene.state("BP2"), demand=demand, is_clear=True, acknowledged=scene.now)
    assert not is_releasable(BP2, state)
    assert is_releasable(BP2, replace(state, demand=Demand.PAUSE))


def test_an_acknowledged_row_does_not_ask_for_it_again() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    assert "acknowledg" not in blocks_because(BP2, scene.state("BP2"), scene.situation())


def test_a_suspect_reading_is_no_step_of_the_proof() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.cuff(60_000, 100, 70, is_suspect=True)
    assert scene.state("BP2").clear_hits_ms == ()


def test_readings_of_a_proof_are_apart_from_the_last_one_counted() -> None:
    """Three readings 100 ms apart: one 50 ms after the second does not count, nor the same one twice."""
    three = replace(BP2, clear=replace(BP2.clear, readings=3, apart_ms=100))
    scene = Scene((three,))
    scene.cuff(0, 161, 80)
    for ms, counted in ((1_000, (1_000,)), (1_100, (1_000, 1_100)), (1_150, (1_000, 1_100))):
        scene.cuff(ms, 120, 80)
        assert scene.state("BP2").clear_hits_ms == counted
    assert not scene.state("BP2").is_clear
    any_two = replace(BP2, clear=replace(BP2.clear, readings=2, apart_ms=0))
    scene = Scene((any_two,))
    scene.cuff(0, 161, 80)
    scene.cuff(1_000, 120, 80)
    again = scene.situation(frozenset({Signal.SYS}))
    assert with_clearing(any_two, scene.state("BP2"), again).clear_hits_ms == (1_000,)
    scene.cuff(1_001, 120, 80)
    assert scene.state("BP2").is_clear


HELD = TripWhenStale(MaxAge(5000, Clock.LINK), Demand.PAUSE, Priority.HIGH)


@pytest.mark.parametrize("clear", [Clear(Not(_DOWN)), Clear(Not(_DOWN), for_ms=1000)])
def test_a_row_is_not_clear_while_one_of_its_questions_is_answered_yes(clear: Clear) -> None:
    """Clear and tripped at once would be a new excursion at every event, and no acknowledgement would last."""
    fast = Over(Signal.HR, Absolute(120))
    row = replace(BP2, when=fast, steps=BP2.steps[:1], clear=clear, on_stale=HELD, asks=None)
    scene = Scene((row,))
    scene.at(5001)
    scene.acknowledge()
    for ms in range(5100, 9000, 100):
        scene.at(ms)
        assert scene.finding("BP2").is_present
        assert scene.finding("BP2").is_acknowledged
        assert scene.finding("BP2").since_ms == 5001
    assert scene.finding("BP2").blocks_because.startswith(
        "needs the end of: no new heart rate for 8.9 s > 5 s"
    )
    scene.release()
    assert scene.demand("BP2") is Demand.PAUSE
    scene.hear_at(9000, {Signal.HR: 70.0})
    assert scene.finding("BP2").is_present is bool(clear.for_ms), "an unbroken stretch begins only now"
    scene.at(10_000)
    assert scene.finding("BP2").is_releasable
    scene.release()
    assert scene.demand("BP2") is Demand.NONE


def test_readings_prove_nothing_while_another_question_is_answered_yes_and_are_not_forgotten() -> None:
    """A sensor lost between two good cuff readings: the second counts once it is heard again."""
    quiet = OlderThan((Signal.HR,), 100_000, Clock.LINK)
    row = replace(BP2, steps=(*BP2.steps, Step(Demand.SLOW, Priority.MEDIUM, AT_ONCE, when=quiet)))
    scene = Scene((row,))
    scene.hear({Signal.HR: 70.0})
    scene.cuff(1000, 161, 80)
    scene.cuff(60_000, 120, 80)
    scene.cuff(180_000, 120, 80)
    assert scene.state("BP2").clear_hits_ms == (60_000,)
    assert scene.finding("BP2").is_present
    scene.hear_at(190_000, {Signal.HR: 70.0})
    assert scene.finding("BP2").is_present
    scene.cuff(200_000, 120, 80)
    assert not scene.finding("BP2").is_present


def test_what_a_noted_row_wants_is_not_asked_for_again() -> None:
    """Clinical.md 3.2 BP3: acknowledged with a note and proven clear, nothing stands in the way."""
    scene = Scene((BP3,))
    scene.cuff(0, 185, 112)
    scene.acknowledge()
    words = blocks_because(BP3, scene.state("BP3"), scene.situation())
    assert words.endswith("; needs a clinician's note with the acknowledgement")
    scene.acknowledge(is_noted=True)
    for ms in (60_000, 180_000):
        scene.cuff(ms, 118, 76)
    assert blocks_because(BP3, scene.state("BP3"), scene.situation()) == ""


def test_readings_that_need_not_be_apart_are_not_said_to() -> None:
    row = replace(BP1, clear=Clear(BP1.clear.when, readings=2))
    scene = Scene((row,))
    scene.cuff(0, 155, 80)
    scene.cuff(60_000, 155, 80)
    assert blocks_because(row, scene.state("BP1"), scene.situation()).endswith(" in 2 new readings, has 0")


def test_a_stretch_is_said_with_how_much_of_it_there_is() -> None:
    slow = Under(Signal.HR, Absolute(100))
    row = replace(BP1, when=Over(Signal.HR, Absolute(120)), clear=Clear(slow, for_ms=1_200_000))
    scene = Scene((row,))
    wish = "needs heart rate < 100 bpm (now {} bpm) for 1200 s, has {} s"
    for heard_ms, value, now_ms, held_s in ((0, 130, 0, 0), (1000, 130, 1000, 0), (2000, 70, 902_000, 900)):
        scene.hear_at(heard_ms, {Signal.HR: float(value)})
        scene.now = Stamp(now_ms, now_ms)
        words = blocks_because(row, scene.state("BP1"), scene.situation())
        assert words.replace(", measured anew", "") == wish.format(value, held_s)


def test_what_clears_at_once_is_said_without_a_time() -> None:
    row = replace(BP2, clear=Clear(Under(Signal.HR, Absolute(100))), is_latching=False)
    scene = Scene((row,))
    scene.hear({Signal.HR: 130.0})
    scene.cuff(0, 161, 80)
    words = blocks_because(row, scene.state("BP2"), scene.situation())
    assert words == "needs heart rate < 100 bpm (now 130 bpm)"


def test_a_proof_of_several_values_is_dated_by_the_newest() -> None:
    """SE1: scores on two scales, entered together and seen at different times."""
    calm = OneFresh((Over(Signal.MOAAS, Absolute(4)), Over(Signal.RASS, Absolute(-1), or_equal=True)))
    row = replace(BP2, clear=Clear(calm, readings=2, apart_ms=1000))
    scene = Scene((row,))
    scene.cuff(0, 161, 80)
    scene.cuff(1000, 120, 80)
    scene.now = Stamp(60_000, 60_000)
    scene.picture = observe(
        scene.picture,
        [
            Sample(signal, value, measured_ms, scene.now, "nurse", 9)
            for signal, value, measured_ms in ((Signal.MOAAS, 5.0, 30_000), (Signal.RASS, 0.0, 59_000))
        ],
    )
    scene.look(frozenset({Signal.MOAAS, Signal.RASS}))
    assert scene.state("BP2").clear_hits_ms == (59_000,)


def test_a_row_proven_clear_counts_from_nothing() -> None:
    """What comes next is a new excursion, and wants its own confirmation (clinical.md 3.2, BP1: two readings)."""
    scene = Scene((BP1,))
    for ms in (0, 60_000):
        scene.cuff(ms, 155, 80)
    for ms in (120_000, 240_000):
        scene.cuff(ms, 118, 76)
    state = scene.state("BP1")
    assert state.is_clear
    assert state.tallies == (Tally(),)
    assert not state.is_counting
