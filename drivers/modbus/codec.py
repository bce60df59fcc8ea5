"""Modbus requests and answers as ours: built and taken apart here, believed only as long as they say they are.

Theory of operation. Of the specification's functions the nine that pumps have are written down here, each once, as
`struct` has them; both framings and the check stand beside them. No library does it: whoever imports pymodbus waits
70 ms for code that is not asked for, in front of the emergency stop's first byte (decision 0023), and its decoders are
lenient (a coil written back as 0001 counts as on, what stands behind the last register is passed over). Here a PDU must
be exactly as long as it says. pymodbus judges instead: the tests hold every request to its encoder and every answer to
its decoder, and its server and clients stand at the far end of the contract tests.

Source: facts/protocols.md 6, facts/ecosystem.md 2.
"""

import struct
from dataclasses import dataclass

from drivers.contract import PumpAlarm

#: Exceptions that say: nothing was done. Any other leaves that open, so it is no answer (facts/protocols.md 6).
REFUSALS = {
    1: "exception 1, it does not know this function",
    2: "exception 2, it has no such address",
    3: "exception 3, it does not take this value",
    4: "exception 4, the device failed",
    6: "exception 6, the device is busy",
}
_READS = frozenset({1, 2, 3, 4})
_BITS = frozenset({1, 2})
_COIL_ON = 0xFF00
_POLYNOMIAL = 0xA001


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `values`: what is written, words or bits; function 23 writes them to `write_address`."""

    function: int
    address: int
    count: int
    values: tuple[int, ...] = ()
    write_address: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `text`: the PDU behind its function; `words`: registers or bits; `alarm`: news among the alarm bits."""

    unit: int
    number: int
    function: int
    text: bytes
    words: tuple[int, ...] = ()
    exception: int = 0
    alarm: PumpAlarm | None = None

    @property
    def error(self) -> str | None:
        """The device's refusal in words, None if it did not refuse."""
        return REFUSALS.get(self.exception) if self.exception else None


def _table() -> tuple[int, ...]:
    row = []
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest >> 1 ^ (_POLYNOMIAL if rest & 1 else 0)
        row.append(rest)
    return tuple(row)


_TABLE = _table()


def check(body: bytes) -> bytes:
    """CRC-16/MODBUS of unit and PDU as it stands on the wire, low byte first."""
    crc = 0xFFFF
    for byte in body:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")


def frame(request: Request, unit: int, number: int, *, is_tcp: bool) -> bytes:
    """The bytes of a request. `number`: transaction id; RTU has none."""
    body = bytes((unit,)) + _pdu(request)
    return struct.pack(">HHH", number, 0, len(body)) + body if is_tcp else body + check(body)


def _pdu(request: Request) -> bytes:
    function, address, values = request.function, request.address, request.values
    if function in _READS:
        return struct.pack(">BHH", function, address, request.count)
    if function == 5:
        return struct.pack(">BHH", function, address, _COIL_ON if values[0] else 0)
    if function == 6:
        return struct.pack(">BHH", function, address, values[0])
    if function == 15:
        bits = sum(1 << place for place, value in enumerate(values) if value)
        packed = bits.to_bytes((len(values) + 7) // 8, "little")
        return struct.pack(">BHHB", function, address, len(values), len(packed)) + packed
    words = struct.pack(f">{len(values)}H", *values)
    if function == 16:
        return struct.pack(">BHHB", function, address, len(values), len(words)) + words
    head = (function, address, request.count, request.write_address, len(values), len(words))
    return struct.pack(">BHHHHB", *head) + words


def parse(whole: bytes, *, is_tcp: bool) -> Reply | None:
    """Read one whole frame; None if it is no answer that this family's devices give."""
    number, body = 0, whole[:-2]
    if is_tcp:
        if len(whole) < 8:
            return None
        number, protocol, size = struct.unpack_from(">HHH", whole)
        body = whole[6:]
        if protocol or size != len(body):
            return None
    elif check(body) != whole[-2:]:
        return None
    unit, pdu = body[:1], body[1:]
    if not _is_sound(pdu):
        return None
    exception = pdu[1] if pdu[0] & 0x80 else 0
    return Reply(unit[0], number, pdu[0] & 0x7F, pdu[1:], _words(pdu), exception)


def _words(pdu: bytes) -> tuple[int, ...]:
    """Registers, or bits in eights, of an answer that brings some."""
    if pdu[0] in _BITS:
        return tuple(byte >> place & 1 for byte in pdu[2:] for place in range(8))
    if pdu[0] in (3, 4, 23):
        return struct.unpack(f">{pdu[1] // 2}H", pdu[2:])
    return ()


def _is_sound(pdu: bytes) -> bool:
    if len(pdu) < 2:
        return False
    function = pdu[0]
    if function & 0x80:
        return len(pdu) == 2
    if function in _BITS:
        return len(pdu) == 2 + pdu[1] and pdu[1] >= 1
    if function in (3, 4, 23):
        return len(pdu) == 2 + pdu[1] and pdu[1] >= 2 and pdu[1] % 2 == 0
    if function == 5:
        return len(pdu) == 5 and pdu[3:5] in (b"\xff\x00", b"\x00\x00")
    return function in (6, 15, 16) and len(pdu) == 5


def fits(request: Request, reply: Reply) -> bool:
    """This can be the answer to that request: its function, its size, and the address and value it repeats."""
    if reply.function != request.function:
        return False
    if reply.exception:
        return reply.exception in REFUSALS
    match request.function:
        case 1 | 2:
            return len(reply.text) == 1 + (request.count + 7) // 8
        case 3 | 4 | 23:
            return len(reply.words) == request.count
        case 5:
            value = 0xFF00 if request.values[0] else 0
            return reply.text == struct.pack(">HH", request.address, value)
        case 6:
            return reply.text == struct.pack(">HH", request.address, request.values[0])
    return reply.text == struct.pack(">HH", request.address, len(request.values))
