"""What a frame to the pump asks for, as far as an oracle must know it: a stop, a start, a rate, who are you.

Theory of operation. A host writes whole frames. The oracle reads the few words that matter and passes over the rest; it
is no second codec. Source of the words: facts/protocols.md 1 to 3, 5 and 6. Beside the words stands what else an
onlooker must know of a family: how long a pump goes on when nobody speaks to it, and how long it may stand between two
pieces of one run.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hil_sim.oracle.scene import Sent

_UNITS_NL_H = {b"MH": 1e6, b"UH": 1e3, b"MM": 60e6, b"UM": 60e3}
#: In millilitres, as for every syringe wider than 14 mm.
_LIMIT = re.compile(rb"VOL(\d{1,4}(?:\.\d{0,3})?)")
_RATE = re.compile(rb"RAT(\d{1,4}(?:\.\d{0,3})?)(MH|UH|MM|UM)")
_ULTRA_RATE = re.compile(rb"irate (\d+(?:\.\d*)?) ([mun])l/(hr|min|sec)")
_ALARIS_RATE = re.compile(rb"INF_RATE\^(\d+\.\d)\^ml/h")
_FUSION_RATE = re.compile(rb"set rate (\d+\.\d+)")
_METRIC_NL, _PER_H = {b"m": 1e6, b"u": 1e3, b"n": 1.0}, {b"hr": 1, b"min": 60, b"sec": 3600}

Read = Callable[[float, bytes], Iterator[Sent]]


def new_era(t_s: float, frame: bytes) -> Iterator[Sent]:
    """A frame of the New Era family."""
    if b"STP" in frame:
        yield Sent(t_s, is_stop=True)
    elif b"RUN" in frame:
        yield Sent(t_s, is_run=True)
    elif b"VER" in frame:
        yield Sent(t_s, is_identity=True)
    elif match := _RATE.search(frame):
        yield Sent(t_s, rate_nl_h=float(match[1]) * _UNITS_NL_H[match[2]])
    elif match := _LIMIT.search(frame):
        yield Sent(t_s, limit_nl=float(match[1]) * 1e6)


def ultra(t_s: float, frame: bytes) -> Iterator[Sent]:
    """A line of the "ultra" command set; its target is a lease ahead, not the run's end, and no limit here."""
    if b"stp" in frame or b"stop" in frame:
        yield Sent(t_s, is_stop=True)
    elif b"irun" in frame:
        yield Sent(t_s, is_run=True)
    elif b"ver" in frame:
        yield Sent(t_s, is_identity=True)
    elif match := _ULTRA_RATE.search(frame):
        yield Sent(t_s, rate_nl_h=float(match[1]) * _METRIC_NL[match[2]] * _PER_H[match[3]])


def fusion(t_s: float, frame: bytes) -> Iterator[Sent]:
    """A line of the Chemyx Fusion, set to mL/h. It has no identity: that one of the family answers is all there is."""
    if b"stop" in frame or b"pause" in frame:
        yield Sent(t_s, is_stop=True)
    elif b"start" in frame:
        yield Sent(t_s, is_run=True)
    elif b"pump status" in frame:
        yield Sent(t_s, is_identity=True)
    elif match := _FUSION_RATE.search(frame):
        yield Sent(t_s, rate_nl_h=float(match[1]) * 1e6)


def alaris(t_s: float, frame: bytes) -> Iterator[Sent]:
    """An Alaris frame."""
    if b"!INF_STOP" in frame:
        yield Sent(t_s, is_stop=True)
    elif b"!INF_START" in frame:
        yield Sent(t_s, is_run=True)
    elif b"!INST_SERIALNO" in frame:
        yield Sent(t_s, is_identity=True)
    elif match := _ALARIS_RATE.search(frame):
        yield Sent(t_s, rate_nl_h=float(match[1]) * 1e6)


def _registers(t_s: float, pdu: bytes) -> Iterator[Sent]:
    """A request to pumpd's own register map (docs/modbus-map.md): coil 0 runs, holding 0 is the rate, 2 the target."""
    function, address = pdu[0], int.from_bytes(pdu[1:3], "big")
    if function == 5 and address == 0:
        yield Sent(t_s, is_run=True) if pdu[3:4] == b"\xff" else Sent(t_s, is_stop=True)
    elif function in (3, 23) and address <= 9 < address + int.from_bytes(pdu[3:5], "big"):
        yield Sent(t_s, is_identity=True)
    elif function == 16:
        words = pdu[6 : 6 + pdu[5]]
        for number in range(len(words) // 2 - 1):
            value = int.from_bytes(words[2 * number : 2 * number + 4], "big")
            if address + number == 0:
                yield Sent(t_s, rate_nl_h=value * 1000.0)
            elif address + number == 2:
                yield Sent(t_s, limit_nl=value * 1000.0)


def modbus_rtu(t_s: float, frame: bytes) -> Iterator[Sent]:
    """Unit, request, check."""
    if len(frame) >= 8:
        yield from _registers(t_s, frame[1:])


def modbus_tcp(t_s: float, frame: bytes) -> Iterator[Sent]:
    """Requests behind their headers."""
    while len(frame) >= 12:
        size = 6 + int.from_bytes(frame[4:6], "big")
        yield from _registers(t_s, frame[7:size])
        frame = frame[max(size, 8) :]


@dataclass(frozen=True, slots=True)
class Nature:
    """What an onlooker knows of a family.

    Attributes:
        read: its frames.
        lease_s: how long it delivers when nobody speaks to it, s; None: to its volume.
        seam_s: how long it may stand between two pieces of one run, s.
    """

    read: Read
    lease_s: float | None = 2.0
    seam_s: float = 0.0


NATURES: Mapping[str, Nature] = {
    "new_era": Nature(new_era),
    "new_era-basic": Nature(new_era, lease_s=None),
    "harvard": Nature(ultra, seam_s=1.0),
    "chemyx": Nature(fusion, lease_s=None),
    "alaris": Nature(alaris, lease_s=15.0),
    "modbus-rtu": Nature(modbus_rtu),
    "modbus-tcp": Nature(modbus_tcp),
}
