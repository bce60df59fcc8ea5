"""A site's own, stricter limits, put into the table; and the stricter limits a site only wants to try.

Theory of operation. A site may tighten a limit within the row's bounds and never loosen it past them
(design.md 6; facts/clinical.md 3.1: "only towards stricter without a signed override"). A setting is one key; it is
replaced wherever the table uses it, so the multiples and the hysteresis of a limit move with it. What does not fit is
refused, never clamped: a value outside its bounds, a key that is not there, a table that the linter would refuse, and a
mild demand that would begin beyond a severe one of the same signal.

A shadow is a twin of a row with a limit that a site considers: it is evaluated and recorded beside the row that acts, and
asks nobody for anything. Twins are only added; no setting takes an acting row away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from interlocks.combinations import AllOf, AnyOf, IfSent, Not, OneFresh, Unless
from interlocks.conditions import SPOKEN, WORDS, Condition, Over, Under
from interlocks.limits import Limit, OfBaseline
from interlocks.lint import lint
from interlocks.rules import Rule
from interlocks.vocabulary import Demand, Signal

LINE_PRESSURE_LIMIT = "line_pressure_limit_mmhg"

_AND = " and "

#: Ends the id of a shadow row.
SHADOW_MARK = "~"


@dataclass(frozen=True, slots=True)
class Setting:
    """One limit that a site may tighten.

    Attributes:
        key: its name in the configuration.
        signal: what is compared with it, in words, e.g. "systolic" or "systolic and diastolic".
        unit: of the value, as it is read aloud; "% of baseline" for a relative limit.
        rows: ids of the rows that use it.
        default: the loosest allowed, and in force where the site says nothing.
        tightest: the strictest allowed.
        step: a value is a multiple of it.
        value: in force in the table that was asked.
    """

    key: str
    signal: str
    unit: str
    rows: tuple[str, ...]
    default: int
    tightest: int
    step: int
    value: int

    def refusal(self, value: int, loosest: int | None = None) -> str:
        """Return why a value is not allowed, in words; "" when it is.

        Args:
            value: what the site wants.
            loosest: the bound on the loose side; None: the default.
        """
        whose = f"{self.rows[0]}: the {self.signal} limit"
        if isinstance(value, bool) or not isinstance(value, int):
            return f"{whose} {value!r} is not a whole number of {self.unit}"
        bound = self.default if loosest is None else loosest
        is_falling = self.default > self.tightest
        if value > bound if is_falling else value < bound:
            return f"{whose} {value} {self.unit} is looser than the loosest allowed, {bound} {self.unit}"
        if value < self.tightest if is_falling else value > self.tightest:
            return f"{whose} {value} {self.unit} is tighter than the tightest allowed, {self.tightest} {self.unit}"
        if value % self.step:
            return f"{whose} {value} {self.unit} is no multiple of {self.step} {self.unit}"
        return ""


def settings(rules: tuple[Rule, ...]) -> tuple[Setting, ...]:
    """Return what a site may tighten in a table, in the table's order."""
    found: dict[str, Setting] = {}
    for rule in rules:
        if rule.is_shadow:
            continue
        for signal, limit in _compared_in(rule):
            key = limit.site_key
            if not key or limit.default is None or limit.tightest is None:
                continue
            known = found.get(key)
            rows = known.rows if known is not None else ()
            # A relative limit may hold for systolic and diastolic alike.
            names = tuple(known.signal.split(_AND)) if known is not None else ()
            unit = "% of baseline" if isinstance(limit, OfBaseline) else SPOKEN[signal]
            found[key] = Setting(
                key=key,
                signal=_AND.join(dict.fromkeys((*names, WORDS[signal]))),
                unit=unit,
                rows=rows if rule.id in rows else (*rows, rule.id),
                default=int(limit.default),
                tightest=int(limit.tightest),
                step=limit.step,
                value=int(limit.setting),
            )
    return tuple(found.values())


def tightened(rules: tuple[Rule, ...], values: Mapping[str, int]) -> tuple[Rule, ...]:
    """Return the table with a site's limits.

    Errors: ValueError naming row, value, limit and unit when a value is looser or tighter than the row allows or no
    multiple of its step; naming the near ones when there is no such key; naming both rows when a mild demand would
    begin beyond a severe one.
    """
    known = {one.key: one for one in settings(rules)}
    for key, value in values.items():
        if key not in known:
            raise ValueError(f"{key}: {unknown(key, tuple(known))}")
        if refusal := known[key].refusal(value):
            raise ValueError(refusal)
    table = tuple(_with_limits(rule, values) for rule in rules)
    _check_table(rules, table)
    return table


def shadowed(rules: tuple[Rule, ...], values: Mapping[str, int]) -> tuple[Rule, ...]:
    """Return the table with a shadow twin behind it for every row that one of these limits concerns.

    Errors: ValueError as `tightened`; a shadow's limit may not be looser than the one in force, and a row has one shadow.
    """
    known = {one.key: one for one in settings(rules)}
    for key, value in values.items():
        if key not in known:
            raise ValueError(f"{key}: {unknown(key, tuple(known))}")
        if refusal := known[key].refusal(value, loosest=known[key].value):
            raise ValueError(f"shadow of {refusal}")
    concerned = [rule for rule in rules if any(limit.site_key in values for _, limit in _compared_in(rule))]
    twins = [
        replace(_with_limits(rule, values), id=rule.id + SHADOW_MARK, is_shadow=True, asks=None)
        for rule in concerned
    ]
    table = (*rules, *twins)
    _check_table(rules, table)
    return table


