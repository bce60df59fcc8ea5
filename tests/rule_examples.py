"""Examples for the battery, made from the rows themselves: a leaf of a rung, and how far past its limit it stands.

Every kind of condition has to say here how it is brought about and when it is unsafe, in plain arithmetic of its own; a
kind that nobody has described fails the battery instead of being left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan

from rule_scene import BASELINE, CALM_ALL, CALM_COURSE, CALM_FLOW, Scene

from interlocks.alerts import AlertedTimes
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AllOf, AnyOf, Not, Unless
from interlocks.conditions import Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.quality import RefusedInARow, SuspectReading
from interlocks.rules import FIRST_READING, Consecutive, Persist, Readings, Rule, Step
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import FITTED, Alert, Course, Flow, Signal
from interlocks.volumes import Direction, ExcessOver, GivenOver, MovedHalted, WindowOff
from interlocks.walking import walk

#: Kinds that a new sample decides.
VALUED = (Over, Under, RisenBy, FallenBy, SuspectReading)


@dataclass(frozen=True)
class Example:
    """One leaf of one rung, pushed so many steps past its limit."""

    rule: Rule
    rung: int
    leaf: Condition
    beyond: int

    @property
    def step(self) -> Step:
        return self.rule.ladder[self.rung][0]

    @property
    def question(self) -> Condition:
        return self.rule.ladder[self.rung][1]

    def name(self) -> str:
        words = [self.rule.id, str(self.rung), type(self.leaf).__name__]
        words += [str(getattr(self.leaf, name)) for name in ("signal", "watched") if hasattr(self.leaf, name)]
        if isinstance(self.leaf, Over | Under):
            words.append(f"{limit_of(self.leaf):g}")
        return "-".join([*words, f"{self.beyond:+d}"]).replace(" ", "")


def leaves(condition: Condition) -> list[Condition]:
    return [part for part in walk(condition) if not part.members()]


def _tripping(condition: Condition) -> list[Condition]:
    """What a question asks for; what it turns round is a limit that other leaves of the row are tried at."""
    if isinstance(condition, Not) or not condition.members():
        return [] if isinstance(condition, Not) else [condition]
    return [leaf for part in condition.members() for leaf in _tripping(part)]


def examples(*sides: int) -> list[Example]:
    return [
        Example(rule, rung, leaf, beyond)
        for rule in DEFAULT_RULES
        for rung, (_, condition) in enumerate(rule.ladder)
        for leaf in dict.fromkeys(_tripping(condition))
        for beyond in sides
    ]


def ids(cases: list[Example]) -> list[str]:
    return [case.name() for case in cases]


def scene_for(rule: Rule) -> Scene:
    return Scene((rule,), fitted=frozenset(FITTED))


# -- what is unsafe, in plain arithmetic -------------------------------------------------------------------------


def limit_of(leaf: Over | Under) -> float:
    limit = leaf.limit.hundredfold(leaf.signal, BASELINE)
    assert limit is not None, leaf
    return limit / 100


def is_unsafe(condition: Condition, values: dict[Signal, float]) -> bool:
    """The oracle for questions about values; what is no comparison does not hold while only values are heard."""
    if isinstance(condition, AllOf):
        return all(is_unsafe(part, values) for part in condition.parts)
    if condition.members():
        return any(is_unsafe(part, values) for part in condition.members())
    if not isinstance(condition, Over | Under) or condition.signal not in values:
        return False
    value, limit = values[condition.signal], limit_of(condition)
    is_past = value > limit if isinstance(condition, Over) else value < limit
    return is_past or (condition.or_equal and value == limit)


def is_trip_expected(case: Example) -> bool:
    leaf = case.leaf
    if isinstance(leaf, Over | Under):
        return is_unsafe(case.question, values_for(case))
    if isinstance(leaf, RisenBy | FallenBy):
        return case.beyond >= 0
    if isinstance(leaf, FlagUp):
        # A flag has no size; its limit is the time it persists. One that acts at once has no "before".
        return case.beyond >= 0 or case.step.confirm in (Persist(0), FIRST_READING)
    return case.beyond > 0


# -- bringing a leaf about ---------------------------------------------------------------------------------------


def partners(condition: Condition, leaf: Condition) -> list[Over | Under]:
    """The comparisons that must hold as well, because an AllOf wants them with this leaf."""
    for part in condition.members():
        if leaf in list(walk(part)):
            others = [other for other in condition.members() if other is not part]
            wanted = [_holding(other) for other in others] if isinstance(condition, AllOf) else []
            return [one for one in wanted if isinstance(one, Over | Under)] + partners(part, leaf)
    return []


def _holding(condition: Condition) -> Condition:
    """The comparison that is enough for a condition to hold."""
    leaf = leaves(condition)[0]
    if isinstance(condition, Not) and isinstance(leaf, Over | Under):
        return (Over if isinstance(leaf, Under) else Under)(leaf.signal, leaf.limit)
    return leaf


def _past(leaf: Over | Under, beyond: int) -> float:
    return limit_of(leaf) + (beyond if isinstance(leaf, Over) else -beyond)


def values_for(case: Example) -> dict[Signal, float]:
    values = dict(CALM_ALL)
    assert isinstance(case.leaf, Over | Under), case.name()
    for leaf, beyond in [*((one, 1) for one in partners(case.question, case.leaf)), (case.leaf, case.beyond)]:
        values[leaf.signal] = _past(leaf, beyond)
    return values


def flow_for(leaf: Condition, beyond: int) -> Flow:
    """A flow that is `beyond` nanolitres past the limit of a leaf."""
    if isinstance(leaf, WindowOff):
        # 2 mL commanded: percent and floor give different answers, and 10 % is the larger only for FL1.
        allowed = leaf.limit.hundredfold_nl(2_000_000) // 100 + beyond
        if leaf.direction is Direction.OVER_60S:
            return replace(CALM_FLOW, commanded_60s_nl=2_000_000, delivered_60s_nl=2_000_000 + allowed)
        return replace(CALM_FLOW, commanded_120s_nl=2_000_000, delivered_120s_nl=2_000_000 - allowed)
    if isinstance(leaf, ExcessOver):
        return replace(CALM_FLOW, excess_total_nl=leaf.limit_nl + beyond)
    if isinstance(leaf, MovedHalted):
        return replace(CALM_FLOW, is_running=False, moved_halted_nl=leaf.limit_nl + beyond)
    if isinstance(leaf, GivenOver):
        return replace(CALM_FLOW, vtbi_nl=1_000_000, given_high_nl=10_000 * (100 + leaf.percent) + beyond)
    assert isinstance(leaf, ReportOlderThan), f"no example is known for a {type(leaf).__name__}; write one"
    return replace(CALM_FLOW, report_age_link_ms=leaf.limit_ms + beyond)


def _slope(scene: Scene, leaf: RisenBy | FallenBy, beyond: int) -> None:
    begin, sign = (20.0, 1) if isinstance(leaf, RisenBy) else (200.0, -1)
    if scene.picture.newest(Signal.LINE_PRESSURE) is None:
        for _ in range(3):  # a level is what three samples hold
            scene.hear_at(scene.now.ms, {**CALM_ALL, Signal.LINE_PRESSURE: begin})
            scene.now = replace(scene.now, ms=scene.now.ms + 100, link_ms=scene.now.link_ms + 100)
    scene.hear({**CALM_ALL, Signal.LINE_PRESSURE: begin + sign * (leaf.by_mmhg + beyond)})


def bring(scene: Scene, case: Example) -> None:
    """Bring a leaf to its place now, once."""
    leaf, beyond = case.leaf, case.beyond
    if isinstance(leaf, Over | Under):
        scene.hear(values_for(case))
    elif isinstance(leaf, RisenBy | FallenBy):
        _slope(scene, leaf, beyond)
    elif isinstance(leaf, SuspectReading):
        scene.hear(CALM_ALL, is_suspect=beyond > 0)
    else:
        _set_fact(scene, leaf, beyond)
        wanted = {one.signal: _past(one, 1) for one in partners(case.question, leaf)}
        scene.hear({**CALM_ALL, **wanted}) if wanted else scene.look()


def _set_fact(scene: Scene, leaf: Condition, beyond: int) -> None:
    """For counts the limit is the last number that is still allowed."""
    if isinstance(leaf, FlagUp):
        scene.flags = frozenset(leaf.flags[:1])
    elif isinstance(leaf, RefusedInARow):
        scene.rejects = ((Signal.DIA, leaf.n - 1 + beyond),)
    elif isinstance(leaf, AlertedTimes):
        scene.alerts = (Alert(scene.now.ms, (leaf.rule_id or "BP3",)),) * (leaf.n - 1 + beyond)
    elif isinstance(leaf, TickLate):
        scene.tick_gap_ms = leaf.limit_ms + beyond
    elif isinstance(leaf, ElapsedOver):
        scene.course = Course(leaf.limit_ms + beyond, planned_ms=leaf.limit_ms)
    elif isinstance(leaf, ElapsedOverPlan):
        scene.course = Course(leaf.percent * 6000 + beyond, planned_ms=600_000)
    elif isinstance(leaf, PausedOver):
        scene.course = Course(leaf.limit_ms + 600_000, leaf.limit_ms + 600_000, leaf.limit_ms + beyond)
    else:
        scene.flow = flow_for(leaf, beyond)


def repeats(step: Step) -> tuple[int, int]:
    """How many values confirm a step, and how far apart, ms."""
    if isinstance(step.confirm, Readings):
        return step.confirm.n, max(step.confirm.apart_ms, 60_000)
    if isinstance(step.confirm, Consecutive):
        return step.confirm.n, 100
    return 1, 0


def push(scene: Scene, case: Example, *, count: int | None = None, short_ms: int = 0) -> None:
    """Bring a leaf to its place as often and as long as the step's confirmation wants, or `count` times."""
    leaf, confirm = case.leaf, case.step.confirm
    if isinstance(leaf, OlderThan):
        scene.at(leaf.limit_ms + case.beyond)
        return
    if isinstance(leaf, FlagUp):
        short_ms -= min(case.beyond, 0)
    n, gap_ms = repeats(case.step)
    for _ in range(n if count is None else count):
        scene.now = replace(scene.now, ms=scene.now.ms + gap_ms, link_ms=scene.now.link_ms + gap_ms)
        bring(scene, case)
    if isinstance(confirm, Persist) and confirm.persist_ms:
        scene.at(scene.now.ms + confirm.persist_ms - short_ms)


