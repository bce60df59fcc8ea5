"""The simulator's own reading of a register map: what a device keeps at which address, and in which steps.

The file's format is the one in docs/modbus-map.md. Nothing is checked here beyond what the simulator needs: that a
map is strict and safe is the driver's affair, this side only plays the device that the map describes. Values are nl,
nl/h, mm, s and mmHg; a register holds them in steps of its own.
"""

from __future__ import annotations

import struct
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from math import floor
from typing import Any

#: The simulator's units in one of the map's.
_UNITS = {
    "ml/h": Decimal(10**6),
    "ul/h": Decimal(10**3),
    "nl/h": Decimal(1),
    "ml/min": Decimal(60 * 10**6),
    "ul/min": Decimal(60 * 10**3),
    "ml": Decimal(10**6),
    "ul": Decimal(10**3),
    "nl": Decimal(1),
    "mm": Decimal(1),
    "um": Decimal("0.001"),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
    "mmHg": Decimal(1),
    "kPa": Decimal("7.50062"),
    "mbar": Decimal("0.750062"),
}


@dataclass(frozen=True)
class Field:
    """One meaning's place. `kind`: u16, i16, u32, i32, f32, switch or bits."""

    space: str
    address: int
    kind: str
    step: float = 1.0
    unit: float = 1.0
    on: int = 0
    off: int | None = None
    bits: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return 2 if self.kind.endswith("32") else 1

    def pack(self, value: float, *, low_word_first: bool) -> list[int]:
        """The registers that show this value; cut off at the kind's limits."""
        if self.kind == "f32":
            raw = struct.pack(">f", value / self.unit)
        else:
            width = 32 if self.size == 2 else 16
            is_signed = self.kind.startswith("i")
            low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if is_signed else (0, (1 << width) - 1)
            steps = min(max(floor(value / self.step + 1e-6), low), high)
            raw = steps.to_bytes(width // 8, "big", signed=is_signed)
        words = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
        return words[::-1] if low_word_first else words

    def unpack(self, words: list[int], *, low_word_first: bool) -> float:
        """The value that these registers say."""
        ordered = words[::-1] if low_word_first else words
        raw = b"".join(word.to_bytes(2, "big") for word in ordered)
        if self.kind == "f32":
            return float(struct.unpack(">f", raw)[0]) * self.unit
        return int.from_bytes(raw, "big", signed=self.kind.startswith("i")) * self.step


@dataclass(frozen=True)
class Part:
    """One line of the identity: registers, and how they say it (number, version, text)."""

    address: int
    count: int
    form: str


@dataclass(frozen=True)
class Layout:
    """A device's registers."""

    name: str
    functions: frozenset[int]
    low_word_first: bool
    resumes_after_silence: bool
    fields: dict[str, Field]
    identity_space: str
    identity: dict[str, Part]
    model_ids: dict[str, str]
    known: frozenset[tuple[str, int]]


def read_layout(text: str) -> Layout:
    """Read a map. Raises ValueError or KeyError for one that lacks what the simulator needs."""
    table = tomllib.loads(text)
    fields = {key: _field(key, point) for key, point in table.get("points", {}).items()}
    who = table["identity"]
    blocks = [who["read"], *table.get("reads", [])]
    known = {(b["space"], b["address"] + n) for b in blocks for n in range(b["count"])}
    known |= {(f.space, f.address + n) for f in fields.values() for n in range(f.size)}
    return Layout(
        table["name"],
        frozenset(table["functions"]),
        table["word_order"] == "little",
        table["resumes_after_silence"],
        fields,
        who["read"]["space"],
        {key: Part(**who[key]) for key in ("model", "firmware", "serial") if key in who},
        dict(who["names"]),
        frozenset(known),
    )


def _field(key: str, point: dict[str, Any]) -> Field:
    space, address = point["space"], point["address"]
    if "kind" in point:
        number, _, unit = point["step"].partition(" ")
        step = Decimal(number) * _UNITS[unit]
        return Field(space, address, point["kind"], float(step), float(_UNITS[unit]))
    if key in ("status", "alarms", "heartbeat"):
        bits = {name: bit for name, bit in point.items() if name not in ("space", "address")}
        return Field(space, address, "bits", bits=bits)
    return Field(space, address, "switch", on=point.get("on", 0), off=point.get("off"))
