"""What is to be stopped, out of any file that still names pumps."""

import tomllib
from pathlib import Path

import pytest
from site_bench import site

from drivers.line.halting import PortSettings
from pumpd.stop_all.plan import PlanUnreadable, plan_of, read_plan

NEW_ERA = 'driver = "new_era"\nport = "/dev/pumpd/bed-1"\n'


def table(name: str, keys: str) -> str:
    return f'[[channels]]\nname = "{name}"\n[channels.pump]\n{keys}'


def test_the_daemons_own_file_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "pumpd.toml"
    path.write_text(site(tmp_path))
    plan = read_plan(str(path))
    assert [one.channels for one in plan.ports.values()]
    assert plan.untriable == {}
    assert plan.console == tomllib.loads(path.read_text())["console"]["socket"]


def test_what_is_wrong_elsewhere_in_the_file_is_no_reason_not_to_stop() -> None:
    """Row 102: a stop does not depend on a limit, a user or a broker being written rightly."""
    text = 'limits = "nonsense"\n[broker]\nport = "x"\n' + table("bed-1", NEW_ERA + 'colour = "red"\n')
    plan = plan_of(tomllib.loads(text), "x.toml")
    assert plan.ports["/dev/pumpd/bed-1"].channels == ["bed-1"]
    assert plan.ports["/dev/pumpd/bed-1"].settings == PortSettings(19200)


def test_pumps_of_one_port_share_its_line() -> None:
    text = table("a", NEW_ERA + "address = 1\n") + table("b", NEW_ERA + "address = 2\nbaud = 9600\n")
    plan = plan_of(tomllib.loads(text), "x.toml")
    [place] = plan.ports.values()
    assert place.channels == ["a", "b"]
    assert len(place.pumps) == 2


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ('driver = "sirius"\nport = "/dev/x"\n', "cannot be stopped by stop-all: driver = 'sirius'"),
        ('driver = "new_era"\n', "cannot be stopped by stop-all: its port is not written"),
        ('port = "/dev/x"\n', "no [channels.pump] table with a driver"),
        (NEW_ERA + "address = 400\n", "cannot be tried: ValueError: address 400"),
        (NEW_ERA + 'baud = "fast"\n', "cannot be tried: ValueError"),
        ('driver = "modbus"\nport = "/dev/x"\nmap = "none"\n', "cannot be tried: MapRefused"),
    ],
)
def test_one_pump_that_cannot_be_tried_is_named_and_the_others_are_stopped(keys: str, expected: str) -> None:
    plan = plan_of(tomllib.loads(table("bad", keys) + table("good", NEW_ERA)), "x.toml")
    assert expected in plan.untriable["bad"]
    assert [one.channels for one in plan.ports.values()] == [["good"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "cannot be read: No such file"),
        ("[[channels", "not TOML"),
        ("\udcff", "not TOML"),
        ("", "no [[channels]] table"),
        ("channels = 3", "no [[channels]] table"),
    ],
)
def test_a_file_that_names_no_pump_is_refused_in_words(
    tmp_path: Path, text: str | None, expected: str
) -> None:
    path = tmp_path / "pumpd.toml"
    if text is not None:
        path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(PlanUnreadable, match=expected.replace("[", r"\[")):
        read_plan(str(path))


def test_channels_that_are_no_tables_are_named_by_their_number() -> None:
    plan = plan_of({"channels": [3, {"name": "bed-2"}]}, "x.toml")
    assert set(plan.untriable) == {"channel 1", "bed-2"}
