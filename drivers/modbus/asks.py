"""The questions of this family: a request to the device, with what the line must know of it.

Theory of operation. `Ask.text` is for people (a detail, a log); the request itself is `RegisterAsk.request`, and what
may answer it is decided by `codec.fits`, so the shape takes anything. Which function writes is chosen here, because
devices lack some: a coil by 5, else 15; one register by 6, else 16; two registers always by one 16, so that no
half-written number is ever in force (facts/protocols.md 6).
"""

import re
from dataclasses import dataclass

from drivers.line.turns import Ask, Risk
from drivers.modbus.codec import Request
from drivers.modbus.layout import Block, RegisterMap, Space

ANY = re.compile(rb"(?s).*")
_NOTHING = Request(3, 0, 1)


@dataclass(frozen=True, slots=True)
class RegisterAsk(Ask):
    """One request. `has_nonce`: the wire writes a number of its own into it, and the answer must bring it back."""

    request: Request = _NOTHING
    has_nonce: bool = False


def read(block: Block, *, proves_identity: bool = False) -> RegisterAsk:
    """Read this block."""
    text = f"read {block.space.value} {block.address}+{block.count}".encode("ascii")
    request = Request(block.space.read_function, block.address, block.count)
    return RegisterAsk(text, ANY, proves_identity=proves_identity, request=request)


def identity_ask(layout: RegisterMap) -> RegisterAsk:
    """The question that ends a doubt: with a nonce written and read back in one request where the device can."""
    block, nonce = layout.who.block, layout.switches.get("nonce")
    if nonce is None or 23 not in layout.functions or not block.holds(nonce):
        return read(block, proves_identity=True)
    request = Request(23, block.address, block.count, (0,), nonce.address)
    text = f"read holding {block.address}+{block.count} with a nonce".encode("ascii")
    return RegisterAsk(text, ANY, is_write=True, proves_identity=True, request=request, has_nonce=True)


def switch(layout: RegisterMap, key: str, value: int, risk: Risk = Risk.NONE) -> RegisterAsk:
    """Write a coil or a single register."""
    place = layout.switches[key]
    short, long = (5, 15) if place.space is Space.COIL else (6, 16)
    function = short if short in layout.functions else long
    return _write(key, place.space, Request(function, place.address, 1, (value,)), risk)


def stop(layout: RegisterMap, risk: Risk = Risk.DELIVERY) -> RegisterAsk:
    """Motor off. `risk` NONE: the line itself says it again until it is answered."""
    off = layout.switches["run"].off
    ask = switch(layout, "run", off or 0, risk)
    return RegisterAsk(ask.text, ANY, risk, is_halt=True, is_write=True, request=ask.request)


def set_number(layout: RegisterMap, key: str, words: tuple[int, ...], risk: Risk = Risk.NONE) -> RegisterAsk:
    """Write a number; `words` big end first."""
    place = layout.numbers[key]
    function = 6 if len(words) == 1 and 6 in layout.functions else 16
    request = Request(function, place.address, len(words), layout.ordered(words))
    return _write(key, place.space, request, risk)


def _write(key: str, space: Space, request: Request, risk: Risk) -> RegisterAsk:
    values = " ".join(f"{value:04X}" for value in request.values)
    text = f"{key} ({space.value} {request.address} = {values})".encode("ascii")
    return RegisterAsk(text, ANY, risk, is_write=True, request=request)
