"""The rule table of one channel: the default rows, a site's stricter limits, its shadows.

Theory of operation. Daemon, report, replay and manual make the table here and nowhere else, from the same few numbers
that the configuration holds and the journal records; so what is printed is what is in force, and what was in force can be
made again years later.

Channels of one site mostly have one and the same table; it is made, and held against the linter, once for all of them.
"""

from collections.abc import Mapping
from functools import lru_cache

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.roster import TABLES_KEPT
from interlocks.rules import Rule
from interlocks.tighten import LINE_PRESSURE_LIMIT, complaints, shadowed, tightened


def site_table(
    limits: Mapping[str, int],
    shadow: Mapping[str, int],
    line_pressure_limit_mmhg: int | None = None,
) -> tuple[Rule, ...]:
    """Return the table in force on a channel.

    Args:
        limits: a site's own limits, by key.
        shadow: limits a site wants to see evaluated and recorded without acting, by key.
        line_pressure_limit_mmhg: the channel's own, mmHg; the stricter of it and the site's holds. None: the site's.

    Errors: ValueError as `tightened` and `shadowed`; and for a table that the linter refuses, so that no daemon starts
    with one.
    """
    return _made(id(DEFAULT_RULES), tuple(limits.items()), tuple(shadow.items()), line_pressure_limit_mmhg)


@lru_cache(TABLES_KEPT, typed=True)
def _made(
    _of: int,
    limits: tuple[tuple[str, int], ...],
    shadow: tuple[tuple[str, int], ...],
    line_pressure_limit_mmhg: int | None,
) -> tuple[Rule, ...]:
    own = dict(limits)
    if line_pressure_limit_mmhg is not None:
        site_mmhg = own.get(LINE_PRESSURE_LIMIT, line_pressure_limit_mmhg)
        own[LINE_PRESSURE_LIMIT] = min(site_mmhg, line_pressure_limit_mmhg)
    # Each of the two holds its table against the linter twice, before and after; where nothing is set, the end will do.
    table = tightened(DEFAULT_RULES, own) if own else DEFAULT_RULES
    table = shadowed(table, dict(shadow)) if shadow else table
    if wrong := complaints(table):
        raise ValueError("; ".join(wrong))
    return table
