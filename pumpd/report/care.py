"""The course around an infusion in the report: what was asked, seen and written down, and by whom.

Theory of operation. Tables of what is structured (checklist, observations) come from the newest state of the session; the
list of acts comes from the decisions themselves, so it is whole even where the state keeps only its newest lines. The bench
has no course: then only what people wrote down stands here.
"""

from pumpd.core.clinic.checklist import ITEMS, blocking
from pumpd.core.clinic.course import Care, Observation
from pumpd.core.clinic.series import number_of
from pumpd.core.units import format_ml
from pumpd.report.session_record import SessionRecord
from pumpd.report.tables import plain, table
from pumpd.report.words import NONE, clock, utc


def section(record: SessionRecord) -> str:
    """All of it as HTML."""
    clinic = record.policy.clinic
    if clinic is None:
        head = "<p>Bench course: no checklist, no prime, no observation after the end was asked for.</p>"
        return head + _notes(record)
    care = record.care
    return "".join((_facts(care, clinic.series_of), _checklist(care), _observations(care), _notes(record)))


def _facts(care: Care, series_of: int) -> str:
    at_ms = care.started_wall_ms or care.ordered_wall_ms
    prime, sign_off, closing = care.prime, care.sign_off, care.closing
    rows = [
        ("session of its series", f"{number_of(care.past_wall_ms, at_ms)} of {series_of}" if at_ms else NONE),
        ("session before", utc(care.past_wall_ms[-1]) if care.past_wall_ms else "none known"),
        ("in charge at the end", care.nurse or NONE),
        ("line primed", f"{format_ml(prime.volume_nl)} by hand, by {prime.by}; no dose" if prime else "no"),
        ("checklist", _verdict(care)),
        ("observed for", f"{care.since_end_ms // 60_000} min" if care.since_end_ms else NONE),
        ("signed off", f"by {sign_off.by}: {sign_off.note}" if sign_off else "not needed, or not done"),
        (
            "closed",
            f"by {closing.by}, escort: {closing.escort}, {utc(closing.wall_ms)}" if closing else "NOT CLOSED",
        ),
    ]
    return table(("what", "how"), rows)


def _verdict(care: Care) -> str:
    if not care.answers:
        return "not answered"
    wrong = ", ".join(one.key for one in blocking(care.answers))
    return f"{len(care.answers)} answers by {care.answered_by}" + (f"; BLOCKS: {wrong}" if wrong else "")


def _checklist(care: Care) -> str:
    given = dict(care.answers)
    rows = [(one.group, one.text, given.get(one.key, NONE)) for one in ITEMS]
    return table(("checklist", "question", "answer"), rows)


def _observations(care: Care) -> str:
    if not care.observations:
        return "<p>Nobody observed the patient after the end.</p>"
    heads = (
        "after the end",
        "sys mmHg",
        "dia",
        "HR /min",
        "SpO2 %",
        "MOAA/S",
        "dissociation",
        "recovered",
        "by",
    )
    return table(heads, [_row(one) for one in care.observations], numeric=range(1, 7))


def _row(one: Observation) -> tuple[str, ...]:
    numbers = (f"{value:g}" for value in (one.sys, one.dia, one.hr, one.spo2, one.moaas, one.dissociation))
    verdict = "yes" if one.is_recovered else f"no: {'; '.join(one.short_of)}"
    return (f"+{one.slot_min} min", *numbers, f"{verdict}{f'; {one.note}' if one.note else ''}", one.by)


def _notes(record: SessionRecord) -> str:
    rows = [(clock(one.at_ms), one.by, one.text) for one in record.story.care_notes]
    return (
        table(("min:s", "who", "what"), rows, numeric=(0,))
        if rows
        else f"<p>{plain('Nothing was written down.')}</p>"
    )
