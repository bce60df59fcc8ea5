"""A Harvard pump's table: binding, lease and motor reach the driver; a pump nobody names is refused."""

import pytest

from drivers import registry
from drivers.contract import DriverEvent, WatchdogKind
from drivers.harvard import options
from drivers.line.chain import Chain
from drivers.registry import OptionsRefused, Value


def _hear(event: DriverEvent) -> None:
    """Nobody listens."""


def checked(**given: Value) -> dict[str, Value]:
    return registry.checked("harvard", given)


def test_the_values_reach_the_driver_and_its_capabilities() -> None:
    given = checked(serial="D101754", lease_s=4, motor="legato")
    ability = options.driver_from(given, "/dev/a", _hear, lambda: 0).capabilities(26_590)
    assert ability == options.capabilities_from(given, 26_590)
    assert (ability.watchdog, ability.watchdog_bound_ms) == (WatchdogKind.VOLUME_TARGET, 4_000)


def test_pumps_with_addresses_share_a_line_and_one_without_is_alone() -> None:
    shared = options.line_from(checked(model="11", address=2, addressing="digits"), "/dev/a", lambda: 0)
    assert isinstance(shared, Chain)
    assert options.line_from(checked(model="11"), "/dev/a", lambda: 0) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "must be bound to a pump"),
        ({"model": "11 ELITE", "address": 3}, "needs addressing"),
    ],
)
def test_what_only_the_values_together_show_is_refused_too(given: dict[str, Value], says: str) -> None:
    with pytest.raises(OptionsRefused, match=says):
        options.driver_from(checked(**given), "/dev/a", _hear, lambda: 0)
