"""An instant as people name it: found once, or refused with what would help."""

from datetime import UTC, datetime

import pytest

from pumpd.cli.journal_instant import Reach, instant, iso, of_day, utc


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


DAY = Reach(ms("2026-11-22T13:00:00.500"), ms("2026-11-22T14:30:00"), ms("2026-11-22T13:10:00"))
NIGHT = Reach(ms("2026-11-22T22:00:00"), ms("2026-11-24T02:00:00"), None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("13:41", "2026-11-22T13:41:00"),
        ("13:41:07", "2026-11-22T13:41:07"),
        ("13:41:07.250", "2026-11-22T13:41:07.250"),
        ("2026-11-22T13:41:07", "2026-11-22T13:41:07"),
        ("2026-11-22 13:41:07.250", "2026-11-22T13:41:07.250"),
        ("2026-11-22T14:41:07+01:00", "2026-11-22T13:41:07"),
        ("2026-11-22T13:41:07Z", "2026-11-22T13:41:07"),
        ("+00:00", "2026-11-22T13:10:00"),
        ("+12:30", "2026-11-22T13:22:30"),
        ("+12:30.5", "2026-11-22T13:22:30.500"),
        ("+12.5min", "2026-11-22T13:22:30"),
        ("+90s", "2026-11-22T13:11:30"),
        ("+1h", "2026-11-22T14:10:00"),
        ("13:00:00.500", "2026-11-22T13:00:00.500"),
    ],
)
def test_every_way_of_saying_it_is_one_instant(text: str, meant: str) -> None:
    assert instant(text, DAY) == ms(meant)


def test_a_time_of_day_past_midnight_is_found_on_its_day() -> None:
    assert instant("01:00", Reach(ms("2026-11-22T22:00:00"), ms("2026-11-23T03:00:00"), None)) == ms(
        "2026-11-23T01:00:00"
    )


@pytest.mark.parametrize(
    ("text", "reach", "says"),
    [
        ("23:00", NIGHT, "is on 2 days of the record; give the date, as 2026-11-23T23:00:00.000"),
        (
            "15:00",
            DAY,
            "15:00 is 2026-11-22 15:00:00.000 UTC, the record reaches from 2026-11-22 13:00:00.500 UTC to",
        ),
        ("13:00", DAY, "13:00 is 2026-11-22 13:00:00.000 UTC, the record reaches from"),
        ("2026-11-21T13:41:07", DAY, "the record reaches from"),
        ("+81:00", DAY, "is 2026-11-22 14:31:00.000 UTC, the record reaches from"),
        ("+12:30", NIGHT, "nothing was started in this record"),
        ("+12", DAY, "after the start is said as +MM:SS, +12.5min, +90s or +1h"),
        ("25:00", DAY, "no such time of day"),
        ("13:61", DAY, "no such time of day"),
        ("13:41:60", DAY, "no such time of day"),
        ("noon", DAY, "not a time; say HH:MM"),
        ("", DAY, "not a time"),
    ],
)
def test_anything_else_is_refused_with_what_would_help(text: str, reach: Reach, says: str) -> None:
    with pytest.raises(ValueError) as refusal:
        instant(text, reach)
    assert says in str(refusal.value)


def test_what_is_printed_reads_back() -> None:
    wall_ms = ms("2026-11-22T13:41:07.250")
    assert instant(iso(wall_ms), DAY) == wall_ms
    assert utc(wall_ms) == "2026-11-22 13:41:07.250 UTC"
    assert of_day(wall_ms) == "13:41:07"
