"""What each word does to a pump of the "ultra" command set, and which lines it answers (facts/protocols.md 2).

A word may be cut to four letters. What the pump does not know is a command error, what it knows with a wrong number
or unit an argument error; both are two lines, the second with three spaces before its text.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from hil_sim.pumps import harvard_numbers as numbers
from hil_sim.pumps.harvard_motor import DIAMETER_RANGE_MM, LARGEST_VOLUME_NL, Settings

if TYPE_CHECKING:
    from hil_sim.pumps.harvard import HarvardPump

Lines = list[str]

UNKNOWN: Lines = ["Command error:", "   Unknown command"]
NOT_NOW: Lines = ["Command error:", "   Not while the pump is running"]


def argument_error(what: str, why: str) -> Lines:
    """`Argument error: 2` and `   Target volume out of range`."""
    return [f"Argument error: {what}", f"   {why}"]


def carry_out(pump: HarvardPump, text: str) -> Lines:
    """Obey one line without its address; returns the lines of the answer."""
    word, _, rest = text.strip().partition(" ")
    action = find(word)
    return UNKNOWN if action is None else action(pump, rest.strip())


def find(word: str) -> Callable[[HarvardPump, str], Lines] | None:
    """The action of a word, whole or cut to four letters."""
    if word in ACTIONS:
        return ACTIONS[word]
    if len(word) < 4:
        return None
    return next((action for full, action in ACTIONS.items() if full.startswith(word)), None)


def name_of(text: str) -> str:
    """The whole word of a line, in capitals, "" if there is none: how tests and faults name it."""
    word = text.strip().partition(" ")[0]
    if word in ACTIONS:
        return word.upper()
    full = next((full for full in ACTIONS if len(word) >= 4 and full.startswith(word)), word)
    return full.upper()


# settings


def _diameter(pump: HarvardPump, rest: str) -> Lines:
    if not rest:
        return [f"{pump.memory.diameter_mm:.4f}" + pump.nature.diameter_unit]
    if pump.motor.is_moving:
        return NOT_NOW
    value = _decimal(rest.removesuffix("mm").strip())
    if value is None or not DIAMETER_RANGE_MM[0] <= value <= DIAMETER_RANGE_MM[1]:
        return argument_error(rest, "Diameter out of range")
    pump.memory.diameter_mm = value
    return []


def _irate(pump: HarvardPump, rest: str) -> Lines:
    return _rate(pump, rest, "rate_nl_h")


def _wrate(pump: HarvardPump, rest: str) -> Lines:
    return _rate(pump, rest, "withdraw_nl_h")


def _rate(pump: HarvardPump, rest: str, attribute: str) -> Lines:
    lowest, highest = pump.memory.limits_nl_h()
    if not rest:
        return [numbers.show_rate(getattr(pump.memory, attribute))]
    if rest == "lim":
        return [f"{numbers.show_rate(lowest)} to {numbers.show_rate(highest)}"]
    value = {"min": lowest, "max": highest}.get(rest) or numbers.read_rate(rest)
    if value is None:
        return argument_error(rest.partition(" ")[2] or rest, "Unknown units")
    if not lowest <= value <= highest:
        return argument_error(rest.partition(" ")[0], "Rate out of range")
    if not pump.quirks.is_rate_ignored:
        setattr(pump.memory, attribute, value)
    return []


def _tvolume(pump: HarvardPump, rest: str) -> Lines:
    if not rest:
        target = pump.memory.target_nl
        unset = "Target volume not set" + pump.nature.unset_ends
        return [unset if target is None else numbers.show(target)]
    value = numbers.read_volume(rest)
    what = rest.partition(" ")[0]
    if value is None:
        return argument_error(what, "Unknown units")
    if not 0 < value < LARGEST_VOLUME_NL:
        return argument_error(what, "Target volume out of range")
    if not pump.motor.set_target(value):
        return argument_error(what, "Target volume cannot be set while running")
    return []


def _ctvolume(pump: HarvardPump, rest: str) -> Lines:
    return [] if pump.motor.set_target(None) else NOT_NOW


def _ttime(pump: HarvardPump, rest: str) -> Lines:
    if not rest:
        target = pump.memory.target_s
        return ["Target time not set" + pump.nature.unset_ends if target is None else f"{target} seconds"]
    value = _decimal(rest)
    if value is None or value <= 0:
        return argument_error(rest, "Target time out of range")
    pump.memory.target_s = value
    return []


def _cttime(pump: HarvardPump, rest: str) -> Lines:
    pump.memory.target_s = None
    return []


def _force(pump: HarvardPump, rest: str) -> Lines:
    if not rest:
        return [f"{pump.memory.force}%"]
    if not rest.isdecimal() or not 1 <= int(rest) <= 100:
        return argument_error(rest, "Force out of range")
    pump.memory.force = int(rest)
    return []


def _address(pump: HarvardPump, rest: str) -> Lines:
    if not rest:
        return [f"Pump address is {pump.memory.address}"]
    if not rest.isdecimal() or int(rest) > 99:
        return argument_error(rest, "Address out of range")
    pump.memory.address = int(rest)
    return [f"Pump address set to {int(rest)}"]


def _load(pump: HarvardPump, rest: str) -> Lines:
    screens = {"qs i": "i", "qs w": "w", "qs iw": "iw"}
    if rest not in screens:
        return argument_error(rest, "Unknown method")
    if pump.motor.is_moving:
        return NOT_NOW
    pump.memory.screen = screens[rest]
    return []


# counters


def _ivolume(pump: HarvardPump, rest: str) -> Lines:
    return [numbers.show(pump.motor.infused_nl)]


def _wvolume(pump: HarvardPump, rest: str) -> Lines:
    return [numbers.show(pump.motor.withdrawn_nl)]


def _civolume(pump: HarvardPump, rest: str) -> Lines:
    pump.motor.clear_infused()
    return []


def _cwvolume(pump: HarvardPump, rest: str) -> Lines:
    pump.motor.withdrawn_nl = 0.0
    return []


def _cvolume(pump: HarvardPump, rest: str) -> Lines:
    pump.clear_counters()
    return []


# motion


def _irun(pump: HarvardPump, rest: str) -> Lines:
    return _begin(pump, 1)


def _wrun(pump: HarvardPump, rest: str) -> Lines:
    return _begin(pump, -1)


def _rrun(pump: HarvardPump, rest: str) -> Lines:
    return _begin(pump, -pump.last_direction)


def _run(pump: HarvardPump, rest: str) -> Lines:
    return _begin(pump, pump.last_direction)


def _begin(pump: HarvardPump, direction: int) -> Lines:
    if ("i" if direction > 0 else "w") not in pump.memory.screen:
        return UNKNOWN
    if pump.motor.is_stalled and pump.nature.stall_needs_screen:
        return ["Command error:", "   Pump is stalled"]
    pump.begin(direction)
    return []


def _stop(pump: HarvardPump, rest: str) -> Lines:
    quirk = pump.quirks.stop
    if quirk and pump.motor.is_moving:
        if quirk in ("refused_na", "refused_com"):
            return UNKNOWN
        pump.claimed = ":"
        return []
    pump.claimed = None
    pump.motor.stop()
    if not pump.nature.stall_needs_screen:
        pump.motor.is_stalled = pump.motor.is_at_limit = False
    return []


# what it tells


def _version(pump: HarvardPump, rest: str) -> Lines:
    if pump.quirks.version is not None:
        return [pump.quirks.version]
    if not pump.nature.has_long_version:
        return [f"{pump.nature.model} {pump.nature.firmware}"]
    return [
        f"Firmware:      v{pump.nature.firmware}",
        f"Pump address:  {pump.memory.address}",
        f"Serial number: {pump.nature.serial}",
    ]


def _ver(pump: HarvardPump, rest: str) -> Lines:
    return [pump.quirks.version or f"{pump.nature.model} {pump.nature.firmware}"]


def _status(pump: HarvardPump, rest: str) -> Lines:
    motor = pump.motor
    is_running, is_back = motor.is_moving, motor.direction < 0
    first = ("W" if is_back else "I") if is_running else "i"
    flags = first + ("I" if motor.is_at_limit else ".") + ("S" if motor.is_stalled else ".") + "."
    flags += "W" if is_back else "I"
    flags += "T" if motor.is_at_target else "."
    rate_fl_s = round(abs(motor.rate_nl_h) * 1e6 / 3600.0)
    return [f"{rate_fl_s} {round(motor.ran_s * 1000)} {round(motor.infused_nl * 1e6)} {flags}"]


def _crate(pump: HarvardPump, rest: str) -> Lines:
    if not pump.motor.is_moving:
        return ["Command error:", "   Pump is not running"]
    is_back = pump.motor.direction < 0
    rate = numbers.show_rate(pump.memory.withdraw_nl_h if is_back else pump.memory.rate_nl_h)
    return [f"{'Withdrawing' if is_back else 'Infusing'} at {rate}"]


# the session


def _poll(pump: HarvardPump, rest: str) -> Lines:
    if not rest:
        return [pump.nature.poll_says + pump.polled.upper()]
    if rest not in ("on", "off", "remote"):
        return argument_error(rest, "on, off or remote")
    pump.polled = rest
    return []


def _echo(pump: HarvardPump, rest: str) -> Lines:
    if rest not in ("on", "off"):
        return argument_error(rest, "on or off")
    pump.echoes = rest == "on"
    return []


def _nvram(pump: HarvardPump, rest: str) -> Lines:
    if rest not in ("on", pump.nature.nvram_word):
        return argument_error(rest, "Unknown memory")
    pump.keeps = rest == "on"
    return []


def _quiet(pump: HarvardPump, rest: str) -> Lines:
    return []


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


ACTIONS: dict[str, Callable[[HarvardPump, str], Lines]] = {
    "diameter": _diameter,
    "irate": _irate,
    "wrate": _wrate,
    "tvolume": _tvolume,
    "ctvolume": _ctvolume,
    "ttime": _ttime,
    "cttime": _cttime,
    "force": _force,
    "address": _address,
    "load": _load,
    "ivolume": _ivolume,
    "wvolume": _wvolume,
    "civolume": _civolume,
    "cwvolume": _cwvolume,
    "cvolume": _cvolume,
    "irun": _irun,
    "wrun": _wrun,
    "rrun": _rrun,
    "run": _run,
    "stp": _stop,
    "stop": _stop,
    "version": _version,
    "ver": _ver,
    "status": _status,
    "crate": _crate,
    "poll": _poll,
    "echo": _echo,
    "nvram": _nvram,
    "dim": _quiet,
    "time": _quiet,
}

#: What answers a question and changes nothing: what a frozen pump gives again.
QUERIES = frozenset({"irate", "ivolume", "tvolume", "diameter", "status", "irate lim", "version", "ver"})


def factory() -> Settings:
    """As delivered."""
    return Settings()
