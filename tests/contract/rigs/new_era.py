"""The New Era pump as the suite wants it: the simulator's face, and who drives it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from drivers.conformance.rig import Case, Kind, Truth, Word
from drivers.contract import Listener, PumpDriver
from drivers.new_era.binding import Binding
from drivers.new_era.driver import NewEraDriver, NewEraLine
from drivers.transport import Connect
from hil_sim.pumps.new_era import OLD, NewEraPump
from hil_sim.pumps.new_era_frames import basic_reply, safe_packet

_KINDS = {
    b"RUN": Kind.START,
    b"STP": Kind.HALT,
    b"RAT": Kind.RATE,
    b"VOL": Kind.LIMIT,
    b"VER": Kind.IDENTITY,
    b"SAF": Kind.SESSION,
    b"DIS": Kind.READ,
}


class NewEraRig:
    """An NE-1000 at address 0."""

    family = "new_era"
    case = Case()
    cannot: Mapping[Word, str] = MappingProxyType({Word.BATTERY: "it has none"})

    def __init__(self) -> None:
        self._pump = NewEraPump()
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
        binding = Binding("NE500" if is_for_another else "NE1000")
        return NewEraDriver(NewEraLine(port, binding), listener, link_ms, connect)

    def kind(self, frame: bytes) -> Kind:
        text = (frame[2:-3] if frame[0] == 2 else frame[:-1]).lstrip(b"0123456789")
        kind = _KINDS.get(text[:3], Kind.OTHER)
        # Without a number these only ask.
        return Kind.READ if kind in (Kind.RATE, Kind.LIMIT) and not text[3:4].isdigit() else kind

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        self._advance(now_ms)
        self._pump.receive(chunk, now_ms)
        return self._pump.output()

    def tick(self, now_ms: int) -> bytes:
        self._advance(now_ms)
        return self._pump.output()

    def truth(self) -> Truth:
        pump = self._pump
        return Truth(pump.is_moving, pump.motor.rate_nl_h if pump.is_moving else 0.0, self._given_nl)

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
                pump.memory.safe_s = 30
            case Word.PRESS_STOP:
                pump.press_stop()
            case Word.PRESS_RUN:
                pump.press_run()
            case Word.TURN_RATE:
                pump.turn_rate(Decimal(number) / 1_000_000)
            case Word.TURN_DIAMETER:
                pump.turn_diameter(Decimal(number) / 1000)
            case Word.TURN_UNITS:
                pump.motor.phase.rate_unit = "MM"
                pump.memory.volume_unit = "UL"
            case Word.CLEAR_COUNTER:
                pump.clear_counters()
            case Word.STALL:
                pump.felt_pressure_mmhg = 2 * pump.nature.stall_mmhg
            case Word.SWAP:
                pump.quirks.version = "NE500V3.10"
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
        return safe_packet("07S")

    def _advance(self, now_ms: int) -> None:
        last_ms, self._last_ms = self._last_ms, now_ms
        if last_ms is not None and now_ms > last_ms:
            # The watchdog and a power cut lie inside the step; so fine that nobody can tell.
            self._pump.advance((now_ms - last_ms) / 1000, now_ms)
        self._count()

    def _count(self) -> None:
        """The pump's counter may be cleared; what the screw has moved may not."""
        counted_nl = self._pump.motor.infused_nl
        self._given_nl += max(counted_nl - self._seen_nl, 0.0)
        self._seen_nl = counted_nl


class NewEraBasicRig(NewEraRig):
    """A pump of before safe mode, with the site's acceptance."""

    family = "new_era-basic"
    cannot: Mapping[Word, str] = MappingProxyType(
        {
            Word.HOST_LOSS: "basic mode has no watchdog, and VOL cannot be set while it runs",
            Word.DISARM: "basic mode has no watchdog",
            Word.BATTERY: "it has none",
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self._pump = NewEraPump(OLD)

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        binding = Binding("NE500" if is_for_another else "NE1000", is_basic=True)
        return NewEraDriver(NewEraLine(port, binding), listener, link_ms, connect)

    def neighbour(self) -> bytes:
        return basic_reply("07S")
