"""The limit kept on this side of the wire."""

from drivers.alaris.codec import Counter
from drivers.alaris.limit import HostLimit, reach_nl

RATE_NL_H = 36_000_000  # 10 ul/s: 5 ul in half a second


def begun() -> HostLimit:
    limit = HostLimit()
    limit.begin(Counter(1_000_000, 1_000), 100_000)
    return limit


def test_reach_is_one_step_of_the_counter_and_two_polls_at_the_rate() -> None:
    assert reach_nl(1_000, RATE_NL_H) == 6_000
    assert reach_nl(0, 1) == 1


def test_what_is_shown_of_it_is_what_was_begun_and_none_before_and_after() -> None:
    limit = HostLimit()
    assert (limit.volume_nl, limit.is_in_force) == (None, False)
    limit.begin(Counter(1_000_000, 1_000), 5)
    assert (limit.volume_nl, limit.is_in_force) == (5, True)
    limit.lift()
    assert (limit.volume_nl, limit.is_in_force) == (None, False)


def test_a_limit_begun_anew_replaces_the_one_before() -> None:
    limit = begun()
    limit.begin(Counter(2_000_000, 1_000), 100_000)
    assert limit.reason_to_halt(Counter(2_093_999, 1_000), RATE_NL_H) is None
    assert "the limit is at 2100000 nl" in str(limit.reason_to_halt(Counter(2_094_000, 1_000), RATE_NL_H))


def test_it_halts_within_reach_of_the_end_and_one_nanolitre_before_not() -> None:
    assert begun().reason_to_halt(Counter(1_093_999, 1_000), RATE_NL_H) is None
    reason = begun().reason_to_halt(Counter(1_094_000, 1_000), RATE_NL_H)
    assert reason == "the counter reads 1094000 nl, and the limit is at 1100000 nl"


def test_a_counter_that_falls_halts() -> None:
    """Faults row 12: what has been given can no longer be reckoned."""
    limit = begun()
    assert limit.reason_to_halt(Counter(1_050_000, 1_000), RATE_NL_H) is None
    assert limit.reason_to_halt(Counter(1_050_000, 1_000), RATE_NL_H) is None
    assert (
        limit.reason_to_halt(Counter(1_049_999, 1_000), RATE_NL_H)
        == "the counter fell from 1050000 to 1049999 nl"
    )


def test_lifted_it_halts_nothing() -> None:
    limit = begun()
    limit.lift()
    assert not limit.is_in_force
    assert limit.reason_to_halt(Counter(9_000_000, 1_000), RATE_NL_H) is None
