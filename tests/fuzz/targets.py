"""What is fuzzed of each family: its wire, the readers of its numbers, and how to know a real answer.

Theory of operation. An accepted answer is wrong unless the very frame that says it stands in the bytes that came in.
Where a wire has a check, that frame is encoded anew here, by code that is not the driver's, and looked for. Where it has
none (Harvard, Chemyx, New Era in basic mode), all that can be asked is that its text and its prompt or frame stand there
in this order; that is said by `has_check`.
"""

import binascii
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from drivers.line.turns import Ask
from drivers.line.wire import Wire

Parser = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """One family's wire. `make`: a fresh one, with one of `asks` sent."""

    name: str
    has_check: bool
    make: Callable[[random.Random], Wire]
    asks: Sequence[Ask]
    seeds: Sequence[bytes]
    is_real: Callable[[Any, bytes], bool]
    parsers: Sequence[Parser]


def answers(rig: Any, requests: Sequence[bytes]) -> list[bytes]:
    """What the simulated pump says to these, in this order; silence is left out."""
    said, now_ms = [], 0
    for request in requests:
        now_ms += 20
        rig.tick(now_ms)
        answer = rig.receive(request, now_ms)
        said += [answer] if answer else []
    return said


def _sent(wire: Wire, ask: Ask) -> Wire:
    frame = wire.frame(ask)
    wire.sent(ask, frame, wire.effect(frame))
    return wire


def new_era() -> Target:
    """Safe mode."""
    from contract.rigs.new_era import NewEraRig

    from drivers.new_era import codec, turns
    from drivers.new_era.wire import NewEraWire
    from hil_sim.pumps.new_era_frames import basic_reply, safe_packet

    asks = (turns.READ_VERSION, turns.READ_RATE, turns.READ_VOLUME, turns.READ_DISPENSED, turns.READ_DIAMETER)
    words = [b"SAF2", b"VER", b"DIA26.59", b"VOL17.5", b"RAT26.25MH", b"RUN", b"DIS", b"RAT", b"VOL", b"DIA"]
    requests = [
        safe_packet("0" + word.decode()) for word in [*words, b"STP", b"STP", b"STP", b"NIX", b"DIR", b"SAF"]
    ]

    def is_real(reply: codec.Reply, stream: bytes) -> bool:
        head, text = f"{reply.address:02d}", reply.text.decode("ascii", "replace")
        said = [f"{head}A?{chr(c)}" for c in range(128)] if reply.alarm else [f"{head}{reply.letter}{text}"]
        return any(safe_packet(one) in stream or basic_reply(one) in stream for one in said)

    return Target(
        "new_era",
        True,
        lambda chance: _sent(NewEraWire(0), chance.choice(asks)),
        asks,
        answers(NewEraRig(), requests),
        is_real,
        (
            codec.parse_rate,
            codec.parse_volume,
            codec.parse_dispensed,
            codec.parse_diameter,
            codec.parse_version,
        ),
    )


def new_era_basic() -> Target:
    """Basic mode: STX, text, ETX, no check."""
    from contract.rigs.new_era import NewEraBasicRig

    from drivers.new_era import codec, turns
    from drivers.new_era.wire import BasicWire
    from hil_sim.pumps.new_era_frames import basic_reply, safe_packet

    asks = (turns.READ_RATE, turns.READ_VOLUME, turns.READ_DISPENSED, turns.READ_DIAMETER, turns.READ_VERSION)
    words = ["", "VER", "DIA26.59", "VOL17.5", "RAT26.25MH", "RUN", "DIS", "RAT", "VOL", "DIA", "STP", "NIX"]

    def is_real(reply: codec.Reply, stream: bytes) -> bool:
        head, text = f"{reply.address:02d}", reply.text.decode("ascii", "replace")
        if reply.text == turns.IN_SAFE_MODE:
            return b"\x03" in stream
        if reply.alarm:
            said = [f"{head}A?{chr(c)}" for c in range(128)]
            return any(basic_reply(one) in stream or safe_packet(one) in stream for one in said)
        return basic_reply(f"{head}{reply.letter}{text}") in stream

    return Target(
        "new_era_basic",
        False,
        lambda chance: _sent(BasicWire(0), chance.choice(asks)),
        asks,
        answers(NewEraBasicRig(), [f"0{word}\r".encode() for word in words]),
        is_real,
        (codec.dispensed_step,),
    )


def alaris() -> Target:
    """Frames with a CRC in hex."""
    from contract.rigs.alaris import AlarisRig

    from drivers.alaris import codec, turns
    from drivers.alaris.limit import HostLimit
    from drivers.alaris.wire import AlarisWire

    def frame(text: bytes) -> bytes:
        return b"!%b|%04X\r" % (text, binascii.crc_hqx(text, 0xFFFF))

    asks = (turns.READ_SERIAL, turns.READ_STATE, turns.READ_VOLUME, turns.READ_RATE)
    texts = (b"INST_SERIALNO", b"INF", b"INF_RATE", b"INF_VI", b"INF_START", b"INF_STOP", b"NIX")
    return Target(
        "alaris",
        True,
        lambda chance: _sent(AlarisWire(HostLimit()), chance.choice(asks)),
        asks,
        answers(AlarisRig(), [frame(text) for text in texts]),
        lambda reply, stream: frame(reply.text)[1:] in stream,
        (codec.parse_rate, codec.parse_volume),
    )


