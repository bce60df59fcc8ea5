"""Faults that only a pump of the "ultra" command set can have, entered in the tables of `hil_sim.faults`.

The rest of its troubles have their names there already: `keypad_stop`, `keypad_run`, `power_blip` (poll mode is lost
with it), `counter_cleared`, `other_pump`; `reply_lost` with a word in full (`IVOLUME`), `request_lost` as it is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil_sim.faults import FAULTS, Injectable
from hil_sim.pumps.harvard import HarvardPump

if TYPE_CHECKING:
    from hil_sim.world import World


def _pump(world: World) -> HarvardPump:
    if not isinstance(world.pump, HarvardPump):
        raise ValueError("only a Harvard pump can have this fault")
    return world.pump


def _screen_touched(world: World) -> None:
    _pump(world).touch_screen()


def _poll_mode_lost(world: World) -> None:
    _pump(world).polled = "off"


FAULTS.update(
    {
        "screen_touched": Injectable(
            "Harvard: a finger on the screen drops the session until a CR", "15", _screen_touched
        ),
        "poll_mode_lost": Injectable(
            "Harvard: poll mode is off, prompts come unasked and without XON", "7", _poll_mode_lost
        ),
    }
)
