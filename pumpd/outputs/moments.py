"""One session of a journal as the moments that outside systems are told of, in the order of the record.

Theory of operation. Four things are worth a message: how the channel stood (every snapshot: on each change, and every ten
seconds), an alarm that began, changed or ended, a motor that started, stopped or changed its rate as the pump reported it,
and the end. Each carries the number of its record and the treatment wall clock, so the same journal always makes the same
messages. A session is numbered as the report numbers it, by its accepted orders, and the last word on what was given is the
report's (`pumpd.report.given`): the motor's last turn comes after the daemon has closed its account.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.contract import CounterReading
from pumpd.core.guard import given_high_nl
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy
from pumpd.core.summary import summarise
from pumpd.report.session_record import Given, SessionRecord
from pumpd.shell.journal_file import Record, read
from pumpd.shell.record import CONFIGURATION, DECISION, SNAPSHOT, counter_in, load_state

_ENDED = (Phase.COMPLETED, Phase.STOPPED)


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in the record, and when, unix ms."""

    seq: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class Stood(Moment):
    """How the channel stood. `given`: as known then; `is_last`: the session has ended and the motor stands."""

    state: ChannelState
    summary: dict[str, Any]
    given: Given
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class AlarmTold(Moment):
    """An alarm began, changed or ended; `note` as recorded, `number` of those told in one decision."""

    note: dict[str, Any]
    number: int


@dataclass(frozen=True, slots=True)
class Moved(Moment):
    """The pump reported another motion or rate. `counted_nl`: by its counter since the session's start."""

    rate_before_nl_h: int
    rate_nl_h: int
    counted_nl: int


@dataclass(frozen=True, slots=True)
class Completed(Moment):
    """The programme has been given."""

    counted_nl: int


def moments(
    path: Path, session: SessionRecord, policy_from: Callable[[str], Policy]
) -> Iterator[Stood | AlarmTold | Moved | Completed]:
    """Every moment of the session, oldest first.

    Raises:
        JournalRefused, sqlite3.Error: as `journal_file.read`.
        ValueError: a record of another version, or one without a wall clock.
    """
    reader = _Reader(session, policy_from)
    for record in read(path, 0, [CONFIGURATION, DECISION, SNAPSHOT]):
        if record.channel != session.channel:
            continue
        try:
            yield from reader.take(record)
        except (KeyError, TypeError) as stranger:
            raise ValueError(f"record {record.seq} is not one of this version: {stranger!r}") from stranger
        if reader.is_over:
            return


class _Reader:
    def __init__(self, session: SessionRecord, policy_from: Callable[[str], Policy]) -> None:
        self.is_over = False
        self._session = session
        self._policy_from = policy_from
        self._policy = session.policy
        self._orders = 0
        self._rate_nl_h: int | None = None
        self._counter: CounterReading | None = None
        self._counted_nl = 0
        self._is_started = False
        self._end: ChannelState | None = None

    def take(self, record: Record) -> Iterator[Stood | AlarmTold | Moved | Completed]:
        """The next record of the channel."""
        if record.kind == CONFIGURATION:
            self._policy = self._policy_from(record.body)
        elif record.kind == SNAPSHOT:
            if self._orders == self._session.number:
                yield from self._stood(record)
        elif any(word in record.body for word in ('"pump_reported"', '"note_alarm"', '"order_', '"start_')):
            yield from self._decided(record, json.loads(record.body))

    def _decided(self, record: Record, decision: dict[str, Any]) -> Iterator[AlarmTold | Moved | Stood]:
        event, actions = decision["event"], decision["actions"]
        is_accepted = any(one["kind"] == "answer" and one["stage"] == "accepted" for one in actions)
        if event["kind"] == "order_entered" and is_accepted:
            self._orders += 1
            self._is_started, self._counted_nl = False, 0
            self.is_over = self._orders > self._session.number
        elif event["kind"] == "start_pressed" and is_accepted:
            self._is_started = True
        is_ours = self._orders == self._session.number
        if is_ours:
            told = [one for one in actions if one["kind"] == "note_alarm"]
            yield from (AlarmTold(record.seq, _wall(record), one, n) for n, one in enumerate(told, 1))
        if event["kind"] == "pump_reported":
            moved = self._reported(record, event["report"])
            if is_ours and moved is not None:
                yield moved
            if self._end is not None and self._rate_nl_h == 0:
                yield self._last(record, self._end)

    def _reported(self, record: Record, report: dict[str, Any]) -> Moved | None:
        before_nl_h, counter = self._rate_nl_h, counter_in(report)
        if self._is_started and self._counter is not None:
            moved_nl = counter.since(self._counter)
            self._counted_nl += moved_nl if moved_nl >= 0 else counter.shown
        self._counter = counter
        self._rate_nl_h = rate_nl_h = report["rate_nl_h"] if report["motion"] == "infusing" else 0
        if before_nl_h is None or rate_nl_h == before_nl_h:
            return None
        return Moved(record.seq, _wall(record), before_nl_h, rate_nl_h, self._counted_nl)

    def _stood(self, record: Record) -> Iterator[Stood | Completed]:
        if self._end is not None:
            return
        state = load_state(record.body)
        if state.session.phase not in _ENDED:
            yield self._as_told(record, state)
            return
        if state.session.phase is Phase.COMPLETED:
            yield Completed(record.seq, _wall(record), self._counted_nl)
        self._end = state
        if not self._rate_nl_h:
            yield self._last(record, state)

    def _as_told(self, record: Record, state: ChannelState) -> Stood:
        wall_ms = _wall(record)
        account = state.account
        high_nl = given_high_nl(state, self._policy)
        given = Given(account.low_nl, account.best_nl, high_nl, self._counted_nl)
        return Stood(record.seq, wall_ms, state, summarise(state, self._policy, wall_ms), given)

    def _last(self, record: Record, state: ChannelState) -> Stood:
        self.is_over = True
        stood = self._as_told(record, state)
        summary = stood.summary
        summary["rate"] = {**summary["rate"], "commanded_nl_h": 0, "reported_nl_h": 0}
        summary["pump"] = {**summary["pump"], "motion": "halted"}
        given = self._session.given or stood.given
        return Stood(record.seq, stood.wall_ms, state, summary, given, is_last=True)


def _wall(record: Record) -> int:
    if not record.wall_ms:
        raise ValueError(f"record {record.seq} has no wall clock: an export needs to say when")
    return record.wall_ms
