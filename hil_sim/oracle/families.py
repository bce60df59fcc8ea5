"""What an oracle must know of a family of pumps: its words, how it goes on by itself, and what it measures itself.

Theory of operation. A bound that holds for a pump with a watchdog of two seconds is no bound for one that runs to the end
of its volume, and a stand between two pieces of a run is none. All of it stands in one table, `NATURES`; a family that a
story can have and the table has not is refused by name. Source of the figures: facts/protocols.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from hil_sim.modbus_maps import make_modbus_pump
from hil_sim.oracle.scene import Prescribed, Scene
from hil_sim.oracle.wording import Chemyx, Modbus, Read, alaris, harvard, new_era


@dataclass(frozen=True, slots=True)
class Nature:
    """What an onlooker knows of a family.

    Attributes:
        reader: makes the reader of one run's frames, from a Modbus pump's register map and unit.
        lease_s: how long such a pump goes on by itself when nobody speaks to it any more, s; inf: to its volume's end.
        seam_s: its host lets it run in pieces, and so long it may stand between two of them, s.
        unmissed: devices whose signal the pump itself gives too, so that their silence is not missed.
    """

    reader: Callable[[str, int], Read]
    lease_s: float = 2.0
    seam_s: float = 0.0
    unmissed: frozenset[str] = frozenset()


def _always(read: Read) -> Callable[[str, int], Read]:
    return lambda _map_name, _unit: read


def _modbus(family: str) -> Nature:
    """It measures the line's pressure itself."""

    def reader(map_name: str, unit: int) -> Read:
        return Modbus(make_modbus_pump(family, map_name, unit))

    return Nature(reader, unmissed=frozenset({"transducer-1"}))


NATURES: Mapping[str, Nature] = {
    "new_era": Nature(_always(new_era)),
    "new_era-basic": Nature(_always(new_era), lease_s=inf),
    "harvard": Nature(_always(harvard), seam_s=0.5),
    "chemyx": Nature(lambda _map_name, _unit: Chemyx(), lease_s=inf),
    "alaris": Nature(_always(alaris), lease_s=15.0),
    "modbus-rtu": _modbus("modbus-rtu"),
    "modbus-tcp": _modbus("modbus-tcp"),
}


def nature_of(family: str) -> Nature:
    """Raises ValueError: nothing is known of the family."""
    if family not in NATURES:
        raise ValueError(f"{family!r}: its words are not known; known: {', '.join(sorted(NATURES))}")
    return NATURES[family]


def wording_of(family: str, map_name: str = "", unit: int = 0) -> Read:
    """A reader for one run with a pump of this family.

    Args:
        map_name, unit: a Modbus pump's register map and unit.

    Raises:
        ValueError: no such family or map.
    """
    return nature_of(family).reader(map_name, unit)


def scene_of(family: str, order: Mapping[str, Any], slack_nl: float, *, is_attended: bool = True) -> Scene:
    """A fresh scene for a treatment with a pump of this family.

    Args:
        order: as people enter it.
        slack_nl, is_attended: as of `Scene`.

    Raises:
        ValueError: nothing is known of the family.
    """
    nature = nature_of(family)
    return Scene(
        Prescribed.of(order),
        slack_nl,
        is_attended,
        seam_s=nature.seam_s,
        lease_s=nature.lease_s,
        unmissed=nature.unmissed,
    )