def unknown(key: str, known: tuple[str, ...]) -> str:
    """Return that there is no such setting, and which there are: the near ones, or all of them."""
    from difflib import get_close_matches  # for who wrote a wrong word only; a daemon that starts has none

    near = get_close_matches(key, known, n=3)
    if near:
        return f"there is no such limit; did you mean {' or '.join(near)}?"
    return f"there is no such limit; known: {', '.join(known)}"


def _check_table(before: tuple[Rule, ...], table: tuple[Rule, ...]) -> None:
    """Refuse what the settings have made worse; what was wrong before them is not theirs."""
    if not (now := complaints(table)):
        return
    known = complaints(before)
    if worse := [one for one in now if one not in known]:
        raise ValueError("; ".join(worse))


def complaints(table: tuple[Rule, ...]) -> tuple[str, ...]:
    """Return what the linter says of a table, and what is out of order between its acting rows; () when it is fit."""
    return (*lint(table), *disorder(tuple(rule for rule in table if not rule.is_shadow)))


# -- order over the rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where a demand begins: beyond `at`, a hundredfold of the signal's unit or of percent of baseline."""

    rule_id: str
    demand: Demand
    condition: Over | Under
    at: float

    def words(self) -> str:
        condition = self.condition
        relation = ("above" if isinstance(condition, Over) else "below") + (
            " or at" if condition.or_equal else ""
        )
        unit = "% of baseline" if isinstance(condition.limit, OfBaseline) else SPOKEN[condition.signal]
        return f"{self.rule_id} ({self.demand.name} {relation} {self.at / 100:g} {unit})"


def disorder(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Return every pair of rows whose milder demand begins beyond the severer one of the same signal and direction."""
    edges = [edge for rule in rules for edge in _edges(rule)]
    found: dict[str, None] = {}
    for mild in edges:
        for severe in edges:
            if (
                mild.demand < severe.demand
                and _is_alike(mild.condition, severe.condition)
                and _is_beyond(mild, severe)
            ):
                name = WORDS[mild.condition.signal]
                found.setdefault(f"{name}: {mild.words()} would begin beyond {severe.words()}")
    return tuple(found)


def _edges(rule: Rule) -> Iterator[_Edge]:
    for step, question in rule.ladder:
        for leaf in _comparisons(question):
            limit = leaf.limit
            at = (
                (limit.percent + limit.offset) * 100
                if isinstance(limit, OfBaseline)
                else limit.hundredfold(leaf.signal, None)
            )
            if at is not None:
                yield _Edge(rule.id, step.demand, leaf, at)


def _is_alike(one: Over | Under, other: Over | Under) -> bool:
    return one.signal is other.signal and type(one) is type(other) and type(one.limit) is type(other.limit)


def _is_beyond(mild: _Edge, severe: _Edge) -> bool:
    if isinstance(mild.condition, Over):
        return mild.at > severe.at
    return mild.at < severe.at


# -- walking a row -----------------------------------------------------------------------------------------------


def _comparisons(condition: Condition) -> Iterator[Over | Under]:
    """Yield every comparison of a question that is not turned round by a Not."""
    if isinstance(condition, Over | Under):
        yield condition
    elif not isinstance(condition, Not):
        for part in condition.members():
            yield from _comparisons(part)


def _compared_in(rule: Rule) -> Iterator[tuple[Signal, Limit]]:
    """Yield what a row's questions compare, and with what; the clear condition only follows."""
    for question in dict.fromkeys((rule.when, *(question for _, question in rule.ladder))):
        for leaf in _comparisons(question):
            yield leaf.signal, leaf.limit


def _with_limits(rule: Rule, values: Mapping[str, int]) -> Rule:
    def walk(condition: Condition) -> Condition:
        if isinstance(condition, Over | Under):
            limit = condition.limit
            return (
                replace(condition, limit=limit.set_to(values[limit.site_key]))
                if limit.site_key in values
                else condition
            )
        if isinstance(condition, AnyOf | AllOf | OneFresh):
            return replace(condition, parts=tuple(walk(part) for part in condition.parts))
        if isinstance(condition, Not | IfSent | Unless):
            return replace(condition, part=walk(condition.part))
        if condition.members():
            # A kind that this walk does not know would keep its old limits without anybody noticing.
            raise TypeError(f"{rule.id}: no limit can be set inside {type(condition).__name__}")
        return condition

    steps = tuple(step if step.when is None else replace(step, when=walk(step.when)) for step in rule.steps)
    clear = rule.clear if rule.clear.when is None else replace(rule.clear, when=walk(rule.clear.when))
    return rule.with_conditions(walk(rule.when), steps, clear)
