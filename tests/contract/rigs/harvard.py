"""A pump of the "ultra" command set as the suite wants it: the simulator's face, and who drives it.

Theory of operation. Two rigs, for two ways of finding a pump: alone and without an address, its meaning of a target
written in the binding; and in a chain with an address in every line. The suite counts one start for each run, so
neither of them is left to find the meaning out; `tests/contract/test_harvard.py` does that.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar

from drivers.conformance.rig import Case, Kind, Truth, Word
from drivers.contract import Listener, PumpDriver
from drivers.harvard.binding import Addressing, Binding, LeaseForm
from drivers.harvard.driver import HarvardDriver, HarvardLine
from drivers.transport import Connect
from hil_sim.pumps.harvard import HarvardPump, Nature
from hil_sim.pumps.syringe import NL_PER_MM3, area_mm2

_KINDS = {
    b"irun": Kind.START,
    b"stp": Kind.HALT,
    b"version": Kind.IDENTITY,
    b"ver": Kind.IDENTITY,
    b"poll": Kind.SESSION,
    b"echo": Kind.SESSION,
    b"nvram": Kind.SESSION,
}
#: With a number these set, without one they ask.
_SETTINGS = {b"irate": Kind.RATE, b"tvolume": Kind.LIMIT}
_LINE = re.compile(rb"@?(?:\d+:?)?([a-z]+)(?: (\S*).*)?\r", re.DOTALL)


class HarvardRig:
    """A Pump 11 Elite alone on its line."""

    family = "harvard"
    case = Case()
    cannot: ClassVar[dict[Word, str]] = {
        Word.TURN_UNITS: "every number on the wire has its unit beside it",
        Word.BATTERY: "it has none",
        Word.CHECK: "no check on this wire",
    }
    address = 0
    addressing = Addressing.NONE
    nature = Nature()

    def __init__(self) -> None:
        self._pump = HarvardPump(self.nature)
        self._pump.memory.address = self._pump.kept.address = self.address
        self._last_ms: int | None = None
        self._given_nl = 0.0

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        binding = Binding(
            model="Legato" if is_for_another else "11 ELITE",
            serial=self.nature.serial,
            address=self.address,
            addressing=self.addressing,
            lease_form=LeaseForm.FROM_CLEAR,
        )
        return HarvardDriver(HarvardLine(port, binding), listener, link_ms, connect)

    def kind(self, frame: bytes) -> Kind:
        match = _LINE.fullmatch(frame)
        word, rest = (match[1], match[2] or b"") if match else (b"", b"")
        if word in _SETTINGS:
            return _SETTINGS[word] if rest[:1].isdigit() else Kind.READ
        return _KINDS.get(word, Kind.READ if word in (b"ivolume",) else Kind.OTHER)

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        self._advance(now_ms)
        self._pump.receive(chunk, now_ms)
        return self._pump.output()

    def tick(self, now_ms: int) -> bytes:
        self._advance(now_ms)
        return self._pump.output()

    def truth(self) -> Truth:
        pump = self._pump
        return Truth(pump.is_moving, pump.motor.rate_nl_h, self._given_nl)

    def do(self, word: Word, number: int, now_ms: int) -> None:
        self._advance(now_ms)
        pump = self._pump
        match word:
            case Word.REBOOT:
                pump.cut_power(now_ms, 100)
            case Word.REBOOT_RUNNING:
                pump.cut_power(now_ms, 100, wakes_running=True)
            case Word.FORGET:
                pump.forget_settings()
            case Word.DISARM:
                pump.motor.set_target(None)
            case Word.PRESS_STOP:
                pump.press_stop()
            case Word.PRESS_RUN:
                pump.press_run()
            case Word.TURN_RATE:
                pump.turn_rate(Decimal(number) / 1_000_000)
            case Word.TURN_DIAMETER:
                pump.turn_diameter(Decimal(number) / 1000)
            case Word.CLEAR_COUNTER:
                pump.clear_counters()
            case Word.STALL:
                pump.felt_pressure_mmhg = 2 * pump.nature.stall_mmhg
            case Word.SWAP:
                pump.quirks.version = "Legato 110 3.0.6"
            case Word.REFUSE_STOP:
                pump.quirks.stop = "refused_na" if number else ""
            case Word.IGNORE_STOP:
                pump.quirks.stop = "ignored_honest" if number else ""
            case Word.IGNORE_RATE:
                pump.quirks.is_rate_ignored = bool(number)
            case _:
                raise AssertionError(word)

    def neighbour(self) -> bytes:
        return b"\n07:\x11"

    def _advance(self, now_ms: int) -> None:
        last_ms, self._last_ms = self._last_ms, now_ms
        if last_ms is not None and now_ms > last_ms:
            travel = self._pump.advance((now_ms - last_ms) / 1000, now_ms)
            self._given_nl += travel * area_mm2(float(self._pump.memory.diameter_mm)) * NL_PER_MM3


class ChainedHarvardRig(HarvardRig):
    """The same at address 12, as in a chain; its `T*` with a colon."""

    family = "harvard-chained"
    address = 12
    addressing = Addressing.DIGITS
    nature = Nature(target_has_colon=True)
