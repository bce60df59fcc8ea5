"""A journal on disk made from the events of a bench, for what reads journals: reports, exports.

Theory of operation. Deciding is pure, so the events of a bench decided again are what the kernel would have recorded: each
decision, and the state behind it whenever the outlook changed. The rows are chained as the journal's writer does it.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.replay import again
from pumpd.core.state import ChannelState, Policy
from pumpd.shell.journal_file import (
    APPLICATION_ID,
    GENESIS,
    INSERT,
    SCHEMA,
    SCHEMA_VERSION,
    Head,
    Record,
    head_line,
    head_path,
    row_hash,
)
from pumpd.shell.record import CONFIGURATION, DECISION, SNAPSHOT, dump_decision, dump_state

WALL_MS = 1_795_345_200_000
CONFIGURED = json.dumps({"channel": {"name": "bed-1"}, "speed": 1.0})

Row = tuple[str, Stamp, str]


def rows_of(events: Iterable[ev.Event], policy: Policy, snapshot_every_ms: int | None = None) -> list[Row]:
    """Kind, stamp and body of every record that these events lead to; snapshots at changes, or also so often."""
    rows: list[Row] = [(CONFIGURATION, Stamp(0, 0), CONFIGURED)]
    epoch, snapshot_ms = 0, 0
    state = ChannelState()
    for event in events:
        if isinstance(event, ev.DaemonStarted) and not event.wall_ms:
            event = replace(event, wall_ms=WALL_MS + event.at.ms)
        ((_, state, actions),) = again(state, [event], policy)
        rows.append((DECISION, event.at, dump_decision(event, actions)))
        is_due = snapshot_every_ms is not None and event.at.ms - snapshot_ms >= snapshot_every_ms
        if state.epoch != epoch or is_due:
            epoch, snapshot_ms = state.epoch, event.at.ms
            rows.append((SNAPSHOT, event.at, dump_state(state)))
    return rows


def write(path: Path, channels: dict[str, list[Row]]) -> Path:
    """A whole journal with its head file."""
    previous, seq = GENESIS, 0
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.executescript(SCHEMA)
        for channel, rows in channels.items():
            for kind, at, body in rows:
                seq += 1
                record = Record(seq, "boot-1", kind, at, WALL_MS + at.ms, channel, body, b"")
                previous = row_hash(previous, record)
                fields = (seq, "boot-1", kind, at.ms, at.link_ms, WALL_MS + at.ms, channel, body, previous)
                connection.execute(INSERT, fields)
    head_path(path).write_bytes(head_line(Head(seq, previous)))
    return path
