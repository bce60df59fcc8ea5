"""The sessions of one patient as a series: how many, how close together.

Theory of operation. What other sessions there were is known outside the decision, from the journal; the events of an order
and of a start carry it in, as the wall clocks at which those sessions were started. So the decision stays pure, and a
replay sees what was seen then. A session belongs to the series of the one before when it begins at most fourteen days
after it; maintenance ("booster") sessions are held to the same limits (facts/clinical.md 1 rows 20 and 21).

A session that lies in the future is a wrong clock, not a long pause: it counts as too close.
"""

from dataclasses import dataclass

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
#: Facts/clinical.md 1 row 20: hard.
APART_MS = 24 * _HOUR_MS
#: The same row: soft, more than three in seven days, more than eight in a series.
WEEK_MS = 7 * _DAY_MS
WEEK_MOST = 3
SERIES_MOST = 8
#: Ours: a longer gap begins a new series. Two or three a week are usual, one a week is the slowest of row 20.
SERIES_GAP_MS = 14 * _DAY_MS

WEEK_CODE = "week_above_soft"
LENGTH_CODE = "series_above_soft"
CODES = frozenset({WEEK_CODE, LENGTH_CODE})


@dataclass(frozen=True, slots=True)
class Spacing:
    """A limit that a new session would cross. `code`: by which a person may accept it."""

    code: str
    text: str
    is_soft: bool


def number_of(past_wall_ms: tuple[int, ...], wall_ms: int) -> int:
    """Which session of its series one at `wall_ms` is, from 1. `past_wall_ms`: of those before, oldest first."""
    number, later_ms = 1, wall_ms
    for earlier_ms in reversed(past_wall_ms):
        if later_ms - earlier_ms > SERIES_GAP_MS:
            break
        number, later_ms = number + 1, earlier_ms
    return number


def crossed(past_wall_ms: tuple[int, ...], wall_ms: int) -> tuple[Spacing, ...]:
    """Every limit that a session at `wall_ms` would cross."""
    found = [*too_close(past_wall_ms, wall_ms)]
    in_week = 1 + sum(0 <= wall_ms - one < WEEK_MS for one in past_wall_ms)
    if in_week > WEEK_MOST:
        text = f"this is session {in_week} within 7 days (limit {WEEK_MOST} sessions)"
        found.append(Spacing(WEEK_CODE, text, is_soft=True))
    number = number_of(past_wall_ms, wall_ms)
    if number > SERIES_MOST:
        text = f"this is session {number} of the series (limit {SERIES_MOST} sessions)"
        found.append(Spacing(LENGTH_CODE, text, is_soft=True))
    return tuple(found)


def too_close(past_wall_ms: tuple[int, ...], wall_ms: int) -> tuple[Spacing, ...]:
    """The hard limit alone."""
    if not past_wall_ms or wall_ms - past_wall_ms[-1] >= APART_MS:
        return ()
    ago_ms = wall_ms - past_wall_ms[-1]
    limit = f"(limit {APART_MS // _HOUR_MS} h)"
    if ago_ms < 0:
        text = f"the last session began {_hours(-ago_ms)} after this moment {limit}: the clock is wrong"
    else:
        text = f"the last session began {_hours(ago_ms)} ago {limit}"
    return (Spacing("spacing_below_hard", text, is_soft=False),)


def _hours(ms: int) -> str:
    hours, rest_ms = divmod(ms, _HOUR_MS)
    return f"{hours} h {rest_ms // 60_000} min"


def refusals(past_wall_ms: tuple[int, ...], wall_ms: int, accepted: tuple[str, ...]) -> tuple[str, ...]:
    """What of it stands, in sentences that say how it may be accepted where it may."""
    return tuple(
        f"{one.text} (may be accepted with --accept-soft {one.code})" if one.is_soft else one.text
        for one in crossed(past_wall_ms, wall_ms)
        if not (one.is_soft and one.code in accepted)
    )
