"""Other gateways' JSON: a message in a shape that a table describes, to the same readings as the native one.

Theory of operation. A gateway was made for charts, not for interlocks: its numbers may be texts, a list or the keys of one
object, without units, codes, quality, sequence or patient. A `Dialect` says which key is which and what each name means,
and nothing is guessed: a name outside of the table is passed over and reported, everything else goes through the same
screening, plausibility and admission as a native message.

Two traps have a key of their own. Many gateways poll the monitor and send the last cuff reading with every poll, under
the poll's stamp: taken at their word, one reading would be new each second for ever. Of such a sender (`is_cuff_held`) a
cuff reading is news only when one of its numbers has changed. And a stamp without a zone is read in the zone that the site
names; one that is an hour wrong is late or from the future, and refused as that (facts/faults.md row 64), never corrected.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from interlocks.vocabulary import CUFF, UNIT, Signal
from pumpd.core.measured_units import SCALES
from pumpd.shell.feeds.arrivals import Rejected, RejectReason
from pumpd.shell.feeds.parsed import Parsed, Reading, bad_reading, good_reading, together
from pumpd.shell.feeds.screening import MAX_INT, RefusedError, refuse, screened_json, show

#: A poll of everything that a monitor shows is some forty rows of 170 bytes.
MAX_BYTES: Final = 32 * 1024
MAX_DEPTH: Final = 4
MAX_ROWS: Final = 256
MAX_STAMPS: Final = 16
MAX_UNKNOWN: Final = 64
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?\Z")
#: "14-03-2026 04:39:00.512", as a program prints it that runs where days come first.
_DAY_FIRST: Final = re.compile(r"(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?\Z")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one gateway says it.

    Attributes:
        names: the gateway's word to the signal and the unit it comes in; of each signal one word.
        stamp: how it writes when it was measured, unix_s, unix_ms, iso8601 or dd-mm-yyyy.
        time_key: where.
        name_key, value_key: of a list of rows; both empty: one object, whose keys are the names.
        unit_key: where a row says its unit, which must then be the table's; empty: it says none.
        patient_key: where it names the patient; empty: it knows none.
        device_key, device_is: where it names the monitor, and what must stand there; empty: it does not.
        zone: of stamps that carry none; None: such a stamp is refused.
        is_cuff_held: it repeats the last cuff reading under newer stamps.
        missing: texts that mean that there is no value.
    """

    names: Mapping[str, tuple[Signal, str]]
    stamp: str
    time_key: str
    name_key: str = ""
    value_key: str = ""
    unit_key: str = ""
    patient_key: str = ""
    device_key: str = ""
    device_is: str = ""
    zone: tzinfo | None = None
    is_cuff_held: bool = True
    missing: frozenset[str] = frozenset({"", "-", "--", "---"})

    @property
    def keys(self) -> frozenset[str]:
        """The keys that say something about the message, not about the patient."""
        told = (
            self.time_key,
            self.name_key,
            self.value_key,
            self.unit_key,
            self.patient_key,
            self.device_key,
        )
        return frozenset(key for key in told if key)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message comes to: one part for each stamp in it, oldest first, and the names that mean nothing here."""

    parts: tuple[Parsed, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    value: object
    unit: object
    source: dict[str, object]


def read(payload: bytes, dialect: Dialect, device: str) -> Heard | Rejected:
    """Read one message. Never raises, whatever the bytes are.

    Args:
        payload: the message body as it came from the broker.
        dialect: the gateway's.
        device: our name of the monitor behind it.
    """
    signals: list[Signal] = []
    try:
        return _heard(screened_json(payload, MAX_BYTES, MAX_DEPTH), dialect, device, signals)
    except RefusedError as refusal:
        return Rejected(refusal.reason, refusal.detail, tuple(dict.fromkeys(signals)))
    except Exception as fault:
        # A defect here must not become a way to stop the daemon from outside.
        return Rejected(RejectReason.PARSER_FAULT, type(fault).__name__)


def _heard(raw: object, dialect: Dialect, device: str, signals: list[Signal]) -> Heard:
    unknown: dict[str, None] = {}
    parts: dict[int, list[tuple[Reading, str | None]]] = {}
    rows = list(_rows(raw, dialect))
    signals += [dialect.names[row.name][0] for row in rows if row.name in dialect.names]
    for row in rows:
        if row.name not in dialect.names:
            unknown.setdefault(show(row.name)[1:-1])
            continue
        reading = _reading(row, dialect)
        patient = _patient(row.source, dialect)
        parts.setdefault(_stamp(row.source, dialect), []).append((reading, patient))
    if len(parts) > MAX_STAMPS:
        refuse(RejectReason.WRONG_TYPE, f"{len(parts)} stamps in one message > {MAX_STAMPS}")
    found = tuple(_part(parts[stamp], stamp, dialect, device) for stamp in sorted(parts))
    return Heard(found, tuple(unknown)[:MAX_UNKNOWN])


def _rows(raw: object, dialect: Dialect) -> Iterator[_Row]:
    if not dialect.name_key:
        (top,) = _objects([raw])
        _check_device(top, dialect)
        for name, value in top.items():
            if name not in dialect.keys:
                yield _Row(name, value, None, top)
        return
    if not isinstance(raw, list) or len(raw) > MAX_ROWS:
        refuse(RejectReason.WRONG_TYPE, f"not a list of at most {MAX_ROWS} rows")
    for row in _objects(raw):
        said = row.get(dialect.name_key)
        if not isinstance(said, str):
            refuse(RejectReason.MISSING_KEY, dialect.name_key)
        if said in dialect.names:
            _check_device(row, dialect)
        yield _Row(said, row.get(dialect.value_key), row.get(dialect.unit_key), row)


def _objects(rows: list[object]) -> Iterator[dict[str, object]]:
    for row in rows:
        if not isinstance(row, dict):
            refuse(RejectReason.WRONG_TYPE, f"{show(row)} is not an object")
        yield row


def _check_device(row: dict[str, object], dialect: Dialect) -> None:
    if dialect.device_key and row.get(dialect.device_key) != dialect.device_is:
        said = show(row.get(dialect.device_key))
        refuse(RejectReason.DEVICE_MISMATCH, f"{dialect.device_key} is {said}, not {dialect.device_is}")


def _patient(row: dict[str, object], dialect: Dialect) -> str | None:
    if not dialect.patient_key:
        return None
    patient = row.get(dialect.patient_key)
    if not isinstance(patient, str) or not patient:
        refuse(RejectReason.MISSING_KEY, dialect.patient_key)
    return patient[:64]


def _reading(row: _Row, dialect: Dialect) -> Reading:
    signal, unit = dialect.names[row.name]
    if dialect.unit_key and row.unit != unit:
        refuse(RejectReason.WRONG_UNIT, f"{row.name}: {show(row.unit)} is not {unit}")
    value: object = row.value
    if value is None or (isinstance(value, str) and value.strip() in dialect.missing):
        return bad_reading(signal)
    if isinstance(value, str):
        if _NUMBER.match(value.strip()) is None:
            refuse(RejectReason.BAD_NUMBER, f"{row.name}: {show(value)}")
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(RejectReason.WRONG_TYPE, f"{row.name}: {show(value)}")
    return good_reading(signal, value * SCALES[UNIT[signal]][unit])


def _stamp(row: dict[str, object], dialect: Dialect) -> int:
    """Unix ms of the measurement, on the sender's wall clock."""
    said = row.get(dialect.time_key)
    if dialect.stamp in ("unix_s", "unix_ms"):
        if isinstance(said, bool) or not isinstance(said, int | float):
            refuse(RejectReason.WRONG_TYPE, f"{dialect.time_key}: {show(said)}")
        ms = said * 1000 if dialect.stamp == "unix_s" else said
        if not 0 <= ms <= MAX_INT:
            refuse(RejectReason.WRONG_TYPE, f"{dialect.time_key}: {show(said)}")
        return math.floor(ms)
    moment = _moment(said, dialect)
    if moment.tzinfo is None:
        if dialect.zone is None:
            refuse(RejectReason.WRONG_TYPE, f"{dialect.time_key}: {show(said)} is in no zone")
        moment = moment.replace(tzinfo=dialect.zone)
    return math.floor(moment.astimezone(UTC).timestamp() * 1000)


