"""The control socket's orders and the truth file."""

import json
import os
from pathlib import Path
from threading import Thread

import pytest

from hil_sim.control import TruthFile, listen, obey
from hil_sim.world import World


def test_truth_is_told_with_the_last_motions() -> None:
    world = World()
    answer = obey(world, b'{"do":"truth"}')

    assert answer["ok"] is True
    assert answer["running"] is False
    assert answer["motions"] == []
    assert json.dumps(answer)


def test_faults_and_events_are_carried_out_and_cleared() -> None:
    world = World()
    assert obey(world, b'{"do":"fault","name":"reply_late","ms":100,"for_s":5}')["ok"]
    assert obey(world, b'{"do":"event","name":"occlude"}')["ok"]
    assert world.truth()["faults"] == ["reply_late"]
    assert world.line.is_occluded

    assert obey(world, b'{"do":"clear"}') == {"ok": True, "cleared": 1}


def test_the_catalogue_can_be_asked_for() -> None:
    assert any("line_down" in line for line in obey(World(), b'{"do":"list"}')["faults"])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"\xff\xfe",
        b'{"do":"dance","name":"x"}',
        b'{"do":"fault"}',
        b'{"do":"fault","name":"reply_lots"}',
        b'{"do":"fault","name":"reply_lost","for_s":"long"}',
        b'{"do":"fault","name":"reply_lost","self":1}',
        b'{"do":"fault","name":"reply_lost","for_s":0}',
        b'{"do":"fault","name":"reply_lost","for_s":-5}',
        b'{"do":"fault","name":"reply_lost","for_s":NaN}',
        b'{"do":"fault","name":"reply_lost","for_s":true}',
        b'{"do":"clear","name":"reply_lots"}',
    ],
)
def test_what_is_not_understood_is_refused_with_its_reason(line: bytes) -> None:
    world = World()
    answer = obey(world, line)

    assert answer["ok"] is False
    assert answer["error"]
    assert world.truth()["faults"] == []


def test_a_disk_that_takes_nothing_holds_the_pump_up_for_nothing(tmp_path: Path) -> None:
    """Everything is written once it takes again."""
    os.mkfifo(tmp_path / "truth")
    disk = os.open(tmp_path / "truth", os.O_RDONLY | os.O_NONBLOCK)
    world = World()
    truth = TruthFile(tmp_path / "truth", world)
    told = 200  # more than a pipe holds
    for number in range(told):
        truth.on_event(f"event {number}")
    os.set_blocking(disk, True)
    with open(disk, encoding="utf-8") as lines:
        closing = Thread(target=truth.close)
        closing.start()
        events = [json.loads(line)["event"] for line in lines]
        closing.join()
    assert events == [f"event {number}" for number in range(told)]


def test_a_disk_that_refuses_is_heard_of(tmp_path: Path) -> None:
    truth = TruthFile(Path("/dev/full"), World())
    truth.on_event("the first")
    with pytest.raises(OSError, match="No space left"):
        truth.close()


def test_the_truth_file_has_a_line_a_second_and_one_an_event(tmp_path: Path) -> None:
    world = World()
    truth = TruthFile(tmp_path / "truth", world)
    for number in range(29):
        world.advance(0.1, number * 100.0)
        truth.tick()
    world.event("occlude")
    truth.close()
    world.event("release")
    lines = [json.loads(line) for line in (tmp_path / "truth").read_text(encoding="utf-8").splitlines()]

    assert [line["event"] for line in lines] == [None, None, None, "event occlude"]
    assert {"rr", "breath_gap_s", "moaas", "dissociation"} <= set(lines[0])
    assert {"t_s", "plunger_nl", "patient_nl", "rate_nl_h", "line_mmhg", "sys", "dia", "hr", "spo2"} <= set(
        lines[0]
    )


def test_what_would_do_nothing_is_refused_with_its_reason() -> None:
    world = World()

    def why_idle(name: str, params: dict[str, object]) -> str:
        return f"nobody there: {params}" if name == "silent" else ""

    answer = obey(world, b'{"do":"fault","name":"silent","only":"air","for_s":3}', why_idle)
    assert answer == {"ok": False, "error": "silent: nobody there: {'only': 'air'}"}
    assert world.truth()["faults"] == []
    assert obey(world, b'{"do":"fault","name":"reply_late"}', why_idle)["ok"]


async def test_the_socket_takes_the_place_of_no_file(tmp_path: Path) -> None:
    """A path mistyped must not cost its file."""
    mine = tmp_path / "notes.txt"
    mine.write_text("mine")
    with pytest.raises(ValueError, match=r"notes\.txt is there and is no socket"):
        await listen(mine, World(), lambda: None)
    assert mine.read_text() == "mine"
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        await listen(tmp_path / "no" / "ctl", World(), lambda: None)
