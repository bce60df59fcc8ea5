"""What `pumpd probe` asks, of whom, and what an answer tells. Bytes in, bytes out; no port here.

Theory of operation. Every question only reads: none sets anything, none can start a motor in any family known here, and
the order is that of the harm a misunderstanding could do. Words come first, because a pump that does not know a word
says so; what is binary comes last, because a pump of words would keep it as the beginning of its next line. For the
same reason each speed begins with a bare CR, which ends whatever stood there half said; to a New Era pump it is a
status query, to the others nothing. Addresses are not searched: one that nobody answers at costs a wait, and a chain
may hold a pump that is in use.

What an answer is, each family's own codec says, so that nothing is recognised here that its driver would not read. Only
a Modbus device's identification has no place in a driver, which trusts its map instead: it is cut here.

One side effect is known and told: a New Era pump in safe mode arms its own watchdog upon any valid packet and stops
when nothing follows (facts/protocols.md 1).

Sources: facts/protocols.md 1 (New Era), 2 (Harvard), 3 (Chemyx), 5 (Alaris), 6 (Modbus).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.alaris import codec as alaris_codec
from drivers.alaris import framing as alaris_framing
from drivers.chemyx import codec as chemyx_codec
from drivers.harvard import codec as harvard_codec
from drivers.modbus import codec as modbus_codec
from drivers.modbus import framing as modbus_framing
from drivers.new_era import codec as new_era_codec
from drivers.new_era import framing as new_era_framing


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

    `again`: what came back wants the same question put once more (a pending alarm eats a question).
    """

    family: str
    title: str
    request: bytes
    read: Callable[[bytes], Found | None]
    again: Callable[[bytes], bool] | None = None


_SERIAL = b"INST_SERIALNO"
_STATUS = b"pump status"
#: `ver` alone would be answered by many things that are no pump.
_HARVARD_MODELS = re.compile(r"elite|ultra|legato", re.IGNORECASE)


def _new_era(answer: bytes) -> Found | None:
    for one in new_era_framing.Unframer().feed(answer, 0):
        reply = new_era_codec.parse_reply(one.text)
        match = new_era_codec.VERSION.fullmatch(reply.text) if reply is not None else None
        if reply is None or match is None:
            continue
        model, firmware = match[1].decode("ascii"), match[2].decode("ascii")
        note = (
            "it is in safe mode: the question has armed its watchdog, and if it was running it may stop now"
            if one.is_checked
            else "it is in basic mode; the driver puts it into safe mode, and it keeps that over a power cut. If it has no "
            'safe mode it is refused then: with protocol = "basic" and accepted_risk = "why" it is taken as it is'
        )
        options: dict[str, int | str] = {"address": reply.address, "model": model}
        return Found("new_era", f"{model} firmware {firmware}", options, note)
    return None


def _is_new_era_alarm(answer: bytes) -> bool:
    replies = (new_era_codec.parse_reply(one.text) for one in new_era_framing.Unframer().feed(answer, 0))
    return any(reply is not None and reply.alarm is not None for reply in replies)


def _harvard(answer: bytes) -> Found | None:
    for piece in answer.split(bytes((harvard_codec.XON,))):
        *lines, prompt = piece.split(b"\n")
        reply = harvard_codec.parse_reply(
            [line.rstrip(b"\r") for line in lines if line.endswith(b"\r")], prompt
        )
        told = harvard_codec.parse_version(reply.text) if reply is not None else None
        if reply is None or told is None or _HARVARD_MODELS.search(told.model) is None:
            continue
        options: dict[str, int | str] = {"address": reply.address or 0, "model": told.model}
        return Found("harvard", f"{told.model} firmware {told.firmware}", options)
    return None


def _chemyx(answer: bytes) -> Found | None:
    for piece in answer.split(b">")[:-1]:
        reply = chemyx_codec.parse_piece(piece, (_STATUS,))
        if reply is not None and chemyx_codec.STATUS.fullmatch(reply.text):
            status = reply.text.decode("ascii")
            return Found("chemyx", f"a Chemyx Fusion, status {status}; the family names no model")
    return None


def _alaris(answer: bytes) -> Found | None:
    for text in alaris_framing.Unframer().feed(answer):
        reply = alaris_codec.Reply(text or b"")
        if alaris_codec.SERIAL.fullmatch(reply.text) is None or reply.error is not None:
            continue
        serial = reply.fields[0]
        note = (
            "experimental; it keeps no volume limit of its own: the driver halts it when the volume is given"
        )
        return Found("alaris", f"an Alaris pump, serial number {serial}", {"serial": serial}, note)
    return None


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
                and modbus_codec.check(frame[:-2]) == frame[-2:]
            ):
                return Found("modbus", _modbus_words(unit, frame[1:-2]), {"unit": unit}, _MODBUS_NOTE)
        return None

    return read


def _modbus_tcp(unit: int) -> Callable[[bytes], Found | None]:
    def read(answer: bytes) -> Found | None:
        for piece in modbus_framing.MbapCutter().feed(answer, 0):
            if piece.whole[:4] != _MBAP or piece.whole[6] != unit or piece.pdu[0] not in _FUNCTIONS:
                continue
            options: dict[str, int | str] = {"transport": "tcp", "unit": unit}
            return Found("modbus", _modbus_words(unit, piece.pdu) + ", over TCP", options, _MODBUS_NOTE)
        return None

    return read


_MBAP = b"\x50\x55\x00\x00"
_IDENTIFY = b"\x2b\x0e\x01\x00"  # read device identification, basic; many devices lack it
_READ_ONE = (
    b"\x03\x00\x00\x00\x01"  # read holding register 0; any answer, a refusal too, says that Modbus is spoken
)


_MODBUS = (("device identification", _IDENTIFY), ("read one register", _READ_ONE))


def _rtu_frame(unit: int, pdu: bytes) -> bytes:
    body = bytes((unit,)) + pdu
    return body + modbus_codec.check(body)


def _mbap_frame(unit: int, pdu: bytes) -> bytes:
    return _MBAP + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu


def new_era_questions(address: int) -> tuple[Question, ...]:
    """VER without and with a check."""
    text = b"%dVER" % address
    safe = new_era_framing.safe_frame(text)
    return (
        Question("new_era", "VER, basic mode", text + b"\r", _new_era, _is_new_era_alarm),
        Question("new_era", "VER, safe mode", safe, _new_era, _is_new_era_alarm),
    )


def plan(address: int, unit: int, *, is_tcp: bool) -> tuple[tuple[int, tuple[Question, ...]], ...]:
    """Questions by baud, in the order they are asked. Behind a serial server the baud is the server's affair."""
    new_era = new_era_questions(address)
    prefix = b"%d" % address if address else b""
    harvard = Question("harvard", "ver", prefix + b"ver\r", _harvard)
    chemyx = Question("chemyx", "pump status", _STATUS + b"\r", _chemyx)
    alaris = Question("alaris", "INST_SERIALNO", alaris_framing.wrap(_SERIAL), _alaris)
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
