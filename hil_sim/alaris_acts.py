"""Faults that only an Alaris pump can have, entered in the tables of `hil_sim.faults`.

The rest of the family's troubles have their names there already: `other_pump` (another serial number, and with it
another security code), `watchdog_dead`, `stop_refused`, `keypad_stop`, `keypad_run`, `power_blip`; `reply_lost` and
`request_lost` with a command as it stands in the frame (`INF_STOP`, `REMOTE_CTRL`, `INF|` for the bare state).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hil_sim.faults import FAULTS, Injectable, Undo
from hil_sim.pumps.alaris_motor import AlarisQuirks

if TYPE_CHECKING:
    from hil_sim.world import World


def _switch(attribute: str) -> Callable[[World], Undo]:
    def begin(world: World) -> Undo:
        quirks = world.pump.quirks
        if not isinstance(quirks, AlarisQuirks):
            raise ValueError("only an Alaris pump can have this fault")
        setattr(quirks, attribute, True)
        return lambda: setattr(quirks, attribute, False)

    return begin


FAULTS.update(
    {
        "remote_disabled": Injectable(
            "Alaris: remote control is given to nobody, as by software newer than 2.3.6",
            "3",
            _switch("is_remote_disabled"),
        ),
        "reply_broken_off": Injectable(
            "Alaris: each answer is broken off with ESC and said anew", "23", _switch("is_reply_broken_off")
        ),
    }
)
