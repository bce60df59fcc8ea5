"""The limits that a picture draws as lines, read from the rules in force.

Theory of operation. A limit line that is written down a second time is wrong one day. So the report and the daemon's
console ask the rules themselves which upper limits on a signal change delivery; a limit that a site has tightened is then
drawn where it acts.
"""

from collections.abc import Iterator, Sequence

from interlocks.conditions import Condition, Over
from interlocks.limits import Absolute, OfBaseline
from interlocks.rules import Rule
from interlocks.vocabulary import Demand, Signal

#: The signals whose limits are drawn.
DRAWN = (Signal.SYS, Signal.DIA, Signal.LINE_PRESSURE)


def as_state(rules: Sequence[Rule]) -> dict[str, dict[str, float]]:
    """For the console's state: by signal the tightest `limit`, and `of_baseline_percent` where a row has one."""
    shown: dict[str, dict[str, float]] = {}
    for signal in DRAWN:
        found: dict[str, float] = {}
        if fixed := limits(rules, signal):
            found["limit"] = fixed[0]
        if relative := relative_limits(rules, signal):
            found["of_baseline_percent"] = relative[0]
        if found:
            shown[signal.value] = found
    return shown


def limits(rules: Sequence[Rule], signal: Signal) -> list[float]:
    """Fixed upper limits on a signal that change delivery, the tightest first."""
    found = [one.limit for one in _overs(rules, signal) if isinstance(one.limit, Absolute)]
    return sorted({one.value * one.percent / 100 for one in found})


def relative_limits(rules: Sequence[Rule], signal: Signal) -> list[int]:
    """Upper limits in per cent of the patient's baseline, the tightest first."""
    return sorted({one.limit.percent for one in _overs(rules, signal) if isinstance(one.limit, OfBaseline)})


def _overs(rules: Sequence[Rule], signal: Signal) -> Iterator[Over]:
    for rule in rules:
        if any(step.demand >= Demand.SLOW for step in rule.steps):
            for leaf in _leaves(rule.when):
                if isinstance(leaf, Over) and leaf.signal is signal:
                    yield leaf


def _leaves(condition: Condition) -> Iterator[Condition]:
    inside = condition.members()
    if not inside:
        yield condition
    for one in inside:
        yield from _leaves(one)