def harvard() -> Target:
    """Lines and a prompt, no check."""
    from contract.rigs.harvard import HarvardRig

    from drivers.harvard import codec, turns
    from drivers.harvard.binding import Binding
    from drivers.harvard.dialect import HarvardDialect

    asks = tuple(one for name in dir(turns) if isinstance(one := getattr(turns, name), Ask))
    words = (
        b"poll on",
        b"ver",
        b"version",
        b"irate",
        b"irate lim",
        b"diameter",
        b"ivolume",
        b"tvolume",
        b"crate",
    )
    rest = (
        b"irate 20 ml/hr",
        b"tvolume 1 ml",
        b"irun",
        b"ivolume",
        b"stp",
        b"nix",
        b"tvolume 2 l",
        b"status",
    )

    def is_real(reply: codec.Reply, stream: bytes) -> bool:
        lines = [re.escape(line) for line in reply.text.split(b"\n") if line]
        return (
            re.search(b".*?".join([*lines, re.escape(reply.prompt[:1].encode())]), stream, re.DOTALL)
            is not None
        )

    return Target(
        "harvard",
        False,
        lambda chance: _sent(HarvardDialect(Binding("11 ELITE")).wire(), chance.choice(asks)),
        asks,
        answers(HarvardRig(), [b"@" + word + b"\r" for word in (*words, *rest)]),
        is_real,
        (
            codec.parse_rate,
            codec.read_rate,
            codec.parse_limits,
            codec.parse_volume,
            codec.parse_target,
            codec.parse_version,
        ),
    )


def _modbus(name: str, *, is_tcp: bool) -> Target:
    from contract.rigs import modbus as rigs

    from drivers.modbus import asks as questions
    from drivers.modbus.library import load_map
    from drivers.modbus.wire import ModbusWire

    layout = load_map("pumpd-default")

    def fresh() -> ModbusWire:
        return ModbusWire(layout, 1, count(1), is_tcp=is_tcp, gap_ms=2)

    asks = [questions.identity_ask(layout), questions.stop(layout)]
    asks += [questions.read(block) for block in layout.reads]
    rig = (rigs.ModbusTcpRig if is_tcp else rigs.ModbusRig)()
    wire, seeds = fresh(), []
    for ask in asks:
        seeds += answers(rig, [_frame_of(wire, ask)])

    def is_real(reply: Any, stream: bytes) -> bool:
        body = bytes((reply.unit,)) + _pdu(reply)
        if is_tcp:
            return reply.number.to_bytes(2, "big") + b"\0\0" + len(body).to_bytes(2, "big") + body in stream
        return body + _crc(body) in stream

    return Target(
        name,
        True,
        lambda chance: _sent(fresh(), chance.choice(asks)),
        asks,
        seeds,
        is_real,
        (),
    )


def _pdu(reply: Any) -> bytes:
    """Function and what follows it, as it went over the wire."""
    if reply.exception:
        return bytes((reply.function | 0x80, reply.exception))
    return bytes((reply.function,)) + reply.text


def _frame_of(wire: Wire, ask: Ask) -> bytes:
    frame = wire.frame(ask)
    wire.sent(ask, frame, wire.effect(frame))
    return frame


def _crc(body: bytes) -> bytes:
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value.to_bytes(2, "little")


def modbus_rtu() -> Target:
    """Cut by what was asked, believed by its CRC."""
    return _modbus("modbus_rtu", is_tcp=False)


def modbus_tcp() -> Target:
    """No check but TCP's own; told by its number."""
    return _modbus("modbus_tcp", is_tcp=True)


def chemyx() -> Target:
    """Every answer repeats its command; no check."""
    from contract.rigs.chemyx import ChemyxRig

    from drivers.chemyx import codec, turns
    from drivers.chemyx.wire import ChemyxWire

    asks = (turns.READ_STATUS, turns.READ_SETTINGS, turns.READ_DISPENSED, turns.STOP, turns.START)
    words = (
        b"pump status",
        b"view parameter",
        b"dispensed volume",
        b"set units 1",
        b"set volume 1",
        b"set rate 20",
    )
    rest = (
        b"set diameter 26.59",
        b"start",
        b"pump status",
        b"dispensed volume",
        b"stop",
        b"nix",
        b"elapsed time",
    )

    def fresh(chance: random.Random) -> Wire:
        wire = ChemyxWire()
        for ask in chance.sample(asks, 3):
            _sent(wire, ask)
        return wire

    def is_real(reply: codec.Reply, stream: bytes) -> bool:
        parts = [re.escape(line) for line in (reply.asked, *reply.text.split(b"\n")) if line]
        return re.search(b".*?".join([*parts, b">"]), stream, re.DOTALL) is not None

    return Target(
        "chemyx",
        False,
        fresh,
        asks,
        answers(ChemyxRig(), [word + b"\r" for word in (*words, *rest)]),
        is_real,
        (codec.parse_settings, lambda text: codec.parse_dispensed(text, 1)),
    )


TARGETS: dict[str, Callable[[], Target]] = {
    "alaris": alaris,
    "chemyx": chemyx,
    "harvard": harvard,
    "modbus_rtu": modbus_rtu,
    "modbus_tcp": modbus_tcp,
    "new_era": new_era,
    "new_era_basic": new_era_basic,
}
