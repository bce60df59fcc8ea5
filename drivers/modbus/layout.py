"""A register map: where in a device what stands. Data, parsed strictly; nothing of it is guessed.

Theory of operation. Every Modbus pump has its own table of registers, so the table is a file (`maps/*.toml`) and
this is what the file says, checked. A key that is not known is refused, because a misspelt `resumes_after_silence`
that is quietly passed over kills; so is a number that would be read in two requests (a 32-bit value must not be
torn, facts/faults.md row 40), and an identity that is asked in the shape of another question (on RTU nothing but
its shape tells an answer from a late one, F2).

Words and addresses are as on the wire: addresses count from 0, and a 32-bit value is given big end first by
`Place.words`, whatever the map's word order.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from drivers.modbus.numbers import Scale


class Space(StrEnum):
    """The four tables of a Modbus device."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def read_function(self) -> int:
        """The function that reads it."""
        return {Space.COIL: 1, Space.DISCRETE: 2, Space.HOLDING: 3, Space.INPUT: 4}[self]

    @property
    def is_bits(self) -> bool:
        """Single bits, not registers."""
        return self in (Space.COIL, Space.DISCRETE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in registers."""

    space: Space
    address: int
    scale: Scale

    @property
    def count(self) -> int:
        """Registers it takes."""
        return self.scale.kind.words


@dataclass(frozen=True, slots=True)
class Switch:
    """A coil or register that is written with fixed values. `on`: does it; `off`: undoes it, None = never written."""

    space: Space
    address: int
    on: int
    off: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Bits:
    """A register or a row of discrete inputs whose bits have names; bit 0 is the lowest."""

    space: Space
    address: int
    bits: "MappingProxyType[str, int]"
    count: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """What is read in one request."""

    space: Space
    address: int
    count: int

    def holds(self, place: "Place") -> bool:
        """All of it lies in here."""
        inside = self.address <= place.address and place.address + place.count <= self.address + self.count
        return place.space is self.space and inside


@dataclass(frozen=True, slots=True)
class IdentityPart:
    """Registers that say one thing of who the device is. `form`: number, version (high byte.low byte) or text."""

    space: Space
    address: int
    count: int
    form: str


@dataclass(frozen=True, slots=True)
class Who:
    """Where a device says who it is. Without `model` it does not say: `names[""]` is then what is taken for granted."""

    block: Block
    names: "MappingProxyType[str, str]"
    model: IdentityPart | None = None
    firmware: IdentityPart | None = None
    serial: IdentityPart | None = None


Place = Number | Switch | Bits | Block | IdentityPart


@dataclass(frozen=True, slots=True)
class RegisterMap:
    """One device's table. `numbers`, `switches`, `words`: by meaning (see docs/modbus-map.md)."""

    name: str
    device: str
    source: str
    functions: frozenset[int]
    is_low_word_first: bool
    resumes_after_silence: bool
    numbers: "MappingProxyType[str, Number]"
    switches: "MappingProxyType[str, Switch]"
    words: "MappingProxyType[str, Bits]"
    who: Who
    reads: tuple[Block, ...]
    unknown: tuple[str, ...]
    rate_min_nl_h: int
    rate_max_nl_h: int

    @property
    def can_run(self) -> bool:
        """A run can be limited and counted, so it may be begun."""
        return {"rate", "volume_target", "counter"} <= set(self.numbers)

    @property
    def why_not_run(self) -> str:
        """What is missing for a run, in words."""
        wanted = {"rate": "rate", "volume_target": "volume limit", "counter": "volume counter"}
        missing = [word for key, word in wanted.items() if key not in self.numbers]
        return f"the register map {self.name} knows no {' and no '.join(missing)}"

    def ordered(self, words: tuple[int, ...]) -> tuple[int, ...]:
        """Words of one number from the wire's order to big end first, or back."""
        return tuple(reversed(words)) if self.is_low_word_first else words

    def place(self, key: str) -> Number | Switch | Bits | None:
        """Where that meaning stands."""
        return self.numbers.get(key) or self.switches.get(key) or self.words.get(key)

    def motion_reads(self) -> tuple[Block, ...]:
        """What says whether it moves."""
        keys = ("status",) if "status" in self.words else ("run", "actual_rate")
        places = [place for key in keys if (place := self.place(key)) is not None]
        return tuple(block for block in self.reads if any(block.holds(place) for place in places))

    def all_reads(self) -> tuple[Block, ...]:
        """Everything, and what says the motion last: it is the newest, and the one that is reported."""
        last = self.motion_reads()
        return (*(block for block in self.reads if block not in last), *last)

    def poll_reads(self) -> tuple[Block, ...]:
        """What a report is made of: coils are left out where a status word says the motion."""
        if "status" not in self.words:
            return self.all_reads()
        return tuple(block for block in self.all_reads() if not block.space.is_bits)
