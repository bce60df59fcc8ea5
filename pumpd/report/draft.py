"""One session while it is being read out of the journal, event by event.

Theory of operation. Records come in order, as parsed JSON, with their instant on one axis that goes on across restarts.
The draft keeps what a report needs and forgets the rest. A reaction is measured on link time: from the arrival of the
sample that completed the trip to the first readback that shows what the trip demanded; a trip that a timer caused has no
such sample and counts from its decision. A resume lifts the trips before it once a higher rate is permitted again; a trip
whose effect had not been seen by then stays "not seen".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from drivers.contract import CounterReading
from interlocks.vocabulary import Demand
from pumpd.core.session import BASELINE_AGE_MS
from pumpd.report.session_record import AlarmSpan, Evidence, Hold, Note, PersonAct, Reading, Step, Story, Trip
from pumpd.shell.record import counter_in

#: After the end of a session so much is still shown: what pressure does next. The rest is another day.
SHOWN_AFTER_END_MS = 5 * 60_000

#: Acts of the clinic's course; they go on when the infusion is long over.
CARE_VERBS = {
    "checklist_answered": "checklist",
    "line_primed": "prime",
    "patient_observed": "observe",
    "recovery_accepted": "sign_off",
    "session_closed": "close",
    "bed_accepted": "handover",
    "adverse_event_reported": "event",
    "medication_reported": "given",
    "note_entered": "note",
}

VERBS = {
    **CARE_VERBS,
    "order_entered": "order",
    "order_verified": "verify",
    "start_pressed": "start",
    "pause_pressed": "pause",
    "resume_pressed": "resume",
    "stop_pressed": "stop",
    "alarm_acknowledged": "acknowledge",
    "reading_wanted": "measure",
    "restore_pressed": "restore",
    "score_entered": "score",
    "presence_confirmed": "present",
    "audio_pause_pressed": "quiet",
}


@dataclass(slots=True)
class _Watch:
    """A trip whose effect has not been read back yet."""

    index: int
    demand: Demand
    since_link_ms: int


@dataclass(slots=True)
class Draft:
    """What has been read of one session so far. Times on the journal's axis, ms."""

    number: int
    ordered_ms: int
    readings: dict[str, list[Reading]] = field(default_factory=dict)
    started_ms: int | None = None
    ended_ms: int | None = None
    last_ms: int = 0
    permitted: list[Step] = field(default_factory=list)
    reported: list[Step] = field(default_factory=list)
    volume: list[tuple[int, int]] = field(default_factory=list)
    counter: CounterReading | None = None
    counted_nl: int = 0
    falls: int = 0
    trips: list[Trip] = field(default_factory=list)
    shadows: list[Trip] = field(default_factory=list)
    acts: list[PersonAct] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    alarms: dict[tuple[str, int], AlarmSpan] = field(default_factory=dict)
    refused_samples: dict[str, int] = field(default_factory=dict)
    boots: list[str] = field(default_factory=list)
    pump: str = ""
    programme_nl_h: int = 0
    snapshot: str = ""  # the newest one before or at the end of the session
    newest: str = ""  # the newest one of all, for what goes on after the end
    care_notes: list[Note] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)  # pump reports and runs behind that snapshot
    is_tail_over: bool = False
    _motion: tuple[str, int] | None = None  # as last read back
    _resume: int | None = None  # which act; accepted, nothing raised yet
    _watches: list[_Watch] = field(default_factory=list)
    _waiting: dict[str, tuple[int, int]] = field(default_factory=dict)

    def is_over(self, at_ms: int) -> bool:
        """Nothing from here on is shown."""
        return self.ended_ms is not None and at_ms > self.ended_ms + SHOWN_AFTER_END_MS

    # -- what happened -----------------------------------------------------------------------------------------

    def add_sample(self, signal: str, at_ms: int, value: float) -> None:
        """A measured number, at the time of its measurement."""
        self.readings.setdefault(signal, []).append((at_ms, value))

    def add_report(self, at_ms: int, link_ms: int, report: dict[str, Any]) -> None:
        """A readback of the pump."""
        motion, rate_nl_h = report["motion"], report["rate_nl_h"]
        running_nl_h = rate_nl_h if motion == "infusing" else 0
        _step(self.reported, at_ms, running_nl_h)
        self._motion = (motion, running_nl_h)
        self._count(at_ms, counter_in(report))
        for alarm in report["alarms"]:
            self.add_note(at_ms, "pump", f"alarm: {alarm.replace('_', ' ')}")
        pressure = report.get("pressure_mmhg")
        if pressure is not None:
            self.add_sample("line_pressure", at_ms, pressure)
        for watch in list(self._watches):
            if self._shows(watch.demand):
                effect = "halted" if motion == "halted" else "slowed"
                trip = self.trips[watch.index]
                self.trips[watch.index] = replace(
                    trip, reaction_ms=link_ms - watch.since_link_ms, effect=effect
                )
                self._watches.remove(watch)

    def _count(self, at_ms: int, counter: CounterReading) -> None:
        before, self.counter = self.counter, counter
        if self.started_ms is None or before is None:
            return
        moved_nl = counter.since(before)
        if moved_nl < 0:
            moved_nl, self.falls = counter.shown, self.falls + 1
        self.counted_nl += moved_nl
        if not self.volume or self.volume[-1][1] != self.counted_nl:
            self.volume.append((at_ms, self.counted_nl))

    def _shows(self, demand: Demand) -> bool:
        if self._motion is None:
            return False
        motion, running_nl_h = self._motion
        if motion == "halted":
            return True
        return demand is Demand.SLOW and motion == "infusing" and 2 * running_nl_h <= self.programme_nl_h

    def add_note(self, at_ms: int, by: str, text: str) -> None:
        """A line for the list of events."""
        self.notes.append(Note(at_ms, by, text))

    def link_lost(self, at_ms: int) -> None:
        """From here on nobody knows what the pump does."""
        _step(self.reported, at_ms, None)
        self._motion = None

    def boot(self, at_ms: int, name: str) -> None:
        """The daemon began anew; stamps of before cannot be compared with those of now."""
        if self.boots and name not in self.boots:
            self.add_note(at_ms, "pumpd", "the daemon was started anew")
            self.link_lost(at_ms)
            self._watches.clear()
            self._waiting.clear()
        if name not in self.boots:
            self.boots.append(name)

    def add_trip(
        self, at_ms: int, event: dict[str, Any], note: dict[str, Any], place: Iterable[Evidence]
    ) -> None:
        """A rule's demand rose in the decision on `event`."""
        evidence = tuple(place)
        demand = Demand(note["demand"])
        rule, priority, reason = note["rule_id"], note["priority"], note["reason"]
        hazard = note.get("hazard", "")
        if note.get("is_shadow", False):
            self.shadows.append(
                Trip(at_ms, rule, demand.name, priority, reason, evidence, effect="", hazard=hazard)
            )
            return
        arrived = event.get("samples", ())
        crossing = [one["received"]["link_ms"] for one in note["evidence"] if one in arrived]
        since_link_ms = max(crossing, default=event["at"]["link_ms"])
        effect = "not seen"
        if demand < Demand.SLOW:
            effect = ""
        elif self._shows(demand):
            effect = "already"
        else:
            self._watches.append(_Watch(len(self.trips), demand, since_link_ms))
        trip = Trip(
            at_ms, rule, demand.name, priority, reason, evidence, not crossing, effect=effect, hazard=hazard
        )
        self.trips.append(trip)
        self._resume = None

    # -- people ------------------------------------------------------------------------------------------------

    def add_act(self, at_ms: int, event: dict[str, Any], answers: list[dict[str, Any]]) -> bool:
        """A person's request with the answers of the same decision; True when it was accepted."""
        request, kind = event["request_id"], event["kind"]
        own = [one for one in answers if one["request_id"] == request]
        outcome = own[0]["stage"] if own else "unanswered"
        reasons = tuple(own[0]["reasons"]) if own and outcome == "refused" else ()
        if event.get("note"):
            reasons += (f"note: {event['note']}",)
        self._waiting[request] = (len(self.acts), event["at"]["link_ms"])
        self.acts.append(PersonAct(at_ms, event["by"], verb_of(event), outcome, reasons))
        if outcome != "accepted":
            return False
        if kind == "start_pressed" and self.started_ms is None:
            self.started_ms = at_ms
            self.volume.append((at_ms, 0))
        elif kind == "alarm_acknowledged":
            self._seen(event["rule"], event["by"])
        elif kind in ("resume_pressed", "restore_pressed"):
            self._resume = len(self.acts) - 1
        return True

    def _seen(self, rule: str, by: str) -> None:
        """An acknowledged alarm may be gone before the next snapshot is taken."""
        for key, alarm in self.alarms.items():
            if not alarm.acknowledged_by and rule in ("", alarm.key, *alarm.members):
                self.alarms[key] = replace(alarm, acknowledged_by=by)

    def add_raise(self, at_ms: int, rate_nl_h: int) -> None:
        """More is permitted from here on. Only that makes an accepted resume one that lifted something."""
        _step(self.permitted, at_ms, rate_nl_h)
        if self._resume is None:
            return
        act = replace(self.acts[self._resume], has_raised=True)
        self.acts[self._resume] = act
        self._resume = None
        self._watches.clear()
        for index, trip in enumerate(self.trips):
            if not trip.resumed_by and trip.demand in ("SLOW", "PAUSE"):
                self.trips[index] = replace(trip, resumed_by=act.by, resumed_at_ms=act.at_ms)

    def confirm(self, link_ms: int, answers: list[dict[str, Any]]) -> None:
        """Readback answers, in this decision or a later one than the request's."""
        for one in answers:
            known = self._waiting.get(one["request_id"])
            if one["stage"] == "confirmed" and known is not None:
                index, since = known
                self.acts[index] = replace(self.acts[index], confirmed_ms=link_ms - since)
                del self._waiting[one["request_id"]]

    # -- snapshots ---------------------------------------------------------------------------------------------

    def add_snapshot(self, at_ms: int, body: str, state: dict[str, Any], offset_ms: int) -> None:
        """The channel as it was right after a decision. `offset_ms`: from its stamps to the journal's axis."""
        session = state["session"]
        programme = session["programme"] or {}
        self.programme_nl_h = programme.get("rate_nl_h", 0)
        permit = state["permit"] or {}
        if self.started_ms is not None:
            _step(self.permitted, at_ms, permit.get("rate_nl_h", 0))
        if self.ended_ms is None:
            self.snapshot, self.tail = body, []
            if session["phase"] in ("completed", "stopped"):
                self.ended_ms = at_ms
        self._keep_holds(at_ms, session["holds"], offset_ms)
        for alarm in state["alarms"]:
            since_ms = alarm["since"]["ms"] + offset_ms
            key = (alarm["key"], since_ms)
            known_by = self.alarms[key].acknowledged_by if key in self.alarms else ""
            seen_by = alarm["acknowledged_by"] or known_by
            members = tuple(alarm.get("members", ()))
            self.alarms[key] = AlarmSpan(
                alarm["key"], alarm["priority"], alarm["text"], since_ms, seen_by, members
            )

    def _keep_holds(self, at_ms: int, present: list[dict[str, Any]], offset_ms: int) -> None:
        there = {(one["kind"], one["reason"]) for one in present}
        open_now = {(one.kind, one.reason) for one in self.holds if one.until_ms is None}
        self.holds = [
            replace(one, until_ms=at_ms)
            if one.until_ms is None and (one.kind, one.reason) not in there
            else one
            for one in self.holds
        ]
        self.holds += [
            Hold(one["kind"], one["reason"], one["by"], one["since"]["ms"] + offset_ms)
            for one in present
            if (one["kind"], one["reason"]) not in open_now
        ]

    # -- the end -----------------------------------------------------------------------------------------------

    def story(self, zero_ms: int) -> Story:
        """All of it, frozen, with time counted from `zero_ms`."""
        until_ms = (
            self.last_ms if self.ended_ms is None else min(self.last_ms, self.ended_ms + SHOWN_AFTER_END_MS)
        )

        def at(ms: int) -> int:
            return ms - zero_ms

        return Story(
            begin_ms=at(self._begin_ms(zero_ms)),
            until_ms=at(until_ms),
            ended_ms=None if self.ended_ms is None else at(self.ended_ms),
            readings={
                name: tuple((at(ms), value) for ms, value in one) for name, one in self.readings.items()
            },
            permitted=tuple((at(ms), rate) for ms, rate in self.permitted),
            reported=tuple((at(ms), rate) for ms, rate in self.reported),
            volume=tuple((at(ms), volume) for ms, volume in self.volume),
            trips=tuple(_trip_at(one, zero_ms) for one in self.trips),
            acts=tuple(replace(one, at_ms=at(one.at_ms)) for one in self.acts),
            notes=tuple(replace(one, at_ms=at(one.at_ms)) for one in self.notes),
            holds=tuple(
                replace(
                    one, from_ms=at(one.from_ms), until_ms=None if one.until_ms is None else at(one.until_ms)
                )
                for one in self.holds
            ),
            alarms=tuple(replace(one, from_ms=at(one.from_ms)) for one in self.alarms.values()),
            refused_samples=dict(self.refused_samples),
            care_notes=tuple(replace(one, at_ms=at(one.at_ms)) for one in self.care_notes),
            shadows=tuple(_trip_at(one, zero_ms) for one in self.shadows),
        )

    def _begin_ms(self, zero_ms: int) -> int:
        """A minute before the earlier of the two cuff readings that the baseline can rest on, two minutes at least."""
        before = [ms for ms, _ in self.readings.get("sys", ()) if ms <= zero_ms]
        lead_ms = zero_ms - before[-2] + 60_000 if len(before) >= 2 else 0
        return zero_ms - max(2 * 60_000, min(lead_ms, BASELINE_AGE_MS))


def verb_of(event: dict[str, Any]) -> str:
    """What a person did, with what it was done to: "acknowledge BP2", "score moaas 4"."""
    named = (event.get("rule"), event.get("scale"), event.get("value"))
    verb = VERBS.get(event["kind"], event["kind"].replace("_", " "))
    return " ".join((verb, *(str(one) for one in named if one not in (None, ""))))


def _trip_at(trip: Trip, zero_ms: int) -> Trip:
    resumed_ms = None if trip.resumed_at_ms is None else trip.resumed_at_ms - zero_ms
    evidence = tuple(replace(one, at_ms=one.at_ms - zero_ms) for one in trip.evidence)
    return replace(trip, at_ms=trip.at_ms - zero_ms, evidence=evidence, resumed_at_ms=resumed_ms)


def _step(steps: list[Step], at_ms: int, value: int | None) -> None:
    """Keep only changes."""
    if not steps or steps[-1][1] != value:
        steps.append((at_ms, value))
