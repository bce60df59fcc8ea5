"""A tape on a real port, and a whole `pumpd exercise` recorded and replayed."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sim_process import running

from hil_sim.cli import main
from hil_sim.replay import Player
from hil_sim.replay_verb import AS_ON_TAPE, DIFFERED, Replay
from hil_sim.tape import HOST, PUMP, Said, Tape

ASKED = Tape(
    "new_era",
    (
        Said(HOST, 0.0, b"VER\r"),
        Said(PUMP, 20.0, b"one"),
        Said(PUMP, 200.0, b"unasked"),
        Said(HOST, 300.0, b"RUN\r"),
        Said(PUMP, 300.0, b"two"),
    ),
)


async def test_an_answer_is_as_late_as_then_and_the_order_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    replay = Replay(Player(ASKED), "tcp:0")
    await replay.port.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(replay.port.name.rpartition(":")[2]))
    async with asyncio.timeout(10):
        began_s = asyncio.get_running_loop().time()
        writer.write(b"VER\r")
        assert await reader.readexactly(3) == b"one"
        assert asyncio.get_running_loop().time() - began_s >= 0.018
        writer.write(b"RUN\r")
        assert await reader.readexactly(10) == b"unaskedtwo"
        writer.write(b"RUN\rDIA\r")
        writer.write_eof()
        assert await reader.read() == b""
    assert "asked [52 55 4e 0d 44 49 41 0d]" in capsys.readouterr().out
    writer.close()
    replay.port.close()


def exercise(port: Path, rate: str = "12") -> int:
    words = (
        "--driver",
        "new_era",
        "--port",
        str(port),
        "--syringe",
        "bd-60",
        "--rate",
        rate,
        "--seconds",
        "3",
    )
    argv = [sys.executable, "-m", "pumpd.cli.main", "exercise", *words]
    return subprocess.run(argv, capture_output=True, timeout=60, check=False).returncode


@pytest.mark.hil
def test_a_recorded_exercise_agrees_again_on_its_tape_and_another_one_does_not(tmp_path: Path) -> None:
    port, tape = tmp_path / "pump", tmp_path / "exercise.tape"
    listen = ("--listen", f"pty:{port}")
    with running("serve", *listen, "--tape", str(tape)):
        assert exercise(port) == 0
    with running("replay", str(tape), *listen) as ended:
        assert exercise(port) == 0
    assert ended.status == AS_ON_TAPE
    assert " 0 that differ, 0 that never came" in ended.said
    with running("replay", str(tape), *listen) as ended:
        assert exercise(port, "13") == 1
    assert ended.status == DIFFERED
    assert "'\\x02\\r0VOL0.0" in ended.said


def test_what_cannot_be_replayed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "t.tape"
    empty.write_text('{"tape": 1, "pump": "new_era"}\n')
    assert main(["replay", str(empty), "--listen", "tcp:0"]) == 2
    assert "nothing was asked on this tape" in capsys.readouterr().err
    assert main(["replay", str(tmp_path / "none"), "--listen", "tcp:0"]) == 2
    assert "No such file" in capsys.readouterr().err
