"""A Modbus pump's registers: every function carried out on the motor behind them, or its exception.

What the map does not know is exception 2, a function the device lacks is 1, a value it cannot take is 3, a start that
does not come about is 4, a setting that a running pump does not take is 6. A 32-bit number written in two requests is
in force half-written in between, as in a real device: that is what one request is for.
"""

from __future__ import annotations

import struct
from decimal import Decimal
from typing import TYPE_CHECKING

from hil_sim.pumps.modbus_layout import Field
from hil_sim.pumps.modbus_motor import RATE_LIMITS_NL_H

if TYPE_CHECKING:
    from hil_sim.pumps.modbus import ModbusPump

SPACES = {
    1: "coil",
    2: "discrete",
    3: "holding",
    4: "input",
    5: "coil",
    6: "holding",
    15: "coil",
    16: "holding",
}
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE, BUSY = 1, 2, 3, 4, 6
_STANDING_ONLY = ("volume_target", "diameter", "direction")


class Refusal(Exception):
    """An exception answer; `code` is the Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def word_of(pump: ModbusPump, function: int, body: bytes) -> str:
    """What this request is about, in one word: STOP, RUN, RATE ..., READ_INPUT ..., IDENTITY."""
    if len(body) < 4:
        return "?"
    address, count = struct.unpack(">HH", body[:4])
    layout = pump.layout
    if function in (1, 2, 3, 4, 23):
        space = "holding" if function == 23 else SPACES[function]
        inside = range(address, address + count)
        is_who = any(part.address in inside for part in layout.identity.values())
        return "IDENTITY" if is_who and space == layout.identity_space else f"READ_{space.upper()}"
    space = SPACES.get(function, "")
    found = next((k for k, f in layout.fields.items() if (f.space, f.address) == (space, address)), "?")
    if found == "run":
        value = _written(function, body)
        return "STOP" if value and value[0] == layout.fields["run"].off else "RUN"
    return found.upper()


def carry_out(pump: ModbusPump, function: int, body: bytes) -> bytes:
    """The answer's PDU. Raises Refusal."""
    if function not in pump.layout.functions:
        raise Refusal(ILLEGAL_FUNCTION)
    if len(body) < 4:
        raise Refusal(ILLEGAL_VALUE)
    address, count = struct.unpack(">HH", body[:4])
    if function in (1, 2, 3, 4):
        return bytes((function,)) + _read(pump, SPACES[function], address, count)
    if function == 23:
        target, size = struct.unpack(">HH", body[4:8])
        _write(pump, "holding", target, list(struct.unpack(f">{size}H", body[9:])))
        return bytes((function,)) + _read(pump, "holding", address, count)
    _write(pump, SPACES[function], address, _written(function, body))
    return bytes((function,)) + body[:4]


