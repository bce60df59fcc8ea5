"""So many mutated inputs for one family's wire, and what they must not do.

Theory of operation. Three things are looked for: an exception of any kind, an answer accepted that nobody encoded, and
memory that grows. One wire is kept for some inputs, as one opening of a port would be, and what it holds is measured as
the sum of all bytes it can reach. A fault is raised with the seed and the number of the input, which is enough to have
it again.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from fuzz.mutate import mutated, pieces
from fuzz.targets import Target

from drivers.line.wire import Verdict

INPUTS_PER_WIRE = 25
STREAM_KEPT = 4096
HELD_MAX_BYTES = 8192


class Wrong(AssertionError):
    """The family did what it must not."""


@dataclass
class Tally:
    """What happened."""

    inputs: int = 0
    heard: int = 0
    accepted: int = 0
    most_held: int = 0


def held_bytes(thing: Any, depth: int = 4) -> int:
    """All bytes that can be reached from here."""
    if isinstance(thing, bytes | bytearray | str):
        return len(thing)
    if depth == 0 or callable(thing) or isinstance(thing, type):
        return 0
    if isinstance(thing, dict):
        inside: Iterable[Any] = thing.values()
    elif isinstance(thing, list | tuple | set | frozenset) or type(thing).__name__ == "deque":
        inside = thing
    elif is_dataclass(thing):
        inside = [getattr(thing, one.name) for one in fields(thing)]
    else:
        inside = vars(thing).values() if hasattr(thing, "__dict__") else ()
    return sum(held_bytes(one, depth - 1) for one in inside)


def campaign(target: Target, inputs: int, seed: int = 1) -> Tally:
    """Put so many inputs to it. Raises Wrong, with where it was."""
    tally = Tally()
    wire, stream, base, chance = None, b"", 0, random.Random()
    for number in range(inputs):
        if number % INPUTS_PER_WIRE == 0:
            chance = random.Random(f"{target.name}/{seed}/{number}")
            wire, stream = target.make(chance), b""
            base = held_bytes(wire)
        data = mutated(chance, target.seeds)
        stream = (stream + data)[-STREAM_KEPT:]
        try:
            _put(target, wire, data, stream, chance, tally)
        except Exception as error:
            raise Wrong(f"{target.name}, seed {seed}, input {number}: {data.hex(' ')}: {error!r}") from error
        if number % INPUTS_PER_WIRE == INPUTS_PER_WIRE - 1:
            tally.most_held = max(tally.most_held, held_bytes(wire) - base)
            if tally.most_held > HELD_MAX_BYTES:
                raise Wrong(f"{target.name}, seed {seed}, input {number}: {tally.most_held} bytes are held")
    tally.inputs = inputs
    return tally


def _put(target: Target, wire: Any, data: bytes, stream: bytes, chance: random.Random, tally: Tally) -> None:
    now = 0
    for piece in pieces(chance, data):
        now += chance.choice((0, 1, 5, 250))
        for heard in wire.feed(piece, now):
            tally.heard += 1
            if heard.reply is None or heard.verdict not in (Verdict.OURS, Verdict.UNREAD):
                continue
            tally.accepted += 1
            reply, ask = heard.reply, chance.choice(target.asks)
            if heard.is_checked and not target.is_real(reply, stream):
                raise Wrong(f"accepted {reply!r}, which nobody said")
            _ = reply.error, reply.alarm
            if wire.fits(ask, reply):
                wire.learn(ask, reply)
            wire.identity(reply)
            for parse in target.parsers:
                parse(reply.text)
    if chance.randrange(8) == 0:
        wire.clear()
