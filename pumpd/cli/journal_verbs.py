"""`pumpd journal verify` and `pumpd journal show`: the record, judged and read by people.

Theory of operation. Both open the file read-only and may be used while the daemon writes. What is shown is
escaped: a record may hold names that came from a network (facts/faults.md row 105), and a terminal must not
obey them. Exit status: 0 whole, 1 not whole, 2 cannot be opened.
"""

import argparse
import json
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pumpd.shell.journal_file import JournalRefused, Record, read, read_last, verify

TEXT_WIDTH = 100
#: Fields of a body that already are a sentence for people, best first.
_SENTENCES = ("text", "reason", "detail")


def add_parser(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `verify` and `show` below `pumpd journal`; both set `run` and `journal_verb`."""
    verify_parser = sub.add_parser("verify", help="check that the record is whole: content, order, end")
    verify_parser.add_argument("path", type=Path, help="journal file")
    verify_parser.add_argument("--json", action="store_true", help="one JSON object")
    verify_parser.set_defaults(run=run, journal_verb="verify")
    show_parser = sub.add_parser("show", help="print records: time, channel, kind, text")
    show_parser.add_argument("path", type=Path, help="journal file")
    show_parser.add_argument(
        "--kind", action="append", metavar="KIND", help="only this kind; may be repeated"
    )
    show_parser.add_argument("--last", type=_count, metavar="N", help="only the newest N")
    show_parser.add_argument("--json", action="store_true", help="one JSON object a line")
    show_parser.set_defaults(run=run, journal_verb="show")


def run(args: argparse.Namespace) -> int:
    """Run the verb that was parsed; returns the exit status."""
    try:
        return run_verify(args) if args.journal_verb == "verify" else run_show(args)
    except BrokenPipeError:
        # `pumpd journal show | head` is not an error of the journal.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (JournalRefused, sqlite3.Error, OSError) as error:
        print(f"pumpd journal: {safe(str(error))}", file=sys.stderr)
        return 2


def run_verify(args: argparse.Namespace) -> int:
    """Print the verdict on `args.path`."""
    verdict = verify(args.path)
    if args.json:
        answer = {
            "ok": verdict.ok,
            "records": verdict.records,
            "first_bad_seq": verdict.first_bad_seq,
            "reason": verdict.reason,
        }
        print(json.dumps(answer))
    elif verdict.ok:
        print(f"{args.path}: whole, {verdict.records} records")
    else:
        print(f"{args.path}: NOT WHOLE, {safe(verdict.reason)} ({verdict.records} good records before)")
    return 0 if verdict.ok else 1


def run_show(args: argparse.Namespace) -> int:
    """Print the records of `args.path`."""
    records = (
        read(args.path, kinds=args.kind) if args.last is None else read_last(args.path, args.last, args.kind)
    )
    for record in records:
        print(_json_line(record) if args.json else line(record))
    return 0


def line(record: Record) -> str:
    """One record as one printable line."""
    when = "-" * 24 if record.wall_ms == 0 else _utc(record.wall_ms)
    channel = safe(record.channel) or "-"
    return (
        f"{record.seq:>7}  {when}  {channel:<10}  {safe(record.kind):<24}  {short_text(record.body)}".rstrip()
    )


def short_text(body: str) -> str:
    """What a body says, in one short printable line."""
    try:
        parsed: Any = json.loads(body)
    except ValueError:
        parsed = body
    if isinstance(parsed, dict):
        sentence = next(
            (parsed[key] for key in _SENTENCES if isinstance(parsed.get(key), str) and parsed[key]), ""
        )
        text = sentence or " ".join(f"{key}={_plain(value)}" for key, value in parsed.items())
    else:
        text = _plain(parsed)
    text = safe(text)
    return text if len(text) <= TEXT_WIDTH else text[: TEXT_WIDTH - 1] + "…"


def safe(text: str) -> str:
    """The text with everything unprintable (control, escape, direction, NUL) written as its escape."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json_line(record: Record) -> str:
    return json.dumps(
        {
            "seq": record.seq,
            "boot": record.boot,
            "kind": record.kind,
            "at_ms": record.at.ms,
            "link_ms": record.at.link_ms,
            "wall_ms": record.wall_ms,
            "channel": record.channel,
            "body": record.body,
            "hash": record.hash.hex(),
        }
    )


def _utc(wall_ms: int) -> str:
    try:
        moment = datetime.fromtimestamp(wall_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{wall_ms} ms"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return count
