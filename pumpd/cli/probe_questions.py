"""What `pumpd probe` asks, of whom, and what an answer tells. Bytes in, bytes out; no port here.

Theory of operation. Every question only reads: none sets anything, none can start a motor in any family known here, and
the order is that of the harm a misunderstanding could do. Words come first, because a pump that does not know a word
says so; what is binary comes last, because a pump of words would keep it as the beginning of its next line. For the
same reason each speed begins with a bare CR, which ends whatever stood there half said; to a New Era pump it is a
status query, to the others nothing. Addresses are not searched: one that nobody answers at costs a wait, and a chain
may hold a pump that is in use.

One side effect is known and told: a New Era pump in safe mode arms its own watchdog upon any valid packet and stops
when nothing follows (facts/protocols.md 1).

Sources: facts/protocols.md 1 (New Era), 2 (Harvard), 3 (Chemyx), 5 (Alaris), 6 (Modbus).
"""

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """Who answered. `options`: the keys beside `driver` and `port`; `note`: what a person should know."""

    family: str
    words: str
    options: dict[str, int | str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. `read` is given all that came back so far; None: not this family, or not yet.

    `again`: an answer to which the same question should be put once more (a pending alarm eats a question).
    """

    family: str
    title: str
    request: bytes
    read: Callable[[bytes], Found | None]
    again: re.Pattern[bytes] | None = None


_NEW_ERA_BASIC = re.compile(rb"\x02(\d\d)[IWSPTUX](NE\d+(?:X\d*)?)V(\d+\.\d+)\x03")
_NEW_ERA_SAFE = re.compile(rb"\x02[\x04-\x2f](\d\d)[IWSPTUX](NE\d+(?:X\d*)?)V(\d+\.\d+)..\x03", re.DOTALL)
_NEW_ERA_ALARM = re.compile(rb"\x02.?\d\dA\?[A-Z]", re.DOTALL)
_HARVARD = re.compile(
    rb"\n(?:(\d\d):)?([^\r\n]*(?:ELITE|Elite|ULTRA|Ultra|Legato|LEGATO)[^\r\n]*?)\s+v?(\d+\.\d+(?:\.\d+)?)"
)
_CHEMYX = re.compile(rb"pump status\s+([0-4])\s*>")
_ALARIS = re.compile(rb"!INST_SERIALNO\^([^|\r]+)\|([0-9A-F]{4})\r")


def _new_era(answer: bytes) -> Found | None:
    basic, safe = _NEW_ERA_BASIC.search(answer), _NEW_ERA_SAFE.search(answer)
    match = safe or basic
    if match is None:
        return None
    address, model, firmware = int(match[1]), match[2].decode("ascii"), match[3].decode("ascii")
    note = (
        "it is in safe mode: the question has armed its watchdog, and if it was running it may stop now"
        if safe
        else "it is in basic mode; the driver puts it into safe mode, and it keeps that over a power cut. If it has no "
        'safe mode it is refused then: with protocol = "basic" and accepted_risk = "why" it is taken as it is'
    )
    return Found("new_era", f"{model} firmware {firmware}", {"address": address, "model": model}, note)


def _harvard(answer: bytes) -> Found | None:
    match = _HARVARD.search(answer)
    if match is None:
        return None
    model, firmware = match[2].decode("ascii", "replace").strip(), match[3].decode("ascii")
    options: dict[str, int | str] = {"address": int(match[1] or 0), "model": model}
    return Found("harvard", f"{model} firmware {firmware}", options)


def _chemyx(answer: bytes) -> Found | None:
    match = _CHEMYX.search(answer)
    if match is None:
        return None
    return Found("chemyx", f"a Chemyx Fusion, status {match[1].decode('ascii')}; the family names no model")


def _alaris(answer: bytes) -> Found | None:
    match = _ALARIS.search(answer)
    if match is None:
        return None
    body = b"INST_SERIALNO^" + match[1]
    if binascii.crc_hqx(body, 0xFFFF) != int(match[2], 16):
        return None
    serial = match[1].decode("ascii", "replace")
    return Found("alaris", f"an Alaris pump, serial number {serial}", {"serial": serial}, "experimental")


def modbus_crc(body: bytes) -> bytes:
    """CRC-16/MODBUS, low byte first."""
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


#: Functions of our two questions, as answered and as refused.
_FUNCTIONS = (0x2B, 0xAB, 0x03, 0x83)


def _modbus_words(unit: int, pdu: bytes) -> str:
    """What an answer, or the refusal of one, says."""
    if pdu[0] in (0x03, 0x83):
        return f"a Modbus device, unit {unit}"
    if pdu[0] == 0xAB:
        return f"a Modbus device, unit {unit}; it does not tell its identity (exception {pdu[1]})"
    texts = [part.decode("ascii") for part in re.findall(rb"[ -~]{3,}", pdu[6:])]
    return f"a Modbus device, unit {unit}: {' '.join(texts) or 'no texts'}"


_MODBUS_NOTE = "which registers it has, a map must say: see the family's maps"


def _modbus_rtu(unit: int) -> Callable[[bytes], Found | None]:
    def read(answer: bytes) -> Found | None:
        for end in range(5, len(answer) + 1):
            frame = answer[:end]
            if (
                frame[:1] == bytes((unit,))
                and frame[1] in _FUNCTIONS
                and modbus_crc(frame[:-2]) == frame[-2:]
            ):
                return Found("modbus", _modbus_words(unit, frame[1:-2]), {"unit": unit}, _MODBUS_NOTE)
        return None

    return read


def _modbus_tcp(unit: int) -> Callable[[bytes], Found | None]:
    def read(answer: bytes) -> Found | None:
        if len(answer) < 9 or answer[:4] != _MBAP or answer[6] != unit or answer[7] not in _FUNCTIONS:
            return None
        if len(answer) < 6 + int.from_bytes(answer[4:6], "big"):
            return None
        options: dict[str, int | str] = {"transport": "tcp", "unit": unit}
        return Found("modbus", _modbus_words(unit, answer[7:]) + ", over TCP", options, _MODBUS_NOTE)

    return read


_MBAP = b"\x50\x55\x00\x00"
_IDENTIFY = b"\x2b\x0e\x01\x00"  # read device identification, basic; many devices lack it
_READ_ONE = (
    b"\x03\x00\x00\x00\x01"  # read holding register 0; any answer, a refusal too, says that Modbus is spoken
)


_MODBUS = (("device identification", _IDENTIFY), ("read one register", _READ_ONE))


def _rtu_frame(unit: int, pdu: bytes) -> bytes:
    body = bytes((unit,)) + pdu
    return body + modbus_crc(body)


def _mbap_frame(unit: int, pdu: bytes) -> bytes:
    return _MBAP + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu


def new_era_questions(address: int) -> tuple[Question, ...]:
    """VER without and with a check."""
    text = b"%dVER" % address
    body = bytes((len(text) + 4,)) + text + binascii.crc_hqx(text, 0).to_bytes(2, "big")
    return (
        Question("new_era", "VER, basic mode", text + b"\r", _new_era, _NEW_ERA_ALARM),
        Question("new_era", "VER, safe mode", b"\x02" + body + b"\x03", _new_era, _NEW_ERA_ALARM),
    )


def plan(address: int, unit: int, *, is_tcp: bool) -> tuple[tuple[int, tuple[Question, ...]], ...]:
    """Questions by baud, in the order they are asked. Behind a serial server the baud is the server's affair."""
    new_era = new_era_questions(address)
    prefix = b"%d" % address if address else b""
    harvard = Question("harvard", "ver", prefix + b"ver\r", _harvard)
    chemyx = Question("chemyx", "pump status", b"pump status\r", _chemyx)
    alaris = Question("alaris", "INST_SERIALNO", b"!INST_SERIALNO|457D\r", _alaris)
    rtu = tuple(
        Question("modbus", f"{title}, RTU", _rtu_frame(unit, pdu), _modbus_rtu(unit))
        for title, pdu in _MODBUS
    )
    basic, safe = new_era
    if is_tcp:
        over_tcp = tuple(
            Question("modbus", f"{title}, TCP", _mbap_frame(unit, pdu), _modbus_tcp(unit))
            for title, pdu in _MODBUS
        )
        return ((0, (basic, harvard, chemyx, alaris, safe)), (0, rtu), (0, over_tcp))
    return (
        (19200, (basic, safe)),
        (9600, (basic, harvard, chemyx, safe)),
        (115200, (harvard,)),
        (38400, (chemyx, alaris)),
        (19200, rtu),
        (9600, rtu),
    )
