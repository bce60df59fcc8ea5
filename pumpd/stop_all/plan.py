"""Which pumps there are to stop, read from the daemon's own file as leniently as that can be done.

Theory of operation. The file's checks belong to the daemon. A stop must not depend on a limit, a user or a broker being
written rightly, so only the tables `[[channels]]` are looked at, and of these only the pump; what is wrong with one
pump is said of that pump, and the others are stopped. Pumps that name the same port share its line.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.line.dialect import Dialect
from drivers.line.halting import PortSettings
from drivers.line.halts import CannotBeStopped, Value, halt_module

#: Keys of a pump's table that are no option of its family.
_OURS = frozenset({"driver", "port", "accepted_risk"})


class PlanUnreadable(Exception):
    """Nothing can be learned from the file; `str()` says why."""


@dataclass(slots=True)
class PortPlan:
    """One port and the pumps on it: their channels, and how each is spoken to."""

    port: str
    settings: PortSettings
    channels: list[str] = field(default_factory=list)
    pumps: list[tuple[Dialect, ...]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What is to be done. `untriable`: channels that no stop can be said to, each with the reason."""

    ports: dict[str, PortPlan] = field(default_factory=dict)
    untriable: dict[str, str] = field(default_factory=dict)
    console: str = ""


def read_plan(path: str) -> Plan:
    """The plan of this file.

    Raises:
        PlanUnreadable: it cannot be read, is not TOML, or names no channel.
    """
    try:
        with open(path, "rb") as file:
            tree = tomllib.load(file)
    except OSError as error:
        raise PlanUnreadable(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanUnreadable(f"{path}: not TOML: {error}") from error
    return plan_of(tree, path)


def plan_of(tree: Mapping[str, object], path: str) -> Plan:
    """As above, of what stands in the file."""
    rows, console = tree.get("channels"), tree.get("console")
    if not isinstance(rows, list) or not rows:
        raise PlanUnreadable(f"{path}: there is no [[channels]] table, so no pump is known")
    plan = Plan(console=str(console.get("socket", "")) if isinstance(console, dict) else "")
    for number, row in enumerate(rows, 1):
        name = str(row.get("name", f"channel {number}")) if isinstance(row, dict) else f"channel {number}"
        pump = row.get("pump") if isinstance(row, dict) else None
        try:
            _add(plan, name, pump)
        except CannotBeStopped as reason:
            plan.untriable[name] = f"cannot be stopped by stop-all: {reason}"
        except Exception as error:  # a value its family chokes on, whichever: the other pumps are stopped
            plan.untriable[name] = f"cannot be tried: {type(error).__name__}: {error}"
    return plan


def _add(plan: Plan, channel: str, pump: object) -> None:
    if not isinstance(pump, dict) or not isinstance(pump.get("driver"), str):
        raise CannotBeStopped("it has no [channels.pump] table with a driver")
    port = pump.get("port")
    if not isinstance(port, str) or not port:
        raise CannotBeStopped("its port is not written")
    family = halt_module(pump["driver"])
    given: dict[str, Value] = {
        key: value for key, value in pump.items() if key not in _OURS and isinstance(value, int | str | bool)
    }
    options = {**family.DEFAULTS, **given}
    dialects, settings = family.dialects_from(options), family.settings_from(options)
    place = plan.ports.setdefault(port, PortPlan(port, settings))
    place.channels.append(channel)
    place.pumps.append(dialects)
