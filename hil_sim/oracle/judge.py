"""The oracle: every predicate looks at every step it cares for, and what it says is a violation.

Theory of operation. The invariants are those of facts/faults.md 5, each a class of its own that knows the scene and
nothing of the others. A predicate says the same thing once; what it says names what was seen and the limit.

Judged from outside: I1 (truth, and the most that is shown), I2, I3 and I4 (silence of a device), I5, I6, I7, I8 (by the
disk's commits), I9, I10, I11 (of a start), I12, I15, I16, I17, I18, I19, I22, I24 (of the console), I26; law 5 of the
screen; that a session that is over does not flow again; and that the daemon does not end by itself and does end when
asked to (rows 80 and 94).

Not judged here, and why:

- I11 but for a start: of any other command whether its outcome is unknown is the host's knowledge.
- I13: on a virtual bench there is one process; `tests/hil` has two.
- I14: what was read back is inside; a wrong rate or diameter that flows shows in I1 and I2.
- I20: time here passes only when nothing is left to do, so no control cycle can be late; `tests/hil` blocks a real one.
- I21: lengths of queues and counts of tasks are inside; unit tests hold each bound.
- I23: needs two runs with different wall clocks; the soak has a test of that.
- I24 but for a line of the console that comes twice: what else needs a run with and one without the repetition.
- I25: a hash of the configuration is nothing that can be seen to be right.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from hil_sim.oracle.delivery import Counted, Ended, Interval, RateTop, Volume
from hil_sim.oracle.flowing import FLOWING
from hil_sim.oracle.keeping import KEEPING
from hil_sim.oracle.people import Durable, Edge, Identified, Latched, Over, Restarted, RunFrame, StopWins
from hil_sim.oracle.scene import Scene, Step
from hil_sim.oracle.stopping import Leaves, Prompt, Unconfirmed
from hil_sim.oracle.watching import Alive, Announced, Finite, Honest, Lively, Recorded, Silence, Stranger


class Predicate(Protocol):
    """One invariant."""

    @property
    def id(self) -> str:
        """As in the table of invariants."""

    @property
    def of(self) -> tuple[type, ...]:
        """The kinds of steps it looks at."""

    def check(self, step: Step, scene: Scene) -> str | None:
        """What is wrong at this step, or None."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant was broken: which, when, what was seen and what the limit is."""

    invariant: str
    t_s: float
    said: str

    def __str__(self) -> str:
        return f"{self.invariant} at {self.t_s:.3f} s: {self.said}"


PREDICATES: tuple[Callable[[], Predicate], ...] = (
    *(Volume, Interval, RateTop, Counted, Ended),
    *(Edge, RunFrame, StopWins, Over, Latched, Restarted, Durable, Identified),
    *(Prompt, Unconfirmed, Leaves),
    *(Silence, Stranger, Finite, Honest, Announced, Lively, Alive, Recorded),
    *KEEPING,
    *FLOWING,
)


class Oracle:
    """Judges one run.

    Attributes:
        violations: in the order in which they were seen, each predicate's first only.
    """

    def __init__(self, scene: Scene, predicates: Iterable[Callable[[], Predicate]] = PREDICATES) -> None:
        self.scene = scene
        self.violations: list[Violation] = []
        self._said: set[Predicate] = set()
        self._by_kind: dict[type, list[Predicate]] = {}
        for make in predicates:
            one = make()
            for kind in one.of:
                self._by_kind.setdefault(kind, []).append(one)

    def see(self, step: Step) -> None:
        """One step further."""
        self.scene.take(step)
        for one in self._by_kind.get(type(step), ()):
            said = one.check(step, self.scene)
            if said is not None and one not in self._said:
                self._said.add(one)
                self.violations.append(Violation(one.id, step.t_s, said))
