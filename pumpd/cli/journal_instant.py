"""An instant of a journal, as people name it.

Theory of operation. A record carries the treatment wall clock, so an instant is one number, unix ms. People say it in three
ways: the time of day, which must mean one day of this journal only; a date and time; or so long after the start of the
last infusion. Without a zone it is UTC, as everything that is printed from a journal.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?")
_AFTER_CLOCK = re.compile(r"\+(\d{1,4}):(\d{2}(?:\.\d{1,3})?)")
_AFTER_UNIT = re.compile(r"\+(\d{1,6}(?:\.\d{1,3})?)(s|min|h)")
_UNIT_MS = {"s": 1_000, "min": 60_000, "h": 3_600_000}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a channel's record reaches, unix ms. `started_ms`: the newest accepted start; None: none."""

    first_ms: int
    last_ms: int
    started_ms: int | None


def instant(text: str, reach: Reach) -> int:
    """The instant meant, unix ms.

    Raises:
        ValueError: not an instant, not in the record, on several days of it, or after a start that never was.
    """
    wall_ms = _after_start(text, reach) if text.startswith("+") else _wall(text, reach)
    if not reach.first_ms <= wall_ms <= reach.last_ms:
        raise ValueError(
            f"{text} is {utc(wall_ms)}, the record reaches from {utc(reach.first_ms)} to {utc(reach.last_ms)}"
        )
    return wall_ms


def _after_start(text: str, reach: Reach) -> int:
    by_clock, by_unit = _AFTER_CLOCK.fullmatch(text), _AFTER_UNIT.fullmatch(text)
    if by_clock is not None:
        after_ms = int(by_clock[1]) * 60_000 + round(float(by_clock[2]) * 1_000)
    elif by_unit is not None:
        after_ms = round(float(by_unit[1]) * _UNIT_MS[by_unit[2]])
    else:
        raise ValueError(f"{text}: after the start is said as +MM:SS, +12.5min, +90s or +1h")
    if reach.started_ms is None:
        raise ValueError(f"{text}: nothing was started in this record; give a time of day")
    return reach.started_ms + after_ms


def _wall(text: str, reach: Reach) -> int:
    of_day = _OF_DAY.fullmatch(text)
    if of_day is not None:
        return _on_the_day(text, of_day, reach)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text}: not a time; say HH:MM, HH:MM:SS, a date and time such as 2026-11-22T13:41:07, or +MM:SS"
        ) from None
    return _ms(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _on_the_day(text: str, of_day: re.Match[str], reach: Reach) -> int:
    hours, minutes, seconds = int(of_day[1]), int(of_day[2]), float(of_day[3] or 0)
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise ValueError(f"{text}: no such time of day")
    first = datetime.fromtimestamp(reach.first_ms / 1000, UTC)
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while _ms(day) <= reach.last_ms:
        wall_ms = _ms(day) + (hours * 60 + minutes) * 60_000 + round(seconds * 1_000)
        if reach.first_ms <= wall_ms <= reach.last_ms:
            found.append(wall_ms)
        day += timedelta(days=1)
    if len(found) > 1:
        raise ValueError(f"{text} is on {len(found)} days of the record; give the date, as {iso(found[-1])}")
    # Not in the record: on its first day, so that the refusal can say how far off that is.
    return (
        found[0]
        if found
        else _ms(first.replace(hour=hours, minute=minutes, second=int(seconds), microsecond=0))
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def iso(wall_ms: int) -> str:
    """2026-11-22T13:41:07.250, UTC; reads back as the same instant."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def utc(wall_ms: int) -> str:
    """2026-11-22 13:41:07.250 UTC."""
    return iso(wall_ms).replace("T", " ") + " UTC"


def of_day(wall_ms: int) -> str:
    """13:41:07."""
    return iso(wall_ms)[11:19]
