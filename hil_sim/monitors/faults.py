"""What can be wrong with what a monitor says: each fault by name, with its row of the fault catalogue.

Theory of operation. A fault is applied to the finished message, behind the honest device, in three stages:
the device's clock, identity and numbers (a function from message to message), the bytes (a function from
bytes to bytes), and the delivery (dropped, doubled, swapped, delayed, retained). So the simulated device
never knows that it lies, and every fault can be combined with every other. `DEVICE_FAULTS` are the
exception: the probe, the cuff and the boot are the device itself. `only=` limits a fault to one stream
(`STREAMS`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from hil_sim.monitors.payload import Message, Shown, Value, encode

Param = float | int | str | bool
Params = Mapping[str, Param]
ALL: Final = "all"
STREAMS: Final = ("nibp", "oximeter", "respiration", "pressure", "air", "button")


@dataclass(frozen=True, slots=True)
class MonitorFault:
    """One injectable fault: what happens, the catalogue row it exercises, its parameters with defaults."""

    what: str
    row: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One publish: bytes, retain flag, and treatment seconds to wait first."""

    body: bytes
    retain: bool = False
    delay_s: float = 0.0


MONITOR_FAULTS: Final[dict[str, MonitorFault]] = {
    "silent": MonitorFault("nothing is published while the link stays up", "53"),
    "frozen": MonitorFault("the same values for ever, with new stamps", "54"),
    "retained": MonitorFault("published retained, so that it returns on subscribing", "46"),
    "duplicate": MonitorFault("every message twice", "48"),
    "reorder": MonitorFault("every two messages arrive in the wrong order", "55"),
    "late": MonitorFault("arrives so many seconds late with its honest stamp", "55", {"s": 60.0}),
    "future": MonitorFault("stamps lie so many seconds ahead (negative: behind)", "64", {"s": 3600.0}),
    "no_unit": MonitorFault("numbers without a unit", "60"),
    "wrong_unit": MonitorFault("kPa, Hz, and a fraction instead of per cent", "60"),
    "wrong_patient": MonitorFault("another patient's token", "61", {"patient": "tok-other"}),
    "nan": MonitorFault("NaN instead of each number", "56"),
    "infinity": MonitorFault("1e999 instead of each number", "56"),
    "huge": MonitorFault("a number no body can have", "57", {"value": 99999.0}),
    "negative": MonitorFault("each number below zero", "57"),
    "not_json": MonitorFault("half a message", "59"),
    "deep": MonitorFault("nested arrays instead of a message", "59", {"depth": 2000}),
    "oversized": MonitorFault("a valid message padded beyond 4 KiB", "59", {"bytes": 8192}),
    "duplicate_keys": MonitorFault("each number twice under one key", "58"),
    "boolean": MonitorFault("true instead of each number", "58"),
    "string_value": MonitorFault("each number as a string", "58"),
    "probe_off": MonitorFault("finger probe off: value held 10 s, then marked bad", "65"),
    "cuff_fail": MonitorFault("cuff cycles end in an error code (clinical.md 4)", "65"),
    "cuff_artefact": MonitorFault(
        "cuff readings are off by this factor (clinical.md 4)", "57", {"factor": 1.4}
    ),
    "cuff_pulse_off": MonitorFault(
        "the cuff counts so many beats too many (clinical.md 4)", "57", {"bpm": 45.0}
    ),
    "motion": MonitorFault("the arm moves: pulse and saturation jump and drop out, cuff cycles fail", "65"),
    "second_monitor": MonitorFault("another monitor under the same name speaks in between", "62"),
    "boot_change": MonitorFault("the monitor restarts: new boot id, numbering from 1", "62"),
}
#: These act on the instrument itself; the rest act on the finished message.
DEVICE_FAULTS: Final = frozenset(
    {"probe_off", "cuff_fail", "cuff_artefact", "cuff_pulse_off", "motion", "boot_change"}
)


