"""A session as IHE device messages: PCD-01 observations, PCD-04 alarms, PCD-10 infusion events.

Theory of operation. Each moment of the record makes one message. Control ids are channel, record number and, where one
decision told several alarms, their number: made again, the messages are the same byte for byte, so a receiver can tell a
repetition. What is not known is left out, never zero: a pump that is not heard has no current rate. The dose given is three
numbers, the best in its MDC code and the limits of the interval in codes of our own.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pumpd.core.dose import Programme, volume_to_dose_ng
from pumpd.core.state import Policy
from pumpd.outputs import nomenclature as nc
from pumpd.outputs.hl7_frame import (
    AT_CHANNEL,
    AT_MONITOR,
    AT_VMD,
    PCD01,
    PCD04,
    PCD10,
    TREE,
    Facts,
    Kind,
    Row,
    coded,
    message,
    text,
)
from pumpd.outputs.moments import AlarmTold, Completed, Moved, Stood, moments
from pumpd.report.session_record import SessionRecord

KINDS: Final[dict[str, Kind]] = {one.name: one for one in (PCD01, PCD04, PCD10)}
PRODUCTION, TRAINING = "P", "T"
#: Values are told at every change of the word, a rate or a hold, and so often in between.
EVERY_MS: Final = 60_000


def messages(
    path: Path,
    session: SessionRecord,
    policy_from: Callable[[str], Policy],
    kinds: frozenset[str],
    processing: str = TRAINING,
    every_ms: int = EVERY_MS,
) -> Iterator[str]:
    """The messages of a session, oldest first.

    Raises:
        ValueError: the session has no order to name a patient by, or as `moments`.
        JournalRefused, sqlite3.Error: as `journal_file.read`.
    """
    order = session.session.order
    if order is None:
        raise ValueError("the session has no order, so its messages have no patient")
    facts = Facts(session.channel, session.policy.bed, order.patient, session.number, processing)
    pace = _Pace(every_ms)
    for one in moments(path, session, policy_from):
        control_id = f"{session.channel}.{one.seq}"
        if isinstance(one, Stood):
            if "pcd01" in kinds and pace.is_due(one):
                rows = observations(one)
                yield message(PCD01, facts, f"{control_id}.1", one.wall_ms, nc.MDS, rows)
        elif isinstance(one, AlarmTold) and "pcd04" in kinds:
            rows = alarm_rows(one)
            yield message(PCD04, facts, f"{control_id}.4.{one.number}", one.wall_ms, nc.ALARM, rows)
        elif isinstance(one, Moved | Completed) and "pcd10" in kinds:
            rows = event_rows(one)
            yield message(PCD10, facts, f"{control_id}.10", one.wall_ms, nc.MDS, rows)


class _Pace:
    """Which of the moments are told."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms
        self._told: tuple[object, int] | None = None

    def is_due(self, stood: Stood) -> bool:
        """Something has changed, or enough time has passed, or it is the last."""
        summary = stood.summary
        look = (summary["word"], summary["rate"], summary["holds"])
        if self._told is not None and not stood.is_last:
            told, told_ms = self._told
            if look == told and stood.wall_ms - told_ms < self._every_ms:
                return False
        self._told = look, stood.wall_ms
        return True


def observations(stood: Stood) -> Iterator[Row]:
    """PCD-01: rates, amounts, order, status, and what the monitors said, each with the time it was measured at."""
    yield from TREE
    rows = [*_rates(stood), *_amounts(stood), *_order(stood), *_status(stood)]
    for number, (code, kind, value, unit) in enumerate(rows, 1):
        yield Row(code, f"1.1.1.{number}", kind, value, unit)
    yield Row(nc.MONITOR, AT_MONITOR, status="X")
    yield from _vitals(stood)


Value = tuple[nc.Code, str, str, nc.Unit | None]


def _rates(stood: Stood) -> Iterator[Value]:
    rate = stood.summary["rate"]
    for code, name in (
        (nc.RATE_PROGRAMMED, "programmed"),
        (nc.RATE_PERMITTED, "permitted"),
        (nc.RATE_COMMANDED, "commanded"),
        (nc.RATE_NOW, "reported"),
    ):
        if (rate_nl_h := rate[f"{name}_nl_h"]) is not None:
            yield code, "NM", millis(rate_nl_h), nc.ML_PER_H


def _amounts(stood: Stood) -> Iterator[Value]:
    programme, given = stood.state.session.programme, stood.given
    if programme is None:
        return
    left_nl = max(0, programme.vtbi_nl - given.best_nl)
    yield nc.VOLUME_TBI, "NM", millis(programme.vtbi_nl), nc.ML
    yield nc.VOLUME_LEFT, "NM", millis(left_nl), nc.ML
    yield nc.VOLUME_TOTAL, "NM", millis(given.best_nl), nc.ML
    yield nc.DOSE_TBI, "NM", decimal(programme.dose_rounded_ng, 3), nc.UG
    yield nc.DOSE_LEFT, "NM", _ug(left_nl, programme), nc.UG
    yield nc.DOSE_LOW, "NM", _ug(given.low_nl, programme), nc.UG
    yield nc.DOSE_TOTAL, "NM", _ug(given.best_nl, programme), nc.UG
    yield nc.DOSE_HIGH, "NM", _ug(given.high_nl, programme), nc.UG


def _ug(volume_nl: int, programme: Programme) -> str:
    return decimal(volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml), 3)