# -- the way back ------------------------------------------------------------------------------------------------


def calm_facts(scene: Scene) -> None:
    scene.flow, scene.flags, scene.course = CALM_FLOW, frozenset(), CALM_COURSE
    scene.rejects, scene.alerts, scene.tick_gap_ms = (), (), 100


def recover(scene: Scene, **other: float) -> None:
    """Bring calm, and keep it long enough for any clear condition; `other` by the names of signals."""
    calm_facts(scene)
    values = {**CALM_ALL, **{Signal(name): value for name, value in other.items()}}
    for _ in range(320):
        scene.hear_at(scene.now.ms + 1000, values)


# -- what cannot be ----------------------------------------------------------------------------------------------


def _hear_nan(scene: Scene, leaf: Condition) -> None:
    for signal in sorted(leaf.signals()):
        scene.hear_at(scene.now.ms + 100, {**CALM_ALL, signal: nan})
        return


def _no_time(scene: Scene, leaf: Condition) -> None:
    scene.course = Course(-1, 600_000, 0)
    scene.look()


def _no_count(scene: Scene, leaf: Condition) -> None:
    scene.rejects = ((Signal.SYS, -1),)
    scene.look()


def _no_stand(scene: Scene, leaf: Condition) -> None:
    scene.alerts = (Alert(scene.now.ms + 1, ("LP1",)),)
    scene.look()


