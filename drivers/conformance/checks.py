"""The list of checks: what each is called, which rows of facts/faults.md it answers, what it needs of a pump.

Theory of operation. A check is a coroutine that is given a bench; its name is its sentence. It enters itself here
when its module is imported. A word in `needs` that the rig has not makes the check inapplicable, never passed.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Rig, Word

Body = Callable[[Bench], Awaitable[None]]

MODULES = ("commands", "stops", "wires", "cables", "hands", "leases")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that every driver must do. `rows`: of facts/faults.md, or invariants of its section 5."""

    name: str
    rows: str
    needs: frozenset[Word]
    media: frozenset[Medium]
    body: Body

    @property
    def title(self) -> str:
        """The name as a sentence."""
        return self.name.replace("_", " ")

    def inapplicable(self, rig: "type[Rig] | Rig") -> str:
        """Why this pump cannot be asked for it; empty if it can."""
        lacking = sorted(word for word in self.needs if word in rig.cannot)
        return "; ".join(f"{word.value}: {rig.cannot[word]}" for word in lacking)


_CHECKS: dict[str, Check] = {}


def check(
    rows: str = "", needs: Iterable[Word] = (), media: Iterable[Medium] = tuple(Medium)
) -> Callable[[Body], Body]:
    """Enter a check in the list."""

    def enter(body: Body) -> Body:
        name = getattr(body, "__name__", "")
        if name in _CHECKS:
            raise ValueError(f"two checks are called {name}")
        _CHECKS[name] = Check(name, rows, frozenset(needs), frozenset(media), body)
        return body

    return enter


def all_checks() -> tuple[Check, ...]:
    """Every check, in the order of the modules."""
    for module in MODULES:
        import_module(f"drivers.conformance.check_{module}")
    return tuple(_CHECKS.values())
