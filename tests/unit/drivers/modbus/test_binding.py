"""What may be promised of a device, and what its map cannot keep."""

import pytest
from modbus_bench import CHONRY, DEFAULT

from drivers.modbus.binding import Binding, check_binding
from drivers.modbus.parse_map import parse_map


@pytest.mark.parametrize(
    "wrong", [{"model": ""}, {"unit": 0}, {"unit": 248}, {"lease_s": 0}, {"lease_s": 256}]
)
def test_a_binding_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Binding(**{"model": "PUMPD-1", **wrong})  # type: ignore[arg-type]


def test_what_the_map_cannot_prove_is_not_promised() -> None:
    check_binding(Binding("PUMPD-1", serial="40217", firmware="1."), parse_map(DEFAULT))
    for binding in (Binding("WP110", serial="1"), Binding("WP110", firmware="1")):
        with pytest.raises(ValueError, match="has no register that proves it"):
            check_binding(binding, parse_map(CHONRY))


def test_a_lease_that_cannot_be_said_is_refused() -> None:
    coarse = parse_map(DEFAULT.replace('step = "1 s"', 'step = "10 s"'))
    with pytest.raises(ValueError, match="lease_s 2"):
        check_binding(Binding("PUMPD-1"), coarse)
