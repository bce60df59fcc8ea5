"""A session as a FHIR MedicationAdministration, release R4B.

Theory of operation. R4B because its MedicationAdministration is that of R4, which is what hospital systems speak.
Everything comes from the report's reading of the journal, so export and report cannot disagree. What was given is an
interval: `dose` carries the best estimate, an extension on the dosage the interval, and a note says both in words, because
a receiver may drop an extension it does not know. The patient is a logical reference by the order's token; people are the
names they log in with. Codes that are not certain are not sent: the drug is its key in the drug library.

| the session | status | statusReason |
|---|---|---|
| infusing, nothing holds it | in-progress | |
| infusing, held, or the permit is zero | on-hold | every hold, or what limits |
| completed | completed | |
| stopped after its start | stopped | who stopped it, and the rows that had demanded it |
| stopped before its start | not-done | who stopped it |
| ordered or verified, not begun | none: nothing was administered, there is no resource | |

Nothing here reads a clock: the same journal makes the same bytes.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from fhir.resources.R4B.medicationadministration import MedicationAdministration

from pumpd.core.dose import volume_to_dose_ng
from pumpd.core.session import Phase
from pumpd.core.units import format_mg, format_ml, format_rate
from pumpd.report.session_record import SessionRecord

TOKENS: Final = "urn:pumpd:patient-token"
USERS: Final = "urn:pumpd:user"
DRUGS: Final = "urn:pumpd:drug-library"
SESSIONS: Final = "urn:pumpd:session"
PUMPS: Final = "urn:pumpd:pump"
INTERVAL: Final = "urn:pumpd:fhir:dose-given-interval"
_UCUM: Final = "http://unitsofmeasure.org"
_FUNCTIONS: Final = "http://terminology.hl7.org/CodeSystem/med-admin-perform-function"
_TEST_DATA: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_INTRAVENOUS: Final = {
    "coding": [{"system": "http://snomed.info/sct", "code": "47625008", "display": "Intravenous route"}],
    "text": "intravenous",
}
_NL_PER_ML: Final = 1_000_000


class NothingAdministered(ValueError):
    """The session has not begun: there is nothing to tell of."""


def medication_administration(record: SessionRecord, *, is_production: bool = False) -> str:
    """The resource as JSON text, validated.

    Args:
        record: the session, as the report reads it.
        is_production: False: marked as test data.

    Raises:
        NothingAdministered: ordered or verified, and not begun.
        ValueError: no order, or no wall clock; or what was made is not valid FHIR.
    """
    session, order = record.session, record.session.order
    if order is None or not record.started_wall_ms:
        raise ValueError("the session has no order or no wall clock")
    status = status_of(record)
    made: dict[str, Any] = {
        "resourceType": "MedicationAdministration",
        "id": f"{record.channel}-{record.number}",
        "identifier": [{"system": SESSIONS, "value": f"{record.channel}/{record.boots[0]}/{record.number}"}],
        "status": status,
        "statusReason": [{"text": one} for one in reasons(record, status)],
        "category": {"text": "infusion under interlock"},
        "medicationCodeableConcept": {"coding": [{"system": DRUGS, "code": order.drug}], "text": order.drug},
        "subject": {"identifier": {"system": TOKENS, "value": order.patient}},
        "effectivePeriod": _period(record),
        "performer": [
            {"function": {"coding": [{"system": _FUNCTIONS, "code": code}]}, "actor": _person(name)}
            for code, name in (("performer", session.started_by), ("verifier", session.verified_by))
            if name
        ],
        "device": [{"identifier": {"system": PUMPS, "value": record.pump}, "display": record.pump}]
        if record.pump
        else [],
        "note": [{"text": one} for one in notes(record)],
        "dosage": _dosage(record),
    }
    if not is_production:
        made["meta"] = {"tag": [{"system": _TEST_DATA, "code": "HTEST", "display": "test health data"}]}
    made = {key: value for key, value in made.items() if value not in ([], {}, None)}
    resource = MedicationAdministration.model_validate_json(json.dumps(made, default=float))
    return str(resource.model_dump_json(indent=2))


def status_of(record: SessionRecord) -> str:
    """By the table above. Raises NothingAdministered."""
    session = record.session
    if not record.is_started:
        if session.phase is not Phase.STOPPED:
            raise NothingAdministered(f"session {record.number} has not begun: nothing was administered")
        return "not-done"
    if session.phase is Phase.COMPLETED:
        return "completed"
    if session.phase is Phase.STOPPED:
        return "stopped"
    permitted = record.story.permitted
    return "on-hold" if session.holds or not permitted or not permitted[-1][1] else "in-progress"


def reasons(record: SessionRecord, status: str) -> list[str]:
    """Why it is not going on, in the words of the record."""
    if status == "on-hold":
        held = [one.reason for one in record.session.holds]
        rows = [
            f"{one.rule}: {one.reason}"
            for one in record.story.trips
            if one.demand in ("PAUSE", "STOP") and not one.resumed_by
        ]
        return [*held, *rows] or ["paused"]
    if status not in ("stopped", "not-done"):
        return []
    ended_ms = record.story.ended_ms
    by = [
        f"stopped by {one.by}"
        for one in record.story.acts
        if one.verb == "stop" and one.outcome == "accepted"
    ]
    rows = [
        f"{one.rule}: {one.reason}"
        for one in record.story.trips
        if one.demand == "STOP" and (ended_ms is None or one.at_ms <= ended_ms)
    ]
    return [*by[:1], *rows] or ["stopped"]


def notes(record: SessionRecord) -> list[str]:
    """What a reader must know that no field carries."""
    programme, given = record.session.programme, record.given
    told = ["From the record of pumpd, bench and research software, not a cleared medical device."]
    if programme is not None and given is not None:
        low, best, high = (
            format_mg(volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml))
            for volume_nl in (given.low_nl, given.best_nl, given.high_nl)
        )
        told.append(f"Given: best estimate {best}, at least {low}, at most {high}.")
    told += [
        f"+{at_ms // 60_000}:{at_ms // 1000 % 60:02d} rate {'unknown' if rate is None else format_rate(rate)}"
        for at_ms, rate in record.story.reported
        if at_ms >= 0
    ]
    if not record.proof.is_whole:
        told.append(f"The record this was made from is NOT WHOLE: {record.proof.reason}")
    return told


def _dosage(record: SessionRecord) -> dict[str, Any]:
    programme, given = record.session.programme, record.given
    if programme is None:
        return {}
    dosage: dict[str, Any] = {
        "text": f"programmed {format_mg(programme.dose_rounded_ng)} in {format_ml(programme.vtbi_nl)} "
        f"at {format_rate(programme.rate_nl_h)}",
        "route": _INTRAVENOUS,
        "rateQuantity": _quantity(Decimal(programme.rate_nl_h) / _NL_PER_ML, "mL/h"),
    }
    if given is not None:
        low, best, high = (
            _mg(volume_nl, programme.concentration_ug_per_ml)
            for volume_nl in (given.low_nl, given.best_nl, given.high_nl)
        )
        dosage["dose"] = best
        dosage["extension"] = [{"url": INTERVAL, "valueRange": {"low": low, "high": high}}]
    return dosage


def _mg(volume_nl: int, concentration_ug_per_ml: int) -> dict[str, Any]:
    return _quantity(Decimal(volume_to_dose_ng(volume_nl, concentration_ug_per_ml)) / _NL_PER_ML, "mg")


def _quantity(value: Decimal, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": _UCUM, "code": unit}


def _period(record: SessionRecord) -> dict[str, str]:
    begun_ms, ended_ms = record.started_wall_ms, record.story.ended_ms
    period = {"start": _instant(begun_ms)}
    if ended_ms is not None:
        period["end"] = _instant(begun_ms + ended_ms)
    return period


def _instant(wall_ms: int) -> str:
    moment = datetime.fromtimestamp(wall_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{wall_ms % 1000:03d}Z"


def _person(name: str) -> dict[str, Any]:
    return {"identifier": {"system": USERS, "value": name}, "display": name}