def _moment(said: object, dialect: Dialect) -> datetime:
    try:
        if not isinstance(said, str):
            raise ValueError
        if dialect.stamp == "iso8601":
            return datetime.fromisoformat(said)
        match = _DAY_FIRST.match(said)
        if match is None:
            raise ValueError
        day, month, year, hour, minute, second = (int(part) for part in match.groups()[:6])
        return datetime(year, month, day, hour, minute, second, int((match[7] or "0").ljust(6, "0")))  # noqa: DTZ001
    except (ValueError, OverflowError):
        refuse(RejectReason.WRONG_TYPE, f"{dialect.time_key}: {show(said)} is no {dialect.stamp}")


def _part(values: list[tuple[Reading, str | None]], stamp: int, dialect: Dialect, device: str) -> Parsed:
    readings = together(tuple(reading for reading, _ in values), has_pulse=False)
    patients = {patient for _, patient in values}
    if len(patients) > 1:
        refuse(RejectReason.WRONG_PATIENT, "two patients in one message")
    return Parsed(
        device=device,
        boot="",
        seq=None,
        patient=patients.pop(),
        measured_at_ms=stamp,
        values=readings,
        cuff_active=None,
        is_cuff_held=dialect.is_cuff_held and any(one.signal in CUFF for one in readings),
    )
