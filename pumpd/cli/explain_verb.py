"""`pumpd explain`: why was the rate what it was at that instant?

Theory of operation. The journal is read, never written, and may be in use by the daemon. The channel is decided again from
its newest snapshot up to the instant, under the configuration the record names, so the answer is the daemon's own. Exit
status: 0 explained, 2 not (no such instant or channel, a file that cannot be read).
"""

import argparse
import json
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pumpd.cli.journal_instant import Reach


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `explain` below `pumpd`."""
    parser = verbs.add_parser("explain", help="why the rate was what it was at an instant of a journal")
    parser.add_argument(
        "journal", type=Path, metavar="JOURNAL", help="journal file; the daemon may be using it"
    )
    parser.add_argument(
        "--at",
        required=True,
        metavar="TIME",
        help="HH:MM[:SS], a date and time (both UTC), or +MM:SS or +12.5min after the last start",
    )
    parser.add_argument("--channel", metavar="NAME", help="which pump (default: the only one recorded)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the explanation."""
    from pumpd.shell.journal_file import JournalRefused

    try:
        text = explained(args.journal, args.at, args.channel, is_json=args.json)
    except (JournalRefused, sqlite3.Error, OSError, ValueError) as error:
        print(f"pumpd explain: {ascii(str(error))[1:-1]}", file=sys.stderr)
        return 2
    print(text)
    return 0


def explained(path: Path, at: str, channel: str | None, *, is_json: bool = False) -> str:
    """The explanation, as text or as one line of JSON.

    Raises:
        ValueError: the instant or the channel is not in the record, or the record is of another version.
        JournalRefused, sqlite3.Error: as `journal_file.read`.
    """
    from pumpd.cli.explain_text import as_text
    from pumpd.cli.journal_instant import instant
    from pumpd.cli.recorded_channel import reaches, recorded
    from pumpd.core.explain import explain

    name, reach = _chosen(reaches(path), channel)
    asked_ms = instant(at, reach)
    found, policy = recorded(path, name, asked_ms)
    shown = explain(found.state, policy, found.wall_ms, found.seen_by)
    started_ms = reach.started_ms if reach.started_ms is not None and reach.started_ms <= asked_ms else None
    if not is_json:
        return as_text(shown, asked_ms, started_ms, found.deeds)
    deeds = [
        {"wall_ms": one.wall_ms, "by": one.by, "what": one.what, "outcome": one.outcome}
        for one in found.deeds
    ]
    return json.dumps({"asked_wall_ms": asked_ms, "started_wall_ms": started_ms, **shown, "before": deeds})


def _chosen(known: "dict[str, Reach]", channel: str | None) -> "tuple[str, Reach]":
    if channel is not None:
        if channel not in known:
            raise ValueError(f"no channel {channel} in this record; there are {', '.join(known) or 'none'}")
        return channel, known[channel]
    if len(known) != 1:
        raise ValueError(
            f"several channels, name one: {', '.join(known)}"
            if known
            else "an empty record: nothing was decided"
        )
    return next(iter(known.items()))
