"""What cannot bite at this bed: faults of things that are not there.

Theory of operation. A fault that is accepted and does nothing looks like one that was survived. The tables of faults know
the world; they do not know which family has no watchdog, which devices are fitted, or whether monitors are published at
all. So whoever injects by hand is told here, before anything is done.
"""

from collections.abc import Mapping
from typing import Any, Final

from hil_sim.command_words import why_unknown, words_of
from hil_sim.monitors.bedside import Fitted
from hil_sim.monitors.faults import ALL, MONITOR_FAULTS
from hil_sim.parts import PumpFace
from hil_sim.pumps.chemyx import ChemyxPump
from hil_sim.pumps.harvard import HarvardPump
from hil_sim.pumps.modbus import ModbusPump

NO_WATCHDOG: Final = "the pump has no watchdog"
#: What a family does not have, by the fault that would need it.
_LACKS: Mapping[type, Mapping[str, str]] = {
    HarvardPump: {"watchdog_dead": NO_WATCHDOG},
    ChemyxPump: {
        "watchdog_dead": NO_WATCHDOG,
        "frozen_status": "no gateway stands before this pump",
        "other_pump": "the pump does not say what it is",
    },
}
_NO_BUTTON = "there is no button at this bed: serve with --button"
_BUTTON_ACTS = ("button_press", "button_release", "button_wire_break")
#: Of the streams that are not always there: what fits them.
_OPTIONS = {"respiration": "respiration", "air": "air_sensor", "button": "button"}


def why_idle(pump: PumpFace, published: Fitted | None, name: str, params: Mapping[str, Any]) -> str:
    """Why this fault or event would do nothing here; "" when it bites.

    Args:
        pump: whatever is fitted.
        published: the devices that speak on a broker; None: nobody does.
        name: of the fault or event.
        params: as given.
    """
    for family, lacks in _LACKS.items():
        if isinstance(pump, family) and name in lacks:
            return lacks[name]
    if name == "bad_crc" and isinstance(pump, ModbusPump) and pump.is_tcp:
        return "Modbus/TCP has no CRC"
    if "command" in params and (unknown := why_unknown(str(params["command"]), words_of(pump))):
        return unknown
    if published is None:
        is_seen_there = name in MONITOR_FAULTS or name in _BUTTON_ACTS
        return "no monitor is published here: serve with --broker" if is_seen_there else ""
    if name in _BUTTON_ACTS and not published.button:
        return _NO_BUTTON
    if name == "air_bubble" and not published.air_sensor:
        return "there is no air sensor at this bed: serve with --air-sensor"
    only = str(params.get("only", ALL)) if name in MONITOR_FAULTS else ALL
    option = _OPTIONS.get(only)
    if option is not None and not getattr(published, option):
        return f"nobody publishes {only} at this bed: serve with --{option.replace('_', '-')}"
    return ""
