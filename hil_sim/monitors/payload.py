"""The native vitals message, version 1, as a device writes it.

Theory of operation. Every number travels with its name, its MDC code, its UCUM unit and the device's own
word on its quality; the message carries who measured (device, boot, running number), whom (the patient's
token) and when (the device's clock). Names, codes and units: facts/requirements.md 5.1. Line pressure has
no MDC code that we could find (5.2, 5.4: "do not guess"), so it has a name of our own and no code. A
message is a value, built once and changed only by `dataclasses.replace`, so that a fault is a function from
message to message.
"""

import json
from dataclasses import dataclass
from math import isinf

MMHG, BEATS, BREATHS, PERCENT = "mm[Hg]", "{beat}/min", "{breath}/min", "%"
#: Made once: `json.dumps` makes one for each text that is not written its own way.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
Shown = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a message. `code` None is left out; `unit` None is left out (only a fault does that)."""

    name: str
    code: int | None
    value: Shown
    unit: str | None
    quality: str = "ok"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `measured_at_ms` is unix ms on the device's treatment wall clock."""

    device: str
    boot: str
    seq: int
    patient: str
    measured_at_ms: int
    values: tuple[Value, ...]
    cuff_active: bool | None = None


def nibp_values(
    sys: int | None, dia: int | None, mean: int | None, pulse: tuple[int | None, ...] = ()
) -> tuple[Value, ...]:
    """Return a cuff reading, mmHg; None is a failed one.

    `pulse`: what the cuff counted, beats per minute, if it says so.
    """
    quality = "bad" if sys is None else "ok"
    return (
        Value("MDC_PRESS_BLD_NONINV_SYS", 150021, sys, MMHG, quality),
        Value("MDC_PRESS_BLD_NONINV_DIA", 150022, dia, MMHG, quality),
        Value("MDC_PRESS_BLD_NONINV_MEAN", 150023, mean, MMHG, quality),
        *(Value("MDC_PULS_RATE_NON_INV", 149546, counted, BEATS, quality) for counted in pulse),
    )


def oximeter_values(hr: int | None, spo2: int | None, is_ok: bool) -> tuple[Value, ...]:
    """Return pulse (beats per minute) and saturation (percent)."""
    quality = "ok" if is_ok else "bad"
    return (
        Value("MDC_PULS_OXIM_PULS_RATE", 149530, hr, BEATS, quality),
        Value("MDC_PULS_OXIM_SAT_O2", 150456, spo2, PERCENT, quality),
    )


def respiration_values(rr: int, gap_s: float) -> tuple[Value, ...]:
    """Return the respiration rate (breaths per minute) and the time since the last breath (s)."""
    return (
        Value("MDC_RESP_RATE", 151562, rr, BREATHS),
        Value("X_TIME_SINCE_BREATH", None, gap_s, "s"),
    )


def air_values(bubble_ul: float, passed_15min_ml: float) -> tuple[Value, ...]:
    """Return the bubble in the sensor (uL) and what passed in fifteen minutes (mL)."""
    return (
        Value("X_AIR_BUBBLE", None, round(bubble_ul, 1), "uL"),
        Value("X_AIR_15MIN", None, round(passed_15min_ml, 4), "mL"),
    )


def button_values(is_down: bool) -> tuple[Value, ...]:
    """Return the bedside button: 1 pressed, 0 released."""
    return (Value("X_BEDSIDE_BUTTON", None, int(is_down), "1"),)


def pressure_values(line_mmhg: float | None) -> tuple[Value, ...]:
    """Return the line pressure, mmHg; None is out of the sensor's range."""
    return (Value("X_PRESS_INFUSION_LINE", None, line_mmhg, MMHG, "bad" if line_mmhg is None else "ok"),)


def as_dict(message: Message) -> dict[str, object]:
    """Return the message as the object that goes on the wire."""
    values: list[dict[str, object]] = []
    for item in message.values:
        entry: dict[str, object] = {"name": item.name}
        if item.code is not None:
            entry["code"] = item.code
        entry["value"] = item.value
        if item.unit is not None:
            entry["unit"] = item.unit
        values.append(entry | {"quality": item.quality})
    out: dict[str, object] = {
        "v": 1,
        "device": message.device,
        "boot": message.boot,
        "seq": message.seq,
        "patient": message.patient,
        "measured_at_ms": message.measured_at_ms,
        "values": values,
    }
    if message.cuff_active is not None:
        out["cuff_active"] = message.cuff_active
    return out


def encode(message: Message) -> bytes:
    """Return the bytes on the wire; an infinite number is written 1e999, legal JSON that overflows."""
    text = _ENCODER.encode(as_dict(message))
    if any(isinstance(item.value, float) and isinf(item.value) for item in message.values):
        text = text.replace("Infinity", "1e999")
    return text.encode()
