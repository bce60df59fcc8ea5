"""Faults that only a Modbus pump can have, entered in the tables of `hil_sim.faults`.

The rest of the family's troubles have their names there already: `reply_late` (row 32), `reply_lost`, `request_lost`
(with a word such as STOP, RUN, RATE, READ_INPUT, IDENTITY), `watchdog_dead` (row 8), `frozen_status` (a gateway that
answers from its memory, row 39), `stop_refused` (exceptions 4 and 6, row 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hil_sim.faults import FAULTS, Injectable, Undo
from hil_sim.pumps.modbus_motor import ModbusQuirks

if TYPE_CHECKING:
    from hil_sim.world import World


def _quirks(world: World) -> ModbusQuirks:
    quirks = world.pump.quirks
    if not isinstance(quirks, ModbusQuirks):
        raise ValueError("only a Modbus pump can have this fault")
    return quirks


def _exception(world: World, code: int, command: str, count: int) -> Undo:
    if not 1 <= code <= 11:
        raise ValueError(f"exception.code is 1 to 11, not {code}")
    quirks = _quirks(world)
    quirks.exception, quirks.exception_left = code, count or None
    quirks.exception_word = "" if command == "*" else command.upper()

    def undo() -> None:
        quirks.exception = 0

    return undo


def _torn(world: World, count: int) -> Undo:
    if count < 0:
        raise ValueError(f"torn_value.count is 0 or more, not {count}")
    quirks = _quirks(world)
    quirks.is_torn, quirks.torn_left = True, count or None

    def undo() -> None:
        quirks.is_torn = False

    return undo


def _switch(attribute: str) -> Callable[[World], Undo]:
    def begin(world: World) -> Undo:
        quirks = _quirks(world)
        setattr(quirks, attribute, True)
        return lambda: setattr(quirks, attribute, False)

    return begin


FAULTS.update(
    {
        "exception": Injectable(
            "Modbus: requests are refused with this exception",
            "34",
            _exception,
            {"code": 4, "command": "*", "count": 0},
        ),
        "other_unit": Injectable(
            "Modbus: answers carry the next unit's number", "31", _switch("is_unit_wrong")
        ),
        "torn_value": Injectable(
            "Modbus: 32-bit readings show one word of another moment, so many of them (0: all)",
            "40",
            _torn,
            {"count": 0},
        ),
        "bad_crc": Injectable("Modbus RTU: answers have a wrong CRC", "25", _switch("is_crc_bad")),
        "self_restart": Injectable(
            "Modbus: stopped by silence, it goes on by itself when it is asked something",
            "6",
            _switch("has_self_restart"),
        ),
    }
)
