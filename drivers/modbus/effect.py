"""What an outgoing Modbus frame would do, read back from its very bytes for the gate.

Theory of operation. This is the second opinion. It takes the finished frame apart by itself, CRC and header
included, asks the register map what stands at the address, and works the value out with arithmetic of its own: no
line of `codec.py`, `numbers.py` or pymodbus has a say. The map is taken as it is: it is the site's word on the device.

A write must meet exactly one point of the map, whole; half a number, two at once or an address that the map does not
name is UNKNOWN, and the gate refuses that. So is a watchdog of 0, which would take the pump's own guard away. A value
between two of our integers counts as the larger.
"""

import re
import struct

from drivers.gate import Effect, EffectKind
from drivers.modbus.layout import Number, RegisterMap, Space, Switch

#: Ours (nl/h, nl) in one of the unit.
_RATES = {"ml/h": 10**6, "ul/h": 10**3, "nl/h": 1, "ml/min": 60 * 10**6, "ul/min": 60 * 10**3}
_VOLUMES = {"ml": 10**6, "ul": 10**3, "nl": 1}
_STEP = re.compile(r"(\d+)(?:\.(\d+))? (\S+)")
_READS = {1: "coil", 2: "discrete", 3: "holding", 4: "input"}


def effect_of(frame: bytes, layout: RegisterMap, unit: int, *, is_tcp: bool) -> Effect:
    """The effect of one request frame for the device `unit`. Never raises."""
    body = _unwrap_tcp(frame) if is_tcp else _unwrap_rtu(frame)
    if body is None or len(body) < 6 or body[0] != unit:
        return Effect(EffectKind.UNKNOWN, f"a malformed frame {frame.hex(' ')}")
    return _effect(body[1], body[2:], layout)


def _effect(function: int, rest: bytes, layout: RegisterMap) -> Effect:
    address, second = struct.unpack(">HH", rest[:4])
    name = f"function {function} at {address}"
    if function in _READS:
        is_sound = len(rest) == 4 and second > 0
        return Effect(EffectKind.HARMLESS if is_sound else EffectKind.UNKNOWN, f"{name}, {second} read")
    if function == 5 and len(rest) == 4 and second in (0, 0xFF00):
        return _write(Space.COIL, address, [second >> 15], layout, name)
    if function == 6 and len(rest) == 4:
        return _write(Space.HOLDING, address, [second], layout, name)
    if function == 15 and second == 1 and len(rest) == 6 and rest[4] == 1 and rest[5] <= 1:
        return _write(Space.COIL, address, [rest[5]], layout, name)
    if function == 16 and 1 <= second <= 2 and len(rest) == 5 + 2 * second and rest[4] == 2 * second:
        return _write(Space.HOLDING, address, list(struct.unpack(f">{second}H", rest[5:])), layout, name)
    if function == 23 and len(rest) == 11 and rest[6:9] == b"\x00\x01\x02":
        [target] = struct.unpack(">H", rest[4:6])
        found = _write(
            Space.HOLDING, target, [int.from_bytes(rest[9:], "big")], layout, f"{name} writing {target}"
        )
        is_nonce = found.kind is EffectKind.HARMLESS and _at(layout, Space.HOLDING, target) == "nonce"
        return found if is_nonce else Effect(EffectKind.UNKNOWN, found.wording)
    return Effect(EffectKind.UNKNOWN, f"{name} with {rest.hex(' ')}")


def _at(layout: RegisterMap, space: Space, address: int) -> str:
    """What begins there, "" for nothing."""
    for places in (layout.switches, layout.numbers):
        for key, place in places.items():
            if place.space is space and place.address == address:
                return key
    return ""


def _write(space: Space, address: int, words: list[int], layout: RegisterMap, name: str) -> Effect:
    key = _at(layout, space, address)
    wording = f"{key or 'an address without meaning'} ({name} = {' '.join(f'{w:04X}' for w in words)})"
    if key in layout.switches:
        return _switch(key, layout.switches[key], words, wording)
    if key in layout.numbers:
        return _number(key, layout.numbers[key], words, layout, wording)
    return Effect(EffectKind.UNKNOWN, wording)


def _switch(key: str, switch: Switch, words: list[int], wording: str) -> Effect:
    kind = EffectKind.UNKNOWN
    if len(words) == 1:
        is_on = words[0] == switch.on
        if key == "run" and is_on:
            kind = EffectKind.STARTS
        elif key == "run" and words[0] == switch.off:
            kind = EffectKind.HALTS
        elif key == "clear" or (key == "direction" and not is_on):
            kind = EffectKind.FORBIDDEN
        elif key == "nonce" or (key in ("direction", "alarm_reset", "enable") and is_on):
            kind = EffectKind.HARMLESS
    return Effect(kind, wording)


def _number(key: str, number: Number, words: list[int], layout: RegisterMap, wording: str) -> Effect:
    is_whole = len(words) == (1 if number.scale.kind.value.endswith("16") else 2)
    raw = _raw(words, number.scale.kind.value, layout.is_low_word_first) if is_whole else None
    if raw is None:
        return Effect(EffectKind.UNKNOWN, wording)
    top, bottom = raw
    if key == "diameter":
        return Effect(EffectKind.RESCALES, wording)
    if key == "watchdog":
        return Effect(EffectKind.HARMLESS if top > 0 else EffectKind.UNKNOWN, wording)
    if key not in ("rate", "volume_target") or top < 0:
        return Effect(EffectKind.UNKNOWN, wording)
    units = _RATES if key == "rate" else _VOLUMES
    match = _STEP.fullmatch(number.scale.text)
    if match is None or match[3] not in units:
        return Effect(EffectKind.UNKNOWN, wording)
    if number.scale.kind.value != "f32":  # a float holds the value itself, everything else a number of steps
        top *= int(match[1] + (match[2] or ""))
        bottom *= 10 ** len(match[2] or "")
    value = -(-top * units[match[3]] // bottom)
    return Effect(EffectKind.SETS_RATE if key == "rate" else EffectKind.SETS_VOLUME, wording, value)


def _raw(words: list[int], kind: str, is_low_word_first: bool) -> tuple[int, int] | None:
    """The number in the registers as a quotient of integers; None for a float that is no number."""
    if is_low_word_first:
        words = words[::-1]
    bits = 0
    for word in words:
        bits = bits << 16 | word
    size = 16 * len(words)
    if kind == "f32":
        exponent, fraction = bits >> 23 & 0xFF, bits & 0x7FFFFF
        if exponent == 0xFF:
            return None
        whole = fraction | 0x800000 if exponent else fraction
        power = max(exponent, 1) - 150
        sign = -1 if bits >> 31 else 1
        return sign * whole * 2 ** max(power, 0), 2 ** max(-power, 0)
    if kind.startswith("i") and bits >> (size - 1):
        bits -= 1 << size
    return bits, 1


def _unwrap_rtu(frame: bytes) -> bytes | None:
    if not 4 <= len(frame) <= 256:
        return None
    check = 0xFFFF
    for byte in frame[:-2]:
        check ^= byte
        for _ in range(8):
            check = check >> 1 ^ 0xA001 if check & 1 else check >> 1
    return frame[:-2] if frame[-2:] == check.to_bytes(2, "little") else None


def _unwrap_tcp(frame: bytes) -> bytes | None:
    if not 8 <= len(frame) <= 260 or frame[2:4] != b"\0\0":
        return None
    return frame[6:] if int.from_bytes(frame[4:6], "big") == len(frame) - 6 else None
