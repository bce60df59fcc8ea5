"""The appendix: every number of the picture, every event, and the record it all comes from.

Theory of operation. The picture shows, the tables prove. Cuff readings and rate steps are few and stand here one by one,
with what stood beside them at that moment; what arrives many times a second is given per interval with its lowest and
highest, the same extremes that the picture keeps.
"""

from bisect import bisect_right
from collections.abc import Sequence

from interlocks.conditions import SPOKEN, WORDS
from interlocks.vocabulary import Signal
from pumpd.core.units import format_rate
from pumpd.report import care as care_section
from pumpd.report.session_record import Reading, SessionRecord, Step, Story, Trip
from pumpd.report.tables import plain, table
from pumpd.report.words import NONE, clock, drug_of, fine_clock, volume

_MS_PER_MIN = 60_000
_INTERVALS_MIN = (1, 2, 5, 10, 15, 30, 60)
_ROWS_AT_MOST = 70


def sections(record: SessionRecord) -> str:
    """All of it as HTML."""
    parts = [
        "<h1>Appendix</h1>",
        "<h2>A. Cuff readings</h2>",
        _cuff(record),
        "<h2>B. Rate</h2>",
        _rates(record),
        "<h2>C. Vital signs and line pressure by interval</h2>",
        _intervals(record),
        "<h2>D. People and events</h2>",
        _events(record),
        "<h2>E. Alarms and holds</h2>",
        _alarms(record),
        "<h2>F. Every automatic action, its row, its hazard and its samples</h2>",
        _reasons(record),
        "<h2>G. The care around it</h2>",
        care_section.section(record),
        "<h2>H. The record</h2>",
        _proof(record),
    ]
    return "\n".join(parts)


def _value_at(readings: Sequence[Reading], ms: int) -> str:
    index = bisect_right(readings, ms, key=lambda one: one[0])
    return f"{readings[index - 1][1]:g}" if index else NONE


def _rate_at(steps: Sequence[Step], ms: int) -> str:
    index = bisect_right(steps, ms, key=lambda one: one[0])
    rate = steps[index - 1][1] if index else None
    return "unknown" if rate is None else format_rate(rate)


def _counted_at(story: Story, ms: int) -> int:
    index = bisect_right(story.volume, ms, key=lambda one: one[0])
    return story.volume[index - 1][1] if index else 0


def _dose_at(record: SessionRecord, ms: int) -> str:
    programme = record.session.programme
    return NONE if programme is None else drug_of(_counted_at(record.story, ms), programme)


def _shown(record: SessionRecord, signal: str) -> list[Reading]:
    story = record.story
    found = story.readings.get(signal, ())
    return sorted(one for one in found if story.begin_ms <= one[0] <= story.until_ms)


def _cuff(record: SessionRecord) -> str:
    cuff = {name: dict(_shown(record, name)) for name in ("dia", "map")}
    beside = {name: _shown(record, name) for name in ("hr", "spo2", "line_pressure")}
    rows = [
        (
            clock(ms),
            f"{sys:g}",
            *(f"{cuff[name][ms]:g}" if ms in cuff[name] else NONE for name in ("dia", "map")),
            *(_value_at(beside[name], ms) for name in ("hr", "spo2", "line_pressure")),
            _rate_at(record.story.reported, ms),
            _dose_at(record, ms),
        )
        for ms, sys in _shown(record, "sys")
    ]
    heads = ("min:s", "sys mmHg", "dia", "mean", "HR /min", "SpO2 %", "line mmHg", "pump says", "counted")
    return table(heads, rows, numeric=range(9)) if rows else "<p>None.</p>"


def _rates(record: SessionRecord) -> str:
    story = record.story
    changes = sorted(
        {ms for ms, _ in (*story.permitted, *story.reported) if story.begin_ms <= ms <= story.until_ms}
    )
    rows = []
    for ms in changes:
        counted_nl = _counted_at(story, ms)
        permitted = _rate_at(story.permitted, ms) if story.permitted and ms >= story.permitted[0][0] else NONE
        rows.append(
            (
                fine_clock(ms),
                permitted,
                _rate_at(story.reported, ms),
                volume(counted_nl),
                _dose_at(record, ms),
            )
        )
    heads = ("min:s", "permitted", "pump says", "counted by the pump", "drug")
    return table(heads, rows, numeric=range(5)) if rows else "<p>Nothing was run.</p>"


