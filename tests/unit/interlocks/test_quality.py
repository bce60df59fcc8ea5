"""Readings refused, and readings kept with a doubt."""

from math import nan

import pytest
from rule_scene import Scene

from interlocks.quality import RefusedInARow, SuspectReading
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Signal, Stamp, Truth

AGE = MaxAge(390_000, Clock.TREATMENT)
THREE = RefusedInARow(3)
SUSPECT = SuspectReading()


@pytest.mark.parametrize(
    ("rejects", "answer"),
    [
        ((), Truth.FALSE),
        (((Signal.SYS, 2), (Signal.DIA, 2)), Truth.FALSE),
        (((Signal.SYS, 2), (Signal.DIA, 3)), Truth.TRUE),
        (((Signal.HR, 3), (Signal.SPO2, 30)), Truth.FALSE),
        (((Signal.SYS, 3), (Signal.DIA, -1)), Truth.ERROR),
    ],
)
def test_three_refused_cuff_readings_are_counted_and_what_comes_every_second_is_not(
    rejects: tuple[tuple[Signal, int], ...], answer: Truth
) -> None:
    """Clinical.md 4: three rejects in a row."""
    assert THREE.truth(Scene((), rejects=rejects).situation(), AGE) is answer


def test_refusals_are_named() -> None:
    situation = Scene(
        (), rejects=((Signal.SYS, 4), (Signal.DIA, 2), (Signal.MAP, 3), (Signal.SPO2, 9))
    ).situation()
    assert (
        THREE.sentence(situation) == "4 readings of systolic and 3 readings of mean pressure refused in a row"
    )
    assert THREE.wanted(Scene(()).situation()) == "no readings refused in a row"
    assert THREE.samples(situation) == ()
    assert THREE.is_timed(), "a refused reading is no new sample"


def test_one_suspect_value_makes_the_reading_suspect() -> None:
    scene = Scene(())
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.STALE
    scene.cuff(0, 120, 80)
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.FALSE
    scene.now = scene.now.__class__(60_000, 60_000)
    scene.hear({Signal.SYS: 190.0}, is_suspect=True)
    scene.hear({Signal.DIA: 90.0})
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.TRUE
    said = "the newest cuff reading (systolic 190 mmHg) is more than 30 % from the one before, or hardly possible"
    assert SUSPECT.sentence(scene.situation()) == said
    scene.cuff(120_000, 125, 80)
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.FALSE
    assert SUSPECT.wanted(scene.situation()).startswith("no cuff reading")
    assert len(SUSPECT.samples(scene.situation())) == 2


def test_half_a_reading_and_an_old_one_prove_nothing_and_nan_is_an_error() -> None:
    scene = Scene(())
    scene.cuff(0, 120, 80)
    scene.hear_at(60_000, {Signal.SYS: 121.0})
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.STALE
    scene.cuff(70_000, 120, 80, is_suspect=True)
    scene.at(460_000)
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.TRUE
    scene.at(460_001)
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.STALE
    scene.cuff(470_000, 120, nan)
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.ERROR


def test_the_cuff_decides_and_nothing_but_a_reading() -> None:
    assert SUSPECT.signals() == {Signal.SYS, Signal.DIA, Signal.MAP}
    assert SUSPECT.members() == ()
    assert not SUSPECT.is_timed()


def test_a_signal_never_refused_is_counted_as_such_and_hides_no_other() -> None:
    rejects = ((Signal.HR, 9), (Signal.SYS, 0), (Signal.DIA, 3))
    assert THREE.truth(Scene((), rejects=rejects).situation(), AGE) is Truth.TRUE
    assert THREE.truth(Scene((), rejects=rejects[:2]).situation(), AGE) is Truth.FALSE


def test_a_reading_is_as_old_as_its_oldest_value_to_arrive() -> None:
    scene = Scene(())
    scene.hear({Signal.SYS: 120.0})
    scene.now = Stamp(0, 1000)  # the diastolic of the same cycle comes a second later
    scene.hear({Signal.DIA: 80.0})
    scene.at(0, link_ms=10_500)
    assert SUSPECT.truth(scene.situation(), MaxAge(10_500, Clock.LINK)) is Truth.FALSE
    assert SUSPECT.truth(scene.situation(), MaxAge(10_000, Clock.LINK)) is Truth.STALE


def test_a_suspect_pulse_of_the_same_instant_is_no_part_of_the_reading() -> None:
    scene = Scene(())
    scene.cuff(1000, 120, 80)
    scene.hear({Signal.HR: 190.0}, is_suspect=True)
    assert SUSPECT.truth(scene.situation(), AGE) is Truth.FALSE
