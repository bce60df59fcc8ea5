"""A Modbus pump from the command line's words: which wire, which register map, which unit.

A map is a file, and the files lie with the driver; they are data and are read here as a stranger's would be, by the
simulator's own reader. A path to another `.toml` will do as well.
"""

from __future__ import annotations

from pathlib import Path

from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import Layout, read_layout
from hil_sim.pumps.modbus_motor import ModbusMemory

_MAPS = Path(__file__).parents[1] / "drivers" / "modbus" / "maps"


def layout_named(name: str) -> Layout:
    """Raises ValueError for a map that is not there or cannot be read."""
    path = Path(name) if name.endswith(".toml") else _MAPS / f"{name}.toml"
    try:
        return read_layout(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(sorted(found.stem for found in _MAPS.glob("*.toml")))
        raise ValueError(f"--map {name}: no such register map ({known}, or a path to a .toml)") from error
    except KeyError as error:
        raise ValueError(f"--map {name}: the key {error} is missing") from error


def make_modbus_pump(family: str, map_name: str, unit: int) -> ModbusPump:
    """`family`: modbus-rtu or modbus-tcp. Unit 0 means the usual 1.

    Raises:
        ValueError: a unit outside 0-247, or no such map.
    """
    if not 0 <= unit <= 247:
        raise ValueError(f"--address {unit} is outside 1-247")
    is_tcp = family == "modbus-tcp"
    return ModbusPump(layout_named(map_name), is_tcp=is_tcp, memory=ModbusMemory(address=unit or 1))
