"""Maps by name and by path."""

from pathlib import Path

import pytest
from modbus_bench import DEFAULT

from drivers.modbus.library import load_map, packaged_maps
from drivers.modbus.parse_map import MapRefused


def test_every_packaged_map_can_be_used() -> None:
    assert set(packaged_maps()) == {"pumpd-default", "chonry-wp110"}
    for name in packaged_maps():
        assert load_map(name).name == name


def test_a_site_may_bring_its_own(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(DEFAULT.replace('name = "pumpd-default"', 'name = "own"'))
    assert load_map(str(own)).name == "own"


def test_what_is_not_there_or_not_readable_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(MapRefused, match="'nothing': not one of chonry-wp110, pumpd-default"):
        load_map("nothing")
    with pytest.raises(MapRefused, match="cannot be read"):
        load_map(str(tmp_path / "none.toml"))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(MapRefused, match="cannot be read"):
        load_map(str(tmp_path / "binary.toml"))
