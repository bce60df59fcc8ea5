"""A set of observations takes what is measured now, or says what is missing."""

import pytest
from clinic_bench import observed, said

from interlocks.vocabulary import Signal
from pumpd.core import actions as do


def test_a_set_is_what_the_monitor_says_and_what_the_person_sees() -> None:
    bench = observed()
    answers = bench.look(15, sys=131, dia=80, dissociation=1, note="a little far away")
    text = "+15 min: 131/80 mmHg, 72 /min, SpO2 97 %, MOAA/S 5, dissociation 1; a little far away"
    assert said(answers) == f"accepted: {text}; dissociation 1: needs 0"
    (one,) = bench.state.care.observations
    assert (one.slot_min, one.by, one.wall_ms, one.is_recovered) == (15, "nina", bench.wall_ms, False)
    assert bench.state.care.log[-1].text == text
    assert bench.of(do.NoteAct)[-1].text == f"observe: {text}"


def test_an_old_cuff_reading_is_refused_with_its_age_and_a_new_one_is_asked_for() -> None:
    """As before a resume: 120 s."""
    bench = observed()
    bench.leap(15)
    bench.sample((Signal.HR, 72), (Signal.SPO2, 97))
    bench.forget()
    refusal = said(bench.observe())
    assert refusal.startswith("refused: newest cuff reading is ")
    assert refusal.endswith("s old (limit 120 s); one has been requested")
    assert [one.reason for one in bench.of(do.RequestReading)] == ["observe"]
    bench.cuff(125, 78)
    assert said(bench.observe()).startswith("accepted")


def test_pulse_and_saturation_must_be_fresh_too() -> None:
    bench = observed()
    bench.leap(15)
    bench.cuff(125, 78)
    refusal = said(bench.observe())
    assert "heart rate is " in refusal
    assert "SpO2 is " in refusal
    assert refusal.count("(limit 10 s)") == 2


def test_after_a_restart_nothing_measured_is_known_any_more() -> None:
    bench = observed()
    bench.restart()
    bench.leap(15)
    assert said(bench.observe()) == "refused: no cuff reading; one has been requested; no heart rate; no SpO2"


@pytest.mark.parametrize(
    ("moaas", "dissociation", "reason"),
    [
        (6, 0, "MOAA/S 6 is not on its scale, 0 to 5"),
        (-1, 0, "MOAA/S -1 is not on its scale, 0 to 5"),
        (5, 11, "dissociation 11 is not on its scale, 0 to 10"),
        (5, -1, "dissociation -1 is not on its scale, 0 to 10"),
    ],
)
def test_what_is_off_its_scale_is_refused_with_the_scale(moaas: int, dissociation: int, reason: str) -> None:
    """Law 10."""
    bench = observed()
    assert said(bench.look(15, moaas=moaas, dissociation=dissociation)) == f"refused: {reason}"
    assert bench.state.care.observations == ()


def test_a_set_that_nobody_wants_now_is_refused_with_the_time_of_the_next() -> None:
    bench = observed()
    assert "the first observation is due in " in said(bench.look(5))
