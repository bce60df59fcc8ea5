"""A line bound to nothing, or without a watchdog, is a mistake of configuration and refused as one."""

import pytest

from drivers.new_era.binding import Binding


def test_a_good_binding_is_taken() -> None:
    assert Binding("NE1000", "3.", 99, 255).lease_s == 255


@pytest.mark.parametrize(
    ("model", "address", "lease_s", "named"),
    [
        ("", 0, 2, "model"),
        ("NE1000", 100, 2, "address"),
        ("NE1000", -1, 2, "address"),
        ("NE1000", 0, 0, "lease_s"),
        ("NE1000", 0, 256, "lease_s"),
    ],
)
def test_a_bad_one_is_refused_by_name(model: str, address: int, lease_s: int, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Binding(model, "", address, lease_s)


def test_in_basic_mode_there_is_no_watchdog_whatever_the_lease() -> None:
    assert (Binding("NE1000").watch_s, Binding("NE1000", is_basic=True).watch_s) == (2, 0)
