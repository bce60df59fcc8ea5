"""A rule as a row of data: what is asked, how it is confirmed, what it demands, and what ends it.

Theory of operation. A row is a ladder. Each step names a demand, and how sure one must be before it is
made; steps above the first may ask a sharper question of their own. One evaluator walks every ladder the
same way: up, never down. What ends a row is its clear condition with its hysteresis, and a person. Silence
has no default: each row either owns its staleness, or names the row that does, or says when silence itself
trips it.

Nothing here decides; a row is compared, printed, tightened and checked as it stands.
"""

from dataclasses import dataclass, field, replace

from interlocks.combinations import IfSent, Unless
from interlocks.conditions import Condition
from interlocks.silences import OlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Priority, Signal


@dataclass(frozen=True, slots=True)
class Readings:
    """Confirmed by so many readings (a cuff cycle, a sedation entry), each counted once.

    Attributes:
        n: readings needed.
        within_ms: all of them measured within this long; None: while the row is not clear.
        apart_ms: a reading sooner after the last counted one is no independent repeat and is not counted.
        is_cancelled_when_safe: a safe reading in between starts the count again ("2 of 2").
        unrepeated_ms: no further reading for so long after a counted one confirms it, received time.
    """

    n: int
    within_ms: int | None = None
    apart_ms: int = 0
    is_cancelled_when_safe: bool = False
    unrepeated_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Consecutive:
    """Confirmed by n samples in a row; a safe one starts the count again, silence does not."""

    n: int


@dataclass(frozen=True, slots=True)
class Persist:
    """Confirmed when the condition has held for so long on the named clock; 0: at once.

    Silence neither stops nor resets the time: what was last known to be unsafe stays so.
    """

    persist_ms: int
    clock: Clock = Clock.TREATMENT


Confirm = Readings | Consecutive | Persist

