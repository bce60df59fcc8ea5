import pytest

from drivers import registry
from drivers.chemyx import options
from drivers.contract import DriverEvent
from drivers.registry import OptionsRefused


def _hear(event: DriverEvent) -> None:
    """Nobody listens."""


def test_the_speeds_must_be_given() -> None:
    with pytest.raises(OptionsRefused, match=r"slowest_nm_h: must be given.*fastest_nm_h: must be given"):
        registry.checked("chemyx", {})


def test_the_speeds_reach_the_driver_and_must_fit_together() -> None:
    given = registry.checked("chemyx", {"slowest_nm_h": 42_050, "fastest_nm_h": 3_060_300_000})
    assert options.driver_from(given, "/dev/a", _hear, lambda: 0).capabilities(26_590).rate_min_nl_h == 23_351
    with pytest.raises(OptionsRefused, match="slowest_nm_h = 5: must be below fastest_nm_h = 4"):
        options.driver_from({"baud": 9600, "slowest_nm_h": 5, "fastest_nm_h": 4}, "/dev/a", _hear, lambda: 0)