class FaultStage:
    """Applies the active faults to the messages of one device; remembers frozen values and held messages."""

    def __init__(self) -> None:
        self._frozen: dict[str, tuple[Value, ...]] = {}
        self._held: dict[str, Outgoing] = {}

    def apply(self, stream: str, message: Message, active: Mapping[str, Params]) -> list[Outgoing]:
        """Return what is published instead of `message`, in order.

        Args:
            stream: one of `STREAMS`.
            message: what the honest device says.
            active: the faults in force with their parameters.
        """
        here = {name: params for name, params in active.items() if params.get("only", ALL) in (ALL, stream)}
        if "frozen" in here:
            message = replace(message, values=self._frozen.setdefault(stream, message.values))
        else:
            self._frozen.pop(stream, None)
        for name, change in _MESSAGE_FAULTS.items():
            if name in here:
                message = change(message, here[name])
        out = self._deliver(stream, _spoilt(message, here), here)
        if "second_monitor" in here and out:
            out.append(Outgoing(_spoilt(_second(message), here), out[0].retain, out[0].delay_s))
        return out

    def _deliver(self, stream: str, body: bytes, here: Mapping[str, Params]) -> list[Outgoing]:
        delay_s = _number(here["late"], "s", 60.0) if "late" in here else 0.0
        one = Outgoing(body, retain="retained" in here, delay_s=max(delay_s, 0.0))
        held = self._held.pop(stream, None)
        if "silent" in here:
            return []
        out = [one, one] if "duplicate" in here else [one]
        if held is not None:
            return [*out, held]
        if "reorder" in here:
            self._held[stream] = one
            return []
        return out


def _spoilt(message: Message, here: Mapping[str, Params]) -> bytes:
    body = encode(message)
    for name, spoil in _BYTE_FAULTS.items():
        if name in here:
            body = spoil(body, here[name])
    return body


def _second(message: Message) -> Message:
    """What the other monitor says: its own boot, and measured a moment later."""
    return replace(message, boot=f"{message.boot}-2", measured_at_ms=message.measured_at_ms + 50)


def _number(params: Params, key: str, default: float) -> float:
    return float(params.get(key, default))


def _each(message: Message, change: Callable[[Value], Value]) -> Message:
    """Change every value that is a number; a dash stays a dash."""
    values = (value if value.value is None else change(value) for value in message.values)
    return replace(message, values=tuple(values))


def _put(shown: Callable[[float], Shown]) -> Callable[[Message, Params], Message]:
    """Return a fault that shows something else instead of each number."""

    def change(message: Message, params: Params) -> Message:
        return _each(message, lambda item: replace(item, value=shown(float(item.value or 0.0))))

    return change


def _future(message: Message, params: Params) -> Message:
    return replace(
        message, measured_at_ms=message.measured_at_ms + round(_number(params, "s", 3600.0) * 1000)
    )


def _wrong_patient(message: Message, params: Params) -> Message:
    return replace(message, patient=str(params.get("patient", "tok-other")))


def _huge(message: Message, params: Params) -> Message:
    return _each(message, lambda item: replace(item, value=_number(params, "value", 99999.0)))


#: Other units in use for the same quantity, and the factor to them.
_OTHER_UNIT: Final = {
    "mm[Hg]": ("kPa", 0.133322),
    "{beat}/min": ("Hz", 1 / 60),
    "{breath}/min": ("Hz", 1 / 60),
    "%": ("1", 0.01),
    "s": ("ms", 1000.0),
    "uL": ("mL", 0.001),
    "mL": ("uL", 1000.0),
    "1": ("%", 100.0),
}


def _wrong_unit(message: Message, params: Params) -> Message:
    def change(item: Value) -> Value:
        unit, factor = _OTHER_UNIT[item.unit or "%"]
        return replace(item, value=round(float(item.value or 0.0) * factor, 4), unit=unit)

    return _each(message, change)


def _no_unit(message: Message, params: Params) -> Message:
    return replace(message, values=tuple(replace(item, unit=None) for item in message.values))


#: Order matters where a fault reads what another writes: units change while they are still there.
_MESSAGE_FAULTS: Final[dict[str, Callable[[Message, Params], Message]]] = {
    "future": _future,
    "wrong_patient": _wrong_patient,
    "wrong_unit": _wrong_unit,
    "no_unit": _no_unit,
    "huge": _huge,
    "negative": _put(lambda value: -abs(value) - 1.0),
    "nan": _put(lambda value: float("nan")),
    "infinity": _put(lambda value: float("inf")),
    "boolean": _put(lambda value: True),
    "string_value": _put(lambda value: f"{value:g}"),
}


def _deep(body: bytes, params: Params) -> bytes:
    depth = int(_number(params, "depth", 2000.0))
    return b"[" * depth + b"]" * depth


def _oversized(body: bytes, params: Params) -> bytes:
    return body + b" " * max(int(_number(params, "bytes", 8192.0)) - len(body), 0)


_BYTE_FAULTS: Final[dict[str, Callable[[bytes, Params], bytes]]] = {
    "duplicate_keys": lambda body, params: body.replace(b'"value":', b'"value":1,"value":'),
    "oversized": _oversized,
    "deep": _deep,
    "not_json": lambda body, params: body[: len(body) // 2],
}
