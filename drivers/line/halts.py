"""How to stop pumps of a family without its driver: the module `halt` beside the one that a family is entered with.

Theory of operation. An emergency stop may load neither a serial library nor an event loop, and a family's own entry
(`drivers.registry`) does both. So what it needs stands in a module of its own: `drivers.new_era.options` is entered as
`new_era`, and `drivers.new_era.halt` says how it is stopped. Anybody's package does the same. Our own are found without
asking which packages are installed, which alone takes as long as everything else before the first byte.

`DEFAULTS` repeats what the family's table of options says of the keys that matter here; a test holds the two together.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from drivers.line.dialect import Dialect
from drivers.line.halting import PortSettings

_OURS = "drivers"
_MODULE = "halt"

Value = int | str | bool


class HaltModule(Protocol):
    """What such a module exports."""

    DEFAULTS: Mapping[str, Value]

    def settings_from(self, options: Mapping[str, Value]) -> PortSettings:
        """How the port is set. `options`: as written, completed with DEFAULTS. Raises ValueError, TypeError, KeyError."""
        ...

    def dialects_from(self, options: Mapping[str, Value]) -> tuple[Dialect, ...]:
        """How the pump may have to be spoken to, likeliest first. Raises ValueError, TypeError, KeyError."""
        ...


class CannotBeStopped(Exception):
    """There is no such way for this family; `str()` says why."""


def halt_module(family: str) -> HaltModule:
    """The module of this family, imported now.

    Raises:
        CannotBeStopped: the family is not installed, or brings none, or one that cannot be imported.
    """
    name = f"{_OURS}.{family}.{_MODULE}" if _is_there(f"{_OURS}.{family}") else _elsewhere(family)
    if not _is_there(name):
        raise CannotBeStopped(f"the family {family} brings no module {name}")
    try:
        module = import_module(name)
    except (
        Exception
    ) as error:  # somebody else's code: whatever it raises must not stop the other pumps' stops
        raise CannotBeStopped(f"{name} cannot be imported: {error}") from error
    lacking = [word for word in ("DEFAULTS", "settings_from", "dialects_from") if not hasattr(module, word)]
    if lacking:
        raise CannotBeStopped(f"{name} exports no {' and no '.join(lacking)}")
    return cast(HaltModule, module)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _elsewhere(family: str) -> str:
    """Beside the entry of a package that is not ours."""
    from importlib.metadata import entry_points

    found = [point.value for point in entry_points(group="pumpd.drivers") if point.name == family]
    if not found:
        raise CannotBeStopped(f"driver = {family!r}: no such pump family is installed")
    module = found[0].partition(":")[0]
    return f"{module.rpartition('.')[0] or module}.{_MODULE}"
