"""A site's own, stricter limit, put into the table.

Theory of operation. A site may tighten a limit within the row's bounds and never loosen it past them
(design.md 6; facts/clinical.md 3.1: "only towards stricter without a signed override"). The setting is
replaced wherever the table uses it, so the multiples and the hysteresis of a limit move with it. What does
not fit is refused, never clamped.
"""

from dataclasses import replace

from interlocks.combinations import AllOf, AnyOf, IfSent, Not
from interlocks.conditions import SPOKEN, WORDS, Condition, Over, Under
from interlocks.limits import Absolute
from interlocks.rules import Rule
from interlocks.vocabulary import Signal

LINE_PRESSURE_LIMIT = "line_pressure_limit_mmhg"


def tightened(rules: tuple[Rule, ...], line_pressure_limit_mmhg: int) -> tuple[Rule, ...]:
    """Return the table with the site's line pressure limit, mmHg.

    Errors: ValueError naming row, value, limit and unit when the value is looser or tighter than
    the row allows, or no multiple of its step.
    """
    return tuple(_with_limit(rule, LINE_PRESSURE_LIMIT, line_pressure_limit_mmhg) for rule in rules)


def _with_limit(rule: Rule, key: str, value: int) -> Rule:
    def walk(condition: Condition) -> Condition:
        if isinstance(condition, Over | Under):
            limit = condition.limit
            if not isinstance(limit, Absolute) or limit.site_key != key:
                return condition
            _check(rule.id, condition.signal, limit, value)
            return replace(condition, limit=replace(limit, value=value))
        if isinstance(condition, AnyOf | AllOf):
            return replace(condition, parts=tuple(walk(part) for part in condition.parts))
        if isinstance(condition, Not | IfSent):
            return replace(condition, part=walk(condition.part))
        return condition

    steps = tuple(step if step.when is None else replace(step, when=walk(step.when)) for step in rule.steps)
    clear = rule.clear if rule.clear.when is None else replace(rule.clear, when=walk(rule.clear.when))
    return rule.with_conditions(walk(rule.when), steps, clear)


def _check(rule_id: str, signal: Signal, limit: Absolute, value: int) -> None:
    name, unit = WORDS[signal], SPOKEN[signal]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{rule_id}: the {name} limit {value!r} is not a whole number of {unit}")
    loosest = limit.value if limit.default is None else limit.default
    tightest = limit.value if limit.tightest is None else limit.tightest
    low, high = sorted((loosest, tightest))
    if not low <= value <= high:
        is_looser = value > loosest if loosest >= tightest else value < loosest
        what = "looser than the loosest" if is_looser else "tighter than the tightest"
        bound = loosest if is_looser else tightest
        raise ValueError(f"{rule_id}: the {name} limit {value} {unit} is {what} allowed, {bound:g} {unit}")
    if value % limit.step:
        raise ValueError(f"{rule_id}: the {name} limit {value} {unit} is no multiple of {limit.step} {unit}")
