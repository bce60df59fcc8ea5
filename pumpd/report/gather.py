"""One session out of a journal, in one pass.

Theory of operation. A journal is mostly ticks that led to nothing, so a record is parsed only when a plain substring
test cannot rule it out, and parsed as JSON rather than into events; only the last snapshot of the session, and the few
pump reports behind it, become real objects, since doses are reckoned by the core's own functions. Treatment time begins
anew at each boot; boots are joined by the wall clock noted at each start, and never run backwards: a wall clock that was
set back between two boots costs the length of the gap, not the order of things. A session begins with an accepted order.
What monitors said up to fifteen minutes before belongs to it too: that is where its baseline comes from.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drivers.contract import CounterReading
from interlocks.vocabulary import Stamp
from pumpd.core.session import BASELINE_AGE_MS
from pumpd.core.state import Policy
from pumpd.report.draft import CARE_VERBS, VERBS, Draft
from pumpd.report.given import given
from pumpd.report.session_record import Evidence, Note, Proof, Reading, SessionRecord, Truth
from pumpd.shell.journal_file import Record, read, read_head, verify
from pumpd.shell.record import CONFIGURATION, DECISION, SNAPSHOT, counter_in, load_state

#: A tick is worth reading only if its decision told somebody something, or told the pump a rate.
_TELLING = ('"kind":"note_', '"kind":"answer"', '"rate_nl_h"')
_LEAD_READINGS = 20_000


class NoSession(LookupError):
    """The journal is readable, but what was asked for is not in it."""


def gather(
    path: Path, policy_from: Callable[[str], Policy], channel: str | None = None, number: int | None = None
) -> SessionRecord:
    """Read one session.

    Args:
        path: the journal; it may be in use by the daemon.
        policy_from: makes a channel's policy from the body of its configuration record.
        channel: None: the only one that has a session.
        number: of the session on that channel, from 1; None: the newest.

    Raises:
        NoSession: no such channel or session, or several channels and none named.
        JournalRefused, sqlite3.DatabaseError: as `journal_file.read`.
        ValueError: written by another version.
    """
    proof = _prove(path)
    readers: dict[str, _Reader] = {}
    for record in read(path, 0, [CONFIGURATION, DECISION, SNAPSHOT]):
        reader = readers.setdefault(record.channel, _Reader(record.channel, number, policy_from))
        try:
            reader.take(record)
        except (KeyError, TypeError, ValueError) as stranger:
            raise ValueError(f"record {record.seq} is not one of this version: {stranger!r}") from stranger
    usable = {name: one for name, one in readers.items() if one.sessions}
    if channel is None and len(usable) > 1:
        raise NoSession(f"sessions on several channels, name one: {', '.join(sorted(usable))}")
    chosen = usable.get(channel) if channel is not None else next(iter(usable.values()), None)
    if chosen is None:
        raise NoSession(
            "no session: nobody has entered an order" + (f" on channel {channel}" if channel else "")
        )
    return chosen.finish(proof)


def _prove(path: Path) -> Proof:
    verdict = verify(path)
    head = read_head(path)
    return Proof(
        path=str(path),
        records=verdict.records,
        is_whole=verdict.ok,
        reason=verdict.reason,
        head_seq=head.seq if head else None,
        head_hash=head.hash.hex() if head else "",
    )


@dataclass(slots=True)
class _Reader:
    """One channel. `sessions`: how many orders were accepted so far."""

    channel: str
    wanted: int | None
    policy_from: Callable[[str], Policy]
    policy: Policy | None = None
    sessions: int = 0
    draft: Draft | None = None
    kept: Draft | None = None
    speed: float = 1.0
    offset_ms: int = 0
    last_ms: int = 0
    last: Stamp = field(default_factory=lambda: Stamp(0, 0))
    wall_behind_ms: int | None = None  # from the journal's axis to unix time
    counter: CounterReading | None = None
    boot: str = ""
    pump: str = ""
    lead: dict[str, deque[Reading]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """The next record of this channel."""
        if record.kind == CONFIGURATION:
            self.policy, self.speed = self.policy_from(record.body), float(json.loads(record.body)["speed"])
            return
        body = record.body
        at_ms = record.at.ms + self.offset_ms
        is_restart = record.kind == DECISION and '"kind":"daemon_started"' in body
        if record.kind == DECISION and not is_restart:
            self._advance(at_ms, record.at)
            if '"kind":"ticked"' in body and not any(word in body for word in _TELLING):
                return
        parsed = json.loads(body)
        if is_restart:
            self._restart(parsed["event"], record.at)
        elif record.kind == SNAPSHOT:
            if self.draft is not None:
                self.draft.newest = body
            if self.draft is not None and not self.draft.is_over(at_ms):
                self.draft.add_snapshot(at_ms, body, parsed, self.offset_ms)
        else:
            self._decide(at_ms, body, parsed["event"], parsed["actions"])

    def _advance(self, at_ms: int, at: Stamp) -> None:
        self.last_ms = max(self.last_ms, at_ms)
        self.last = at
        if self.draft is not None and not self.draft.is_over(at_ms):
            self.draft.last_ms = at_ms

    def _restart(self, event: dict[str, Any], at: Stamp) -> None:
        """Join this boot to the one before; the first boot's axis is the journal's axis."""
        begins_ms = event["wall_ms"] - at.ms
        if self.wall_behind_ms is None:
            self.wall_behind_ms = begins_ms
        self.offset_ms = max(begins_ms - self.wall_behind_ms, self.last_ms - at.ms)
        self._advance(at.ms + self.offset_ms, at)
        self.boot = event["boot"]
        if self.draft is not None:
            self.draft.boot(at.ms + self.offset_ms, self.boot)

    def _decide(self, at_ms: int, body: str, event: dict[str, Any], actions: list[dict[str, Any]]) -> None:
        kind = event["kind"]
        answers = [one for one in actions if one["kind"] == "answer"]
        if kind == "samples_arrived":
            self._samples(at_ms, event["samples"])
        elif kind == "pump_reported":
            self.counter = counter_in(event["report"])
        elif kind == "pump_link_up":
            identity = event["identity"]
            self.pump = f"{identity['model']} {identity['firmware']} address {identity['address']}"
        elif kind == "order_entered" and any(one["stage"] == "accepted" for one in answers):
            self._begin(at_ms)
        draft = self.draft
        if draft is not None and kind in CARE_VERBS:
            self._cared(draft, at_ms, event, actions)
        if draft is None or draft.is_over(at_ms):
            return
        if kind in VERBS:
            draft.add_act(at_ms, event, answers)
        else:
            self._technical(draft, at_ms, event)
        draft.confirm(event["at"]["link_ms"], answers)
        self._acted(draft, at_ms, body, event, actions)

    @staticmethod
    def _cared(draft: Draft, at_ms: int, event: dict[str, Any], actions: list[dict[str, Any]]) -> None:
        """An act of the course is part of the session however long the infusion is over."""
        if draft.is_over(at_ms):
            draft.add_act(at_ms, event, [one for one in actions if one["kind"] == "answer"])
        draft.care_notes += [
            Note(at_ms, one["by"], one["text"]) for one in actions if one["kind"] == "note_act"
        ]

    def _begin(self, at_ms: int) -> None:
        """An accepted order: the session before it is closed."""
        self.sessions += 1
        draft = Draft(
            self.sessions, at_ms, last_ms=at_ms, counter=self.counter, boots=[self.boot], pump=self.pump
        )
        if self.draft is not None and self.draft.number == self.wanted:
            self.kept = self.draft
        for signal, lead in self.lead.items():
            draft.readings[signal] = [one for one in lead if at_ms - one[0] <= BASELINE_AGE_MS]
        self.draft = draft

    def _samples(self, at_ms: int, samples: list[dict[str, Any]]) -> None:
        for one in samples:
            # A device's own clock is only trusted as far as it lies before the arrival.
            measured_ms = min(one["measured_ms"] + self.offset_ms, at_ms)
            signal = one["signal"]
            self.lead.setdefault(signal, deque(maxlen=_LEAD_READINGS)).append((measured_ms, one["value"]))
            if self.draft is not None and not self.draft.is_over(at_ms):
                self.draft.add_sample(signal, measured_ms, one["value"])

    def _technical(self, draft: Draft, at_ms: int, event: dict[str, Any]) -> None:
        kind = event["kind"]
        if kind == "pump_reported":
            draft.add_report(at_ms, event["at"]["link_ms"], event["report"])
        elif kind == "pump_link_down":
            draft.link_lost(at_ms)
        elif kind == "pump_link_up":
            draft.pump = self.pump
        elif kind == "sample_refused":
            draft.refused_samples[event["reason"]] = draft.refused_samples.get(event["reason"], 0) + 1
        elif kind == "feed_link_changed":
            draft.add_note(at_ms, "broker", f"link {'up' if event['is_up'] else 'down'}: {event['reason']}")
        elif kind == "monitor_spoke":
            draft.add_note(at_ms, event["device"], "online" if event["is_online"] else "offline")
        elif kind == "journal_failed":
            draft.add_note(at_ms, "journal", f"cannot be written: {event['reason']}")

    def _acted(
        self, draft: Draft, at_ms: int, body: str, event: dict[str, Any], actions: list[dict[str, Any]]
    ) -> None:
        told_rate = False
        for one in actions:
            if one["kind"] == "note_trip":
                draft.add_trip(at_ms, event, one, self._evidence(one["evidence"]))
            elif one["kind"] == "note_act" and event["kind"] not in VERBS:
                draft.add_note(at_ms, one["by"] or "pump", one["text"])
            elif one["kind"] == "write_intent":
                draft.add_raise(at_ms, one["rate_nl_h"])
            elif one["kind"] == "command_pump" and "rate_nl_h" in one["command"]:
                told_rate = True
        if draft.is_tail_over or not (told_rate or event["kind"] == "pump_reported"):
            return
        draft.tail.append(body)
        # Behind the end only the way to rest is part of the session.
        draft.is_tail_over = draft.ended_ms is not None and event.get("report", {}).get("motion") == "halted"

    def _evidence(self, samples: list[dict[str, Any]]) -> list[Evidence]:
        return [
            Evidence(one["received"]["ms"] + self.offset_ms, one["signal"], one["value"], one["source"])
            for one in samples
        ]

    # -- the end -----------------------------------------------------------------------------------------------

    def finish(self, proof: Proof) -> SessionRecord:
        """The wanted session, with time zero at its start."""
        draft = (
            self.draft
            if self.wanted is None or (self.draft and self.draft.number == self.wanted)
            else self.kept
        )
        if draft is None:
            raise NoSession(f"no session {self.wanted} on channel {self.channel}: it has {self.sessions}")
        if not draft.snapshot:
            raise NoSession(f"session {draft.number} on channel {self.channel} has no snapshot")
        if self.policy is None:
            raise ValueError(f"channel {self.channel} has no configuration record")
        state = load_state(draft.snapshot)
        zero_ms = draft.started_ms if draft.started_ms is not None else draft.ordered_ms
        amount = None
        if draft.started_ms is not None:
            until = self.last if draft.ended_ms is None else state.now
            amount = given(state, draft.tail, until, self.policy, draft.counted_nl, draft.falls)
        return SessionRecord(
            channel=self.channel,
            number=draft.number,
            sessions=self.sessions,
            session=state.session,
            is_started=draft.started_ms is not None,
            started_wall_ms=zero_ms + self.wall_behind_ms if self.wall_behind_ms else 0,
            speed=self.speed,
            boots=tuple(draft.boots),
            pump=draft.pump,
            policy=self.policy,
            given=amount,
            story=draft.story(zero_ms),
            proof=proof,
            care=load_state(draft.newest or draft.snapshot).care,
        )


def read_truth(path: Path) -> Truth:
    """What a simulator's truth file says of its whole run: the last line against the first.

    Raises:
        OSError: cannot be read.
        ValueError: not a truth file; the message names the line.
    """
    first: dict[str, Any] | None = None
    last: dict[str, Any] | None = None
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                truth = json.loads(line)
                _ = truth["plunger_nl"], truth["patient_nl"]
            except (ValueError, KeyError, TypeError) as fault:
                raise ValueError(f"{path}, line {number}: not a simulator's truth: {fault!r}") from fault
            first, last = first or truth, truth
    if first is None or last is None:
        raise ValueError(f"{path}: is empty")
    return Truth(*(int(last[key]) - int(first[key]) for key in ("plunger_nl", "patient_nl")))
