"""Readings of a scale as text: a CSV of time_s and grams, and what becomes of them. Pure.

Theory of operation. A scale says mass; what left the line is volume. The density of the liquid and what evaporates from
the cup are said by a person, are used here and stand in the report. What the scale shows at the start is the cup, so it
is taken off. A file with a line that is no reading is refused with the line, never patched: a missing decimal point in
one line would be a plunger that leaps.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pumpd.commission.flow import Reading

NL_PER_ML = 1e6
#: Water at 20 degrees C, g/mL.
WATER_G_PER_ML = 0.9982
_DENSITIES = (0.5, 2.0)
#: A file larger than this is no measurement: a day at ten readings a second.
LONGEST_LINES = 864_000


class Unreadable(ValueError):
    """Not a table of readings; `str()` names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Liquid:
    """What is weighed. `evaporation_g_h`: what the cup loses by itself in an hour, measured beforehand."""

    density_g_per_ml: float = WATER_G_PER_ML
    evaporation_g_h: float = 0.0

    def __post_init__(self) -> None:
        low, high = _DENSITIES
        if not low <= self.density_g_per_ml <= high:
            raise ValueError(f"density {self.density_g_per_ml:g}: must be {low:g} to {high:g} g/mL")
        if not 0.0 <= self.evaporation_g_h <= 1.0:
            raise ValueError(f"evaporation {self.evaporation_g_h:g}: must be 0 to 1 g/h")

    def nl(self, grams: float, seconds: float = 0.0) -> float:
        """The volume of that mass, with what has evaporated in that time."""
        return (grams + self.evaporation_g_h * seconds / 3600.0) / self.density_g_per_ml * NL_PER_ML


def parse(text: str, file: str) -> tuple[tuple[float, float], ...]:
    """(time_s, grams) of each line. Lines that begin with # and a heading without digits are passed over.

    Raises:
        Unreadable: a line is no reading.
    """
    rows: list[tuple[float, float]] = []
    lines = text.splitlines()
    if len(lines) > LONGEST_LINES:
        raise Unreadable(f"{file}: {len(lines)} lines, at most {LONGEST_LINES}")
    for number, line in enumerate(lines, 1):
        plain = line.strip()
        is_heading = not rows and not any(one.isdigit() for one in plain)
        if not plain or plain.startswith("#") or is_heading:
            continue
        rows.append(_row(plain, f"{file}:{number}"))
    return tuple(rows)


def _row(line: str, place: str) -> tuple[float, float]:
    cells = line.replace(";", ",").split(",")
    if len(cells) != 2:
        raise Unreadable(f"{place}: {line!r}: must be time_s,grams, numbers with a point, as in 30,0.2181")
    try:
        at_s, grams = (float(cell) for cell in cells)
    except ValueError:
        raise Unreadable(f"{place}: {line!r}: must be time_s,grams, as in 30,0.2181") from None
    if not (math.isfinite(at_s) and math.isfinite(grams)):
        raise Unreadable(f"{place}: {line!r}: must be finite numbers")
    return at_s, grams


def readings(rows: Iterable[Sequence[float]], liquid: Liquid) -> tuple[Reading, ...]:
    """What had left the line by when: nl from the first reading on, with evaporation added back."""
    found = [(row[0], row[1]) for row in rows]
    if not found:
        return ()
    start_s, start_g = found[0]
    return tuple((at_s, liquid.nl(grams - start_g, at_s - start_s)) for at_s, grams in found)
