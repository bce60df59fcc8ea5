"""The command set of the NE-1000, one small function a command (table in facts/protocols.md 1).

Each takes the pump, what stood behind the command's name, and link time, and returns what follows the
status letter in the answer: nothing, a value, or one of the pump's own errors (`?` unknown, `?NA` not now,
`?OOR` out of range). The letter is taken *after* the command, as the pump does: the answer to RUN is `I`,
to the first STP `P`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from hil_sim.pumps.new_era_motor import PHASES_MAX, Motion
from hil_sim.pumps.new_era_numbers import (
    NL_H_PER_RATE_UNIT,
    NL_PER_VOLUME_UNIT,
    NotANumber,
    OutOfDigits,
    read_number,
    write_number,
)

if TYPE_CHECKING:
    from hil_sim.pumps.new_era import NewEraPump

OK, UNKNOWN, NOT_NOW, OUT_OF_RANGE, BAD_PHASE = "", "?", "?NA", "?OOR", "A?O"
DIAMETER_MM = (Decimal("0.1"), Decimal("50.0"))
SAFE_S_MAX = 255
COUNTER_WRAPS_AT = Decimal(10_000)
QUERIES = frozenset({"", "DIS", "RAT", "VOL", "DIA", "DIR", "VER", "PHN", "FUN", "SAF"})

_ADDRESS = re.compile(r"(\*?)(\d{0,2})(.*)")


def split_address(text: str) -> tuple[bool, int, str]:
    """(system command, address, command); no digits mean address 0."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return False, 0, text
    if match[1]:
        return True, 0, text
    return False, int(match[2] or 0), match[3]


def carry_out(pump: NewEraPump, text: str, now_link_ms: float) -> str:
    """Do what a command says; returns what follows the status letter."""
    if text == "":
        return OK
    for length in (4, 3, 2):
        command = COMMANDS.get(text[:length])
        if command is not None:
            try:
                return command(pump, text[length:], now_link_ms)
            except NotANumber:
                return UNKNOWN
            except OutOfDigits:
                return OUT_OF_RANGE
    return UNKNOWN


