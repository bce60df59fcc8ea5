"""What came of it: the daemon's record against the simulator's truth and the scenario's expectations.

Theory of operation. The record is read from the journal, as any report is; the truth is the simulated plunger's own
position, which the daemon never sees. An expectation that does not hold is a sentence in `failures`, and the
demonstration then fails.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pumpd.core.dose import volume_to_dose_ng
from pumpd.core.session import Phase
from pumpd.core.state import Policy
from pumpd.core.units import format_mg
from pumpd.demo.stage import BED, Places
from pumpd.report.gather import gather, read_truth
from pumpd.report.page import page
from pumpd.report.session_record import SessionRecord, Trip, Truth

_NG_PER_MG = 1_000_000
#: Trips that move the pump; advice does not count as an act of the interlocks.
_MOVING = ("SLOW", "PAUSE", "STOP")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judged demonstration; doses in nanograms."""

    record: SessionRecord
    truth: Truth
    prescribed_ng: int
    low_ng: int
    delivered_ng: int
    high_ng: int
    plunger_ng: int
    duration_s: int
    is_completed: bool
    trips: tuple[Trip, ...]
    failures: tuple[str, ...]


def judge(
    places: Places, expected: Mapping[str, Any], report: Path, policy_from: Callable[[str], Policy]
) -> Verdict:
    """Read record and truth, compare, and write the HTML report.

    Args:
        places: where the demonstration's files are.
        expected: the scenario's `expect` table.
        report: the HTML page to write.
        policy_from: makes a channel's policy from the body of its configuration record.
    """
    record, truth = gather(places.journal, policy_from, BED), read_truth(places.truth)
    programme, given = record.session.programme, record.given
    if programme is None or given is None:
        raise ValueError("the journal holds no started session")

    def ng(volume_nl: int) -> int:
        return volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml)

    trips = tuple(one for one in record.story.trips if one.demand in _MOVING)
    verdict = Verdict(
        record=record,
        truth=truth,
        prescribed_ng=programme.dose_ng,
        low_ng=ng(given.low_nl),
        delivered_ng=ng(given.best_nl),
        high_ng=ng(given.high_nl),
        plunger_ng=ng(truth.plunger_nl),
        duration_s=(record.story.ended_ms or record.story.until_ms) // 1000,
        is_completed=record.session.phase is Phase.COMPLETED,
        trips=trips,
        failures=(),
    )
    failures = tuple(_failures(verdict, expected))
    report.write_text(page(record, truth), encoding="utf-8")
    return replace(verdict, failures=failures)


def _failures(verdict: Verdict, expected: Mapping[str, Any]) -> list[str]:
    found = []
    wanted = [(one["rule"], one["action"]) for one in expected["trips"]]
    seen = [(one.rule, one.demand) for one in verdict.trips]
    if seen != wanted:
        found.append(f"trips were {_pairs(seen)}, expected {_pairs(wanted)}")
    found.extend(
        f"{one.rule} {one.demand} was never seen at the pump"
        for one in verdict.trips
        if one.effect == "not seen"
    )
    if verdict.is_completed != expected["completed"]:
        found.append(f"session ended {verdict.record.session.phase.value}, expected completed")
    low_mg, high_mg = expected["delivered_mg"]
    for name, dose_ng in (("pump counter", verdict.delivered_ng), ("simulated plunger", verdict.plunger_ng)):
        if not low_mg * _NG_PER_MG <= dose_ng <= high_mg * _NG_PER_MG:
            found.append(f"{name} {format_mg(dose_ng, 2)} is outside {low_mg:g} to {high_mg:g} mg")
    if not verdict.low_ng <= verdict.plunger_ng <= verdict.high_ng:
        interval = f"{format_mg(verdict.low_ng, 3)} to {format_mg(verdict.high_ng, 3)}"
        found.append(
            f"simulated plunger {format_mg(verdict.plunger_ng, 3)} is outside the dose interval {interval}"
        )
    if not verdict.record.proof.is_whole:
        found.append(f"the journal is not whole: {verdict.record.proof.reason}")
    return found


def _pairs(pairs: list[tuple[str, str]]) -> str:
    return ", ".join(f"{rule} {action}" for rule, action in pairs) or "none"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The figures a bench reads.

    `reaction_ms`: link time from the crossing sample's arrival to the effect read back from the pump; 0 where the
    pump was already as demanded ("already"); null where the effect was never seen.
    """
    return {
        "prescribed_mg": verdict.prescribed_ng / _NG_PER_MG,
        "delivered_mg": verdict.delivered_ng / _NG_PER_MG,
        "delivered_low_mg": verdict.low_ng / _NG_PER_MG,
        "delivered_high_mg": verdict.high_ng / _NG_PER_MG,
        "plunger_mg": verdict.plunger_ng / _NG_PER_MG,
        "duration_s": verdict.duration_s,
        "completed": verdict.is_completed,
        "trips": [
            {
                "rule": one.rule,
                "action": one.demand,
                "reaction_ms": 0 if one.effect == "already" else one.reaction_ms,
                "effect": one.effect,
                "reason": one.reason,
            }
            for one in verdict.trips
        ],
        "failures": list(verdict.failures),
    }


def show(verdict: Verdict, report: Path) -> None:
    """The closing table, for people."""
    console = Console(file=sys.stdout, highlight=False)
    doses = Table("dose", "mg", title="Dose")
    for name, dose_ng in (
        ("prescribed", verdict.prescribed_ng),
        ("pump counter (best)", verdict.delivered_ng),
        ("interval, low", verdict.low_ng),
        ("interval, high", verdict.high_ng),
        ("simulated plunger (truth)", verdict.plunger_ng),
    ):
        doses.add_row(name, format_mg(dose_ng, 3).removesuffix(" mg"))
    console.print(doses)
    trips = Table("minute", "rule", "action", "reason", "ms to effect", "resumed by", title="Trips")
    for one in verdict.trips:
        took = "" if one.reaction_ms is None else str(one.reaction_ms)
        minute = f"{one.at_ms / 60_000:.1f}"
        trips.add_row(minute, one.rule, one.demand, one.reason, took or one.effect, one.resumed_by)
    console.print(trips)
    minutes = verdict.duration_s / 60
    console.print(
        f"{verdict.record.session.phase.value} after {minutes:.1f} minutes of treatment; report: {report}"
    )
    for failure in verdict.failures:
        console.print(f"NOT AS EXPECTED: {failure}")
    if not verdict.failures:
        console.print("every expectation of the scenario held")