def _written(function: int, body: bytes) -> list[int]:
    if function == 5:
        if body[2:4] not in (b"\xff\x00", b"\0\0"):
            raise Refusal(ILLEGAL_VALUE)
        return [int(body[2] == 0xFF)]
    if function == 6:
        return [int.from_bytes(body[2:4], "big")]
    count = int.from_bytes(body[2:4], "big")
    if function == 15:
        return [body[5 + n // 8] >> n % 8 & 1 for n in range(count)]
    if len(body) != 5 + 2 * count:
        raise Refusal(ILLEGAL_VALUE)
    return list(struct.unpack(f">{count}H", body[5:]))


def _read(pump: ModbusPump, space: str, address: int, count: int) -> bytes:
    if not 1 <= count <= 125:
        raise Refusal(ILLEGAL_VALUE)
    shown = registers(pump)
    if any((space, address + n) not in pump.layout.known for n in range(count)):
        raise Refusal(ILLEGAL_ADDRESS)
    _tear_once(pump, space, range(address, address + count))
    values = [shown.get((space, address + n), 0) for n in range(count)]
    if space in ("coil", "discrete"):
        packed = sum(bool(value) << n for n, value in enumerate(values))
        raw = packed.to_bytes((count + 7) // 8, "little")
    else:
        raw = struct.pack(f">{count}H", *values)
    return bytes((len(raw),)) + raw


def _tear_once(pump: ModbusPump, space: str, addresses: range) -> None:
    """One torn reading less to come, if this was one."""
    quirks, counter = pump.quirks, pump.layout.fields.get("counter")
    if not quirks.is_torn or not quirks.torn_left or counter is None:
        return
    if counter.space == space and counter.address in addresses:
        quirks.torn_left -= 1


def registers(pump: ModbusPump) -> dict[tuple[str, int], int]:
    """Everything it shows now."""
    layout, shown = pump.layout, {}
    is_torn = pump.quirks.is_torn and pump.quirks.torn_left != 0
    for key, found in layout.fields.items():
        words = _shown(pump, key, found)
        if is_torn and found.size == 2 and key in ("counter", "actual_rate"):
            words[0] = (words[0] + 1) & 0xFFFF
        for offset, word in enumerate(words):
            shown[found.space, found.address + offset] = word
    for key, part in layout.identity.items():
        for offset, word in enumerate(pump.identity_words(key, part)):
            shown[layout.identity_space, part.address + offset] = word
    return shown


def _shown(pump: ModbusPump, key: str, found: Field) -> list[int]:
    memory, motor = pump.memory, pump.motor
    if found.kind == "bits":
        names = pump.status_bits() if key == "status" else motor.alarms
        bits = sum(1 << bit for name, bit in found.bits.items() if name in names)
        return [pump.heartbeat if key == "heartbeat" else bits]
    if found.kind == "switch":
        return [_switch_shown(pump, key, found)]
    value = {
        "rate": memory.rate_nl_h,
        "volume_target": memory.target_nl,
        "diameter": float(memory.diameter_mm),
        "watchdog": memory.safe_s,
        "actual_rate": abs(motor.rate_nl_h) if pump.claims_motion else 0.0,
        "counter": motor.infused_nl,
        "pressure": pump.felt_pressure_mmhg,
    }[key]
    return found.pack(value, low_word_first=pump.layout.low_word_first)


def _switch_shown(pump: ModbusPump, key: str, found: Field) -> int:
    if key == "run":
        return found.on if pump.claims_motion else found.off or 0
    if key == "nonce":
        return pump.memory.nonce
    if key == "enable":
        return found.on if pump.memory.is_enabled else 0
    if key == "direction":
        return found.on if pump.memory.direction is None else pump.memory.direction
    return 0


def _write(pump: ModbusPump, space: str, address: int, values: list[int]) -> None:
    layout = pump.layout
    at = address
    while at < address + len(values):
        key, found = _covering(pump, space, at)
        size = found.size
        now = registers(pump)
        words = [now[space, found.address + n] for n in range(size)]
        for n in range(size):
            offset = found.address + n - address
            if 0 <= offset < len(values):
                words[n] = values[offset]
        if found.kind == "switch":
            _set_switch(pump, key, found, words[0])
        else:
            _set_number(pump, key, found.unpack(words, low_word_first=layout.low_word_first))
        at = found.address + size


def _covering(pump: ModbusPump, space: str, address: int) -> tuple[str, Field]:
    for key, found in pump.layout.fields.items():
        if found.space == space and found.address <= address < found.address + found.size:
            if found.kind == "bits" or key in ("actual_rate", "counter", "pressure"):
                break
            return key, found
    raise Refusal(ILLEGAL_ADDRESS)


def _set_number(pump: ModbusPump, key: str, value: float) -> None:
    memory = pump.memory
    if key in _STANDING_ONLY and pump.is_moving:
        raise Refusal(BUSY)
    if key == "rate":
        low, high = RATE_LIMITS_NL_H
        if value != 0.0 and not low <= value <= high:
            raise Refusal(ILLEGAL_VALUE)
        if not pump.quirks.is_rate_ignored:
            memory.rate_nl_h = value
    elif key == "volume_target":
        memory.target_nl = value
    elif key == "diameter":
        if value <= 0.0:
            raise Refusal(ILLEGAL_VALUE)
        memory.diameter_mm = Decimal(str(round(value, 3)))
    elif key == "watchdog":
        memory.safe_s = value


def _set_switch(pump: ModbusPump, key: str, found: Field, value: int) -> None:
    if key == "nonce":
        pump.memory.nonce = value
    elif key == "run":
        pump.obey_run(value == found.on)
    elif key == "enable":
        pump.memory.is_enabled = value == found.on
    elif key == "direction":
        if pump.is_moving:
            raise Refusal(BUSY)
        pump.memory.direction = value
        pump.motor.is_withdrawing = value != found.on
    elif key == "alarm_reset" and value == found.on:
        pump.motor.alarms.clear()
    elif key == "clear" and value == found.on:
        pump.clear_counters()
