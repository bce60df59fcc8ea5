from drivers import registry
from drivers.contract import DriverEvent
from drivers.line.chain import Chain
from drivers.new_era import options


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
