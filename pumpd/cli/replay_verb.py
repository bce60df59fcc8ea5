"""`pumpd journal replay`: every recorded event decided again, every action compared byte for byte.

Theory of operation. A journal names the configuration it was made under and holds each event with the actions it led to.
Folding the events through the same pure function must reproduce those actions; the first record that does not is
printed with both versions. Exit status: 0 identical, 1 not, 2 unreadable.
"""

import argparse
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any


def add_parser(sub: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `replay` below `pumpd journal`."""
    parser = sub.add_parser("replay", help="decide every recorded event again and compare the actions")
    parser.add_argument("path", type=Path, help="journal file")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay the whole file."""
    from pumpd.shell.journal_file import JournalRefused

    try:
        answer = replay(args.path)
    except (JournalRefused, sqlite3.Error, OSError, ValueError) as error:
        print(f"pumpd journal replay: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(answer))
    elif answer["identical"]:
        print(f"{answer['decisions']} decisions, all identical")
    else:
        print(f"record {answer['first_difference']} differs")
        print(f"  recorded: {answer['recorded']}")
        print(f"  now:      {answer['now']}")
    return 0 if answer["identical"] else 1


def replay(path: Path) -> dict[str, Any]:
    """Fold every channel of a journal; stops at the first difference."""
    from pumpd.core.events import DaemonStarted
    from pumpd.core.replay import again
    from pumpd.core.state import ChannelState, Policy
    from pumpd.policy import policy_from
    from pumpd.shell.journal_file import read
    from pumpd.shell.record import CONFIGURATION, DECISION, dump_decision, load_decision

    policies: dict[str, Policy] = {}
    states: dict[str, ChannelState] = {}
    decisions = 0
    for one in read(path, 0, [CONFIGURATION, DECISION]):
        if one.kind == CONFIGURATION:
            try:
                policies[one.channel] = policy_from(one.body)
            except ValueError as strange:
                raise ValueError(f"record {one.seq}: {strange}") from None
            continue
        if one.channel not in policies:
            raise ValueError(f"record {one.seq} is a decision, and no configuration stands before it")
        event = load_decision(one.body).event
        state = states.get(one.channel, ChannelState())
        if isinstance(event, DaemonStarted) and event.restore_problem:
            state = ChannelState()  # so did the daemon: it could not use what was recorded before
        for _, after, actions in again(state, [event], policies[one.channel]):
            states[one.channel] = after
            decisions += 1
            now = dump_decision(event, actions)
            if now != one.body:
                return {
                    "identical": False,
                    "decisions": decisions,
                    "first_difference": one.seq,
                    "recorded": one.body,
                    "now": now,
                }
    return {"identical": True, "decisions": decisions}