def _no_gap(scene: Scene, leaf: Condition) -> None:
    scene.tick_gap_ms = -1
    scene.look()


def _no_command(scene: Scene, leaf: Condition) -> None:
    scene.flow = replace(CALM_FLOW, commanded_60s_nl=-1, commanded_120s_nl=-1, vtbi_nl=-1)
    scene.look()


#: Per kind, how to tell it what cannot be. Kinds that only compare ages, or integers that may be anything, have none.
IMPOSSIBLE: dict[type, Callable[[Scene, Condition], None]] = {
    Over: _hear_nan,
    Under: _hear_nan,
    RisenBy: _hear_nan,
    FallenBy: _hear_nan,
    SuspectReading: _hear_nan,
    ElapsedOver: _no_time,
    ElapsedOverPlan: _no_time,
    PausedOver: _no_time,
    RefusedInARow: _no_count,
    AlertedTimes: _no_stand,
    TickLate: _no_gap,
    WindowOff: _no_command,
    GivenOver: _no_command,
}
ALWAYS_POSSIBLE = (OlderThan, FlagUp, ReportOlderThan, ExcessOver, MovedHalted)


def excuses(case: Example) -> list[Unless]:
    """The Unless conditions around a leaf, if that is the only way in which the rung asks it."""
    around = [part for part in walk(case.question) if isinstance(part, Unless) and case.leaf in leaves(part)]
    free = _free_leaves(case.question)
    return [] if case.leaf in free else around


def _free_leaves(condition: Condition) -> list[Condition]:
    if isinstance(condition, Unless):
        return []
    if not condition.members():
        return [condition]
    assert isinstance(condition, AnyOf | AllOf) or len(condition.members()) == 1, condition
    return [leaf for part in condition.members() for leaf in _free_leaves(part)]
