"""The Alaris family for the conformance suite: the simulator's face, and what can happen to it."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from drivers.alaris.binding import Binding
from drivers.alaris.driver import AlarisDriver, AlarisLine
from drivers.conformance.rig import Case, Kind, Truth, Word
from drivers.contract import Listener, PumpDriver
from drivers.transport import Connect
from hil_sim.pumps.alaris import AlarisPump, Nature
from hil_sim.pumps.alaris_words import OCCLUSION
from hil_sim.pumps.quirks import StopQuirk

SERIAL = "8003-00417"
ANOTHER = "8003-09999"
KINDS = {
    "INF_START": Kind.START,
    "INF_STOP": Kind.HALT,
    "INST_SERIALNO": Kind.IDENTITY,
    "REMOTE_CFG": Kind.SESSION,
    "REMOTE_CTRL": Kind.SESSION,
    "INF": Kind.READ,
    "INF_VI": Kind.READ,
    "INF_RATE": Kind.READ,
}


class AlarisRig:
    """One pump, just switched on."""

    family = "alaris"
    case = Case(rate_nl_h=26_200_000, lower_nl_h=13_100_000, small_volume_nl=40_000)
    cannot: Mapping[Word, str] = {
        Word.DISARM: "its watchdog can neither be set nor read",
        Word.TURN_DIAMETER: "the syringe in its clamp cannot be read",
        Word.TURN_UNITS: "it knows ml and ml/h only",
        Word.NEIGHBOUR: "it has no addresses",
        Word.ALARMS: "a reboot leaves no trace in its state; a stall does",
    }

    def __init__(self) -> None:
        self.pump = AlarisPump(Nature(serial=SERIAL))
        self._now_ms: int | None = None
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
        """Bound to this pump, or to another."""
        bound = Binding(ANOTHER if is_for_another else SERIAL, self.case.diameter_um, 1_200_000_000)
        return AlarisDriver(AlarisLine(port, bound), listener, link_ms, connect)

    def kind(self, frame: bytes) -> Kind:
        """By name; a rate that is set has fields."""
        text = frame.decode("ascii", "replace").lstrip("\x1b").removeprefix("!").partition("|")[0]
        name, _, fields = text.partition("^")
        return Kind.RATE if name == "INF_RATE" and fields else KINDS.get(name, Kind.OTHER)

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        """Bytes reach the pump."""
        said = self.tick(now_ms)
        self.pump.receive(chunk, float(now_ms))
        return said + self.pump.output()

    def tick(self, now_ms: int) -> bytes:
        """Time has passed."""
        before_ms, self._now_ms = self._now_ms, now_ms
        if before_ms is not None and now_ms > before_ms:
            counted_nl = self.pump.motor.infused_nl
            self.pump.advance((now_ms - before_ms) / 1000, float(now_ms))
            self._given_nl += max(self.pump.motor.infused_nl - counted_nl, 0.0)
        return self.pump.output()

    def truth(self) -> Truth:
        """The screw."""
        return Truth(self.pump.is_moving, self.pump.motor.rate_nl_h, self._given_nl)

    def do(self, word: Word, number: int, now_ms: int) -> None:
        """Let it happen."""
        self.tick(now_ms)
        stop: StopQuirk = ""
        match word:
            case Word.REBOOT | Word.REBOOT_RUNNING:
                self.pump.cut_power(now_ms, 100.0, wakes_running=word is Word.REBOOT_RUNNING)
            case Word.FORGET:
                self.pump.forget_settings()
            case Word.PRESS_STOP:
                self.pump.press_stop()
            case Word.PRESS_RUN:
                self.pump.press_run()
            case Word.TURN_RATE:
                self.pump.turn_rate(Decimal(number) / 1_000_000)
            case Word.CLEAR_COUNTER:
                self.pump.clear_counters()
            case Word.STALL:
                self.pump.felt_pressure_mmhg = self.pump.nature.stall_mmhg
                self.pump.advance(0.0, float(now_ms))
                self.pump.felt_pressure_mmhg = 0.0
                assert self.pump.alarm == OCCLUSION
            case Word.BATTERY:
                self.pump.drain_battery(is_empty=not number)
            case Word.SWAP:
                self.pump.quirks.version = ANOTHER
            case Word.REFUSE_STOP:
                stop = "refused_na" if number else ""
                self.pump.quirks.stop = stop
            case Word.IGNORE_STOP:
                stop = "ignored_honest" if number else ""
                self.pump.quirks.stop = stop
            case Word.IGNORE_RATE:
                self.pump.quirks.is_rate_ignored = True
            case _:
                raise ValueError(f"{word}: {self.cannot.get(word, 'not known')}")

    def neighbour(self) -> bytes:
        """Never called."""
        raise ValueError(self.cannot[Word.NEIGHBOUR])
