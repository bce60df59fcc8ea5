"""HL7 v2.6 messages as the IHE device profiles lay them out: header, patient, place, device tree, observations.

Theory of operation. hl7apy builds every message from its tables of version 2.6 with strict validation, so a segment out of
place or a field that is missing or malformed does not leave. The structures ORU_R40 and ORU_R42 are younger than those
tables and equal to ORU_R01 segment for segment as they are used here; that one is built, the type field says the other.

The device tree is IHE's dotted sub-identifier: 1.0.0.0 the syringe pump, 1.1.0.0 its works, 1.1.1.0 the channel, 1.1.1.n
a value of it; 2.* is what monitors said, as pumpd heard it. Text is escaped, control characters become spaces. A patient is
the order's token with the name type S, a pseudonym. Nothing here reads a clock.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Message
from hl7apy.exceptions import HL7apyException

from pumpd.outputs.nomenclature import CHANNEL, MDS, UCUM, VMD, Code, Unit

VERSION: Final = "2.6"
SENDER: Final = "PUMPD"
#: Sub-identifiers of the device tree.
AT_MDS, AT_VMD, AT_CHANNEL, AT_MONITOR = "1.0.0.0", "1.1.0.0", "1.1.1.0", "2.1.1.0"
_ESCAPES: Final = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}


_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Kind:
    """A transaction: its event, structure and profile."""

    name: str
    event: str
    profile: str


PCD01: Final = Kind("pcd01", "R01", "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.1^ISO")
PCD04: Final = Kind("pcd04", "R40", "IHE_PCD_004^IHE PCD^1.3.6.1.4.1.19376.1.6.4.4^ISO")
PCD10: Final = Kind("pcd10", "R42", "IHE_PCD_010^IHE PCD^1.3.6.1.4.1.19376.1.6.4.10^ISO")


@dataclass(frozen=True, slots=True)
class Facts:
    """What all messages of a session have in common. `processing`: P, or T for what is no care."""

    channel: str
    bed: str
    patient: str
    session: int
    processing: str


@dataclass(frozen=True, slots=True)
class Row:
    """One OBX. `value` is ready for the wire; `kind` "" for a branch of the tree; `flags`: OBX-8, `at_ms`: OBX-14."""

    code: Code
    at: str
    kind: str = ""
    value: str = ""
    unit: Unit | None = None
    flags: str = ""
    at_ms: int | None = None
    status: str = "R"


TREE: Final = tuple(
    Row(code, at, status="X") for code, at in ((MDS, AT_MDS), (VMD, AT_VMD), (CHANNEL, AT_CHANNEL))
)


def message(
    kind: Kind, facts: Facts, control_id: str, wall_ms: int, service: Code, rows: Iterable[Row]
) -> str:
    """One message, segments ended by carriage returns.

    Raises:
        ValueError: a field the standard does not allow; a defect of ours or of the record.
    """
    try:
        return _built(kind, facts, control_id, wall_ms, service, rows)
    except HL7apyException as refused:
        raise ValueError(f"no valid HL7 message can be made of {control_id}: {refused}") from refused


def _built(
    kind: Kind, facts: Facts, control_id: str, wall_ms: int, service: Code, rows: Iterable[Row]
) -> str:
    built = Message("ORU_R01", version=VERSION, validation_level=VALIDATION_LEVEL.STRICT)
    when = stamp(wall_ms)
    built.msh.msh_3, built.msh.msh_7 = SENDER, when
    built.msh.msh_9 = f"ORU^{kind.event}^ORU_{kind.event}"
    built.msh.msh_10, built.msh.msh_11 = control_id, facts.processing
    built.msh.msh_15, built.msh.msh_16, built.msh.msh_18 = "AL", "NE", "UNICODE UTF-8"
    built.msh.msh_21 = kind.profile
    result = built.add_group("ORU_R01_PATIENT_RESULT")
    patient = result.add_group("ORU_R01_PATIENT")
    patient.pid = f"PID|||{text(facts.patient)}^^^{SENDER}^PI||^^^^^^S"
    patient.add_group("ORU_R01_VISIT").pv1 = f"PV1||U|^^{text(facts.bed)}"
    order = result.add_group("ORU_R01_ORDER_OBSERVATION")
    filler = f"{text(facts.channel)}.{facts.session}^{SENDER}"
    order.obr = f"OBR|1||{filler}|{coded(service)}|||{when}"
    for number, row in enumerate(rows, 1):
        order.add_group("ORU_R01_OBSERVATION").obx = _obx(number, row, facts.channel)
    built.validate()
    return str(built.to_er7()) + "\r"


def _obx(number: int, row: Row, channel: str) -> str:
    if row.kind == "NM" and not _NUMBER.fullmatch(row.value):
        # The library does not look into OBX-5, whose type is another field's to say.
        raise ValueError(f"no number of the standard: {row.code.name} = {row.value!r}")
    unit = "" if row.unit is None else _unit(row.unit)
    fields: list[Any] = ["OBX", number, row.kind, coded(row.code), row.at, row.value, unit, "", row.flags]
    fields += ["", "", row.status, "", "", "" if row.at_ms is None else stamp(row.at_ms), "", "", ""]
    fields.append(f"{text(channel)}^{SENDER}" if row.at == AT_MDS else "")
    return "|".join(map(str, fields)).rstrip("|")


def _unit(unit: Unit) -> str:
    own = f"{text(unit.ucum)}^{text(unit.ucum)}^{UCUM}"
    return f"{unit.code}^{unit.name}^MDC^{own}" if unit.code else own


def coded(code: Code) -> str:
    """A term as a coded element."""
    return f"{text(code.code)}^{text(code.name)}^{code.system}"


def text(words: str) -> str:
    """Words as they may stand in a field."""
    plain = re.sub(r"[\x00-\x1f\x7f]+", " ", words)
    return "".join(_ESCAPES.get(one, one) for one in plain)


def stamp(wall_ms: int) -> str:
    """An instant, UTC, to the millisecond."""
    moment = datetime.fromtimestamp(wall_ms // 1000, UTC)
    return f"{moment:%Y%m%d%H%M%S}.{wall_ms % 1000:03d}+0000"
