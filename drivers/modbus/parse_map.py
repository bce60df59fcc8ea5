"""A register map file, read strictly: every key known, every address inside, every promise of `layout.py` kept.

Theory of operation. The tables below say which keys each point may have and what it measures; the rest follows
from them. The first thing that is wrong is refused by name, with the file's own words, because an engineer with a
maker's manual in the other hand will write the next one.
"""

import tomllib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drivers.modbus.layout import Bits, Block, IdentityPart, Number, RegisterMap, Space, Switch, Who
from drivers.modbus.numbers import Kind, scale

#: Numbers by meaning: what is measured, and the spaces it may stand in.
NUMBERS: dict[str, tuple[str, tuple[Space, ...]]] = {
    "rate": ("rate", (Space.HOLDING,)),
    "volume_target": ("volume", (Space.HOLDING,)),
    "diameter": ("length", (Space.HOLDING,)),
    "watchdog": ("time", (Space.HOLDING,)),
    "actual_rate": ("rate", (Space.INPUT, Space.HOLDING)),
    "counter": ("volume", (Space.INPUT, Space.HOLDING)),
    "pressure": ("pressure", (Space.INPUT, Space.HOLDING)),
}
#: Switches by meaning: whether they have an `off`.
SWITCHES: dict[str, bool] = {
    "run": True,
    "direction": False,
    "clear": False,
    "alarm_reset": False,
    "enable": False,
    "nonce": False,
}
WORDS: dict[str, tuple[str, ...]] = {
    "status": ("running", "withdrawing", "purging", "waiting"),
    "alarms": ("reset", "stall", "host_silent", "program", "battery"),
    "heartbeat": (),
}
FUNCTIONS = frozenset({1, 2, 3, 4, 5, 6, 15, 16, 23})
TOP = {"format", "name", "device", "source", "word_order", "functions", "resumes_after_silence", "unknown"}
#: These change together, so they are read together wherever they share a space.
TOGETHER = ("status", "alarms", "heartbeat", "actual_rate", "counter", "pressure")
READ_MAX = {True: 2000, False: 125}


class MapRefused(ValueError):
    """A register map that cannot be used; `str()` names it, the place and why."""


def parse_map(text: str) -> RegisterMap:
    """Read one map.

    Raises:
        MapRefused: with the first thing that is wrong.
    """
    try:
        table = tomllib.loads(text)
        return _read(table)
    except (ValueError, TypeError, KeyError) as error:
        name = text.partition('name = "')[2].partition('"')[0]
        raise MapRefused(f"register map {name or 'without a name'}: {error}") from error


def _read(table: dict[str, Any]) -> RegisterMap:
    _keys("the map", table, required=TOP, optional={"points", "identity", "reads", "limits"})
    if table["format"] != 1:
        raise ValueError(f"format {table['format']} is not known here, 1 is")
    if table["word_order"] not in ("big", "little"):
        raise ValueError("word_order is big (AB CD) or little (CD AB)")
    points: dict[str, Any] = table.get("points", {})
    unknown = set(points) - set(NUMBERS) - set(SWITCHES) - set(WORDS)
    if unknown:
        raise ValueError(f"points.{sorted(unknown)[0]} has no meaning here")
    limits = table.get("limits", {})
    _keys("limits", limits, optional={"rate_min", "rate_max"})
    layout = RegisterMap(
        name=_text(table, "name"),
        device=_text(table, "device"),
        source=_text(table, "source"),
        functions=frozenset(_whole(one, 1, 127, "functions") for one in table["functions"]),
        is_low_word_first=table["word_order"] == "little",
        resumes_after_silence=_flag(table, "resumes_after_silence"),
        numbers=MappingProxyType({key: _number(key, points[key]) for key in NUMBERS if key in points}),
        switches=MappingProxyType({key: _switch(key, points[key]) for key in SWITCHES if key in points}),
        words=MappingProxyType({key: _bits(key, points[key]) for key in WORDS if key in points}),
        who=_who(table.get("identity", {})),
        reads=tuple(_block(one) for one in table.get("reads", [])),
        unknown=tuple(str(one) for one in table["unknown"]),
        rate_min_nl_h=_rate_limit(limits, "rate_min"),
        rate_max_nl_h=_rate_limit(limits, "rate_max"),
    )
    _check(layout)
    return layout


