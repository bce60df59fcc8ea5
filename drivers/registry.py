"""Pump families by name, and what a site may write about a pump of each.

Theory of operation. A family is a module under the entry point group `pumpd.drivers`; ours stand there beside anybody
else's, and none is imported before a configuration names it. What it must export is little: `OPTIONS`, the keys that a
site may write beside `driver` and `port`; `capabilities_from`, what such a pump can do; and `driver_from`, which makes
a driver of their values. The values are held against the table here, so that every family refuses in the same words:
the key, the value, the limit.

`Lines` is for whoever has several pumps: those that name the same port share one line, if their family has chains.
"""

import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast

from drivers.contract import Capabilities, Listener, PumpDriver

GROUP = "pumpd.drivers"
#: Keys that pumps on one port must agree on: the port is opened once, for all of them.
_OF_THE_PORT = ("baud", "parity", "stop_bits")

Value = int | str | bool
#: `drivers.transport.Connect`, without loading a serial library to say so.
Connect = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Option:
    """One key of a pump's table.

    Attributes:
        words: what it is, with its unit and limits; stands in refusals and in the manual.
        default: its value when it is left out; None: it must be given.
        lowest, highest: for a number. choices: the only values. pattern: for a text, matched in full.
        loosest: what fits any pump of the family, for a bench where whoever answers will do.
        risk: the value that takes the pump's own stop away; somebody must accept that in writing.
    """

    key: str
    kind: type[int] | type[str] | type[bool]
    words: str
    default: Value | None = None
    lowest: int | None = None
    highest: int | None = None
    choices: tuple[Value, ...] = ()
    pattern: str = ""
    loosest: Value | None = None
    risk: Value | None = None

    def fault(self, value: object) -> str:
        """Why this value will not do, with the value and the limit; empty if it will."""
        if type(value) is not self.kind:
            return f"{self.key} = {value!r}: must be {_KIND_WORDS[self.kind]}; {self.words}"
        if self.choices and value not in self.choices:
            return f"{self.key} = {value!r}: must be one of {', '.join(map(str, self.choices))}; {self.words}"
        if isinstance(value, int) and not isinstance(value, bool):
            is_low = self.lowest is not None and value < self.lowest
            if is_low or (self.highest is not None and value > self.highest):
                return f"{self.key} = {value}: must be {self.lowest} to {self.highest}; {self.words}"
        if isinstance(value, str) and self.pattern and not re.fullmatch(self.pattern, value):
            return f"{self.key} = {value!r}: does not fit {self.pattern}; {self.words}"
        return ""


_KIND_WORDS: dict[type, str] = {int: "a whole number", str: "a text", bool: "true or false"}


class OptionsRefused(ValueError):
    """A pump's table cannot be used. `faults`: (key, sentence) for each thing that is wrong."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(sentence for _, sentence in faults))
        self.faults = faults


class FamilyUnknown(OptionsRefused):
    """Nothing of this name is installed, or it is not what it should be."""

    def __init__(self, sentence: str) -> None:
        super().__init__((("driver", sentence),))


class Family(Protocol):
    """What the module of a family exports. `line_from` only if several pumps can share a port."""

    OPTIONS: tuple[Option, ...]

    def capabilities_from(self, options: Mapping[str, Value], diameter_um: int) -> Capabilities:
        """What such a pump can do with this syringe; nothing is opened. Raises ValueError: not with this one."""
        ...

    def driver_from(
        self,
        options: Mapping[str, Value],
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect | None = None,
        line: object | None = None,
    ) -> PumpDriver:
        """A driver. `options`: complete and checked. `connect`: None = the real one. `line`: of `line_from`.

        Raises OptionsRefused for what only the values together show.
        """
        ...


def families() -> tuple[str, ...]:
    """The names that are installed, in order; nothing is imported."""
    return tuple(sorted({found.name for found in _installed(entry_points, tuple(sys.path))}))


@cache
def _installed(find: Callable[..., Iterable[EntryPoint]], _path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """All families. To find them every installed package is looked into, which takes 15 ms: done once a path."""
    return tuple(find(group=GROUP))


def family(name: str) -> Family:
    """The family of this name, imported now.

    Raises FamilyUnknown.
    """
    found = [point for point in _installed(entry_points, tuple(sys.path)) if point.name == name]
    if not found:
        known = ", ".join(families()) or "none"
        raise FamilyUnknown(f"driver = {name!r}: no such pump family is installed; installed are {known}")
    if len({point.value for point in found}) > 1:
        where = ", ".join(point.value for point in found)
        raise FamilyUnknown(
            f"driver = {name!r}: several packages bring this family ({where}); remove all but one"
        )
    return _loaded(found[0])


def _loaded(point: EntryPoint) -> Family:
    try:
        module = point.load()
    except (ImportError, AttributeError) as error:
        raise FamilyUnknown(f"driver = {point.name!r}: {point.value} cannot be imported: {error}") from error
    lacking = [word for word in ("OPTIONS", "capabilities_from", "driver_from") if not hasattr(module, word)]
    if lacking:
        raise FamilyUnknown(f"driver = {point.name!r}: {point.value} exports no {' and no '.join(lacking)}")
    return cast(Family, module)


def checked(name: str, given: Mapping[str, object]) -> dict[str, Value]:
    """The family's options, complete: what was given, held against its table, and defaults for the rest.

    Raises:
        OptionsRefused: every fault at once.
    """
    table = {option.key: option for option in family(name).OPTIONS}
    faults = [
        (key, f"{key}: pumps of the family {name} have no such key; they have {', '.join(table)}")
        for key in given
        if key not in table
    ]
    for key, option in table.items():
        if key not in given and option.default is None:
            faults.append((key, f"{key}: must be given; {option.words}"))
        elif key in given and (sentence := option.fault(given[key])):
            faults.append((key, sentence))
    if faults:
        raise OptionsRefused(tuple(faults))
    complete = {key: given.get(key, option.default) for key, option in table.items()}
    return cast(dict[str, Value], complete)


@dataclass(slots=True)
class _Shared:
    family: str
    options: Mapping[str, Value]
    line: object


@dataclass(slots=True)
class Lines:
    """Makes the drivers of one program; pumps on the same port share a line. `connect`: for tests."""

    link_ms: Callable[[], int]
    connect: Connect | None = None
    _open: dict[str, _Shared] = field(default_factory=dict)

    def driver(self, name: str, given: Mapping[str, object], port: str, listener: Listener) -> PumpDriver:
        """A driver for this pump.

        Raises:
            OptionsRefused: with every fault of its table, or because the port is taken by another kind of pump.
        """
        options = checked(name, given)
        line = self._line(name, options, port)
        return family(name).driver_from(options, port, listener, self.link_ms, self.connect, line)

    def _line(self, name: str, options: Mapping[str, Value], port: str) -> object | None:
        make = getattr(family(name), "line_from", None)
        shared = self._open.get(port)
        if shared is None:
            line = make(options, port, self.link_ms, self.connect) if make is not None else None
            self._open[port] = _Shared(name, options, line)
            return line
        if shared.family != name or shared.line is None:
            kind = f"a pump of the family {shared.family}"
            raise OptionsRefused(
                (("port", f"port = {port!r}: {kind} is configured there; it shares no port"),)
            )
        faults = [
            (key, f"{key} = {options.get(key)!r}: another pump on {port} is configured with {there!r}")
            for key in _OF_THE_PORT
            if options.get(key) != (there := shared.options.get(key))
        ]
        if faults:
            raise OptionsRefused(tuple(faults))
        return shared.line
