"""Good bytes made bad, in the ways a wire, a stranger or a defect would.

Theory of operation. Everything starts from what a simulated pump of the family really said, because bytes from nowhere die
at the first check and try nothing behind it. All chance comes from the generator handed in.
"""

import random
from collections.abc import Sequence

#: Bytes that mean something to one family or another, and the ends of the range.
SPECIAL = b"\x00\x02\x03\x0a\x0d\x10\x11\x13\x1b!:<>*|^?\x7f\x80\xff"
LONGEST = 600


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One input: a good answer, or several, with one to four things done to it."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randrange(5)):
        if not data:
            break
        at = chance.randrange(len(data))
        match chance.randrange(9):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + chance.randrange(1, 4)]
            case 2:
                data[at:at] = chance.randbytes(chance.randrange(1, 5))
            case 3:
                data[at] = chance.choice(SPECIAL)
            case 4:
                data = data[:at]
            case 5:
                data += chance.choice(seeds)
            case 6:
                other = chance.choice(seeds)
                data[at:] = other[chance.randrange(len(other)) :]
            case 7:
                data[at:at] = data[at : at + chance.randrange(1, 40)] * chance.randrange(1, 4)
            case _:
                data[at:at] = bytes((chance.choice(SPECIAL),)) * chance.randrange(1, 80)
    return bytes(data[:LONGEST])


def pieces(chance: random.Random, data: bytes) -> list[bytes]:
    """The same bytes as they may arrive: whole, in two, or one by one."""
    match chance.randrange(4):
        case 0 if len(data) > 1:
            at = chance.randrange(1, len(data))
            return [data[:at], data[at:]]
        case 1:
            return [data[at : at + 1] for at in range(len(data))]
    return [data]