def _keys(
    where: str,
    table: Mapping[str, Any],
    *,
    required: set[str] | frozenset[str] = frozenset(),
    optional: set[str] | frozenset[str] = frozenset(),
) -> None:
    if not isinstance(table, dict):
        raise TypeError(f"{where} is not a table")
    if missing := sorted(required - set(table)):
        raise ValueError(f"{where} lacks {missing[0]}")
    if surplus := sorted(set(table) - required - optional):
        raise ValueError(f"{where} has the key {surplus[0]}, which is not known")


def _text(table: Mapping[str, Any], key: str) -> str:
    if not isinstance(table[key], str) or not table[key].strip():
        raise ValueError(f"{key} is not a text")
    return str(table[key])


def _flag(table: Mapping[str, Any], key: str) -> bool:
    if not isinstance(table[key], bool):
        raise ValueError(f"{key} is true or false")
    return bool(table[key])


def _whole(value: object, low: int, high: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{what}: {value!r} is not a whole number from {low} to {high}")
    return value


def _space(key: str, point: Mapping[str, Any], allowed: tuple[Space, ...]) -> Space:
    space = Space(_text(point, "space"))
    if space not in allowed:
        raise ValueError(f"{key} cannot stand in the space {space.value}")
    return space


def _number(key: str, point: dict[str, Any]) -> Number:
    measures, allowed = NUMBERS[key]
    _keys(f"points.{key}", point, required={"space", "address", "kind", "step"})
    found = scale(Kind(point["kind"]), _text(point, "step"), measures)
    return Number(_space(key, point, allowed), _whole(point["address"], 0, 65535, f"{key}.address"), found)


def _switch(key: str, point: dict[str, Any]) -> Switch:
    has_off = SWITCHES[key]
    is_nonce = key == "nonce"
    wanted = {"space", "address"} | (set() if is_nonce else {"on"}) | ({"off"} if has_off else set())
    _keys(f"points.{key}", point, required=wanted)
    space = _space(key, point, (Space.HOLDING,) if is_nonce else (Space.COIL, Space.HOLDING))
    most = 1 if space is Space.COIL else 65535
    on = 0 if is_nonce else _whole(point["on"], 0, most, f"{key}.on")
    off = _whole(point["off"], 0, most, f"{key}.off") if has_off else None
    if on == off:
        raise ValueError(f"{key}: on and off are the same")
    return Switch(space, _whole(point["address"], 0, 65535, f"{key}.address"), on, off)


def _bits(key: str, point: dict[str, Any]) -> Bits:
    names = set(WORDS[key])
    _keys(f"points.{key}", point, required={"space", "address"}, optional=names)
    if names and not names & set(point):
        raise ValueError(f"points.{key} names no bit")
    space = _space(key, point, (Space.INPUT, Space.HOLDING))
    bits = {name: _whole(point[name], 0, 15, f"{key}.{name}") for name in WORDS[key] if name in point}
    if len(set(bits.values())) != len(bits):
        raise ValueError(f"points.{key} names a bit twice")
    return Bits(space, _whole(point["address"], 0, 65535, f"{key}.address"), MappingProxyType(bits))


def _block(table: dict[str, Any]) -> Block:
    _keys("reads", table, required={"space", "address", "count"})
    space = Space(_text(table, "space"))
    count = _whole(table["count"], 1, READ_MAX[space.is_bits], "reads.count")
    return Block(space, _whole(table["address"], 0, 65536 - count, "reads.address"), count)


def _part(name: str, table: dict[str, Any], block: Block) -> IdentityPart:
    _keys(f"identity.{name}", table, required={"address", "count", "form"})
    if table["form"] not in ("number", "version", "text"):
        raise ValueError(f"identity.{name}.form is number, version or text")
    count = _whole(table["count"], 1, 32, f"identity.{name}.count")
    part = IdentityPart(
        block.space, _whole(table["address"], 0, 65535, f"identity.{name}"), count, table["form"]
    )
    if not block.holds(part):
        raise ValueError(f"identity.{name} lies outside the block that is read for the identity")
    return part


def _who(table: dict[str, Any]) -> Who:
    _keys("identity", table, required={"read", "names"}, optional={"model", "firmware", "serial"})
    block = _block(table["read"])
    if block.space.is_bits:
        raise ValueError("identity.read must be registers")
    parts = {key: _part(key, table[key], block) for key in ("model", "firmware", "serial") if key in table}
    names = {str(key): _text(table["names"], key) for key in table["names"]}
    if "model" not in parts and set(names) != {""}:
        raise ValueError('a device that does not say its model has one name, identity.names."" = "..."')
    return Who(block, MappingProxyType(names), **parts)


def _rate_limit(limits: Mapping[str, Any], key: str) -> int:
    return int(scale(Kind.U32, _text(limits, key), "rate").step) if key in limits else 0


def _check(layout: RegisterMap) -> None:
    """What no single point can show."""
    if not layout.functions <= FUNCTIONS:
        raise ValueError(f"functions may be of {sorted(FUNCTIONS)}")
    if "run" not in layout.switches:
        raise ValueError("points.run is missing: a pump that cannot be halted is of no use")
    _check_places(layout)
    _check_writable(layout)
    shape = (layout.who.block.space.read_function, layout.who.block.count)
    for block in (*layout.reads, layout.who.block):
        if block.space.read_function not in layout.functions:
            raise ValueError(f"{block} needs function {block.space.read_function}")
        if block is not layout.who.block and (block.space.read_function, block.count) == shape:
            raise ValueError(
                f"the identity is read in the shape of another question, function and count {shape}"
            )
    if layout.can_run and not 0 < layout.rate_min_nl_h <= layout.rate_max_nl_h:
        raise ValueError("limits: a map with which a pump can run says rate_min and rate_max")


def _check_places(layout: RegisterMap) -> None:
    places: dict[str, Number | Switch | Bits] = {**layout.numbers, **layout.switches, **layout.words}
    taken: dict[tuple[Space, int], str] = {}
    for key, place in places.items():
        for address in range(place.address, place.address + place.count):
            if (other := taken.setdefault((place.space, address), key)) != key:
                raise ValueError(f"{key} and {other} share {place.space.value} {address}")
        is_read = key not in ("clear", "alarm_reset", "nonce")
        if is_read and not any(block.holds(place) for block in (*layout.reads, layout.who.block)):
            raise ValueError(f"{key} is not read whole in any one request")
    together = [places[key] for key in TOGETHER if key in places]
    for space in {place.space for place in together}:
        inside = [place for place in together if place.space is space]
        if not any(all(block.holds(place) for place in inside) for block in layout.reads):
            raise ValueError(f"{', '.join(TOGETHER)} in {space.value} must be read in one request")


def _check_writable(layout: RegisterMap) -> None:
    for key, switch in layout.switches.items():
        wanted = {5, 15} if switch.space is Space.COIL else {6, 16}
        if not wanted & layout.functions:
            raise ValueError(f"{key} needs function {' or '.join(map(str, sorted(wanted)))}")
    for key in ("rate", "volume_target", "diameter", "watchdog"):
        if key in layout.numbers:
            enough = {16} if layout.numbers[key].count == 2 else {6, 16}
            if not enough & layout.functions:
                raise ValueError(f"{key} needs function {' or '.join(map(str, sorted(enough)))}")
