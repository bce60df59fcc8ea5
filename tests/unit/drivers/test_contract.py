"""The arithmetic that the contract itself carries: what a pump can be set to."""

from drivers.contract import Capabilities, Step, WatchdogKind

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
