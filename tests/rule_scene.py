"""A bedside for rules: a table, its states, and the verbs by which time passes and values arrive.

Both clocks advance together unless a test says otherwise, as they do on equipment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from interlocks.evaluate import (
    Evaluation,
    RuleState,
    Situation,
    acknowledge,
    evaluate,
    fresh_states,
    release,
)
from interlocks.picture import Picture, observe, renewed
from interlocks.rules import Rule
from interlocks.trace import Trace, followed
from interlocks.vocabulary import (
    Alert,
    Baseline,
    Course,
    Demand,
    Finding,
    Flag,
    Flow,
    Sample,
    Signal,
    Stamp,
)

BASELINE = Baseline(sys=125.0, dia=78.0, map=94.0, hr=70.0)

CALM_FLOW = Flow(
    delivered_60s_nl=437_000,
    commanded_60s_nl=437_500,
    delivered_120s_nl=874_000,
    commanded_120s_nl=875_000,
    is_full_120s=True,
    excess_total_nl=-1000,
    moved_halted_nl=0,
    given_high_nl=5_000_000,
    vtbi_nl=17_500_000,
    is_running=True,
    report_age_link_ms=100,
)

#: A patient nobody need worry about.
CALM: Mapping[Signal, float] = {
    Signal.SYS: 118.0,
    Signal.DIA: 76.0,
    Signal.HR: 70.0,
    Signal.SPO2: 98.0,
    Signal.LINE_PRESSURE: 20.0,
}

#: The same patient with every sensor fitted and every score entered.
CALM_ALL: Mapping[Signal, float] = {
    **CALM,
    Signal.MAP: 90.0,
    Signal.RR: 14.0,
    Signal.BREATH_GAP: 4.0,
    Signal.AIR_BUBBLE: 0.0,
    Signal.AIR_15MIN: 0.0,
    Signal.BUTTON: 0.0,
    Signal.MOAAS: 5.0,
    Signal.RASS: 0.0,
    Signal.SYMPTOMS: 0.0,
    Signal.PRESENCE: 1.0,
}

START = Stamp(0, 0)
NOTHING = Picture()
NO_TRACE = Trace()
CALM_COURSE = Course(elapsed_ms=1_200_000, planned_ms=2_400_000, paused_ms=0)
SILENT = Evaluation((), (), ())


@dataclass
class Scene:
    """One bed; every verb evaluates once and keeps the outcome in `last`."""

    rules: tuple[Rule, ...]
    baseline: Baseline | None = BASELINE
    flow: Flow = CALM_FLOW
    flags: frozenset[Flag] = frozenset()
    fitted: frozenset[Signal] = frozenset()
    now: Stamp = START
    picture: Picture = NOTHING
    trace: Trace = NO_TRACE
    rejects: tuple[tuple[Signal, int], ...] = ()
    course: Course = CALM_COURSE
    alerts: tuple[Alert, ...] = ()
    tick_gap_ms: int = 100
    states: tuple[RuleState, ...] = ()
    requests: list[tuple[int, str]] = field(default_factory=list)
    last: Evaluation = SILENT
    _seq: int = 0

    def __post_init__(self) -> None:
        self.states = fresh_states(self.rules)

    def situation(self, fresh: frozenset[Signal] = frozenset()) -> Situation:
        return Situation(
            now=self.now,
            picture=self.picture,
            fresh=fresh,
            baseline=self.baseline,
            flow=self.flow,
            flags=self.flags,
            fitted=self.fitted,
            guarding_since=Stamp(0, 0),
            trace=self.trace,
            rejects=self.rejects,
            course=self.course,
            alerts=self.alerts,
            tick_gap_ms=self.tick_gap_ms,
        )

    def look(self, fresh: frozenset[Signal] = frozenset()) -> Evaluation:
        """Evaluate at this instant."""
        self.last = evaluate(self.rules, self.states, self.situation(fresh))
        self.states = self.last.states
        self.requests += [(self.now.ms, name) for name in self.last.requests]
        return self.last

    def at(self, ms: int, link_ms: int | None = None) -> Evaluation:
        """Let time pass up to an instant, and look once."""
        assert ms >= self.now.ms, "a scene does not go back in time"
        self.now = Stamp(ms, ms if link_ms is None else link_ms)
        return self.look()

    def hear(self, values: Mapping[Signal, float], *, is_suspect: bool = False) -> Evaluation:
        """Let values arrive, measured and received now."""
        self._seq += 1
        samples = [
            Sample(signal, value, self.now.ms, self.now, "monitor-1", self._seq, is_suspect)
            for signal, value in values.items()
        ]
        before = self.picture
        self.picture = observe(before, samples)
        if Signal.LINE_PRESSURE in values:
            self.trace = followed(self.trace, self.now.ms, values[Signal.LINE_PRESSURE])
        return self.look(renewed(before, self.picture))

    def cuff(self, ms: int, sys: float, dia: float, *, is_suspect: bool = False) -> Evaluation:
        """Let a cuff reading arrive at an instant."""
        self.now = Stamp(ms, ms)
        return self.hear({Signal.SYS: sys, Signal.DIA: dia}, is_suspect=is_suspect)

    def hear_at(self, ms: int, values: Mapping[Signal, float]) -> Evaluation:
        """Let values arrive at an instant."""
        self.now = Stamp(ms, ms)
        return self.hear(values)

    def flowing(self, **changes: int | bool | None) -> Evaluation:
        """Let the pump's counter say something else, now."""
        self.flow = replace(self.flow, **changes)  # type: ignore[arg-type]
        return self.look()

    def acknowledge(self, rule_id: str | None = None, *, is_noted: bool = False) -> None:
        self.states = acknowledge(self.states, rule_id, self.now, is_noted)

    def release(self) -> None:
        self.states = release(self.rules, self.states, self.situation())

    def state(self, rule_id: str) -> RuleState:
        return next(state for state in self.states if state.rule_id == rule_id)

    def demand(self, rule_id: str) -> Demand:
        return self.state(rule_id).demand

    def finding(self, rule_id: str) -> Finding:
        return next(finding for finding in self.last.findings if finding.rule_id == rule_id)

    def shadow(self, rule_id: str) -> Finding:
        return next(finding for finding in self.last.shadows if finding.rule_id == rule_id)
