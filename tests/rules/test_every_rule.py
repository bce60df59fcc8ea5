"""The battery: examples generated from every rung of every row, so that no row can opt out (design.md 12).

For each leaf of each rung: one step on the safe side, at the limit, one step beyond; then the confirmation one
short and complete, silence, a missing signal, NaN, a raising row, the latch, acknowledgement and release. Covers
facts/clinical.md 3.2 and facts/faults.md I4, I5, I17, rows 53-66, 70 and 100.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import nan

import pytest
from rule_scene import BASELINE, CALM, CALM_FLOW, Scene

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.conditions import Condition, Over, Under
from interlocks.lint import walk
from interlocks.rules import Consecutive, Persist, Readings, Rule, Step
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.vocabulary import Demand, Flow, Signal, Truth
from interlocks.volumes import Direction, ExcessOver, GivenOver, MovedHalted, WindowOff

ROWS_TODAY = [
    "BP1",
    "BP2",
    "BP3",
    "BP4",
    "LP1",
    "LP2",
    "FL1",
    "FL2",
    "VT1",
    "ST1",
    "ST1b",
    "ST2",
    "ST3",
    "ID1",
    "PS1",
]


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

    def name(self) -> str:
        return f"{self.rule.id}-{self.rung}-{type(self.leaf).__name__}-{self.leaf}-{self.beyond:+d}".replace(
            " ", ""
        )


def leaves(condition: Condition) -> list[Condition]:
    return [part for part in walk(condition) if not part.members()]


def examples(*sides: int) -> list[Example]:
    return [
        Example(rule, rung, leaf, beyond)
        for rule in DEFAULT_RULES
        for rung, (_, condition) in enumerate(rule.ladder)
        for leaf in leaves(condition)
        for beyond in sides
    ]


def limit_of(leaf: Over | Under) -> float:
    limit = leaf.limit.hundredfold(leaf.signal, BASELINE)
    assert limit is not None, leaf
    return limit / 100


def is_unsafe(leaf: Condition, values: dict[Signal, float]) -> bool:
    """The oracle for comparisons, in plain arithmetic."""
    assert isinstance(leaf, Over | Under), leaf
    if leaf.signal not in values:
        return False
    value, limit = values[leaf.signal], limit_of(leaf)
    return (leaf.or_equal and value == limit) or (value > limit if isinstance(leaf, Over) else value < limit)


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


def values_for(leaf: Over | Under, beyond: int) -> dict[Signal, float]:
    away = beyond if isinstance(leaf, Over) else -beyond
    return {**CALM, leaf.signal: limit_of(leaf) + away}


def repeats(step: Step) -> tuple[int, int]:
    """How many values confirm a step, and how far apart, ms."""
    if isinstance(step.confirm, Readings):
        return step.confirm.n, max(step.confirm.apart_ms, 60_000)
    if isinstance(step.confirm, Consecutive):
        return step.confirm.n, 100
    return 1, 0


def push(scene: Scene, example: Example, *, count: int | None = None) -> None:
    """Bring a leaf to its place, as often and as long as the step's confirmation wants, or `count` times."""
    leaf, step = example.leaf, example.step
    persist_ms = step.confirm.persist_ms if isinstance(step.confirm, Persist) else 0
    if isinstance(leaf, Over | Under):
        n, gap_ms = repeats(step)
        for _ in range(n if count is None else count):
            scene.hear_at(scene.now.ms + gap_ms, values_for(leaf, example.beyond))
    elif isinstance(leaf, OlderThan):
        scene.at(leaf.limit_ms + example.beyond)
        return
    elif isinstance(leaf, FlagUp):
        scene.flags = frozenset(leaf.flags[:1])
        scene.look()
        scene.at(scene.now.ms + max(persist_ms + min(example.beyond, 0), 0))
        return
    else:
        scene.flow = flow_for(leaf, example.beyond)
        scene.look()
    if persist_ms:
        scene.at(scene.now.ms + persist_ms)


def scene_for(rule: Rule) -> Scene:
    return Scene((rule,), has_line_pressure=True)


