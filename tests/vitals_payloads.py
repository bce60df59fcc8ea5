"""Builds native payloads for tests, in the words of docs/mqtt/vitals.schema.json and not of the parser."""

import json
from typing import Any

_WORDS: dict[str, tuple[str, int | None, str]] = {
    "sys": ("MDC_PRESS_BLD_NONINV_SYS", 150021, "mm[Hg]"),
    "dia": ("MDC_PRESS_BLD_NONINV_DIA", 150022, "mm[Hg]"),
    "map": ("MDC_PRESS_BLD_NONINV_MEAN", 150023, "mm[Hg]"),
    "hr": ("MDC_PULS_OXIM_PULS_RATE", 149530, "{beat}/min"),
    "spo2": ("MDC_PULS_OXIM_SAT_O2", 150456, "%"),
    "rr": ("MDC_RESP_RATE", 151562, "{breath}/min"),
    "line_pressure": ("X_PRESS_INFUSION_LINE", None, "mm[Hg]"),
    "cuff_pulse": ("MDC_PULS_RATE_NON_INV", 149546, "{beat}/min"),
    "breath_gap": ("X_TIME_SINCE_BREATH", None, "s"),
    "air_bubble": ("X_AIR_BUBBLE", None, "uL"),
    "air_15min": ("X_AIR_15MIN", None, "mL"),
    "button": ("X_BEDSIDE_BUTTON", None, "1"),
}


def vitals(seq: int, measured_at_ms: int, /, *, bad: tuple[str, ...] = (), **values: float) -> dict[str, Any]:
    """A message of monitor-1: one value per named signal; those in `bad` are null, of bad quality."""
    entries = []
    for signal in (*values, *bad):
        name, code, unit = _WORDS[signal]
        entry = {"name": name, "value": values.get(signal), "unit": unit}
        entry["quality"] = "bad" if signal in bad else "ok"
        if code is not None:
            entry["code"] = code
        entries.append(entry)
    return {
        "v": 1,
        "device": "monitor-1",
        "boot": "b1",
        "seq": seq,
        "patient": "tok-1",
        "measured_at_ms": measured_at_ms,
        "values": entries,
    }


def encode(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()
