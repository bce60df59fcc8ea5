"""The judgement at the end: what the record says against what the simulator knows and the scenario expects."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import session_journal
from channel_bench import POLICY, Bench, infusing

from pumpd.demo.stage import Places
from pumpd.demo.verdict import Verdict, as_json, judge, show

EXPECTED = {"trips": [{"rule": "LP1", "action": "PAUSE"}], "completed": True, "delivered_mg": [34.0, 35.35]}


@cache
def played() -> Bench:
    """A whole dose; on the way the line is blocked, freed, and a nurse resumes and restores the rate."""
    bench = infusing()
    bench.advance(300)
    bench.cuff(126, 79)
    bench.line_mmhg = 320
    bench.advance(1)
    bench.line_mmhg = 25
    bench.advance(20)
    bench.acknowledge()
    bench.resume()
    bench.advance(290)
    bench.cuff(126, 79)
    bench.advance(20)
    bench.restore()
    for _ in range(8):
        bench.advance(290)
        bench.cuff(126, 79)
    return bench


@cache
def played_rows() -> list[session_journal.Row]:
    return session_journal.rows_of(played().events, POLICY)


def judged(folder: Path, expected: dict[str, Any] = EXPECTED, plunger_nl: int | None = None) -> Verdict:
    places = Places(folder)
    session_journal.write(places.journal, {"bed-1": played_rows()})
    moved = played().pump.true_nl if plunger_nl is None else plunger_nl
    lines = [json.dumps({"t_s": t, "plunger_nl": nl, "patient_nl": nl}) for t, nl in ((0, 0), (3000, moved))]
    places.truth.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return judge(places, expected, folder / "report.html", lambda _: POLICY)


def test_a_session_as_expected_has_no_failure_and_a_report(tmp_path: Path) -> None:
    verdict = judged(tmp_path)
    assert verdict.failures == ()
    answer = as_json(verdict)
    assert answer["completed"] is True
    assert answer["prescribed_mg"] == 35.0
    assert 34.9 <= answer["delivered_mg"] <= 35.0
    assert answer["delivered_low_mg"] <= answer["plunger_mg"] <= answer["delivered_high_mg"]
    assert [(one["rule"], one["action"]) for one in answer["trips"]] == [("LP1", "PAUSE")]
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_plunger_outside_the_dose_interval_is_a_failure_that_names_both(tmp_path: Path) -> None:
    verdict = judged(tmp_path, plunger_nl=17_200_000)
    assert any("34.4 mg is outside the dose interval" in one for one in verdict.failures)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"trips": []}, "trips were LP1 PAUSE, expected none"),
        ({"completed": False}, "session ended completed"),
        ({"delivered_mg": [10.0, 12.0]}, "is outside 10 to 12 mg"),
    ],
)
def test_each_expectation_that_does_not_hold_is_a_sentence(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    verdict = judged(tmp_path, {**EXPECTED, **change})
    assert any(says in one for one in verdict.failures)


def test_the_closing_table_says_what_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(judged(tmp_path, {**EXPECTED, "completed": False}), tmp_path / "report.html")
    printed = capsys.readouterr().out
    assert "prescribed" in printed
    assert "NOT AS EXPECTED" in printed
    assert "every expectation" not in printed