def _version(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    return (pump.quirks.version or pump.nature.version) if rest == "" else UNKNOWN


def _diameter(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    if rest == "":
        return write_number(pump.memory.diameter_mm)
    if pump.is_believed_moving:
        return NOT_NOW
    diameter_mm = read_number(rest)
    if not DIAMETER_MM[0] <= diameter_mm <= DIAMETER_MM[1]:
        return OUT_OF_RANGE
    pump.memory.set_diameter(diameter_mm)
    pump.clear_counters()
    return OK


def _rate(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    phase = pump.motor.phase if pump.is_believed_moving else pump.memory.phase(pump.programmed_phase)
    if rest == "":
        rate = pump.motor.rate if pump.is_believed_moving or pump.motor.live_rate is not None else phase.rate
        return write_number(rate) + phase.rate_unit
    number, unit = (rest[:-2], rest[-2:]) if rest[-2:] in NL_H_PER_RATE_UNIT else (rest, "")
    if number[:1] in ("C", "I"):
        number = number[1:]
    if unit and pump.is_believed_moving:
        return NOT_NOW
    rate = read_number(number)
    is_zero_while_standing = rate == 0 and not pump.is_believed_moving
    if not is_zero_while_standing and not pump.memory.is_rate_held(rate, unit or phase.rate_unit):
        return OUT_OF_RANGE
    if pump.quirks.is_rate_ignored:
        return OK
    if pump.is_believed_moving:
        pump.motor.live_rate = rate
    else:
        phase.rate, phase.rate_unit = rate, unit or phase.rate_unit
        pump.motor.live_rate = None
    return OK


def _volume(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    phase = pump.memory.phase(pump.programmed_phase)
    if rest == "":
        return write_number(phase.volume) + pump.memory.volume_unit
    if pump.is_believed_moving:
        return NOT_NOW
    if rest in NL_PER_VOLUME_UNIT:
        pump.memory.volume_unit = rest
        return OK
    phase.volume = read_number(rest)
    return OK


def _direction(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    phase = pump.motor.phase if pump.is_believed_moving else pump.memory.phase(pump.programmed_phase)
    if rest == "":
        return phase.direction
    if pump.is_believed_moving and phase.volume > 0:
        return NOT_NOW
    if rest == "REV":
        rest = "WDR" if phase.direction == "INF" else "INF"
    if rest == "INF":
        phase.direction = "INF"
    elif rest == "WDR":
        phase.direction = "WDR"
    else:
        return UNKNOWN
    return OK


def _phase(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    if rest == "":
        return f"{pump.programmed_phase:02d}"
    if not rest.isdecimal():
        return UNKNOWN
    if pump.is_believed_moving:
        return NOT_NOW
    if not 1 <= int(rest) <= PHASES_MAX:
        return OUT_OF_RANGE
    pump.programmed_phase = int(rest)
    return OK


def _function(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    phase = pump.memory.phase(pump.programmed_phase)
    if rest == "":
        return f"PAS{phase.pause_s:02d}" if phase.function == "PAS" else phase.function
    if pump.is_believed_moving:
        return NOT_NOW
    if rest in ("RAT", "STP"):
        phase.function = rest
        return OK
    if rest.startswith("PAS") and rest[3:].isdecimal():
        phase.function, phase.pause_s = "PAS", min(int(rest[3:]), 99)
        return OK
    return UNKNOWN


def _run(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    if rest and not (rest.isdecimal() and 1 <= int(rest) <= PHASES_MAX):
        return UNKNOWN
    if (
        pump.is_moving and pump.claimed is not None
    ):  # a pump that lied about stopping tells the truth once it is asked to run
        pump.claimed = None
        return OK
    if pump.is_believed_moving:
        return NOT_NOW
    if pump.motor.motion is Motion.PAUSED and not rest:
        pump.motor.resume()
        return OK
    return OK if pump.motor.begin(int(rest or 1)) else BAD_PHASE


def _stop(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    quirk = pump.quirks.stop
    motion = pump.claimed if pump.is_moving and pump.claimed else pump.motor.motion
    if motion is Motion.STOPPED:
        return pump.nature.stop_when_stopped
    if pump.is_moving and quirk in ("refused_na", "refused_com"):
        return NOT_NOW if quirk == "refused_na" else "?COM"
    next_motion = Motion.PAUSED if motion in (Motion.RUNNING, Motion.TIMED) else Motion.STOPPED
    if pump.is_moving and quirk in ("ignored_lying", "ignored_honest"):
        pump.claimed = next_motion
        return OK
    if next_motion is Motion.PAUSED:
        pump.motor.pause()
    else:
        pump.motor.halt()
    pump.claimed = None
    return OK


def _purge(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    if pump.is_believed_moving:
        return NOT_NOW
    pump.motor.purge()
    return OK


def _dispensed(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    unit = pump.memory.volume_unit
    shown = [
        write_number(Decimal(nl) / NL_PER_VOLUME_UNIT[unit] % COUNTER_WRAPS_AT)
        for nl in (pump.motor.infused_nl, pump.motor.withdrawn_nl)
    ]
    return f"I{shown[0]}W{shown[1]}{unit}"


def _clear(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    if rest not in ("INF", "WDR"):
        return UNKNOWN
    if pump.is_believed_moving:
        return NOT_NOW
    if rest == "INF":
        pump.motor.infused_nl = 0.0
    else:
        pump.motor.withdrawn_nl = 0.0
    return OK


def _safe(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    if not pump.nature.knows_safe_mode:
        return UNKNOWN
    if rest == "":
        return str(pump.memory.safe_s)
    if not rest.isdecimal():
        return UNKNOWN
    if int(rest) > SAFE_S_MAX:
        return OUT_OF_RANGE
    pump.choose_safety(int(rest), now_link_ms)
    return OK


def _switch(name: str) -> Callable[[NewEraPump, str, float], str]:
    def flip(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
        if rest == "":
            return str(pump.memory.switches[name])
        if rest not in ("0", "1"):
            return UNKNOWN
        pump.memory.switches[name] = int(rest)
        return OK

    return flip


def _buzzer(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    return OK if rest in ("", "0") or rest[:1] == "1" else UNKNOWN


def _reset(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    diameter_mm = pump.memory.diameter_mm
    pump.forget_settings()
    pump.memory.set_diameter(
        diameter_mm
    )  # RESET clears program, safe mode and address; the diameter is none of these
    return OK


def _address(pump: NewEraPump, rest: str, now_link_ms: float) -> str:
    match = re.fullmatch(r"(\d{0,2})(B\d+)?", rest)
    if match is None:
        return UNKNOWN
    if match[1]:
        pump.memory.address = int(match[1])
    if match[2]:
        pump.disarm()  # a baud change disarms the timer; the baud itself means nothing to a pty or a socket
    return OK if match[1] else f"{pump.memory.address:02d}"


COMMANDS: dict[str, Callable[[NewEraPump, str, float], str]] = {
    "VER": _version,
    "DIA": _diameter,
    "RAT": _rate,
    "VOL": _volume,
    "DIR": _direction,
    "PHN": _phase,
    "FUN": _function,
    "RUN": _run,
    "STP": _stop,
    "PUR": _purge,
    "DIS": _dispensed,
    "CLD": _clear,
    "SAF": _safe,
    "BUZ": _buzzer,
    "*RES": lambda pump, rest, now: _reset(pump, rest, now) if rest == "ET" else UNKNOWN,
    "*ADR": _address,
    **{name: _switch(name) for name in ("AL", "PF", "LN", "LOC", "BP")},
}