AT_ONCE = Persist(0)
FIRST_READING = Readings(1)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: a demand, its alarm priority, how it is confirmed, and its own question if it has one."""

    demand: Demand
    priority: Priority
    confirm: Confirm
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """What must be proven before a person may release the row.

    Attributes:
        when: the clear condition, on the safe side of every trip limit; None: nothing clears the row.
        readings: so many new, unsuspicious readings that meet it; 0: judged by time.
        apart_ms: at least so far apart, measured time.
        for_ms: met without a break for so long (used when `readings` is 0).
        clock: of `for_ms`.
    """

    when: Condition | None
    readings: int = 0
    apart_ms: int = 0
    for_ms: int = 0
    clock: Clock = Clock.TREATMENT


NEVER = Clear(None)


@dataclass(frozen=True, slots=True)
class SeeRow:
    """The staleness of this row's signals is owned by other rows.

    Attributes:
        rows: their ids; the linter checks that they exist and can restrict delivery.
        max_age: samples older than this answer STALE here: they neither trip nor clear.
    """

    rows: tuple[str, ...]
    max_age: MaxAge


@dataclass(frozen=True, slots=True)
class TripWhenStale:
    """Silence for longer than `max_age` trips this row by itself, with this demand.

    What is asked for only if it is sent is missed from its first sample on.
    """

    max_age: MaxAge
    demand: Demand
    priority: Priority


@dataclass(frozen=True, slots=True)
class Itself:
    """This row is about silence or about a fact of our own, which cannot fall silent."""


OnStale = SeeRow | TripWhenStale | Itself

_NO_AGE = MaxAge(0, Clock.LINK)


@dataclass(frozen=True, slots=True)
class Asks:
    """When a row wants a cuff reading, treatment time, ms.

    Attributes:
        repeat_after_ms: so long after a counted but unconfirmed reading.
        again_after_ms: while the row is in force and not clear, so long after the last reading or request.
    """

    repeat_after_ms: int
    again_after_ms: int


def _is_later(question: Condition, other: Condition) -> bool:
    """Tell whether a silence cannot be too long before another one is."""
    part = question.part if isinstance(question, Unless) else question
    if not isinstance(part, OlderThan) or not isinstance(other, OlderThan):
        return False
    return other.limit_ms < part.limit_ms and replace(other, limit_ms=part.limit_ms) == part


def _always_due(condition: Condition) -> frozenset[Signal]:
    """Return the signals that a condition asks for whether or not they were ever sent."""
    if isinstance(condition, IfSent):
        return frozenset()
    parts = condition.members()
    return frozenset().union(*map(_always_due, parts)) if parts else condition.signals()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table.

    Attributes:
        id: the row's name everywhere, e.g. "BP2".
        cause: rows of one cause count once when SLOW demands are added up.
        when: the question; steps without their own ask this one.
        steps: the ladder, mildest first.
        clear: what ends it.
        is_latching: a person must have acknowledged it before it can be released.
        on_stale: what silence means; there is no default.
        hazard: what it guards against.
        source: where the numbers come from.
        why: one sentence for the nurse and the manual.
        asks: when the row wants a cuff reading; None: never.
        needs_note: a person's acknowledgement must carry a note before the row can be released.
        is_shadow: evaluated and recorded, and nothing else: no restriction, no alarm.
        ladder: the steps with their questions filled in, the step for silence last. Computed.
        inputs: every signal whose value decides. Computed.
        timed: questions whose answer may change without a sample, the first of each silence only. Computed.
        max_age: older samples answer STALE. Computed.
    """

    id: str
    cause: str
    when: Condition
    steps: tuple[Step, ...]
    clear: Clear
    is_latching: bool
    on_stale: OnStale
    hazard: str
    source: str
    why: str
    asks: Asks | None = None
    needs_note: bool = False
    is_shadow: bool = False
    ladder: tuple[tuple[Step, Condition], ...] = field(init=False, repr=False, compare=False)
    inputs: frozenset[Signal] = field(init=False, repr=False, compare=False)
    timed: tuple[Condition, ...] = field(init=False, repr=False, compare=False)
    max_age: MaxAge = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what every evaluation needs."""
        ladder = [(step, step.when or self.when) for step in self.steps]
        inputs = frozenset().union(*(condition.signals() for _, condition in ladder))
        if isinstance(self.on_stale, TripWhenStale):
            stale = self.on_stale
            due = frozenset().union(*(_always_due(condition) for _, condition in ladder))
            silence = OlderThan(
                watched=tuple(sorted(due)),
                limit_ms=stale.max_age.after_ms,
                clock=stale.max_age.clock,
                if_heard=tuple(sorted(inputs - due)),
            )
            ladder.append((Step(stale.demand, stale.priority, AT_ONCE, silence), silence))
        asked = dict.fromkeys(condition for _, condition in ladder if condition.is_timed())
        timed = [condition for condition in asked if not any(_is_later(condition, other) for other in asked)]
        object.__setattr__(self, "ladder", tuple(ladder))
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "timed", tuple(timed))
        object.__setattr__(
            self, "max_age", _NO_AGE if isinstance(self.on_stale, Itself) else self.on_stale.max_age
        )

    def error_step(self) -> tuple[Demand, Priority]:
        """Return what a failed evaluation demands: the highest step up to PAUSE (facts/faults.md row 100).

        A row that can STOP pauses: an error of ours is no proof that the session must end, nor that it may go on.
        """
        mild = [step for step, _ in self.ladder if step.demand <= Demand.PAUSE]
        worst = max(mild, key=lambda step: step.demand, default=None)
        if worst is None or (worst.demand < Demand.PAUSE and len(mild) < len(self.ladder)):
            return Demand.PAUSE, Priority.HIGH
        return worst.demand, worst.priority

    def with_conditions(self, when: Condition, steps: tuple[Step, ...], clear: Clear) -> "Rule":
        """Return the row with other questions, everything else as it is."""
        return replace(self, when=when, steps=steps, clear=clear)
