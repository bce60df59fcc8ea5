"""The line pressure of the last seconds: kept short, read newest first."""

from math import isnan, nan

from interlocks.trace import KEPT_MS, STEP_MS, Trace, followed


def traced(*points: tuple[int, float]) -> Trace:
    trace = Trace()
    for ms, value in points:
        trace = followed(trace, ms, value)
    return trace


def test_a_change_is_measured_from_the_extreme_of_the_window_to_the_newest() -> None:
    trace = traced((0, 20.0), (1000, 90.0), (2000, 60.0), (3000, 50.0))
    assert trace.risen(3000) == 30.0
    assert trace.risen(2999) == 0.0, "what is older than the window does not count"


def test_a_fall_is_measured_from_a_level_that_three_samples_held() -> None:
    """LP3; two samples are noise, and the end of noise is no fall (I26)."""
    trace = traced((0, 92.0), (100, 95.0), (200, 90.0), (300, 40.0))
    assert trace.fallen(300) == 50.0
    assert trace.fallen(299) == 0.0, "what is older than the window does not count"
    assert traced((0, 20.0), (100, 350.0), (200, 350.0), (300, 20.0)).fallen(1000) == 0.0
    assert traced((0, 20.0), (100, 20.0), (200, 20.0), (300, 90.0)).fallen(1000) == 0.0, "a rise is no fall"


def test_without_two_values_nothing_has_changed() -> None:
    assert (Trace().risen(1000), Trace().fallen(1000)) == (0.0, 0.0)
    assert (traced((0, 80.0)).risen(1000), traced((0, 80.0)).fallen(1000)) == (0.0, 0.0)


def test_one_value_that_is_none_makes_no_number_of_it() -> None:
    """I17: min and max of a NaN are whatever comes first."""
    for points in ([(0, nan), (100, 20.0)], [(0, 20.0), (100, nan)], [(0, 20.0), (100, nan), (200, 20.0)]):
        trace = traced(*points)
        assert isnan(trace.risen(1000))
        assert isnan(trace.fallen(1000))
    assert traced((0, nan), (5000, 20.0), (5100, 30.0)).risen(1000) == 10.0


def test_a_trace_is_bounded_however_fast_a_transducer_talks() -> None:
    trace = traced(*((ms, float(ms)) for ms in range(0, 60_000, 10)))
    assert len(trace.points) == KEPT_MS // STEP_MS + 1
    assert trace.points[0][0] == trace.points[-1][0] - KEPT_MS


def test_what_is_not_newer_is_left_out() -> None:
    trace = traced((0, 20.0), (100, 21.0))
    assert followed(trace, 199, 90.0) is trace
    assert followed(trace, 100, 90.0) is trace
    assert followed(trace, 50, 90.0) is trace
    assert followed(trace, 200, 22.0).points[-1] == (200, 22.0)


def test_a_fall_is_from_the_highest_level_held_wherever_it_stands_in_the_window() -> None:
    early = traced((0, 90.0), (100, 90.0), (200, 90.0), (300, 60.0), (400, 60.0), (500, 60.0), (600, 20.0))
    assert early.fallen(1000) == 70.0
    assert early.fallen(500) == 40.0
