"""A Modbus pump from the command line's words."""

from pathlib import Path

import pytest
from modbus_bench import DEFAULT

from hil_sim.modbus_maps import layout_named, make_modbus_pump


def test_maps_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert layout_named("chonry-wp110").name == "chonry-wp110"
    (tmp_path / "own.toml").write_text(DEFAULT.replace("pumpd-default", "own"))
    assert layout_named(str(tmp_path / "own.toml")).name == "own"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("modbus-rtu", "nothing", 1), "chonry-wp110, pumpd-default"),
        (("modbus-rtu", "pumpd-default", 248), "outside 1-247"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, str, int], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make_modbus_pump(*words)


def test_a_map_that_lacks_something_says_what(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('name = "own"')
    with pytest.raises(ValueError, match="identity"):
        layout_named(str(tmp_path / "own.toml"))


def test_unit_and_wire_are_the_ones_asked_for() -> None:
    pump = make_modbus_pump("modbus-tcp", "pumpd-default", 9)
    assert (pump.memory.address, pump.is_tcp) == (9, True)
    assert make_modbus_pump("modbus-rtu", "pumpd-default", 0).memory.address == 1
