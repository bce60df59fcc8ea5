"""The monitor's numbers in the shapes of other people's gateways, made from its native messages.

Theory of operation. A gateway polls the monitor and writes down what its screen shows: the newest pulse and saturation, and
the last cuff reading again and again until there is another, all under the poll's stamp; what the screen does not show is a
dash. It knows no sequence, no patient and no quality. So a shape keeps what the screen would, and turns each native message
into one poll. Faults stay what they are: bytes that are no message pass through untouched.

The rows are those of VSCapture's program for Philips monitors: names as their maker spells them, numbers as texts, a stamp
with the day first and without a zone (here UTC).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Shape = Callable[[bytes], bytes]

_PHILIPS = {
    "MDC_PRESS_BLD_NONINV_SYS": "NOM_PRESS_BLD_NONINV_SYS",
    "MDC_PRESS_BLD_NONINV_DIA": "NOM_PRESS_BLD_NONINV_DIA",
    "MDC_PRESS_BLD_NONINV_MEAN": "NOM_PRESS_BLD_NONINV_MEAN",
    "MDC_PULS_OXIM_PULS_RATE": "NOM_PLETH_PULS_RATE",
    "MDC_PULS_OXIM_SAT_O2": "NOM_PULS_OXIM_SAT_O2",
    "MDC_RESP_RATE": "NOM_RESP_RATE",
}
_FLAT = {
    "MDC_PRESS_BLD_NONINV_SYS": "nibp_sys",
    "MDC_PRESS_BLD_NONINV_DIA": "nibp_dia",
    "MDC_PRESS_BLD_NONINV_MEAN": "nibp_mean",
    "MDC_PULS_OXIM_PULS_RATE": "pulse",
    "MDC_PULS_OXIM_SAT_O2": "spo2",
    "MDC_RESP_RATE": "resp",
}


@dataclass(slots=True)
class Screen:
    """What the monitor shows, by the gateway's words."""

    words: dict[str, str]
    shown: dict[str, Any] = field(default_factory=dict)

    def take(self, body: bytes) -> int | None:
        """Show what a native message says; its stamp, unix ms, or None if it is no message."""
        try:
            message = json.loads(body)
            for one in message["values"]:
                if one["name"] in self.words:
                    self.shown[self.words[one["name"]]] = one["value"] if one["quality"] == "ok" else None
            return int(message["measured_at_ms"])
        except (ValueError, KeyError, TypeError):
            return None


def vscapture() -> Shape:
    """Rows: `[{"Timestamp": ..., "PhysioID": ..., "Value": "122", "DeviceID": ...}]`."""
    screen = Screen(_PHILIPS)

    def poll(body: bytes) -> bytes:
        at_ms = screen.take(body)
        if at_ms is None:
            return body
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
        stamp = f"{moment:%d-%m-%Y %H:%M:%S}.{moment.microsecond // 1000:03}"
        rows = [
            {
                "Timestamp": stamp,
                "Relativetimestamp": str(at_ms * 8 % 2**32),
                "PhysioID": word,
                "Value": "-" if value is None else str(value),
                "DeviceID": "monitor-1",
            }
            for word, value in screen.shown.items()
        ]
        return json.dumps(rows, separators=(",", ":")).encode()

    return poll


def flat() -> Shape:
    """One object: `{"ts": unix ms, "nibp_sys": 122, "pulse": 71, "spo2": 97}`, null for what is not shown."""
    screen = Screen(_FLAT)

    def poll(body: bytes) -> bytes:
        at_ms = screen.take(body)
        if at_ms is None:
            return body
        return json.dumps({"ts": at_ms, **screen.shown}, separators=(",", ":")).encode()

    return poll


#: By the word on the command line: what makes a shape, and the topic it goes to in place of the native one.
SHAPES: dict[str, tuple[Callable[[], Shape], str]] = {
    "vscapture": (vscapture, "vscapture/{bed}"),
    "flat": (flat, "gateway/{bed}"),
}