def _intervals(record: SessionRecord) -> str:
    story = record.story
    length_min = max(1.0, (story.until_ms - story.begin_ms) / _MS_PER_MIN)
    step_min = next((one for one in _INTERVALS_MIN if length_min / one <= _ROWS_AT_MOST), _INTERVALS_MIN[-1])
    step_ms = step_min * _MS_PER_MIN
    signals = {name: _shown(record, name) for name in ("hr", "spo2", "line_pressure")}
    rows = []
    for begin_ms in range(story.begin_ms // step_ms * step_ms, story.until_ms, step_ms):
        end_ms = min(begin_ms + step_ms, story.until_ms)
        cells = [_range(one, begin_ms, end_ms) for one in signals.values()]
        rate = _rate_at(story.reported, end_ms)
        rows.append(
            (clock(begin_ms), *cells, rate, volume(_counted_at(story, end_ms)), _dose_at(record, end_ms))
        )
    heads = ("from, min:s", "HR /min", "SpO2 %", "line mmHg", "pump says, at the end", "counted", "drug")
    each = "minute" if step_min == 1 else f"{step_min} minutes"
    return f'<p class="small">Lowest to highest in each {each}.</p>' + table(heads, rows, numeric=range(7))


def _range(readings: Sequence[Reading], begin_ms: int, end_ms: int) -> str:
    first = bisect_right(readings, begin_ms - 1, key=lambda one: one[0])
    last = bisect_right(readings, end_ms - 1, key=lambda one: one[0])
    values = [value for _, value in readings[first:last]]
    if not values:
        return "silent"
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _events(record: SessionRecord) -> str:
    story = record.story
    found: list[tuple[int, str, str, str]] = []
    for act in story.acts:
        outcome = act.outcome + (
            f", confirmed after {act.confirmed_ms} ms" if act.confirmed_ms is not None else ""
        )
        found.append((act.at_ms, act.by, act.verb, "; ".join((outcome, *act.reasons))))
    for trip in story.trips:
        evidence = ", ".join(
            f"{one.signal.replace('_', ' ')} {one.value:g} at {clock(one.at_ms)}" for one in trip.evidence
        )
        found.append(
            (
                trip.at_ms,
                "pumpd",
                f"{trip.rule} {trip.demand}",
                f"{trip.reason} (on: {evidence or 'no sample'})",
            )
        )
    found += [(note.at_ms, note.by, NONE, note.text) for note in story.notes]
    rows = [(clock(ms), by, what, text) for ms, by, what, text in sorted(found, key=lambda one: one[0])]
    return table(("min:s", "who", "what", "outcome"), rows, numeric=(0,))


def _alarms(record: SessionRecord) -> str:
    found = [
        (one.from_ms, one.key, one.priority, one.text, one.acknowledged_by) for one in record.story.alarms
    ]
    found += [
        (one.from_ms, "hold", one.kind, f"{one.reason} (until {clock(one.until_ms)})", one.by)
        for one in record.story.holds
    ]
    rows = [(clock(ms), *rest, by or NONE) for ms, *rest, by in sorted(found)]
    return (
        table(("min:s", "alarm", "priority", "text", "seen or set by"), rows, numeric=(0,))
        if rows
        else "<p>None.</p>"
    )


def _reasons(record: SessionRecord) -> str:
    """Each trip with the row behind it and every sample it rests on; what shadow rows would have done stands last."""
    heads = ("min:s", "row", "action", "because", "guards against", "source of the row", "rests on")
    shadow = "would have demanded "
    trips = [(trip, "") for trip in record.story.trips] + [(trip, shadow) for trip in record.story.shadows]
    sources = {rule.id: rule.source for rule in record.policy.rules}
    rows = [
        (
            fine_clock(trip.at_ms),
            trip.rule,
            f"{prefix}{trip.demand}",
            trip.reason,
            trip.hazard or NONE,
            sources.get(trip.rule, NONE),
            _samples(trip),
        )
        for trip, prefix in trips
    ]
    return table(heads, rows, numeric=(0,)) if rows else "<p>No row spoke.</p>"


def _samples(trip: Trip) -> str:
    if not trip.evidence:
        return "a clock, a flag or the pump's counter"
    return ", ".join(
        f"{WORDS[Signal(one.signal)]} {one.value:g} {SPOKEN[Signal(one.signal)]}".rstrip()
        + f" at {fine_clock(one.at_ms)} from {one.source}"
        for one in trip.evidence
    )


def _proof(record: SessionRecord) -> str:
    proof = record.proof
    verdict = "whole" if proof.is_whole else f"NOT WHOLE: {proof.reason}"
    refused = ", ".join(
        f"{name.replace('_', ' ')} {count}" for name, count in sorted(record.story.refused_samples.items())
    )
    rows = [
        ("journal", proof.path),
        ("records", str(proof.records)),
        ("verdict", verdict),
        ("head", f"{proof.head_seq} {proof.head_hash}" if proof.head_seq is not None else "missing"),
        ("boots of the daemon", ", ".join(record.boots)),
        ("vitals refused", refused or "none"),
    ]
    body = "".join(f'<tr><td>{name}</td><td class="hash">{plain(value)}</td></tr>' for name, value in rows)
    return f"<table><tbody>{body}</tbody></table>"