def _order(stood: Stood) -> Iterator[Value]:
    session = stood.state.session
    if session.order is not None:
        yield nc.DRUG, "ST", text(session.order.drug), None
        yield nc.CONCENTRATION, "NM", decimal(session.order.concentration_ug_per_ml, 3), nc.MG_PER_ML
        yield nc.WEIGHT, "NM", decimal(session.order.weight_g, 3), nc.KG
    if session.programme is not None:
        yield nc.TIME_PROGRAMMED, "NM", str(session.programme.duration_s), nc.SECONDS
    if (left_s := stood.summary["time_left_s"]) is not None:
        yield nc.TIME_LEFT, "NM", str(left_s), nc.SECONDS


def _status(stood: Stood) -> Iterator[Value]:
    summary = stood.summary
    motion = summary["pump"]["motion"]
    if motion != "unknown" and summary["pump"]["link"] == "up":
        is_delivering = motion == "infusing"
        infusing = "pump-status-infusing" if is_delivering else "pump-status-not-infusing"
        delivering = (
            "pump-delivery-status-delivering" if is_delivering else "pump-delivery-status-not-delivering"
        )
        yield nc.INFUSING_STATUS, "CWE", f"^{infusing}", None
        yield nc.DELIVERY_STATUS, "CWE", f"^{delivering}", None
        if not is_delivering and summary["phase"] in ("infusing", "stopped"):
            by_person = summary["phase"] == "stopped" or any(
                one["source"] == "nurse" for one in summary["holds"]
            )
            yield nc.NOT_DELIVERING, "CWE", f"^pump-stopped-{'user' if by_person else 'alarming'}", None
    yield nc.DELIVERY_MODE, "CWE", "^pump-program-delivery-mode-continuous", None
    yield nc.STATE_WORD, "ST", text(summary["word"]), None
    if summary["pump"]["identity"]:
        yield nc.MODEL, "ST", text(summary["pump"]["identity"]), None


def _vitals(stood: Stood) -> Iterator[Row]:
    summary = stood.summary
    seen: list[tuple[nc.Code, nc.Unit, float, int]] = []
    for signal, (code, unit) in nc.VITALS.items():
        if (one := summary["vitals"].get(signal.value)) is not None:
            seen.append((code, unit, one["value"], one["age_ms"]))
    if (mmhg := summary["line_pressure_mmhg"]) is not None:
        seen.append((nc.LINE_PRESSURE, nc.MMHG, mmhg, summary["line_pressure_age_ms"]))
    for number, (code, unit, value, age_ms) in enumerate(seen, 1):
        shown = plain(Decimal(str(value)))
        yield Row(code, f"2.1.1.{number}", "NM", shown, unit, at_ms=stood.wall_ms - age_ms)


def alarm_rows(told: AlarmTold) -> Iterator[Row]:
    """PCD-04: the facets of one alarm, numbered as IHE numbers them."""
    note: dict[str, Any] = told.note
    key, phase = note["key"], note["phase"]
    priority = nc.PRIORITIES[note["priority"]]
    alert_type = "SP" if key in nc.PHYSIOLOGICAL else "ST"
    event = nc.NEAR_COMPLETE if key == "NEAR-END" else nc.PUMP_ALARM
    state = "inactive" if phase == "end" else "active" if note["is_present"] else "latched"
    seen = "alert-acknowledged" if note["acknowledged_by"] else "enabled"
    own = f"{text(key)}^{text(note['text'])}^{nc.LOCAL}"
    yield from TREE
    facets: tuple[tuple[nc.Code, str, str], ...] = (
        (nc.ALARM, "CWE", f"{coded(event)}^{own}"),
        (nc.ALERT_SOURCE, "CWE", coded(nc.VMD)),
        (nc.EVENT_PHASE, "ST", text(phase)),
        (nc.ALARM_STATE, "ST", state),
        (nc.INACTIVATION, "ST", seen),
        (nc.ALARM_PRIORITY, "ST", priority),
        (nc.ALERT_TYPE, "ST", alert_type),
        (nc.ALERT_TEXT, "ST", text(note["text"])),
    )
    for number, (code, kind, value) in enumerate(facets, 1):
        flags = f"{priority}~{alert_type}" if number == 1 else ""
        yield Row(
            code, f"{AT_VMD}.{number}", kind, value, flags=flags, at_ms=told.wall_ms if number == 1 else None
        )


def event_rows(event: Moved | Completed) -> Iterator[Row]:
    """PCD-10: what happened, the rate from then on, and what the pump's counter has counted since the start."""
    yield from TREE
    rate_nl_h = 0 if isinstance(event, Completed) else event.rate_nl_h
    yield Row(nc.EVENT_CONDITION, "1.1.1.1", "CWE", coded(_event(event)), at_ms=event.wall_ms)
    yield Row(nc.EVENT_SOURCE, "1.1.1.2", "ST", AT_CHANNEL)
    yield Row(nc.RATE_NOW, "1.1.1.3", "NM", millis(rate_nl_h), nc.ML_PER_H)
    yield Row(nc.VOLUME_TOTAL, "1.1.1.4", "NM", millis(event.counted_nl), nc.ML)


def _event(event: Moved | Completed) -> nc.Code:
    if isinstance(event, Completed):
        return nc.DELIVERY_COMPLETE
    if event.rate_before_nl_h == 0:
        return nc.DELIVERY_START
    return nc.DELIVERY_STOP if event.rate_nl_h == 0 else nc.RATE_CHANGE


def millis(value_nl: int) -> str:
    """Nanolitres as mL, or nl/h as mL/h, exact."""
    return decimal(value_nl, 6)


def decimal(whole: int, places: int) -> str:
    """A whole number with its point moved, without idle zeros."""
    return plain(Decimal(whole).scaleb(-places))


def plain(value: Decimal) -> str:
    """Never an exponent, which HL7 does not know."""
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
