"""Spacing and number of sessions at their limits (facts/clinical.md 1 rows 20 and 21)."""

from clinic_bench import WALL_MS

from pumpd.core.clinic.series import (
    APART_MS,
    CODES,
    LENGTH_CODE,
    SERIES_GAP_MS,
    WEEK_CODE,
    WEEK_MS,
    crossed,
    number_of,
    refusals,
    too_close,
)

HOUR, DAY = 3_600_000, 86_400_000


def days_ago(*days: float) -> tuple[int, ...]:
    return tuple(sorted(WALL_MS - round(one * DAY) for one in days))


def test_a_first_session_crosses_nothing() -> None:
    assert number_of((), WALL_MS) == 1
    assert crossed((), WALL_MS) == ()


def test_24_h_are_enough_and_a_millisecond_less_is_not_whoever_accepts_it() -> None:
    """HARD."""
    assert APART_MS == 24 * HOUR
    assert too_close((WALL_MS - APART_MS,), WALL_MS) == ()
    (one,) = too_close((WALL_MS - APART_MS + 1,), WALL_MS)
    assert (one.is_soft, one.text) == (False, "the last session began 23 h 59 min ago (limit 24 h)")
    assert refusals((WALL_MS - HOUR,), WALL_MS, (one.code, *CODES)) == (
        "the last session began 1 h 0 min ago (limit 24 h)",
    )


def test_a_session_in_the_future_is_a_wrong_clock_and_too_close() -> None:
    (one,) = too_close((WALL_MS + 3 * DAY,), WALL_MS)
    assert one.text == "the last session began 72 h 0 min after this moment (limit 24 h): the clock is wrong"


def test_a_fourth_within_seven_days_wants_to_be_accepted() -> None:
    """SOFT: more than 3 in 7 days."""
    assert crossed(days_ago(2, 4), WALL_MS) == ()
    assert refusals(days_ago(2, 4, 6), WALL_MS, ()) == (
        f"this is session 4 within 7 days (limit 3 sessions) (may be accepted with --accept-soft {WEEK_CODE})",
    )
    assert refusals(days_ago(2, 4, 6), WALL_MS, (WEEK_CODE,)) == ()
    edge = (WALL_MS - WEEK_MS, *days_ago(2, 4))
    assert crossed(tuple(sorted(edge)), WALL_MS) == (), "seven days ago is not within seven days"
    assert crossed(tuple(sorted((edge[0] + 1, *edge[1:]))), WALL_MS) != ()


def test_a_ninth_of_a_series_wants_to_be_accepted() -> None:
    """SOFT: more than 8 in a series."""
    seven = days_ago(*range(3, 24, 3))
    assert number_of(seven, WALL_MS) == 8
    assert crossed(seven, WALL_MS) == ()
    eight = days_ago(*range(3, 27, 3))
    assert [one.code for one in crossed(eight, WALL_MS)] == [LENGTH_CODE]
    assert refusals(eight, WALL_MS, (LENGTH_CODE,)) == ()
    assert refusals(eight, WALL_MS, (WEEK_CODE,)) != ()


def test_a_longer_gap_begins_a_new_series() -> None:
    assert number_of((WALL_MS - SERIES_GAP_MS,), WALL_MS) == 2
    assert number_of((WALL_MS - SERIES_GAP_MS - 1,), WALL_MS) == 1
    assert number_of(days_ago(40, 37, 3), WALL_MS) == 2


def test_boosters_are_held_to_the_same_limits() -> None:
    """Row 21: every two weeks is still the same series."""
    assert number_of(days_ago(14, 28, 42), WALL_MS) == 4
