"""A row in plain English, without a patient: what the manual prints and the panel explains.

Theory of operation. What a row asks is said by `condition_words`; here stands the rest of it: how sure one must be, what
ends it and who, what silence means, when it wants a cuff reading. Every kind of confirmation and of silence has words of
its own.
"""

from interlocks.condition_words import condition_words, seconds
from interlocks.conditions import Condition, Over, Under
from interlocks.limits import Limit
from interlocks.rules import Asks, Clear, Confirm, Consecutive, Itself, Persist, Rule, SeeRow
from interlocks.vocabulary import Demand


def confirm_words(confirm: Confirm) -> str:
    """Return how sure one must be."""
    if isinstance(confirm, Persist):
        return f"held for {seconds(confirm.persist_ms)}" if confirm.persist_ms else "at once"
    if isinstance(confirm, Consecutive):
        return "1 sample" if confirm.n == 1 else f"{confirm.n} samples in a row"
    if confirm.n == 1:
        return "the first reading"
    words = f"{confirm.n} readings"
    words += " in a row" if confirm.is_cancelled_when_safe else ""
    words += f" at least {seconds(confirm.apart_ms)} apart" if confirm.apart_ms else ""
    words += f" within {seconds(confirm.within_ms)}" if confirm.within_ms is not None else ""
    if confirm.unrepeated_ms is not None:
        words += f", or one that is not repeated within {seconds(confirm.unrepeated_ms)}"
    return words


def clear_words(rule: Rule) -> str:
    """Return everything that ends a row, in order: the proof, the acknowledgement, the person."""
    if rule.clear.when is None:
        return "never: the session is over"
    parts = [_proof(rule.clear)]
    if rule.is_latching:
        parts.append("acknowledgement with a note" if rule.needs_note else "acknowledgement")
    demands = {step.demand for step, _ in rule.ladder}
    if demands == {Demand.ADVISE}:
        parts.append("it ends by itself")
    elif Demand.ADVISE in demands:
        parts.append("a person (a mere advice ends by itself)")
    else:
        parts.append("a person")
    return ", then ".join(parts)


def _proof(clear: Clear) -> str:
    assert clear.when is not None, "rows that nothing clears are answered before"
    words = condition_words(clear.when)
    if clear.readings:
        many = "1 new reading" if clear.readings == 1 else f"{clear.readings} new readings"
        apart = f" at least {seconds(clear.apart_ms)} apart" if clear.apart_ms and clear.readings > 1 else ""
        return f"{words} in {many}{apart}"
    return f"{words} for {seconds(clear.for_ms)} without a break" if clear.for_ms else words


def stale_words(rule: Rule) -> str:
    """Return what silence means for a row."""
    stale = rule.on_stale
    if isinstance(stale, Itself):
        return "cannot fall silent: the row is itself about silence, or about facts of our own"
    if isinstance(stale, SeeRow):
        rows = " and ".join(stale.rows)
        age = seconds(stale.max_age.after_ms)
        older = f"values older than {age} neither trip nor clear; " if stale.max_age.after_ms else ""
        return f"{older}their silence is watched by {rows}"
    return (
        f"silence for more than {seconds(stale.max_age.after_ms)}: {stale.demand.name}, "
        f"{stale.priority.value} priority"
    )


def asks_words(asks: Asks | None) -> str:
    """Return when the row asks for a cuff reading; "" when it never does."""
    if asks is None:
        return ""
    again = f"every {seconds(asks.again_after_ms)} while it is in force"
    if not asks.repeat_after_ms:
        return f"a cuff reading at once, then {again}"
    return f"a cuff reading {seconds(asks.repeat_after_ms)} after one that counts, then {again}"


def steps_words(rule: Rule) -> tuple[tuple[str, str, str, str], ...]:
    """Return each rung as demand, priority, question ("" for the row's own) and confirmation; silence left out."""
    return tuple(
        (
            step.demand.name,
            step.priority.value,
            "" if step.when is None else condition_words(step.when),
            confirm_words(step.confirm),
        )
        for step in rule.steps
    )


def why_words(rule: Rule) -> str:
    """Return the row's own sentence; it names the default's numbers, and says so where a site has moved one."""
    return f"{rule.why} (Numbers of the default table.)" if moved_settings(rule) else rule.why


def moved_settings(rule: Rule) -> tuple[str, ...]:
    """Return the keys of the row's limits that a site has moved, in order of appearance."""
    moved: dict[str, None] = {}
    for limit in limits_of(rule):
        if limit.default is not None and limit.setting != limit.default:
            moved.setdefault(limit.site_key)
    return tuple(moved)


def limits_of(rule: Rule) -> tuple[Limit, ...]:
    """Return every limit that a row compares with, its clear condition's last."""
    questions = [rule.when, *(step.when for step in rule.steps if step.when is not None)]
    if rule.clear.when is not None:
        questions.append(rule.clear.when)
    found: list[Limit] = []
    for question in questions:
        found.extend(_limits_in(question))
    return tuple(found)


def _limits_in(condition: Condition) -> list[Limit]:
    if isinstance(condition, Over | Under):
        return [condition.limit]
    return [limit for part in condition.members() for limit in _limits_in(part)]
