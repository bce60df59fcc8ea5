"""The demonstration's processes: what does not come up is named, and whatever was started is ended."""

import os
import signal
import stat
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pumpd import config as cfg
from pumpd.demo import stage as stage_module
from pumpd.demo.stage import NURSE, PRESCRIBER, Stage, StageError, scenario_path
from pumpd.shell.pins import verify_pin

#: Programs that stand in a folder of their own, beside a "python" that is never run.
READY = "print('READY', flush=True)\nwhile True: signal.pause()"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + READY


class House:
    """A folder with programs, and a stage that finds them there."""

    def __init__(self, tmp_path: Path) -> None:
        self.programs = tmp_path / "bin"
        self.programs.mkdir()
        folder = tmp_path / "stage"
        folder.mkdir()
        self.stage = Stage(folder, 45, scenario_path())

    def program(self, name: str, body: str) -> None:
        path = self.programs / name
        path.write_text(f"#!{PYTHON}\nimport signal, sys\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


PYTHON = sys.executable


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    built = House(tmp_path)
    monkeypatch.setattr(sys, "executable", str(built.programs / "python"))
    yield built
    built.stage.close()


def test_a_missing_program_is_named_with_what_to_do(house: House) -> None:
    with pytest.raises(StageError, match=r"hil-sim is missing: run \./run setup"):
        house.stage.open()


def test_a_part_that_ends_before_ready_is_named_with_what_it_printed(house: House) -> None:
    house.program("hil-sim", "sys.exit('the port is taken')")
    with pytest.raises(StageError, match=r"the broker did not come up: the port is taken"):
        house.stage.open()


def test_a_part_that_ends_without_a_word_is_named_all_the_same(house: House) -> None:
    house.program("hil-sim", "")
    with pytest.raises(StageError, match="the broker did not come up: it printed nothing"):
        house.stage.open()


@pytest.mark.parametrize("said", ["", "print('READ', end='', flush=True)", "print('hello', flush=True)"])
def test_a_part_that_never_says_ready_is_not_waited_for_for_ever(
    house: House, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(stage_module, "READY_WITHIN_S", 0.5)
    house.program("hil-sim", f"{said}\nsignal.pause()")
    with pytest.raises(StageError, match="did not come up"):
        house.stage.open()


def test_a_part_that_says_more_than_ready_in_one_breath_is_understood(house: House) -> None:
    """What a text layer has read ahead, no `select` would tell of."""
    house.program("hil-sim", "print('starting\\nREADY pump=x', flush=True)\nwhile True: signal.pause()")
    house.program("pumpd", READY)
    house.stage.open()
    assert house.stage.fallen() == ""


def test_the_daemon_that_does_not_come_up_is_named_and_the_rest_is_ended(house: House) -> None:
    house.program("hil-sim", READY)
    house.program("pumpd", "sys.exit('pumpd.toml:3: no')")
    with pytest.raises(StageError, match=r"the daemon did not come up: pumpd\.toml:3: no"):
        house.stage.open()
    started = [one for _, one in house.stage._running]
    assert len(started) == 3
    house.stage.close()
    assert all(one.poll() is not None for one in started)


def test_whoever_ends_by_itself_is_named(house: House) -> None:
    house.program("hil-sim", READY)
    house.program("pumpd", READY)
    house.stage.open()
    assert house.stage.fallen() == ""
    name, simulator = house.stage._running[1]
    simulator.kill()
    simulator.wait(10)
    assert house.stage.fallen() == name == "simulator"


def test_the_daemon_is_ended_first_because_it_halts_its_pump(house: House, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    leaves = (
        "def leave(*_):\n"
        f"    open({str(diary)!r}, 'a').write(sys.argv[0].rpartition('/')[2] + ' ' + sys.argv[1] + '\\n')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, leave)\n"
    )
    house.program("hil-sim", leaves + READY)
    house.program("pumpd", leaves + READY)
    house.stage.open()
    house.stage.close()
    assert diary.read_text().splitlines() == ["pumpd run", "hil-sim serve", "hil-sim broker"]


def test_a_part_that_does_not_heed_is_ended_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_module, "END_WITHIN_S", 0.2)
    house.program("hil-sim", STUBBORN)
    house.program("pumpd", READY)
    house.stage.open()
    started = [one for _, one in house.stage._running]
    house.stage.close()
    assert [one.returncode for one in started] == [-signal.SIGKILL, -signal.SIGKILL, -signal.SIGTERM]
    house.stage.close()  # and a second time does no harm


def test_the_configuration_it_writes_is_one_that_pumpd_takes(house: House) -> None:
    house.program("hil-sim", READY)
    house.program("pumpd", READY)
    house.stage.open()
    written = cfg.load(house.stage.places.folder / "pumpd.toml")
    assert {one.name: set(one.roles) for one in written.users} == {
        PRESCRIBER: {"prescriber"},
        NURSE: {"nurse"},
    }
    assert all(verify_pin(one.pin_scrypt, house.stage.pins[one.name]) for one in written.users)
    assert written.channels[0].transducer is not None
    assert Path(written.journal.path) == house.stage.places.journal


def test_every_place_is_in_the_stage_s_own_folder(house: House) -> None:
    places = house.stage.places
    for path in (places.socket, places.journal, places.truth, places.control):
        assert path.parent == places.folder
    assert len(os.fsencode(places.socket)) < 108


def test_the_scenarios_that_ship_are_there_and_nothing_happens_to_who_acts_by_hand() -> None:
    """Told by the clock, the pressure would have climbed before a person has entered an order."""
    assert tomllib.loads(scenario_path().read_text(encoding="utf-8"))["timeline"]
    assert "timeline" not in tomllib.loads(scenario_path("by_hand").read_text(encoding="utf-8"))
