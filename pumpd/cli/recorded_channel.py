"""One channel of a journal as it was at an instant, and what people and rows did in the minutes before.

Theory of operation. State is a fold, so the newest snapshot before the instant and the events behind it are the channel
(law 12). The file is read in order and only as far as the instant; of what lies before the snapshot only the acts of
people and the trips of rows are looked at. A boot that could not use the record began empty, and so does its channel
here. It may all be done while the daemon writes.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlocks.vocabulary import Demand
from pumpd.cli.journal_instant import Reach
from pumpd.core.events import DaemonStarted
from pumpd.core.replay import fold
from pumpd.core.state import ChannelState, Policy
from pumpd.policy import policy_from
from pumpd.report.draft import verb_of
from pumpd.shell.journal_file import Record, read
from pumpd.shell.record import CONFIGURATION, DECISION, SNAPSHOT, load_decision, load_state

#: How far back people's acts and rows' trips are told.
BEFORE_MS = 10 * 60_000

_TOLD = ('"request_id"', '"kind":"note_trip"', '"kind":"note_act"', '"kind":"request_reading"')


@dataclass(frozen=True, slots=True)
class Deed:
    """Something somebody did. `outcome`: what came of it, in words."""

    wall_ms: int
    by: str
    what: str
    outcome: str


@dataclass(slots=True)
class RecordedChannel:
    """What was read.

    Attributes:
        wall_ms: treatment wall clock of the newest decision at or before the instant.
        deeds: of the last `BEFORE_MS` before the instant.
        seen_by: who last acknowledged what.
    """

    state: ChannelState = field(default_factory=ChannelState)
    policy: Policy | None = None
    wall_ms: int = 0
    deeds: list[Deed] = field(default_factory=list)
    seen_by: dict[str, str] = field(default_factory=dict)
    _snapshot: str = ""
    _bodies: list[str] = field(default_factory=list)

    def take(self, record: Record, told_from_ms: int) -> None:
        """The next record of the channel."""
        if record.kind == CONFIGURATION:
            self.fold()
            self.policy = policy_from(record.body)
        elif record.kind == SNAPSHOT:
            self._snapshot, self._bodies = record.body, []
        else:
            self.wall_ms = record.wall_ms
            self._bodies.append(record.body)
            if any(word in record.body for word in _TOLD):
                self._tell(json.loads(record.body), record.wall_ms, told_from_ms)

    def fold(self) -> None:
        """Bring the state up to the last record taken."""
        if self._snapshot:
            self.state, self._snapshot = load_state(self._snapshot), ""
        events = [load_decision(body).event for body in self._bodies]
        self._bodies = []
        for number, event in enumerate(events):
            if isinstance(event, DaemonStarted) and event.restore_problem:
                self.state, events = ChannelState(), events[number:]
        if events:
            if self.policy is None:
                raise ValueError("a decision with no configuration before it")
            self.state = fold(self.state, events, self.policy)

    def _tell(self, decision: dict[str, Any], wall_ms: int, told_from_ms: int) -> None:
        deeds = list(_deeds(decision, wall_ms))
        event, actions = decision["event"], decision["actions"]
        is_accepted = any(one["kind"] == "answer" and one["stage"] == "accepted" for one in actions)
        if event["kind"] == "alarm_acknowledged" and is_accepted:
            if event["rule"] == "":
                self.seen_by.clear()
            self.seen_by[event["rule"]] = event["by"]
        if wall_ms >= told_from_ms:
            self.deeds += deeds


def _deeds(decision: dict[str, Any], wall_ms: int) -> Iterator[Deed]:
    event, actions = decision["event"], decision["actions"]
    if "request_id" in event:
        own = [one for one in actions if one["kind"] == "answer" and one["request_id"] == event["request_id"]]
        outcome = "; ".join((own[0]["stage"], *own[0]["reasons"])) if own else "unanswered"
        outcome += f" (note: {event['note']})" if event.get("note") else ""
        yield Deed(wall_ms, event["by"], verb_of(event), outcome)
    for one in actions:
        if one["kind"] == "note_trip":
            shadow = " (shadow: did not act)" if one.get("is_shadow") else ""
            what = f"{one['rule_id']} {Demand(one['demand']).name}{shadow}"
            yield Deed(wall_ms, "pumpd", what, one["reason"])
        elif one["kind"] == "request_reading":
            yield Deed(wall_ms, "pumpd", "asked for a cuff reading", one["reason"])
        elif one["kind"] == "note_act" and one["by"] != event.get(
            "by", ""
        ):  # a person's own note repeats the act
            yield Deed(wall_ms, one["by"] or "pumpd", "note", one["text"])


def reaches(path: Path) -> dict[str, Reach]:
    """How far the record of each channel reaches."""
    found: dict[str, Reach] = {}
    for record in read(path, 0, [CONFIGURATION, DECISION]):
        known = found.get(record.channel)
        started_ms = known.started_ms if known is not None else None
        if '"kind":"start_pressed"' in record.body and '"stage":"accepted"' in record.body:
            started_ms = record.wall_ms
        first_ms = known.first_ms if known is not None else record.wall_ms
        found[record.channel] = Reach(first_ms, record.wall_ms, started_ms)
    return found


def recorded(path: Path, channel: str, wall_ms: int) -> tuple[RecordedChannel, Policy]:
    """The channel at an instant.

    Raises:
        JournalRefused, sqlite3.Error: as `journal_file.read`.
        ValueError: written by another version, or nothing was decided by then.
    """
    found = RecordedChannel()
    for record in read(path, 0, [CONFIGURATION, DECISION, SNAPSHOT]):
        if record.channel != channel:
            continue
        if record.wall_ms > wall_ms:
            break
        try:
            found.take(record, wall_ms - BEFORE_MS)
        except (KeyError, TypeError, ValueError) as stranger:
            raise ValueError(f"record {record.seq} is not one of this version: {stranger}") from None
    found.fold()
    if found.policy is None or not found.wall_ms:
        raise ValueError("nothing was decided by then")
    return found, found.policy
