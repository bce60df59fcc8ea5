"""The arithmetic that the contract itself carries: what a pump can be set to."""

import pytest

from drivers.contract import Capabilities, CounterReading, Motion, PumpReport, Step, WatchdogKind

PUMP = Capabilities(
    family="any",
    rate_min_nl_h=50,
    rate_max_nl_h=9_990,
    rate_steps=(Step(1_000, 1), Step(10_000, 10)),
    volume_steps=(Step(1_000, 100),),
    watchdog=WatchdogKind.NONE,
    watchdog_bound_ms=0,
    reports_pressure=False,
)


def test_a_rate_is_floored_to_the_step_of_its_range() -> None:
    assert [PUMP.floor_rate(rate) for rate in (999, 1_000, 1_009, 1_010)] == [999, 1_000, 1_000, 1_010]


def test_a_rate_below_the_pumps_minimum_is_no_rate() -> None:
    assert [PUMP.floor_rate(rate) for rate in (0, 49, 50)] == [0, 0, 50]


def test_a_rate_above_all_steps_is_the_highest_settable() -> None:
    assert PUMP.floor_rate(123_456) == 9_990


def test_a_volume_is_floored() -> None:
    assert [PUMP.floor_volume(volume) for volume in (99, 100, 999, 5_000)] == [0, 100, 900, 900]


def test_a_pump_holds_its_volume_limit_itself_unless_its_family_says_otherwise() -> None:
    assert PUMP.limits_volume


@pytest.mark.parametrize(
    ("before", "now", "counted_nl"),
    [
        ((900, 0), (950, 0), 50),
        ((900, 0), (905, 900), 5),  # the driver cleared it in between, and told so
        ((905, 900), (905, 900), 0),
        ((905, 900), (40, 0), 35),  # a new driver: 5 and then 40 on the pump's own counter
        ((905, 900), (3, 0), -2),
        ((905, 900), (900, 900), -5),  # another hand
    ],
)
def test_what_was_counted_between_two_readings(
    before: tuple[int, int], now: tuple[int, int], counted_nl: int
) -> None:
    """Law 4: what a driver cleared is neither lost nor counted twice, and a new driver's sum is none."""
    assert CounterReading(*now).since(CounterReading(*before)) == counted_nl


def test_a_report_tells_its_counter_with_what_was_cleared_of_it() -> None:
    assert PumpReport(Motion.HALTED, 905, 0, cleared_nl=900).counter.shown == 5
    assert PumpReport(Motion.HALTED, 905, 0).counter == (905, 0)
