"""Silence speaks by the clock alone."""

from dataclasses import replace

import pytest
from rule_scene import CALM_FLOW, Scene

from interlocks.picture import observe
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Flag, Sample, Signal, Stamp, Truth

ANY = MaxAge(0, Clock.LINK)
PAIR = OlderThan((Signal.HR, Signal.SPO2), 10_000, Clock.LINK)


def test_the_worst_age_of_the_signals_counts() -> None:
    """ST2: one of two alive is not enough."""
    scene = Scene(())
    scene.hear({Signal.HR: 70.0, Signal.SPO2: 98.0})
    scene.hear_at(10_001, {Signal.HR: 70.0})
    assert PAIR.truth(scene.situation(), ANY) is Truth.TRUE
    assert PAIR.sentence(scene.situation()) == "no new SpO2 for 10.001 s > 10 s"
    assert len(PAIR.samples(scene.situation())) == 2
    assert "older than 10 s" in PAIR.wanted(scene.situation())


def test_a_signal_never_seen_is_as_old_as_the_guarding() -> None:
    scene = Scene(())
    situation = replace(scene.situation(), guarding_since=Stamp(5000, 5000))
    assert PAIR.truth(replace(situation, now=Stamp(15_000, 15_000)), ANY) is Truth.FALSE
    assert PAIR.truth(replace(situation, now=Stamp(15_000, 15_001)), ANY) is Truth.TRUE
    treatment = OlderThan((Signal.SYS,), 10_000, Clock.TREATMENT)
    assert treatment.truth(replace(situation, now=Stamp(15_001, 5001)), ANY) is Truth.TRUE


def test_line_pressure_nobody_measures_cannot_be_silent() -> None:
    line = OlderThan((Signal.LINE_PRESSURE,), 2000, Clock.LINK)
    scene = Scene((), now=Stamp(9000, 9000))
    assert line.truth(scene.situation(), ANY) is Truth.FALSE
    scene.fitted = frozenset({Signal.LINE_PRESSURE})
    assert line.truth(scene.situation(), ANY) is Truth.TRUE


def test_a_flag_speaks_while_it_is_present() -> None:
    condition = FlagUp((Flag.BROKER_DOWN,), "the link is down")
    scene = Scene((), flags=frozenset({Flag.WRONG_PATIENT}))
    assert condition.truth(scene.situation(), ANY) is Truth.FALSE
    scene.flags = frozenset({Flag.BROKER_DOWN})
    assert condition.truth(scene.situation(), ANY) is Truth.TRUE
    assert condition.sentence(scene.situation()) == condition.wanted(scene.situation()) == "the link is down"
    assert condition.samples(scene.situation()) == ()
    assert condition.is_timed()


@pytest.mark.parametrize(("age_ms", "answer"), [(1000, Truth.FALSE), (1001, Truth.TRUE), (None, Truth.TRUE)])
def test_a_pump_is_silent_after_its_limit_or_if_it_never_spoke(age_ms: int | None, answer: Truth) -> None:
    """Faults rows 19 and 38."""
    scene = Scene((), flow=replace(CALM_FLOW, report_age_link_ms=age_ms))
    assert ReportOlderThan(1000, only_running=True).truth(scene.situation(), ANY) is answer
    said = {1000: "pump silent for 1000 ms, limit 1000 ms", 1001: "pump silent for 1001 ms, limit 1000 ms"}
    words = said.get(age_ms or 0, "no believable report from the pump yet")
    condition = ReportOlderThan(1000, only_running=True)
    assert condition.sentence(scene.situation()) == condition.wanted(scene.situation()) == words


def test_a_pause_ends_the_running_but_not_the_silence() -> None:
    scene = Scene((), flow=replace(CALM_FLOW, report_age_link_ms=5000, is_running=False))
    assert ReportOlderThan(1000, only_running=True).truth(scene.situation(), ANY) is Truth.FALSE
    assert ReportOlderThan(1000, only_running=False).truth(scene.situation(), ANY) is Truth.TRUE


def test_every_signal_that_is_too_old_is_named() -> None:
    """One sentence tells a nurse what to look for: the probe, or the whole monitor."""
    scene = Scene(())
    scene.hear({Signal.HR: 70.0, Signal.SPO2: 98.0})
    scene.at(31_000)
    both = OlderThan((Signal.HR, Signal.SPO2), 30_000, Clock.LINK)
    assert both.sentence(scene.situation()) == "no new heart rate and SpO2 for 31 s > 30 s"
    scene.hear({Signal.HR: 70.0})
    scene.hear({Signal.SPO2: 98.0})
    assert both.sentence(scene.situation()) == "no new heart rate and SpO2 for 0 s <= 30 s"


