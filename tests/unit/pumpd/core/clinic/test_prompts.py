"""What is due, and in how long."""

from clinic_bench import CLINIC, ClinicBench, observed, recovered, treated

from interlocks.vocabulary import Signal
from pumpd.core.clinic.prompts import Prompt, prompts


def due(bench: ClinicBench) -> dict[str, int]:
    return {one.key: one.due_in_s for one in prompts(bench.state, CLINIC)}


def test_the_first_score_is_asked_for_five_minutes_after_the_start() -> None:
    """Facts/clinical.md 1 row 30; the one before the start is no score of the drug."""
    bench = treated()
    bench.is_attended = False
    elapsed_s = bench.state.session.elapsed_ms // 1000
    assert due(bench) == {"score": 300 - elapsed_s, "present": 600 - elapsed_s}


def test_then_every_ten_minutes_and_overdue_is_negative() -> None:
    """Rows 16 and 18."""
    bench = treated()
    bench.is_attended = False
    bench.score(Signal.MOAAS, 5)
    assert due(bench) == {"score": 600, "present": 600}
    bench.advance(300)
    assert due(bench)["score"] == 300
    bench.score(Signal.RASS, 0)
    assert due(bench)["score"] == 600, "either scale will do"
    bench.advance(605)
    assert due(bench) == {"score": -5, "present": -5}


def test_after_a_restart_what_was_entered_is_due_at_once() -> None:
    bench = treated()
    bench.is_attended = False
    bench.advance(400)
    bench.restart()
    assert due(bench) == {"score": 0, "present": 0}


def test_after_the_end_the_next_set_is_due_and_when_all_is_well_none() -> None:
    bench = observed()
    assert due(bench) == {"observe": 15 * 60 - 2}
    bench.leap(16)
    assert due(bench) == {"observe": -62}
    assert prompts(bench.state, CLINIC)[0].text == "Observe the patient, 15 min after the end"
    assert due(recovered()) == {}


def test_the_bench_and_an_idle_channel_prompt_nothing() -> None:
    assert prompts(treated().state, ClinicBench().policy) == ()
    assert prompts(ClinicBench(CLINIC).state, CLINIC) == ()


def test_the_sentence_counts_minutes_not_seconds() -> None:
    assert Prompt("score", "Score", 61).sentence == "Score: due in 2 min"
    assert Prompt("score", "Score", 0).sentence == "Score now"
    assert Prompt("score", "Score", -61).sentence == "Score: overdue by 1 min"
