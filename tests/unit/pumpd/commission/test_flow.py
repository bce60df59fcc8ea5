"""Trumpet and start-up against a worked example, constant flow, a sine with a closed answer, and drift."""

from math import cos, pi, sin

import pytest

from pumpd.commission.flow import (
    SAMPLE_S,
    WINDOWS_MIN,
    Reading,
    Unusable,
    analysed,
    binned,
    trumpet,
)

RATE = 5_000_000.0  # nl/h
HOURS_2 = 7200


def every_half_minute(volume_nl: "list[float]") -> tuple[Reading, ...]:
    return tuple((float(i * SAMPLE_S), nl) for i, nl in enumerate(volume_nl))


def steady(seconds: int = HOURS_2, factor: float = 1.0, step_s: int = SAMPLE_S) -> tuple[Reading, ...]:
    return tuple((float(at), RATE * factor * at / 3600) for at in range(0, seconds + 1, step_s))


def test_the_trumpet_of_six_half_minutes_worked_out_on_paper() -> None:
    """clinical.md 5.2: m = (T1-P)/S + 1 stretches. Errors +4 -2 +6 -8 +2 +10; stretches of 2 min: 0, -0.5, 2.5."""
    assert trumpet([4.0, -2.0, 6.0, -8.0, 2.0, 10.0], 2) == (2.5, -0.5)


def test_constant_flow_has_no_error_in_any_window() -> None:
    found = analysed(steady(), RATE)
    assert (found.begin_s, found.end_s) == (3600, 7200)
    assert found.mean_error_percent == pytest.approx(0.0, abs=1e-9)
    assert [one.minutes for one in found.windows] == list(WINDOWS_MIN)
    for one in found.windows:
        assert one.highest_percent == pytest.approx(0.0, abs=1e-9)
        assert one.lowest_percent == pytest.approx(0.0, abs=1e-9)
    assert found.started_s == SAMPLE_S


def test_a_pump_that_is_three_per_cent_slow_is_so_in_every_window() -> None:
    found = analysed(steady(factor=0.97), RATE)
    assert found.mean_error_percent == pytest.approx(-3.0)
    for one in found.windows:
        assert (one.highest_percent, one.lowest_percent) == (pytest.approx(-3.0), pytest.approx(-3.0))


@pytest.mark.parametrize("period_min", [4, 10, 22, 38, 62])
def test_a_sine_is_narrowed_by_its_window_as_the_integral_says(period_min: int) -> None:
    """Over P the mean of a sin(2 pi t / tau) is at most a |sin(pi P/tau) / (pi P/tau)|, reached where it is centred."""
    share, tau_s = 0.08, period_min * 60.0
    volumes = [
        RATE / 3600 * (at + share * tau_s / (2 * pi) * (1 - cos(2 * pi * at / tau_s)))
        for at in range(0, HOURS_2 + 1, SAMPLE_S)
    ]
    found = analysed(every_half_minute(volumes), RATE)
    for one in found.windows:
        angle = pi * one.minutes / period_min
        best = 100 * share * abs(sin(angle) / angle)
        # The stretches begin every half minute, so the crest is met at worst a quarter minute beside its middle.
        beside = 1 - cos(2 * pi * 0.25 / period_min)
        assert one.highest_percent is not None
        assert one.lowest_percent is not None
        if period_min <= 60 - one.minutes:
            assert best * (1 - beside) - 1e-6 <= one.highest_percent <= best + 1e-6
            assert -best - 1e-6 <= one.lowest_percent <= -best * (1 - beside) + 1e-6
        else:
            assert one.highest_percent <= best + 1e-6


def test_drift_opens_the_trumpet_as_a_straight_line_does() -> None:
    """The rate rises by 6 % of itself in an hour from the first minute on; the mean of P is the middle of P."""
    slope = 0.06 / 3600
    volumes = [RATE / 3600 * (at + slope * at * at / 2) for at in range(0, HOURS_2 + 1, SAMPLE_S)]
    found = analysed(every_half_minute(volumes), RATE)
    assert found.mean_error_percent == pytest.approx(100 * slope * 5400)
    for one in found.windows:
        half_s = one.minutes * 30
        assert one.highest_percent == pytest.approx(100 * slope * (7200 - half_s))
        assert one.lowest_percent == pytest.approx(100 * slope * (3600 + half_s))


def test_slack_that_is_taken_up_first_shows_in_the_start_and_not_in_the_second_hour() -> None:
    slack_s = 100
    volumes = [max(at - slack_s, 0) * RATE / 3600 for at in range(0, HOURS_2 + 1, SAMPLE_S)]
    found = analysed(every_half_minute(volumes), RATE)
    assert found.flows_nl_h[:4] == (0.0, 0.0, 0.0, pytest.approx(RATE * 20 / 30))
    assert found.started_s == 150
    assert found.mean_error_percent == pytest.approx(0.0, abs=1e-6)


def test_readings_between_the_half_minutes_are_joined_by_straight_lines() -> None:
    assert binned(((-1.0, -10.0), (20.0, 200.0), (70.0, 700.0))) == (
        pytest.approx(36_000.0),
        pytest.approx(36_000.0),
    )


def test_a_shorter_measurement_uses_its_second_half_and_names_the_windows_that_do_not_fit() -> None:
    found = analysed(steady(24 * 60), RATE)
    assert (found.begin_s, found.end_s) == (720, 1440)
    lacking = {one.minutes: one.lacking for one in found.windows}
    assert lacking == {
        2: "",
        5: "",
        11: "",
        19: "the analysis period is 12 min",
        31: "the analysis period is 12 min",
    }
    assert found.windows[-1].highest_percent is None


def test_readings_too_far_apart_give_no_short_window() -> None:
    found = analysed(steady(step_s=120), RATE)
    assert found.windows[0].lacking == "the readings are up to 120 s apart"
    assert found.windows[1].lacking == ""


@pytest.mark.parametrize(
    ("readings", "rate", "why"),
    [
        (((0.0, 0.0),), RATE, "1 readings; the least is 2"),
        (((0.0, 0.0), (59.0, 5.0)), RATE, "59 s were measured; the least is 60 s"),
        (((0.0, 0.0), (60.0, 5.0), (60.0, 6.0)), RATE, "the time does not rise: 60 s comes after 60 s"),
        (((1.0, 0.0), (90.0, 5.0)), RATE, "the first reading is at 1 s"),
        (((0.0, 0.0), (90.0, 5.0)), 0.0, "must be above 0"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_value(
    readings: tuple[Reading, ...], rate: float, why: str
) -> None:
    with pytest.raises(Unusable, match=why):
        analysed(readings, rate)
