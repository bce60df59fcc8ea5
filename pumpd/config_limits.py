"""The tables `[limits]` and `[shadow]` held against the rule table itself.

Theory of operation. Which limits a site may tighten, how far and in which steps is written in the rows and nowhere else,
so the keys here are not fields of the model: they are looked up. A limit may be stricter than its default, a shadow
stricter than the limit in force. A shadow is a twin beside a row that goes on acting; there is no key, here or elsewhere,
that makes a row stop acting. What is no whole number is told by the model.
"""

from collections.abc import Iterator, Mapping

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.site_table import site_table
from interlocks.tighten import LINE_PRESSURE_LIMIT, Setting, settings, tightened, unknown
from pumpd.config_words import Fault

Tree = Mapping[str, object]


def homes() -> dict[str, str]:
    """The header under which each limit can be set."""
    return {one.key: "[limits]" for one in settings(DEFAULT_RULES)}


def limit_faults(tree: Tree) -> Iterator[Fault]:
    """Everything wrong in `[limits]` and `[shadow]`."""
    known = {one.key: one for one in settings(DEFAULT_RULES)}
    limits: dict[str, int] = {}
    yield from _faults_in(tree, "limits", known, {key: one.default for key, one in known.items()}, limits)
    try:
        in_force = {one.key: one.value for one in settings(tightened(DEFAULT_RULES, limits))}
    except ValueError as refused:
        yield Fault(("limits",), str(refused))
        return
    for limit_mmhg in _line_limits(tree):
        in_force[LINE_PRESSURE_LIMIT] = min(in_force[LINE_PRESSURE_LIMIT], limit_mmhg)
    shadow: dict[str, int] = {}
    yield from _faults_in(tree, "shadow", known, in_force, shadow)
    try:
        site_table(limits, shadow)
    except ValueError as refused:
        yield Fault(("shadow",), str(refused))


def _faults_in(
    tree: Tree, table: str, known: Mapping[str, Setting], loosest: Mapping[str, int], good: dict[str, int]
) -> Iterator[Fault]:
    """Yield the faults of single keys; what is right goes into `good`."""
    entries = tree.get(table)
    for key, value in entries.items() if isinstance(entries, dict) else ():
        if key not in known:
            yield Fault((table, key), unknown(key, tuple(known)))
        elif isinstance(value, int) and not isinstance(value, bool):
            if refusal := known[key].refusal(value, loosest[key]):
                yield Fault((table, key), refusal)
            else:
                good[key] = value


def _line_limits(tree: Tree) -> list[int]:
    """The channels' own line pressure limits, mmHg."""
    channels = tree.get("channels")
    rows = [row for row in channels if isinstance(row, dict)] if isinstance(channels, list) else []
    own = [row.get(LINE_PRESSURE_LIMIT) for row in rows]
    return [value for value in own if isinstance(value, int)]
