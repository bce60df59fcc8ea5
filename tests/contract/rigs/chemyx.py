"""The Chemyx pump as the suite wants it: the simulator's face, and who drives it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from drivers.chemyx.binding import Binding
from drivers.chemyx.driver import ChemyxDriver, ChemyxLine
from drivers.conformance.rig import Case, Kind, Truth, Word
from drivers.contract import Listener, PumpDriver
from drivers.transport import Connect
from hil_sim.pumps.chemyx import ChemyxPump

_KINDS = (
    (b"start", Kind.START),
    (b"stop", Kind.HALT),
    (b"set rate", Kind.RATE),
    (b"set volume", Kind.LIMIT),
    (b"pump status", Kind.IDENTITY),
    (b"view parameter", Kind.READ),
    (b"dispensed volume", Kind.READ),
)


class ChemyxRig:
    """A Fusion with an NE-1000's plunger speeds, since the simulator has those."""

    family = "chemyx"
    case = Case(counter_step_nl=100)
    cannot: Mapping[Word, str] = MappingProxyType(
        {
            Word.HOST_LOSS: "no watchdog, and no way known to extend a running volume",
            Word.DISARM: "no watchdog",
            Word.BATTERY: "it has none",
            Word.ALARMS: "no reset flag is known",
            Word.CHECK: "the wire has no check",
            Word.NEIGHBOUR: "one pump a port, no address",
            Word.IDENTITY: "the wire names no model, firmware, serial number or address",
            Word.SWAP: "nothing on the wire tells two pumps apart",
        }
    )

    def __init__(self) -> None:
        self._pump = ChemyxPump()
        self._last_ms: int | None = None
        self._given_nl = 0.0
        self._seen_nl = 0.0

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        binding = Binding(slowest_nm_h=42_050, fastest_nm_h=3_060_300_000)
        return ChemyxDriver(ChemyxLine(port, binding), listener, link_ms, connect)

    def kind(self, frame: bytes) -> Kind:
        return next((kind for word, kind in _KINDS if frame.startswith(word)), Kind.OTHER)

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        self._advance(now_ms)
        self._pump.receive(chunk, now_ms)
        self._count()
        return self._pump.output()

    def tick(self, now_ms: int) -> bytes:
        self._advance(now_ms)
        return self._pump.output()

    def truth(self) -> Truth:
        return Truth(self._pump.is_moving, self._pump.motor.rate_nl_h, self._given_nl)

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
            case Word.PRESS_STOP:
                pump.press_stop()
            case Word.PRESS_RUN:
                pump.press_run()
            case Word.TURN_RATE:
                pump.turn_rate(Decimal(number) / 1_000_000)
            case Word.TURN_DIAMETER:
                pump.turn_diameter(Decimal(number) / 1000)
            case Word.TURN_UNITS:
                pump.memory.unit = 2
            case Word.CLEAR_COUNTER:
                pump.clear_counters()
            case Word.STALL:
                pump.felt_pressure_mmhg = 5000
            case Word.REFUSE_STOP:
                pump.quirks.stop = "refused_na" if number else ""
            case Word.IGNORE_STOP:
                pump.quirks.stop = "ignored_honest" if number else ""
            case Word.IGNORE_RATE:
                pump.quirks.is_rate_ignored = bool(number)
            case _:
                raise AssertionError(word)
        self._count()

    def neighbour(self) -> bytes:
        raise AssertionError("one pump a port")

    def _advance(self, now_ms: int) -> None:
        last_ms, self._last_ms = self._last_ms, now_ms
        if last_ms is not None and now_ms > last_ms:
            self._pump.advance((now_ms - last_ms) / 1000, now_ms)
        self._count()

    def _count(self) -> None:
        counted_nl = self._pump.motor.infused_nl
        self._given_nl += max(counted_nl - self._seen_nl, 0.0)
        self._seen_nl = counted_nl
