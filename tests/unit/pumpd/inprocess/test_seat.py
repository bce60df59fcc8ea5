"""A site in plain words becomes the configuration that an engineer would have written."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from virtual_bed import SITE

from pumpd.inprocess.seat import config_of
from pumpd.shell.pins import verify_pin


def site(**changes: object) -> dict[str, object]:
    return {**SITE, "pump": {"family": "new_era", "port": "/virtual/pump", "options": {}}, **changes}


def test_bed_pump_devices_and_people_are_where_a_configuration_has_them(tmp_path: Path) -> None:
    config = config_of(site(button="button-1"), tmp_path)
    (channel,) = config.channels
    assert (channel.bed, channel.pump.driver, channel.pump.port) == ("bed-1", "new_era", "/virtual/pump")
    assert (channel.transducer, channel.button, channel.air_sensor) == ("transducer-1", "button-1", None)
    assert [one.name for one in config.users] == ["nina", "dora", "olga"]
    assert verify_pin(config.users[0].pin_scrypt, "24680")
    assert not verify_pin(config.users[0].pin_scrypt, "13579")


def test_what_no_configuration_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="bed"):
        config_of(site(bed="Bed 1"), tmp_path)
