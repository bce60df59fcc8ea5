"""The face of a Modbus pump with any register map: RTU or TCP, what it answers, when it stops by itself.

Sans-I/O as the other faces: bytes and two times go in, bytes and plunger travel come out. The map says where things
stand; how such a pump behaves is taken from facts/protocols.md 6 (watchdogs seen in makers' manuals):
  - any well-formed request for this unit renews the watchdog; at its end the motor stands and the alarm stays;
  - a pump that resumes by itself goes on with the next query, and shows no alarm;
  - a pump that has to be enabled first refuses the run coil until then (exception 4);
  - on RTU a request for another unit, or with a bad CRC, is met with silence; on TCP another unit is, too.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hil_sim.pumps import modbus_registers as registers
from hil_sim.pumps.modbus_frames import Request, RequestReader, answer
from hil_sim.pumps.modbus_layout import Layout, Part
from hil_sim.pumps.modbus_motor import ModbusMemory, ModbusMotor, ModbusQuirks

STALL_MMHG = 1500.0
FIRMWARE = 0x0102
SERIAL = 40_217


class ModbusPump:
    """One pump on one line, just switched on: the alarm `reset` stands."""

    #: Requests are bytes without words; a wire that loses "STOP" asks `is_lost` by name instead.
    is_lost: Callable[[str], bool] | None = None

    def __init__(self, layout: Layout, *, is_tcp: bool, memory: ModbusMemory | None = None) -> None:
        self.layout = layout
        self.is_tcp = is_tcp
        self.quirks = ModbusQuirks()
        self.memory = memory or ModbusMemory()
        self.motor = ModbusMotor(self.memory, self.quirks)
        self.motor.alarms.add("reset")
        self.reader = RequestReader(is_tcp=is_tcp)
        self.felt_pressure_mmhg = 0.0
        self.heartbeat = 0
        self.claimed: str | None = None
        self.watched_since_ms: float | None = None
        self.last_stop_rx_link_ms: float | None = None
        self.serial = SERIAL
        self._waits_to_resume = False
        self._dark_until_ms: float | None = None
        self._wakes_running = False
        self._said: list[tuple[str, bytes]] = []

    # the wire

    def receive(self, data: bytes, now_link_ms: float) -> None:
        """Hear bytes at a link time in ms."""
        if self._dark_until_ms is not None:
            return
        for request in self.reader.feed(data, now_link_ms):
            if request.unit == self.memory.address:
                self._answer(request, now_link_ms)

    def take_replies(self) -> list[tuple[str, bytes]]:
        """Every answer since the last call with the word of its request."""
        said, self._said = self._said, []
        return said

    def output(self) -> bytes:
        """The same answers, joined."""
        return b"".join(frame for _, frame in self.take_replies())

    def _answer(self, request: Request, now_link_ms: float) -> None:
        word = registers.word_of(self, request.function, request.body)
        if self.is_lost is not None and self.is_lost(word):
            return
        if self.memory.safe_s > 0:
            self.watched_since_ms = now_link_ms
        if word == "STOP":
            self.last_stop_rx_link_ms = now_link_ms
        self.heartbeat = (self.heartbeat + 1) & 0xFFFF
        if self._waits_to_resume and word != "STOP":
            self.motor.is_running = True
        self._waits_to_resume = False
        pdu = self._frozen(request, self._carry_out(request, word))
        unit = request.unit + 1 if self.quirks.is_unit_wrong else request.unit
        frame = answer(request, unit, pdu, is_tcp=self.is_tcp)
        if self.quirks.is_crc_bad and not self.is_tcp:
            frame = frame[:-1] + bytes((frame[-1] ^ 0xFF,))
        self._said.append((word, frame))

    def _carry_out(self, request: Request, word: str) -> bytes:
        try:
            self._refuse_by_quirk(word)
            return registers.carry_out(self, request.function, request.body)
        except registers.Refusal as refusal:
            return bytes((request.function | 0x80, refusal.code))

    def _refuse_by_quirk(self, word: str) -> None:
        quirks = self.quirks
        if word == "STOP" and quirks.stop in ("refused_na", "refused_com"):
            raise registers.Refusal(
                registers.DEVICE_FAILURE if quirks.stop == "refused_na" else registers.BUSY
            )
        if quirks.exception and word.startswith(quirks.exception_word) and quirks.exception_left != 0:
            if quirks.exception_left is not None:
                quirks.exception_left -= 1
            raise registers.Refusal(quirks.exception)

    def _frozen(self, request: Request, pdu: bytes) -> bytes:
        if self.quirks.frozen is None or request.function not in (1, 2, 3, 4):
            return pdu
        key = f"{request.function} {request.body.hex()}"
        return bytes.fromhex(self.quirks.frozen.setdefault(key, pdu.hex()))

    # what it shows

    @property
    def is_moving(self) -> bool:
        """Whether the motor turns."""
        return self.motor.is_running

    @property
    def claims_motion(self) -> bool:
        """Whether it says so."""
        return self.is_moving and self.claimed is None

    @property
    def alarm(self) -> str | None:
        """The alarms that stand, joined."""
        return " ".join(sorted(self.motor.alarms)) or None

    def letter(self) -> str:
        """Its motion in one letter, as the other faces have it."""
        return ("W" if self.motor.is_withdrawing else "I") if self.claims_motion else "S"

    def status_bits(self) -> set[str]:
        """The names of the status bits that are set."""
        if not self.claims_motion:
            return set()
        return {"running", "withdrawing"} if self.motor.is_withdrawing else {"running"}

    def identity_words(self, key: str, part: Part) -> list[int]:
        """Model, firmware or serial number as registers."""
        model = next(iter(self.layout.model_ids), "1")
        if self.quirks.version is not None:
            model = "99"
        if part.form == "text":
            raw = (self.layout.model_ids[model] if model != "99" else "OTHER").encode().ljust(2 * part.count)
            return [int.from_bytes(raw[n : n + 2], "big") for n in range(0, 2 * part.count, 2)]
        value = {"model": int(model or 0), "firmware": FIRMWARE, "serial": self.serial}[key]
        words = [value >> 16 * n & 0xFFFF for n in range(part.count)]
        return words if self.layout.low_word_first else words[::-1]

    # the run

    def obey_run(self, is_start: bool) -> None:
        """The run coil. Raises Refusal for a start that does not come about."""
        if "enable" in self.layout.fields and not self.memory.is_enabled:
            raise registers.Refusal(registers.DEVICE_FAILURE)
        if is_start:
            self.claimed = None
            if not self.motor.begin():
                raise registers.Refusal(registers.DEVICE_FAILURE)
        elif self.quirks.stop == "ignored_lying":
            self.claimed = "S"
        elif self.quirks.stop != "ignored_honest":
            self.motor.halt()
            self.claimed = None

    def advance(self, dt_s: float, now_link_ms: float) -> float:
        """Move for `dt_s` of treatment time, judging timers at `now_link_ms`; returns travel in mm."""
        if self._dark_until_ms is not None:
            if now_link_ms < self._dark_until_ms:
                return 0.0
            self._wake()
        if self._is_watchdog_due(now_link_ms):
            self.watched_since_ms = None
            if self.is_moving:
                self._fall_silent()
        if self.is_moving and self.felt_pressure_mmhg >= STALL_MMHG:
            self.hit_the_end()
        return self.motor.advance(dt_s)

    def hit_the_end(self) -> None:
        """The motor stalls."""
        self.motor.halt()
        self.claimed = None
        self.motor.alarms.add("stall")

    def drain_battery(self, *, is_empty: bool) -> None:
        """Low: it says so and goes on. Empty: it stops."""
        self.motor.alarms.add("battery")
        if is_empty:
            self.motor.halt()

    def _fall_silent(self) -> None:
        self.motor.halt()
        self.claimed = None
        self._waits_to_resume = self.layout.resumes_after_silence or self.quirks.has_self_restart
        if not self._waits_to_resume:
            self.motor.alarms.add("host_silent")

    def _is_watchdog_due(self, now_link_ms: float) -> bool:
        if self.watched_since_ms is None or self.quirks.is_watchdog_dead or self.memory.safe_s <= 0:
            return False
        return now_link_ms - self.watched_since_ms >= self.memory.safe_s * 1000.0

    # the mains and the keypad

    def cut_power(self, now_link_ms: float, dark_ms: float = 300.0, *, wakes_running: bool = False) -> None:
        """Go dark; wake after `dark_ms` of link time, at rest unless told otherwise."""
        self._wakes_running = self.is_moving and wakes_running
        self._dark_until_ms = now_link_ms + dark_ms
        self.motor.halt()
        self.claimed = None
        self.reader.clear()

    def _wake(self) -> None:
        self._dark_until_ms = None
        self.clear_counters()
        self.motor.alarms = {"reset"}
        self.motor.is_running = self._wakes_running
        self.memory.safe_s, self.memory.nonce, self.memory.is_enabled = 0.0, 0, False
        self.watched_since_ms = None
        self.heartbeat = 0
        self._waits_to_resume = False

    def forget_settings(self) -> None:
        """Everything is the factory's again, except the unit."""
        fresh = ModbusMemory(address=self.memory.address)
        self.memory.__dict__.update(fresh.__dict__)
        self.motor.halt()

    def press_stop(self) -> None:
        """The keypad's stop."""
        self.claimed = None
        self.motor.halt()

    def press_run(self) -> None:
        """The keypad's start."""
        self.motor.begin()

    def turn_rate(self, rate_ml_h: Decimal) -> None:
        """A rate keyed in, mL/h."""
        self.memory.rate_nl_h = float(rate_ml_h * 1_000_000)

    def turn_diameter(self, diameter_mm: Decimal) -> None:
        """A diameter keyed in, mm."""
        self.memory.diameter_mm = diameter_mm

    def turn_diameter_um(self, diameter_um: int) -> None:
        """As `turn_diameter`, in um."""
        self.turn_diameter(Decimal(diameter_um) / 1000)

    def clear_counters(self) -> None:
        """The counter falls to 0."""
        self.motor.infused_nl = 0.0
