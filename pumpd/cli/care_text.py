"""The clinic's course in plain words, for a terminal.

Theory of operation. As `state_text`: what is missing is shown as missing, what came over the wire is cleaned, nothing is
reckoned anew.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.cli.state_text import clean, duration, part, rows


def checklist_lines(state: Mapping[str, Any]) -> list[str]:
    """Every item with its key, its answer so far, and the answer that forbids a start."""
    items = [one for one in rows(part(part(state, "care"), "checklist"), "items") if isinstance(one, Mapping)]
    return [
        f"{clean(one.get('key')):18} {clean(one.get('answer') or '-'):4} {clean(one.get('text'))} "
        f"({clean(one.get('blocks'))} forbids a start)"
        for one in items
    ] or ["this site has no checklist: the bench course"]


def care_lines(state: Mapping[str, Any]) -> list[str]:
    """Where the course stands, for the status; nothing from a daemon that knows of none."""
    care = part(state, "care")
    if not care:
        return []
    if care.get("course") != "clinic":
        return ["bench course: no checklist, no prime, no observation after the end"]
    series = part(care, "series")
    nurse = f", nurse {clean(care['nurse'])}" if care.get("nurse") else ""
    number = (
        f", session {clean(series['number'])} of {clean(series.get('of'))}" if series.get("number") else ""
    )
    lines = [f"{clean(care.get('step'))}{number}{nurse}", f"next: {clean(care.get('next') or '')}"]
    lines += [f"series: {clean(one)}" for one in rows(series, "warnings")]
    lines += [
        f"due: {clean(one.get('text'))}, {_when(one.get('due_in_s'))}"
        for one in rows(care, "prompts")
        if isinstance(one, Mapping)
    ]
    lines += [_set_line(one) for one in rows(care, "observations") if isinstance(one, Mapping)]
    lines += [f"close? {clean(one)}" for one in rows(care, "close_blocked_by")]
    lines += [
        f"{clean(one.get('kind'))}: {clean(one.get('text'))} ({clean(one.get('by'))})"
        for one in rows(care, "log")
        if isinstance(one, Mapping) and one.get("kind") in ("event", "given", "note", "handover")
    ]
    return lines


def _when(seconds: object) -> str:
    if type(seconds) is not int:
        return "at no known time"
    return f"overdue by {duration(-seconds)}" if seconds < 0 else f"in {duration(seconds)}"


def _set_line(one: Mapping[str, Any]) -> str:
    head = f"+{clean(one.get('slot_min'))} min: "
    if not one.get("is_done"):
        return head + ("not taken" if (one.get("due_in_s") or 0) < 0 else "to come")
    verdict = "recovered" if one.get("is_recovered") else "; ".join(map(clean, rows(one, "short_of")))
    numbers = [clean(one.get(key)) for key in ("sys", "dia", "hr", "spo2", "moaas", "dissociation")]
    return (
        head + "{}/{} mmHg, {} /min, SpO2 {} %, MOAA/S {}, dissociation {}".format(*numbers) + f" ({verdict})"
    )
