"""What an oracle must know of a family of pumps, beside its words: how it goes on by itself, and what it measures itself.

Theory of operation. A bound that holds for a pump with a watchdog of two seconds is no bound for one that runs to the end
of its volume, and a stand between two pieces of a run is none. Source of the figures: facts/protocols.md.
"""

from collections.abc import Mapping
from math import inf
from typing import Any

from hil_sim.oracle.scene import Prescribed, Scene

#: How long a pump of the family goes on by itself when nobody speaks to it any more, s; others: to the end of its volume.
LEASES_S = {"new_era": 2.0, "harvard": 2.0, "modbus-rtu": 2.0, "modbus-tcp": 2.0, "alaris": 15.0}
#: Families whose host lets them run in pieces, and how long such a pump may stand between two pieces, s.
SEAMS_S = {"harvard": 0.5}
#: Pumps that measure the line's pressure themselves: a silent transducer is not missed.
FELT_BY_PUMP = ("modbus-rtu", "modbus-tcp")


def scene_of(family: str, order: Mapping[str, Any], slack_nl: float, *, is_attended: bool = True) -> Scene:
    """A fresh scene for a treatment with a pump of this family.

    Args:
        order: as people enter it.
        slack_nl, is_attended: as of `Scene`.
    """
    return Scene(
        Prescribed.of(order),
        slack_nl,
        is_attended,
        seam_s=SEAMS_S.get(family, 0.0),
        lease_s=LEASES_S.get(family, inf),
        unmissed=frozenset({"transducer-1"}) if family in FELT_BY_PUMP else frozenset(),
    )