def test_a_signal_not_every_monitor_sends_is_watched_from_its_first_value_on() -> None:
    """ST2 and breathing."""
    watch = OlderThan((Signal.HR,), 10_000, Clock.LINK, if_heard=(Signal.RR, Signal.BREATH_GAP))
    scene = Scene(())
    scene.hear({Signal.HR: 70.0})
    scene.at(10_000)
    assert watch.truth(scene.situation(), ANY) is Truth.FALSE
    scene.hear({Signal.RR: 14.0})
    scene.hear_at(20_001, {Signal.HR: 70.0})
    assert watch.truth(scene.situation(), ANY) is Truth.TRUE
    assert watch.sentence(scene.situation()) == "no new respiration rate for 10.001 s > 10 s"
    assert watch.wanted(scene.situation()) == "heart rate and respiration rate older than 10 s"
    assert [sample.signal for sample in watch.samples(scene.situation())] == [Signal.HR, Signal.RR]


def test_signals_that_stand_in_for_one_another_are_silent_together() -> None:
    """SE0: either scale is enough."""
    scores = OlderThan((Signal.MOAAS, Signal.RASS), 600_000, Clock.TREATMENT, is_any_enough=True)
    scene = Scene(())
    scene.at(600_001)
    assert scores.truth(scene.situation(), ANY) is Truth.TRUE
    scene.hear({Signal.RASS: 0.0})
    assert scores.truth(scene.situation(), ANY) is Truth.FALSE
    scene.at(1_200_001)
    assert scores.truth(scene.situation(), ANY) is Truth.FALSE
    scene.at(1_200_002)
    assert scores.truth(scene.situation(), ANY) is Truth.TRUE
    said = "no new sedation score MOAA/S or sedation score RASS for 600.001 s > 600 s"
    assert scores.sentence(scene.situation()) == said
    assert " or " in scores.wanted(scene.situation())


def test_the_age_on_the_link_is_the_arrivals_and_in_the_treatment_the_worse_of_both() -> None:
    """Faults row 47: a backlog arrives now and was measured long ago."""
    scene = Scene((), now=Stamp(20_000, 20_000))
    late = Sample(Signal.HR, 70.0, 0, Stamp(19_000, 19_000), "monitor-1", 1)
    scene.picture = observe(scene.picture, [late])
    link = OlderThan((Signal.HR,), 10_000, Clock.LINK)
    treatment = OlderThan((Signal.HR,), 10_000, Clock.TREATMENT)
    assert link.truth(scene.situation(), ANY) is Truth.FALSE
    assert link.sentence(scene.situation()) == "no new heart rate for 1 s <= 10 s"
    assert treatment.truth(scene.situation(), ANY) is Truth.TRUE
    assert treatment.sentence(scene.situation()) == "no new heart rate for 20 s > 10 s"


@pytest.mark.parametrize(("clock", "other"), [(Clock.TREATMENT, 0), (Clock.LINK, 1)])
def test_what_was_never_seen_is_missed_from_the_beginning_of_the_guarding_on(
    clock: Clock, other: int
) -> None:
    unseen = OlderThan((Signal.HR,), 10_000, clock)
    situation = replace(Scene(()).situation(), guarding_since=Stamp(5000, 5000))
    for ms, answer in ((15_000, Truth.FALSE), (15_001, Truth.TRUE)):
        now = Stamp(ms, 5000) if clock is Clock.TREATMENT else Stamp(5000, ms)
        assert unseen.truth(replace(situation, now=now), ANY) is answer


def test_a_signal_nobody_measures_is_of_no_age() -> None:
    line = OlderThan((Signal.LINE_PRESSURE,), 2000, Clock.LINK)
    scene = Scene((), now=Stamp(9000, 9000))
    assert line.sentence(scene.situation()) == "no new line pressure for 0 s <= 2 s"


def test_nothing_to_watch_yet_is_no_silence() -> None:
    watch = OlderThan((), 10_000, Clock.LINK, if_heard=(Signal.RR,))
    scene = Scene((), now=Stamp(90_000, 90_000))
    assert watch.truth(scene.situation(), ANY) is Truth.FALSE


@pytest.mark.parametrize(
    ("pulse_ms", "spo2_ms", "said"),
    [
        (0, 5000, "no new heart rate and SpO2 for 40 s > 30 s"),
        (0, 10_000, "no new heart rate for 40 s > 30 s"),
        (10_000, 20_000, "no new heart rate for 30 s <= 30 s"),
        (20_000, 10_000, "no new SpO2 for 30 s <= 30 s"),
    ],
)
def test_only_what_is_too_old_is_named_or_else_the_oldest(pulse_ms: int, spo2_ms: int, said: str) -> None:
    scene = Scene(())
    for ms, signal in sorted([(pulse_ms, Signal.HR), (spo2_ms, Signal.SPO2)]):
        scene.hear_at(ms, {signal: 90.0})
    scene.at(40_000)
    assert OlderThan((Signal.HR, Signal.SPO2), 30_000, Clock.LINK).sentence(scene.situation()) == said


def test_one_flag_of_several_is_enough() -> None:
    either = FlagUp((Flag.BROKER_DOWN, Flag.WRONG_PATIENT), "something is wrong")
    assert either.truth(Scene((), flags=frozenset({Flag.WRONG_PATIENT})).situation(), ANY) is Truth.TRUE
