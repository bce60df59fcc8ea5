"""What a frame to the pump asks for, as far as an oracle must know it: a stop, a start, a rate, who are you.

Theory of operation. A host writes whole frames. The oracle reads the few words that matter and passes over the rest; it
is no second codec. Source of the words: facts/protocols.md 1.
"""

import re
from collections.abc import Callable

from hil_sim.oracle.scene import Sent

_UNITS_NL_H = {b"MH": 1e6, b"UH": 1e3, b"MM": 60e6, b"UM": 60e3}
#: In millilitres, as for every syringe wider than 14 mm.
_LIMIT = re.compile(rb"VOL(\d{1,4}(?:\.\d{0,3})?)")
_RATE = re.compile(rb"RAT(\d{1,4}(?:\.\d{0,3})?)(MH|UH|MM|UM)")

Read = Callable[[float, bytes], Sent | None]


def new_era(t_s: float, frame: bytes) -> Sent | None:
    """A frame of the New Era family; None: nothing that matters."""
    if b"STP" in frame:
        return Sent(t_s, is_stop=True)
    if b"RUN" in frame:
        return Sent(t_s, is_run=True)
    if b"VER" in frame:
        return Sent(t_s, is_identity=True)
    if match := _RATE.search(frame):
        return Sent(t_s, rate_nl_h=float(match[1]) * _UNITS_NL_H[match[2]])
    if match := _LIMIT.search(frame):
        return Sent(t_s, limit_nl=float(match[1]) * 1e6)
    return None


WORDINGS: dict[str, Read] = {"new_era": new_era}
