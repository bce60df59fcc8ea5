"""Twenty simulated people treated from the order to the end: nobody gets too much, and every end has a reason.

`./run cohort` treats hundreds and writes docs/cohort.md; here a few must keep what is true of each of them.
"""

from collections import Counter
from pathlib import Path

import pytest
from cohort.run_cohort import main, treat_all
from cohort.table import page
from cohort.treatment import Outcome, treat

from hil_sim.population import draw

SEED, SESSIONS = 7, 10
#: Rows about the patient and the course; any other row would have found a fault in pump, line or daemon.
OF_THE_PATIENT = ("BP", "HR", "SP", "RR", "SE", "ST1", "QA", "VT2", "PR", "CY")


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return treat_all(SESSIONS, SEED, workers=2)


@pytest.mark.timeout(400)
def test_everybody_is_treated_and_every_end_has_its_reason(outcomes: list[Outcome]) -> None:
    assert [one.number for one in outcomes] == list(range(SESSIONS))
    assert not [one for one in outcomes if one.outcome == "open"]
    assert all(one.because for one in outcomes if one.outcome in ("refused", "stopped"))
    assert Counter(one.outcome for one in outcomes)["completed"] >= SESSIONS // 2


@pytest.mark.timeout(400)
def test_nobody_gets_more_than_was_prescribed_and_who_completes_gets_all_of_it(
    outcomes: list[Outcome],
) -> None:
    """I1; facts/clinical.md 2.2: the rounded dose differs by at most 1 %. One readback may pass before the end is seen."""
    for one in outcomes:
        assert one.given_mg <= 1.01 * one.prescribed_mg
        if one.outcome == "completed":
            assert one.given_mg >= 0.99 * one.prescribed_mg
            assert one.minutes >= 39.5


@pytest.mark.timeout(400)
def test_no_row_finds_a_fault_where_there_is_none(outcomes: list[Outcome]) -> None:
    """Pump, broker and daemon are sound throughout: FL1, ST3, WD1 and their like stay silent in hours of running."""
    tripped = {row for one in outcomes for row, _ in one.trips}
    assert {row for row in tripped if not row.startswith(OF_THE_PATIENT)} == set()


@pytest.mark.timeout(400)
def test_a_session_without_any_restriction_takes_its_forty_minutes(outcomes: list[Outcome]) -> None:
    untouched = [o for o in outcomes if o.outcome == "completed" and all(d == "ADVISE" for _, d in o.trips)]
    assert untouched
    assert all(39.5 <= one.minutes <= 41 for one in untouched)


@pytest.mark.timeout(400)
def test_the_same_number_is_the_same_session_and_another_seed_is_not(outcomes: list[Outcome]) -> None:
    assert treat(SEED, 3) == outcomes[3]
    assert draw(SEED + 1, 3) != draw(SEED, 3)


@pytest.mark.timeout(400)
def test_the_page_counts_every_session_once(outcomes: list[Outcome]) -> None:
    text = page(outcomes, SEED, "./run cohort")
    started = sum(one.outcome != "refused" for one in outcomes)
    assert f"| sessions ordered | {SESSIONS} |" in text
    assert f"| started | {started} |" in text
    assert "| BP1 | 20 % over baseline |" in text


def test_a_cohort_in_which_nobody_starts_has_a_page_too() -> None:
    text = page([Outcome(0, "refused", ("baseline 171/92 mmHg is above 160/100 mmHg",))], 1, "./run cohort")
    assert "| - baseline N/N mmHg is above N/N mmHg | 1 |" in text


def test_the_command_writes_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cohort.md"
    assert main(["--sessions", "1", "--workers", "1", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") in capsys.readouterr().out
