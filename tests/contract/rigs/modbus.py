"""The Modbus family for the conformance suite: the simulator's pump with pumpd's own map, on RTU and on TCP.

The pump is the simulator's, which shares no code with the driver; only the words for what a frame asks for are its
own reading of the bytes, too.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from drivers.conformance.rig import Case, Kind, Truth, Word
from drivers.contract import Listener, PumpDriver
from drivers.modbus.binding import Binding
from drivers.modbus.driver import ModbusDriver, ModbusLine
from drivers.modbus.library import load_map
from drivers.transport import Connect
from hil_sim.pumps import modbus_registers
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_frames import Request, RequestReader, answer
from hil_sim.pumps.modbus_layout import read_layout

MAP = Path(__file__).parents[3] / "drivers" / "modbus" / "maps" / "pumpd-default.toml"
_KINDS = {
    "RUN": Kind.START,
    "STOP": Kind.HALT,
    "RATE": Kind.RATE,
    "VOLUME_TARGET": Kind.LIMIT,
    "IDENTITY": Kind.IDENTITY,
    "WATCHDOG": Kind.SESSION,
    "ALARM_RESET": Kind.SESSION,
    "READ_HOLDING": Kind.READ,
    "READ_INPUT": Kind.READ,
}


class ModbusRig:
    """One pump on RTU."""

    family = "modbus-rtu"
    case = Case(counter_step_nl=100)
    cannot: Mapping[Word, str] = {Word.TURN_UNITS: "a register's unit is fixed by the map"}
    is_tcp = False

    def __init__(self) -> None:
        self.pump = ModbusPump(read_layout(MAP.read_text(encoding="utf-8")), is_tcp=self.is_tcp)
        self._now_ms: int | None = None

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        """As on a site, but that a line in memory or a pty may stand for a TCP connection."""
        binding = Binding("PUMPD-1", serial="99" if is_for_another else "40217")
        layout = load_map("pumpd-default")
        if not self.is_tcp:
            return ModbusDriver(ModbusLine(port, binding, layout), listener, link_ms, connect)

        async def connect_there(_port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
            return await connect(port, baud, protocol)

        line = ModbusLine("tcp:127.0.0.1:502", binding, layout, "tcp")
        return ModbusDriver(line, listener, link_ms, connect_there)

    def kind(self, frame: bytes) -> Kind:
        """By the simulator's own reading of the frame."""
        for request in RequestReader(is_tcp=self.is_tcp).feed(frame, 0.0):
            word = modbus_registers.word_of(self.pump, request.function, request.body)
            return _KINDS.get(word, Kind.OTHER)
        return Kind.OTHER

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        """Bytes reach the pump."""
        self.tick(now_ms)
        self.pump.receive(chunk, now_ms)
        return self.pump.output()

    def tick(self, now_ms: int) -> bytes:
        """Time passes."""
        before, self._now_ms = self._now_ms, now_ms
        if before is not None and now_ms > before:
            self.pump.advance((now_ms - before) / 1000, now_ms)
        return self.pump.output()

    def truth(self) -> Truth:
        """The pump as it is."""
        motor = self.pump.motor
        return Truth(self.pump.is_moving, motor.rate_nl_h, motor.moved_nl)

    def do(self, word: Word, number: int, now_ms: int) -> None:
        """Let this happen to the pump."""
        self.tick(now_ms)
        pump, quirks = self.pump, self.pump.quirks
        acts: dict[Word, Callable[[], object]] = {
            Word.REBOOT: lambda: pump.cut_power(now_ms, 100.0),
            Word.REBOOT_RUNNING: lambda: pump.cut_power(now_ms, 100.0, wakes_running=True),
            Word.FORGET: pump.forget_settings,
            Word.DISARM: lambda: setattr(pump.memory, "safe_s", 0.0),
            Word.PRESS_STOP: pump.press_stop,
            Word.PRESS_RUN: pump.press_run,
            Word.TURN_RATE: lambda: setattr(pump.memory, "rate_nl_h", float(number)),
            Word.TURN_DIAMETER: lambda: pump.turn_diameter_um(number),
            Word.CLEAR_COUNTER: pump.clear_counters,
            Word.STALL: pump.hit_the_end,
            Word.BATTERY: lambda: pump.drain_battery(is_empty=not number),
            Word.SWAP: lambda: setattr(pump, "serial", pump.serial + 1),
            Word.REFUSE_STOP: lambda: setattr(quirks, "stop", "refused_na" if number else ""),
            Word.IGNORE_STOP: lambda: setattr(quirks, "stop", "ignored_honest" if number else ""),
            Word.IGNORE_RATE: lambda: setattr(quirks, "is_rate_ignored", True),
        }
        acts[word]()

    def neighbour(self) -> bytes:
        """What unit 2 would answer to a read of eight registers."""
        return answer(Request(2, 4, b"\0\0\0\x08", 1), 2, bytes((4, 16, *range(16))), is_tcp=self.is_tcp)


class ModbusTcpRig(ModbusRig):
    """One pump on TCP."""

    family = "modbus-tcp"
    cannot: Mapping[Word, str] = {
        **ModbusRig.cannot,
        Word.CHECK: "Modbus/TCP leaves the check to TCP, which repairs what is damaged",
    }
    is_tcp = True
