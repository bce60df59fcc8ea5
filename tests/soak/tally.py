"""What all sessions together came to: how long, what was violated, and what has really bitten.

Theory of operation. A fault that never bites tests nothing, and neither does a rule that never acts or a pump that is never
drawn. `EXPECTED` names all that should: every fault and event of the tables, every press, every family, every rule. What of
it a set of sessions has never seen is told at its end.
"""

from collections import Counter
from time import perf_counter
from typing import Any

from soak import tables
from soak.draw import FAMILIES
from soak.session import Outcome

from interlocks.catalogue.table import DEFAULT_RULES

EXPECTED = frozenset(
    {*tables.LASTING, *tables.BLOWS, *tables.EVENTS, *tables.FITTED, *tables.FAMILY_FAULTS}
    | {f"operator {verb}" for verb in tables.PRESSES}
    | {f"family {family}" for family in FAMILIES}
    | {f"rule {rule.id}" for rule in DEFAULT_RULES}
)


class Tally:
    """Counts over many sessions. Add them in any order: what is told does not depend on it."""

    def __init__(self) -> None:
        self.began_s = perf_counter()
        self.seeds: list[int] = []
        self.simulated_s = self.cpu_s = 0.0
        self.violations: list[dict[str, Any]] = []
        self.drawn: Counter[str] = Counter()
        self.bit: Counter[str] = Counter()
        self.phases: Counter[str] = Counter()
        self.traces: dict[int, str] = {}

    def add(self, outcome: Outcome) -> None:
        """One session more."""
        seed = outcome.story.seed
        self.seeds.append(seed)
        self.traces[seed] = outcome.trace
        self.simulated_s += outcome.simulated_s
        self.cpu_s += outcome.cpu_s
        self.phases[outcome.phase or "no screen"] += 1
        for name, has_bitten in outcome.bites.items():
            self.drawn[name] += 1
            self.bit[name] += has_bitten
        # A family has had its turn when its pump has moved; a rule when it was shown.
        family = f"family {outcome.story.pump.family}"
        self.drawn[family] += 1
        self.bit[family] += bool(outcome.motions)
        self.bit.update(f"rule {rule}" for rule in outcome.rules)
        for one in outcome.violations:
            self.violate(seed, one.invariant, one.t_s, one.said)

    def violate(self, seed: int, invariant: str, t_s: float, said: str) -> None:
        """Something was wrong in this session."""
        self.violations.append({"seed": seed, "invariant": invariant, "t_s": round(t_s, 3), "said": said})

    @property
    def never_bit(self) -> list[str]:
        """What should have, and has not."""
        return sorted(name for name in EXPECTED if not self.bit[name])

    def line(self) -> str:
        """How far it is, in a line."""
        wall_s = max(perf_counter() - self.began_s, 1e-9)
        return (
            f"soak: {len(self.seeds)} sessions, {self.simulated_s:.0f} simulated s in {wall_s:.0f} s"
            f" (x {self.simulated_s / wall_s:.0f}), {len(self.violations)} violations"
        )

    def result(self) -> dict[str, Any]:
        """JSON-ready."""
        wall_s = perf_counter() - self.began_s
        return {
            "seeds": len(self.seeds),
            "first_seed": min(self.seeds, default=None),
            "simulated_s": round(self.simulated_s, 1),
            "wall_s": round(wall_s, 1),
            "cpu_s": round(self.cpu_s, 1),
            "ratio": round(self.simulated_s / wall_s, 1) if wall_s else 0.0,
            "violations": sorted(
                self.violations, key=lambda one: (one["seed"], one["t_s"], one["invariant"])
            ),
            "phases": dict(sorted(self.phases.items())),
            "sometimes": {
                name: {"drawn": self.drawn[name], "bit": self.bit[name]}
                for name in sorted(EXPECTED | set(self.drawn) | set(self.bit))
            },
            "never_bit": self.never_bit,
        }
