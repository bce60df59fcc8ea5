"""`pumpd report`: one session of a journal as an HTML page.

Theory of operation. The journal is read, never written, and may be in use. The page is written beside its final name and
then moved there, so that nobody finds half a report. What the pump's counter can resolve is the driver's knowledge, so
the policy is made from the record here, where drivers may be asked, and handed down. Exit status: 0 written; 1 written, but
the journal is not whole, and the page says so; 2 not written.
"""

import argparse
import json
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pumpd.report.session_record import SessionRecord, Truth


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `report` below `pumpd`."""
    parser = verbs.add_parser("report", help="one session of a journal as an HTML page with a trend picture")
    parser.add_argument(
        "journal", type=Path, metavar="JOURNAL", help="journal file; the daemon may be using it"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE.html", help="where to write the page"
    )
    parser.add_argument(
        "--truth", type=Path, metavar="TRUTH.ndjson", help="what a simulator says was really given"
    )
    parser.add_argument("--channel", metavar="NAME", help="which pump (default: the only one with a session)")
    parser.add_argument(
        "--session", type=int, metavar="N", help="which session, from 1 (default: the newest)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the page; print what it says first."""
    from pumpd.policy import policy_from
    from pumpd.report import gather, page
    from pumpd.shell.journal_file import JournalRefused

    try:
        record = gather.gather(args.journal, policy_from, args.channel, args.session)
        truth = gather.read_truth(args.truth) if args.truth is not None else None
        _write(args.out, page.page(record, truth))
    except (JournalRefused, gather.NoSession, sqlite3.Error, OSError, ValueError) as error:
        print(f"pumpd report: {ascii(str(error))[1:-1]}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(_answer(args.out, record, truth)))
    else:
        from pumpd.report.words import headline

        print(headline(record))
        if not record.proof.is_whole:
            print(f"The journal is NOT WHOLE: {record.proof.reason}")
        print(args.out)
    return 0 if record.proof.is_whole else 1


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _answer(out: Path, record: "SessionRecord", truth: "Truth | None") -> dict[str, Any]:
    """The same numbers for a machine: volumes in nl, times in ms from the start."""
    from pumpd.report.words import headline

    programme, amount, story = record.session.programme, record.given, record.story
    return {
        "out": str(out),
        "channel": record.channel,
        "session": record.number,
        "phase": record.session.phase.value,
        "headline": headline(record),
        "prescribed_ng": programme.dose_ng if programme else None,
        "programmed_nl": programme.vtbi_nl if programme else None,
        "counter_nl": amount.counter_nl if amount else None,
        "given_nl": {"low": amount.low_nl, "best": amount.best_nl, "high": amount.high_nl}
        if amount
        else None,
        "truth_nl": {"plunger": truth.plunger_nl, "patient": truth.patient_nl} if truth else None,
        "ended_ms": story.ended_ms,
        "trips": [
            {
                "at_ms": one.at_ms,
                "rule": one.rule,
                "action": one.demand,
                "reason": one.reason,
                "hazard": one.hazard,
                "evidence": [
                    {
                        "signal": sample.signal,
                        "value": sample.value,
                        "at_ms": sample.at_ms,
                        "source": sample.source,
                    }
                    for sample in one.evidence
                ],
                "effect": one.effect,
                "reaction_ms": one.reaction_ms,
                "resumed_by": one.resumed_by,
                "resumed_at_ms": one.resumed_at_ms,
            }
            for one in story.trips
        ],
        "journal": {
            "path": record.proof.path,
            "ok": record.proof.is_whole,
            "records": record.proof.records,
            "reason": record.proof.reason,
            "head": record.proof.head_hash,
        },
    }
