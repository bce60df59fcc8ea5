"""What people do and say around an infusion, as frozen facts; part of `events.Event`.

Theory of operation. As every event of a person's: the request it answers, who, and where a role is needed the roles that
the console has proven. Each carries the treatment wall clock of its moment, because what it records is read in days and
by people, and because spacing between sessions outlives every boot. None of them can make anything flow.
"""

from dataclasses import dataclass
from typing import Literal

from interlocks.vocabulary import Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistAnswered:
    """Every item of the checklist has been answered; `epoch` is the state that person was looking at."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    wall_ms: int
    answers: tuple[tuple[str, str], ...]
    kind: Literal["checklist_answered"] = "checklist_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePrimed:
    """The line was filled by hand; `volume_ml` is the decimal text that was typed."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    wall_ms: int
    volume_ml: str
    is_disconnected: bool
    is_air_free: bool
    kind: Literal["line_primed"] = "line_primed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientObserved:
    """Somebody looked at the patient after the end; the vitals are those of this moment."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    wall_ms: int
    moaas: int
    dissociation: int
    note: str = ""
    kind: Literal["patient_observed"] = "patient_observed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryAccepted:
    """A prescriber accepts vitals outside the recovery criteria and says why."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    wall_ms: int
    note: str
    kind: Literal["recovery_accepted"] = "recovery_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed:
    """The patient leaves with `escort`."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    wall_ms: int
    escort: str
    kind: Literal["session_closed"] = "session_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BedAccepted:
    """Another nurse is in charge from here on."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    wall_ms: int
    kind: Literal["bed_accepted"] = "bed_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEventReported:
    """Something happened to the patient; `code` and `severity` are of `notes`."""

    at: Stamp
    request_id: str
    by: str
    wall_ms: int
    code: str
    severity: str
    note: str = ""
    kind: Literal["adverse_event_reported"] = "adverse_event_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicationReported:
    """Somebody gave something else; the pump never does."""

    at: Stamp
    request_id: str
    by: str
    wall_ms: int
    drug: str
    dose: str
    note: str = ""
    kind: Literal["medication_reported"] = "medication_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEntered:
    """A person wrote something down."""

    at: Stamp
    request_id: str
    by: str
    wall_ms: int
    text: str
    kind: Literal["note_entered"] = "note_entered"


#: Acts of the course itself; a site without one has none of them.
CourseEvent = ChecklistAnswered | LinePrimed | PatientObserved | RecoveryAccepted | SessionClosed
#: What may be written down at any bed.
RecordEvent = BedAccepted | AdverseEventReported | MedicationReported | NoteEntered
CareEvent = CourseEvent | RecordEvent