def recover(scene: Scene) -> None:
    """Bring calm, and keep it long enough for any clear condition."""
    scene.flow, scene.flags = CALM_FLOW, frozenset()
    mean = {Signal.MAP: 90.0} if scene.picture.newest(Signal.MAP) else {}
    for _ in range(260):
        scene.hear_at(scene.now.ms + 1000, {**CALM, **mean})


def ids(cases: list[Example]) -> list[str]:
    return [case.name() for case in cases]


SIDES = examples(-1, 0, 1)
BEYOND = examples(1)
#: One example per row that certainly trips it.
TRIPS = [next(case for case in BEYOND if case.rule is rule) for rule in DEFAULT_RULES]
VALUED = [case for case in BEYOND if isinstance(case.leaf, Over | Under)]
CLEARABLE = [case for case in TRIPS if case.rule.clear.when is not None]
FINAL = [case for case in TRIPS if case.rule.clear.when is None]


def test_the_table_holds_the_rows_of_today() -> None:
    assert [rule.id for rule in DEFAULT_RULES] == ROWS_TODAY


def test_no_row_and_no_rung_is_without_examples() -> None:
    """Meta-test: a row added to the table is in the battery, or this fails."""
    seen = {(case.rule.id, case.rung) for case in SIDES}
    assert seen == {(rule.id, rung) for rule in DEFAULT_RULES for rung in range(len(rule.ladder))}
    for case in SIDES:
        if not isinstance(case.leaf, Over | Under | OlderThan | FlagUp):
            assert isinstance(flow_for(case.leaf, case.beyond), Flow), case.name()


@pytest.mark.parametrize("case", SIDES, ids=ids(SIDES))
def test_a_rung_trips_beyond_its_limit_and_not_before(case: Example) -> None:
    """One step short, at the limit, one step past it: clinical.md 3.2, every row."""
    scene = scene_for(case.rule)
    push(scene, case)
    if isinstance(case.leaf, Over | Under):
        condition = case.rule.ladder[case.rung][1]
        values = values_for(case.leaf, case.beyond)
        expected = any(is_unsafe(leaf, values) for leaf in leaves(condition))
    elif isinstance(case.leaf, FlagUp):
        # A flag has no size; its limit is the time it persists. One that acts at once has no "before".
        expected = case.beyond >= 0 or case.step.confirm == Persist(0)
    else:
        expected = case.beyond > 0
    assert (scene.demand(case.rule.id) >= case.step.demand) is expected


CONFIRMED = [case for case in VALUED if repeats(case.step)[0] > 1]


@pytest.mark.parametrize("case", CONFIRMED, ids=ids(CONFIRMED))
def test_a_rung_waits_for_its_last_value(case: Example) -> None:
    """The (n-1)th reading or sample does not make the demand, the nth does."""
    scene = scene_for(case.rule)
    n, _ = repeats(case.step)
    push(scene, case, count=n - 1)
    before = scene.demand(case.rule.id)
    push(scene, case, count=1)
    assert before < case.step.demand <= scene.demand(case.rule.id)


TIMED = [case for case in BEYOND if isinstance(case.step.confirm, Persist) and case.step.confirm.persist_ms]


@pytest.mark.parametrize("case", TIMED, ids=ids(TIMED))
def test_a_rung_waits_for_the_last_millisecond(case: Example) -> None:
    """Persistence minus 1 ms does not make the demand, the millisecond after does."""
    scene = scene_for(case.rule)
    push(scene, replace(case, beyond=-1))
    before = scene.demand(case.rule.id)
    scene.at(scene.now.ms + 1)
    assert before < case.step.demand <= scene.demand(case.rule.id)


@pytest.mark.parametrize("rule", [r for r in DEFAULT_RULES if r.inputs], ids=lambda rule: rule.id)
def test_a_signal_never_seen_is_stale_and_never_safe(rule: Rule) -> None:
    """Faults row 53: nothing measured is not a safe value."""
    scene = Scene((rule,))
    assert {condition.truth(scene.situation(), rule.max_age) for _, condition in rule.ladder[:1]} == {
        Truth.STALE
    }


