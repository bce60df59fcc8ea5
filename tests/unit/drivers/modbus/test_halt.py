"""A Modbus pump stopped without its driver."""

from pathlib import Path

import pytest
from halt_bytes import first_words, golden, options_agree

from drivers.line.halting import PortSettings
from drivers.modbus import halt


def test_the_first_words_are_the_golden_stop() -> None:
    assert first_words("modbus") == golden("modbus", "stop", "rtu")
    assert first_words("modbus", transport="tcp") == bytes.fromhex("0001 0000 0006 01 05 0000 0000")


def test_unit_and_map_are_the_site_s(tmp_path: Path) -> None:
    assert first_words("modbus", unit=7)[:1] == b"\x07"
    assert first_words("modbus", map="chonry-wp110") != first_words("modbus")
    with pytest.raises(ValueError, match="cannot be read"):
        first_words("modbus", map=str(tmp_path / "none.toml"))


def test_the_port_is_set_as_the_pump_is() -> None:
    options_agree("modbus")
    given = {**halt.DEFAULTS, "baud": 9600, "parity": "E", "stop_bits": 2}
    assert halt.settings_from(given) == PortSettings(9600, "E", 2)
