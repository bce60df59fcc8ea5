import pytest

from drivers import registry
from drivers.contract import DriverEvent, WatchdogKind
from drivers.line.chain import Chain
from drivers.new_era import options
from drivers.registry import Lines, OptionsRefused


def _hear(event: DriverEvent) -> None:
    """Nobody listens."""


def test_the_values_reach_the_driver() -> None:
    given = registry.checked("new_era", {"model": "NE1000", "lease_s": 5})
    driver = options.driver_from(given, "/dev/a", _hear, lambda: 0)
    assert driver.capabilities(26_590).watchdog_bound_ms == 5_000


def test_a_line_is_made_for_a_chain() -> None:
    line = options.line_from(registry.checked("new_era", {"model": "NE"}), "/dev/a", lambda: 0)
    assert isinstance(line, Chain)
    assert line.port == "/dev/a"


def test_what_fits_any_pump_is_itself_an_allowed_value() -> None:
    for option in options.OPTIONS:
        for value in (option.default, option.loosest):
            assert value is None or option.fault(value) == ""


BASIC = {"model": "NE1000", "protocol": "basic"}


def test_basic_mode_is_a_pump_without_a_watchdog() -> None:
    made = options.capabilities_from(registry.checked("new_era", BASIC), 26_590)
    assert made.watchdog is WatchdogKind.NONE


def test_a_lease_beside_basic_mode_is_refused_by_name() -> None:
    with pytest.raises(OptionsRefused, match="lease_s = 3: in basic mode the pump has no watchdog"):
        options.capabilities_from(registry.checked("new_era", {**BASIC, "lease_s": 3}), 26_590)


@pytest.mark.parametrize("protocols", [("basic", "safe"), ("basic", "basic"), ("safe", "basic")])
def test_in_basic_mode_a_pump_shares_no_port(protocols: tuple[str, str]) -> None:
    """docs/decisions/0020: one flipped bit in an address would start another patient's pump."""
    lines = Lines(lambda: 0)
    first, second = ({**BASIC, "protocol": one} for one in protocols)
    lines.driver("new_era", first, "/dev/a", _hear)
    with pytest.raises(OptionsRefused, match="shares no port"):
        lines.driver("new_era", {**second, "address": 1}, "/dev/a", _hear)