@pytest.mark.parametrize("case", VALUED, ids=ids(VALUED))
def test_a_value_too_old_is_stale_and_not_a_millisecond_before(case: Example) -> None:
    scene = scene_for(case.rule)
    scene.hear(values_for(case.leaf, 1))  # type: ignore[arg-type]
    condition, max_age = case.leaf, case.rule.max_age
    scene.at(max_age.after_ms)
    assert condition.truth(scene.situation(), max_age) is Truth.TRUE
    scene.at(max_age.after_ms + 1)
    assert condition.truth(scene.situation(), max_age) is Truth.STALE


@pytest.mark.parametrize("case", VALUED, ids=ids(VALUED))
def test_nan_trips_at_once_up_to_pause(case: Example) -> None:
    """I17, faults row 56: what is not a number is never safe."""
    assert isinstance(case.leaf, Over | Under)
    scene = scene_for(case.rule)
    scene.hear_at(1000, {**CALM, case.leaf.signal: nan})
    assert scene.demand(case.rule.id) is case.rule.error_step()[0] <= Demand.PAUSE
    assert scene.state(case.rule.id).truth is Truth.ERROR
    assert "cannot be judged" in scene.finding(case.rule.id).reason


@pytest.mark.parametrize("case", VALUED, ids=ids(VALUED))
def test_a_missing_baseline_trips_every_relative_row(case: Example) -> None:
    """Faults row 63."""
    scene = scene_for(case.rule)
    scene.baseline = None
    scene.hear(CALM)
    is_relative = any("baseline" in leaf.limit.origin() for leaf in leaves(case.rule.when))  # type: ignore[attr-defined]
    assert (scene.demand(case.rule.id) > Demand.NONE) is is_relative


