"""What the command line of a live run may say, and how fast a story may go."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from hil_sim.bench.live_wiring import Wiring, refuse_unplayable, speed_of, wiring_of
from hil_sim.bench.story import Story, read_story

BROKER = ("127.0.0.1", 1883)


def options(**given: Any) -> Namespace:
    unset = {"broker": None, "command": None, "console": None, "listen": None, "speed": 1.0, "keep": None}
    return Namespace(**{**unset, **given})


def story(text: str = "") -> Story:
    return read_story(f'title = "t"\n{text}', "t.toml")


def test_a_command_is_split_as_a_shell_would_and_the_rest_is_made_up(tmp_path: Path) -> None:
    wiring = wiring_of(options(broker=":1883", command="daemon --config 'a b.toml'", speed=20.0))
    assert wiring == Wiring(BROKER, command=["daemon", "--config", "a b.toml"], speed=20.0)
    assert wiring.listen_of(story(), tmp_path) == f"pty:{tmp_path / 'pump'}"
    assert wiring.listen_of(story('[pump]\nfamily = "modbus-tcp"\naddress = 1\n'), tmp_path) == "tcp:0"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "--live needs --broker"),
        ({"broker": "here", "command": "x"}, "--broker is HOST:PORT, not 'here'"),
        ({"broker": ":1883"}, "--live needs --command"),
        ({"broker": ":1883", "console": Path("/c")}, "--live needs --command"),
        ({"broker": ":1883", "command": "x", "speed": 0.0}, "above 0, not 0"),
        ({"broker": ":1883", "command": "x", "speed": float("nan")}, "above 0, not nan"),
        (
            {"broker": ":1883", "console": Path("/c"), "listen": "tcp:1", "speed": 2.0},
            "--speed needs --command",
        ),
        ({"broker": ":1883", "command": "x 'y"}, "No closing quotation"),
        ({"broker": ":1883", "command": "x", "listen": "serial:x"}, "not 'serial:x'"),
        ({"broker": ":1883", "command": "x", "console": Path("/" + "c" * 120)}, "at most 107 bytes"),
    ],
)
def test_what_makes_no_bench_is_refused_before_anything_runs(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        wiring_of(options(**given))


def test_a_story_that_kills_the_daemon_needs_one_of_ours() -> None:
    kills = story('[[timeline]]\nat_s = 1\nkind = "daemon"\nname = "crash"\n')
    with pytest.raises(ValueError, match=r"t\.toml: the story kills the daemon"):
        refuse_unplayable(kills, Path("t.toml"), Wiring(BROKER))
    refuse_unplayable(kills, Path("t.toml"), Wiring(BROKER, command=["x"]))
    refuse_unplayable(story(), Path("t.toml"), Wiring(BROKER))


def test_what_only_a_bench_of_its_own_can_break_is_refused_by_name() -> None:
    breaks = story('[[timeline]]\nat_s = 1\nkind = "fault"\nname = "disk_full"\n')
    with pytest.raises(ValueError, match=r"t\.toml: disk_full: only a virtual bench"):
        refuse_unplayable(breaks, Path("t.toml"), Wiring(BROKER, command=["x"]))


def test_a_modbus_tcp_pump_is_not_met_on_a_pty(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs --listen tcp:PORT"):
        Wiring(BROKER, "pty:/x").listen_of(story('[pump]\nfamily = "modbus-tcp"\naddress = 1\n'), tmp_path)


@pytest.mark.parametrize(
    ("within", "asked", "speed"),
    [("1 s", 20.0, 1.0), ("30 s", 20.0, 10.0), ("2 min", 20.0, 20.0), ("1 s", 0.5, 0.5)],
)
def test_a_claim_keeps_three_seconds_of_real_time(within: str, asked: float, speed: float) -> None:
    """Links, leases and retries are real at any speed (docs/decisions/0001)."""
    claims = story(
        f'[[expect]]\nword = "PAUSED"\nat_s = 5\nwithin = "{within}"\n[[expect]]\nno_rule = ["LP1"]\n'
    )
    assert speed_of(claims, asked) == speed


def test_a_story_without_a_deadline_goes_as_fast_as_wanted() -> None:
    assert speed_of(story(), 30.0) == 30.0


def test_the_daemon_is_told_of_its_bed_in_one_file(tmp_path: Path) -> None:
    wiring = Wiring(BROKER, command=["x"], speed=5.0)
    wiring.write_site(story("[devices]\nbutton = true\n"), tmp_path, "/dev/x", tmp_path / "c", 1234)
    site = json.loads((tmp_path / "site.json").read_text())
    assert site["pump"]["port"] == "/dev/x"
    assert site["button"] == "button-1"
    assert site["broker"] == {"host": "127.0.0.1", "port": 1883}
    assert site["console"] == str(tmp_path / "c")
    assert site["clock"] == {"speed": 5.0, "epoch_ms": 1234}
