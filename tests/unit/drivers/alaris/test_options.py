"""An Alaris pump's table: what is written reaches the driver, what cannot be is refused by key."""

import pytest

from drivers import registry
from drivers.alaris import options
from drivers.contract import DriverEvent, WatchdogKind
from drivers.registry import OptionsRefused, Value

GIVEN: dict[str, Value] = {"serial": "8003-00417", "syringe_um": 26_590, "rate_max_nl_h": 1_200_000_000}


def _hear(event: DriverEvent) -> None:
    """Nobody listens."""


def test_the_values_reach_the_driver_and_its_capabilities() -> None:
    given = registry.checked("alaris", GIVEN)
    driver = options.driver_from(given, "/dev/a", _hear, lambda: 0)
    ability = driver.capabilities(26_590)
    assert ability == options.capabilities_from(given, 26_590)
    assert (ability.rate_max_nl_h, ability.watchdog, ability.watchdog_bound_ms) == (
        1_200_000_000,
        WatchdogKind.COMMUNICATION,
        15_000,
    )
    with pytest.raises(ValueError, match="confirmed at this pump's keypad"):
        options.capabilities_from(given, 14_430)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"serial": ""}, "serial"),
        ({"serial": "8003^1"}, "serial"),
        ({"syringe_um": 999}, "syringe_um"),
        ({"rate_max_nl_h": 0}, "rate_max_nl_h"),
        ({"volume_step_nl": 3}, "volume_step_nl"),
    ],
)
def test_a_wrong_value_is_refused_at_its_key(changed: dict[str, Value], key: str) -> None:
    with pytest.raises(OptionsRefused) as refused:
        registry.checked("alaris", {**GIVEN, **changed})
    assert [one for one, _ in refused.value.faults] == [key]