class Broken:
    """A condition that raises whenever it is asked."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        raise ZeroDivisionError("broken on purpose")

    def sentence(self, at: Situation) -> str:
        raise ZeroDivisionError("broken on purpose")

    wanted = sentence

    def samples(self, at: Situation) -> tuple[()]:
        raise ZeroDivisionError("broken on purpose")

    def signals(self) -> frozenset[Signal]:
        return frozenset()

    def members(self) -> tuple[Condition, ...]:
        return ()

    def is_timed(self) -> bool:
        return True


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.id)
def test_a_row_that_raises_has_tripped_and_stops_no_other_row(rule: Rule) -> None:
    """Faults row 100, I17."""
    broken = replace(rule, when=Broken(), clear=replace(rule.clear, when=Broken()))
    others = tuple(other for other in DEFAULT_RULES if other.id == "LP2" and other is not rule)
    scene = Scene((broken, *others))
    scene.look()
    assert scene.demand(rule.id) is rule.error_step()[0]
    assert scene.state(rule.id).truth is Truth.ERROR
    assert not scene.finding(rule.id).is_releasable
    scene.acknowledge()
    scene.release()
    assert scene.demand(rule.id) is rule.error_step()[0], "a row that raises cannot be released"
    if others:
        scene.hear_at(100, {Signal.LINE_PRESSURE: 950.0})
        scene.hear_at(200, {Signal.LINE_PRESSURE: 950.0})
        assert scene.demand("LP2") is Demand.STOP


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_acknowledging_alone_releases_nothing(case: Example) -> None:
    """I5, law 8."""
    scene = scene_for(case.rule)
    push(scene, case)
    before = scene.demand(case.rule.id)
    scene.acknowledge(case.rule.id)
    scene.look()
    assert scene.demand(case.rule.id) is before > Demand.NONE
    assert scene.finding(case.rule.id).is_acknowledged


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_release_is_refused_while_the_cause_is_present_and_says_why(case: Example) -> None:
    """Faults row 70: refused, reason shown."""
    scene = scene_for(case.rule)
    push(scene, case)
    scene.acknowledge()
    scene.release()
    scene.look()
    finding = scene.finding(case.rule.id)
    assert not finding.is_releasable
    assert finding.is_present
    assert finding.blocks_because


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_silence_resets_no_latch(case: Example) -> None:
    """Nothing heard for twenty minutes leaves the demand where it was, or higher, and proves nothing clear."""
    scene = scene_for(case.rule)
    push(scene, case)
    before = scene.demand(case.rule.id)
    for minute in range(1, 21):
        scene.at(scene.now.ms + 60_000)
        scene.acknowledge()
        if case.rule.inputs or isinstance(case.leaf, OlderThan):
            scene.release()
            assert scene.demand(case.rule.id) >= before, f"minute {minute}"


# A count with a window is not in here: readings too far apart are no confirmation, by the table itself.
UNBOUNDED = [case for case in CONFIRMED if getattr(case.step.confirm, "within_ms", None) is None]


@pytest.mark.parametrize("case", UNBOUNDED, ids=ids(UNBOUNDED))
def test_silence_resets_no_count(case: Example) -> None:
    """A pause of the signal in the middle of a count does not start the count again (nasa/LC's trap)."""
    scene = scene_for(replace(case.rule, steps=(replace(case.step, when=None),), when=case.leaf))
    n, _ = repeats(case.step)
    push(scene, replace(case, rung=0), count=n - 1)
    scene.at(scene.now.ms + case.rule.max_age.after_ms + 1000)
    push(scene, replace(case, rung=0), count=1)
    assert scene.demand(case.rule.id) >= case.step.demand


@pytest.mark.parametrize("case", CLEARABLE, ids=ids(CLEARABLE))
def test_a_cleared_row_waits_for_acknowledgement_and_for_a_person(case: Example) -> None:
    scene = scene_for(case.rule)
    push(scene, case)
    demand = scene.demand(case.rule.id)
    recover(scene)
    if demand is Demand.ADVISE:
        assert scene.demand(case.rule.id) is Demand.NONE, "advice ends by itself"
        return
    assert scene.demand(case.rule.id) is demand, "clear alone changes nothing"
    if case.rule.is_latching:
        assert scene.finding(case.rule.id).blocks_because == "needs acknowledgement"
        scene.release()
        assert scene.demand(case.rule.id) is demand
        scene.acknowledge(case.rule.id)
        scene.look()
    assert scene.finding(case.rule.id).is_releasable
    assert scene.finding(case.rule.id).blocks_because == ""
    scene.release()
    assert scene.demand(case.rule.id) is Demand.NONE
    scene.look()
    assert scene.demand(case.rule.id) is Demand.NONE, "a released row does not come back by itself"


@pytest.mark.parametrize("case", FINAL, ids=ids(FINAL))
def test_a_row_nothing_clears_stays(case: Example) -> None:
    scene = scene_for(case.rule)
    push(scene, case)
    recover(scene)
    scene.acknowledge()
    scene.release()
    assert scene.demand(case.rule.id) is Demand.STOP


def _clear_leaves() -> Iterator[tuple[Rule, Over | Under]]:
    for rule in DEFAULT_RULES:
        for leaf in leaves(rule.clear.when) if rule.clear.when else []:
            if isinstance(leaf, Over | Under):
                yield rule, leaf


@pytest.mark.parametrize(("rule", "leaf"), list(_clear_leaves()), ids=lambda item: getattr(item, "id", ""))
def test_a_value_just_short_of_the_clear_limit_clears_nothing(rule: Rule, leaf: Over | Under) -> None:
    """Hysteresis: between trip and clear limit a row stays in force."""
    scene = scene_for(rule)
    push(scene, next(case for case in TRIPS if case.rule is rule))
    short = limit_of(leaf) + (1 if isinstance(leaf, Under) else -1)
    mean = {Signal.MAP: 90.0} if leaf.signal is Signal.MAP else {}
    for _ in range(260):
        scene.hear_at(scene.now.ms + 1000, {**CALM, **mean, leaf.signal: short})
    scene.acknowledge()
    scene.release()
    assert scene.demand(rule.id) > Demand.NONE


def test_link_rows_are_timed_on_the_link_clock() -> None:
    """A demonstration at sixty times life does not make a live link silent (vocabulary, two clocks)."""
    for rule in DEFAULT_RULES:
        for leaf in leaves(rule.when):
            if isinstance(leaf, OlderThan) and leaf.clock is Clock.LINK:
                scene = scene_for(rule)
                scene.hear(CALM)
                scene.at(leaf.limit_ms * 60, link_ms=leaf.limit_ms)
                assert scene.demand(rule.id) is Demand.NONE
                scene.at(leaf.limit_ms * 60, link_ms=leaf.limit_ms + 1)
                assert scene.demand(rule.id) > Demand.NONE
