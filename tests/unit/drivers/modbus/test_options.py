"""A Modbus pump's table: transport, map and binding reach the driver, what the map cannot do is refused."""

import pytest

from drivers import registry
from drivers.contract import DriverEvent, WatchdogKind
from drivers.line.chain import Chain
from drivers.modbus import options
from drivers.registry import OptionsRefused, Value

GIVEN: dict[str, Value] = {"model": "PUMPD-1"}


def _hear(event: DriverEvent) -> None:
    """Nobody listens."""


def checked(**changed: Value) -> dict[str, Value]:
    return registry.checked("modbus", {**GIVEN, **changed})


def test_the_values_reach_the_driver_and_its_capabilities() -> None:
    given = checked(lease_s=3)
    ability = options.driver_from(given, "/dev/a", _hear, lambda: 0).capabilities(26_590)
    assert ability == options.capabilities_from(given, 26_590)
    assert (ability.watchdog, ability.watchdog_bound_ms) == (WatchdogKind.COMMUNICATION, 3_000)


def test_units_share_an_rtu_bus_and_a_tcp_pump_is_alone() -> None:
    assert isinstance(options.line_from(checked(unit=2), "/dev/a", lambda: 0), Chain)
    assert options.line_from(checked(transport="tcp"), "tcp:pump:502", lambda: 0) is None
    line = options.line_from(checked(), "/dev/a", lambda: 0)
    assert options.driver_from(checked(unit=3), "/dev/a", _hear, lambda: 0, None, line) is not None


@pytest.mark.parametrize(
    ("changed", "port", "says"),
    [
        ({"map": "nowhere"}, "/dev/a", "not one of chonry-wp110, pumpd-default"),
        ({"map": "/no/such.toml"}, "/dev/a", "cannot be read"),
        ({"transport": "tcp"}, "/dev/a", "needs a port like tcp:HOST:502"),
        ({"map": "chonry-wp110", "serial": "7"}, "/dev/a", "no register that proves it"),
    ],
)
def test_what_only_the_values_together_show_is_refused_too(
    changed: dict[str, Value], port: str, says: str
) -> None:
    with pytest.raises(OptionsRefused) as refused:
        options.driver_from(checked(**changed), port, _hear, lambda: 0)
    assert says in str(refused.value)
