"""What the course puts before an order and a start, each alone, at its limit, and never on the bench."""

from dataclasses import replace

import pytest
from channel_bench import verified
from clinic_bench import CLINIC, WALL_MS, ClinicBench, observed, ready, recovered, said

from interlocks.vocabulary import Baseline, Signal
from pumpd.core import actions as do
from pumpd.core.clinic import gates
from pumpd.core.clinic.course import Care
from pumpd.core.gates import start_blockers
from pumpd.core.session import Phase

HOUR_MS = 3_600_000


def test_with_everything_done_nothing_stands_before_a_start() -> None:
    bench = ready()
    assert start_blockers(bench.state, CLINIC) == ()
    assert bench.step == "start"
    assert said(bench.start()).startswith("accepted: started")
    assert bench.state.session.phase is Phase.INFUSING


def test_the_bench_asks_for_none_of_it() -> None:
    """No [clinic] table: the course of before."""
    bench = verified()
    assert bench.state.care == Care()
    assert gates.start_blockers(bench.state, bench.policy, "no baseline") == ()
    assert bench.shown["start_blocked_by"] == []
    assert said(bench.start()).startswith("accepted")


def test_nothing_done_is_told_piece_by_piece() -> None:
    """Facts/clinical.md 3.3, START."""
    bench = ClinicBench(CLINIC)
    bench.order()
    bench.verify()
    assert gates.start_blockers(bench.state, CLINIC, "none") == (
        "the checklist is not answered yet",
        "the line is not primed yet",
        "no MOAA/S entered yet: needs 5, at most 15 min old",
    )
    assert set(gates.start_blockers(bench.state, CLINIC, "none")) < set(bench.shown["start_blocked_by"])


def test_an_answer_that_blocks_is_named_and_stops_the_start() -> None:
    """Facts/clinical.md 1 row 22: any yes is a hard block."""
    bench = ready()
    bench.checklist(pregnancy="yes", cuff_arm="no")
    reasons = (
        "checklist: Pregnant, or possibly pregnant? yes (pregnancy): no start",
        "checklist: Is the cuff on the arm without the infusion? no (cuff-arm): no start",
    )
    assert gates.checklist_blockers(bench.state) == reasons
    (answer,) = bench.start(accept_soft=("baseline_above_soft",))
    assert (answer.stage, answer.reasons) == (do.Stage.REFUSED, reasons)
    bench.checklist()
    assert said(bench.start()).startswith("accepted")


def test_a_score_is_good_for_fifteen_minutes() -> None:
    bench = ready()
    entered = bench.state.picture.newest(Signal.MOAAS)
    assert entered is not None
    for age_ms, reasons in ((15 * 60_000, ()), (16 * 60_000, ("MOAA/S is 16 min old (limit 15 min)",))):
        now = replace(bench.now, ms=entered.measured_ms + age_ms)
        assert gates.score_blockers(replace(bench.state, now=now)) == reasons


def test_a_score_below_five_does_not_start_however_fresh() -> None:
    bench = ready()
    bench.score(Signal.MOAAS, 4)
    assert "MOAA/S 4: needs 5" in said(bench.start())


@pytest.mark.parametrize(
    ("sys", "dia", "text"),
    [
        (140, 90, ""),
        (141, 80, "baseline 141/80 mmHg is above 140/90 mmHg"),
        (120, 91, "baseline 120/91 mmHg is above 140/90 mmHg"),
        (160, 100, "baseline 160/100 mmHg is above 140/90 mmHg"),
        (161, 80, ""),
        (120, 101, ""),
    ],
)
def test_the_soft_pair_lies_below_the_hard_one(sys: float, dia: float, text: str) -> None:
    """Above 160/100 no code helps: that is the gate of every site."""
    assert gates.soft_baseline(Baseline(sys=sys, dia=dia)) == text


def high() -> ClinicBench:
    bench = ready()
    bench.advance(61)
    bench.cuff(146, 88)
    bench.advance(61)
    bench.cuff(146, 88)
    bench.advance(1)
    return bench


def test_a_baseline_above_the_soft_pair_starts_only_when_a_person_accepts_it() -> None:
    bench = high()
    reason = (
        "baseline 146/88 mmHg is above 140/90 mmHg (may be accepted with --accept-soft baseline_above_soft)"
    )
    assert said(bench.start()) == f"refused: {reason}"
    assert bench.care["soft"] == [
        {"code": "baseline_above_soft", "text": "baseline 146/88 mmHg is above 140/90 mmHg"}
    ]
    assert said(bench.start(accept_soft=("baseline_above_soft",))).startswith("accepted")
    assert bench.state.care.log[-1].text == "accepted: baseline 146/88 mmHg is above 140/90 mmHg"


def test_what_cannot_be_accepted_is_refused_by_name() -> None:
    assert said(ready().start(accept_soft=("dose",))) == "refused: dose is not a limit that can be accepted"


def test_an_order_waits_for_the_closing_of_the_session_before() -> None:
    bench = observed()
    assert said(bench.order()) == "refused: session 1 is not closed: observe the patient, then close it"
    done = recovered()
    assert said(done.order()).startswith("refused")
    done.close()
    assert said(done.order()).startswith("accepted")
    assert done.step == "verify"


def test_a_session_that_was_stopped_before_its_start_needs_no_closing() -> None:
    bench = ready()
    bench.stop()
    assert bench.step == "closed"
    assert bench.word == "STOPPED"
    assert said(bench.order()).startswith("accepted")


def test_a_second_session_within_24_h_is_refused_at_the_order() -> None:
    bench = ClinicBench(CLINIC)
    bench.past_wall_ms = (WALL_MS - 3 * HOUR_MS,)
    assert said(bench.order()) == "refused: the last session began 3 h 0 min ago (limit 24 h)"


def test_a_session_begun_elsewhere_since_the_order_stops_the_start() -> None:
    """Two orders for one patient at two beds."""
    bench = ready()
    bench.past_wall_ms = (bench.wall_ms - 60_000,)
    assert said(bench.start()) == "refused: the last session began 0 h 1 min ago (limit 24 h)"


def test_a_soft_limit_of_the_series_is_accepted_by_its_code_beside_those_of_the_dose() -> None:
    bench = ClinicBench(CLINIC)
    bench.past_wall_ms = tuple(WALL_MS - days * 24 * HOUR_MS for days in (6, 4, 2))
    assert "--accept-soft week_above_soft" in said(bench.order())
    codes = ("week_above_soft", "dose_above_soft", "dose_rate_above_soft")
    accepted = bench.order(accept_soft=codes, dose_mg_per_kg="0.6", override_reason="no response yet")
    assert "week" not in said(accepted)
    series = bench.care["series"]
    assert (series["number"], series["of"]) == (4, 6)
    assert series["last_wall_ms"] == WALL_MS - 2 * 24 * HOUR_MS
    assert [(one["number"], one["is_this"]) for one in series["begun"]] == [
        (1, False),
        (2, False),
        (3, False),
    ]
    assert series["warnings"] == ["this is session 4 within 7 days (limit 3 sessions)"]
    assert bench.state.care.log[-1].text.endswith(f"accepted: {series['warnings'][0]}")
