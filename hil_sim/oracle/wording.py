"""What a frame to the pump asks for, as far as an oracle must know it: a stop, a start, a rate, who are you.

Theory of operation. A host writes whole frames. The oracle reads the few words that matter and passes over the rest; it
is no second codec. Source of the words: facts/protocols.md 1 (New Era), 2 (Harvard), 3 (Chemyx), 5 (Alaris), 6 (Modbus,
whose registers' places are read from the map). A reader is made for one run, because some words need an earlier one:
Chemyx' rates are bare numbers in the unit that was set last.
"""

import re
from collections.abc import Callable, Iterator

from hil_sim.oracle.scene import Sent
from hil_sim.pumps.chemyx import UNITS as CHEMYX_UNITS
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_frames import Request, RequestReader
from hil_sim.pumps.modbus_registers import SPACES, word_of

_UNITS_NL_H = {b"MH": 1e6, b"UH": 1e3, b"MM": 60e6, b"UM": 60e3}
#: In millilitres, as for every syringe wider than 14 mm.
_LIMIT = re.compile(rb"VOL(\d{1,4}(?:\.\d{0,3})?)")
_RATE = re.compile(rb"RAT(\d{1,4}(?:\.\d{0,3})?)(MH|UH|MM|UM)")
_HARVARD = re.compile(rb"(?:^|[\r\n])(?:@|\d{0,2}:?)([a-z]+)(?: ([\d.]+) ?([munp])l(?:/(hr|min|sec|s))?)?\r")
_METRIC_NL = {b"m": 1e6, b"u": 1e3, b"n": 1.0, b"p": 1e-3}
_PER_HOUR = {b"": 1.0, b"hr": 1.0, b"min": 60.0, b"s": 3600.0, b"sec": 3600.0}
_ALARIS_RATE = re.compile(rb"INF_RATE\^(\d+\.\d)\^ml/h")
_CHEMYX = re.compile(rb"(?:^|\r)(start|stop|pause|view parameter|set (units|rate|volume) (-?[\d.]+))\r")

#: What bytes that the host wrote at this instant (s) ask for, in their order.
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


def harvard(t_s: float, frame: bytes) -> Iterator[Sent]:
    """A line of the "ultra" words. Its targets lie a few seconds ahead and are no end of the whole, so none is read."""
    match = _HARVARD.search(frame)
    if match is None:
        return
    word = match[1]
    if word in (b"stp", b"stop"):
        yield Sent(t_s, is_stop=True)
    elif word == b"irun":
        yield Sent(t_s, is_run=True)
    elif word in (b"ver", b"version"):
        yield Sent(t_s, is_identity=True)
    elif word == b"irate" and match[2]:
        per_hour = _PER_HOUR[match[4] or b""]
        yield Sent(t_s, rate_nl_h=float(match[2]) * _METRIC_NL[match[3]] * per_hour)


def alaris(t_s: float, frame: bytes) -> Iterator[Sent]:
    """A frame of an Alaris pump."""
    if b"!INF_STOP" in frame:
        yield Sent(t_s, is_stop=True)
    elif b"!INF_START" in frame:
        yield Sent(t_s, is_run=True)
    elif b"!INST_SERIALNO" in frame:
        yield Sent(t_s, is_identity=True)
    elif match := _ALARIS_RATE.search(frame):
        yield Sent(t_s, rate_nl_h=float(match[1]) * 1e6)


class Chemyx:
    """Lines of one Chemyx pump; it has no name to be asked for, its settings are what it is known by."""

    def __init__(self) -> None:
        self._unit = 0

    def __call__(self, t_s: float, frame: bytes) -> Iterator[Sent]:
        match = _CHEMYX.search(frame.replace(b"\n", b""))
        if match is None:
            return
        if match[1] == b"start":
            yield Sent(t_s, is_run=True)
        elif match[1] in (b"stop", b"pause"):
            yield Sent(t_s, is_stop=True)
        elif match[1] == b"view parameter":
            yield Sent(t_s, is_identity=True)
        elif match[2] == b"units":
            self._unit = int(float(match[3]))
        else:
            per_rate, per_volume = CHEMYX_UNITS[self._unit]
            if match[2] == b"rate":
                yield Sent(t_s, rate_nl_h=float(match[3]) * per_rate)
            else:
                yield Sent(t_s, limit_nl=float(match[3]) * per_volume)


class Modbus:
    """Requests to one Modbus device, by its register map.

    Args:
        pump: such a device, fresh; only its map is looked at.
    """

    def __init__(self, pump: ModbusPump) -> None:
        self._pump = pump
        self._reader = RequestReader(is_tcp=pump.is_tcp)

    def __call__(self, t_s: float, frame: bytes) -> Iterator[Sent]:
        for request in self._reader.feed(frame, t_s * 1000.0):
            word = word_of(self._pump, request.function, request.body)
            if word in ("STOP", "RUN", "IDENTITY"):
                yield Sent(t_s, is_stop=word == "STOP", is_run=word == "RUN", is_identity=word == "IDENTITY")
            rate_nl_h, limit_nl = self._written(request, "rate"), self._written(request, "volume_target")
            if rate_nl_h is not None or limit_nl is not None:
                yield Sent(t_s, rate_nl_h=rate_nl_h, limit_nl=limit_nl)

    def _written(self, request: Request, name: str) -> float | None:
        """What this request writes there, nL/h or nL; None: nothing."""
        place, layout = self._pump.layout.fields.get(name), self._pump.layout
        body = request.body
        if place is None or request.function not in (6, 16, 23) or place.space != SPACES.get(16):
            return None
        at, raw = int.from_bytes(body[:2], "big"), body[2:4]
        if request.function == 16:
            raw = body[5:]
        elif request.function == 23:
            at, raw = int.from_bytes(body[4:6], "big"), body[9:]
        words = [int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2)]
        first = place.address - at
        if first < 0 or first + place.size > len(words):
            return None
        some = words[first : first + place.size]
        return place.unpack(some, low_word_first=layout.low_word_first)
