"""What the two floors share: ports, the naive comparison, polls; all that makes a daemon safe is left out on purpose.

Theory of operation. A floor is what one would write in an afternoon: subscribe, parse the number, compare, write the stop
on that bed's port. It knows no unit, no patient, no age, no readback. It polls its pumps as often as the daemon does, and
throws the answers away, so that line and responder carry the same load. Its stop is the same frame.
"""

import binascii
import json
import os
import tty
from pathlib import Path

LIMIT_UL = 50.0
POLL_S = 0.25
TOPIC = "pumpd/v1/vitals/+/+"


def frame(text: bytes) -> bytes:
    """The text as the pump hears it in safe mode."""
    return bytes((2, len(text) + 4)) + text + binascii.crc_hqx(text, 0).to_bytes(2, "big") + b"\x03"


STOP = frame(b"STP")
POLLS = (frame(b"DIS"), frame(b"RAT"))
ARM = frame(b"SAF60")


def open_ports(folder: Path, count: int) -> dict[str, int]:
    """A raw, non-blocking file descriptor for each bed's name."""
    ports = {}
    for number in range(1, count + 1):
        fd = os.open(folder / f"pump-{number}", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(fd)
        os.write(fd, ARM)
        ports[f"bed-{number}"] = fd
    return ports


def is_over(payload: bytes) -> bool:
    """The naive job: one number, one limit."""
    entry = json.loads(payload)["values"][0]
    return bool(entry["name"] == "X_AIR_BUBBLE" and entry["value"] > LIMIT_UL)
