"""A tap between a host and a pump: nothing is changed, everything is noted."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from patience import until
from sim_process import running

from hil_sim.cli import main
from hil_sim.tap import Tap
from hil_sim.tape import read_tape


async def test_bytes_go_through_both_ways_and_stand_on_the_tape(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(4) == b"VER\r"
        writer.write(b"\x02NE\x03")
        await reader.read()
        writer.close()

    pump = await asyncio.start_server(answer, "127.0.0.1", 0)
    tap = Tap("tcp:0")
    await tap.open(f"tcp:127.0.0.1:{pump.sockets[0].getsockname()[1]}", tmp_path / "t.tape", "new_era")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(tap.near.name.rpartition(":")[2]))
    writer.write(b"VER\r")
    async with asyncio.timeout(10):
        assert await reader.readexactly(4) == b"\x02NE\x03"
    writer.close()
    tap.close()
    await until(tap.gone.is_set)
    pump.close()
    await pump.wait_closed()
    said = read_tape(tmp_path / "t.tape").said
    assert [(one.by, one.chunk) for one in said] == [("host", b"VER\r"), ("pump", b"\x02NE\x03")]


@pytest.mark.hil
def test_an_exercise_through_a_tap_on_a_serial_port_makes_a_tape_that_replays(tmp_path: Path) -> None:
    pump, host, tape = tmp_path / "pump", tmp_path / "host", str(tmp_path / "t.tape")
    words = (
        "--driver",
        "new_era",
        "--port",
        str(host),
        "--syringe",
        "bd-60",
        "--rate",
        "12",
        "--seconds",
        "3",
    )
    exercise = [sys.executable, "-m", "pumpd.cli.main", "exercise", *words]
    with (
        running("serve", "--listen", f"pty:{pump}"),
        running("tap", tape, "--pump", f"{pump}@19200", "--listen", f"pty:{host}") as tapped,
    ):
        assert subprocess.run(exercise, capture_output=True, timeout=60, check=False).returncode == 0
    assert tapped.status == 0
    with running("replay", tape, "--listen", f"pty:{host}") as replayed:
        assert subprocess.run(exercise, capture_output=True, timeout=60, check=False).returncode == 0
    assert replayed.status == 0, replayed.said


@pytest.mark.parametrize(
    ("pump", "why"),
    [
        ("/no/such/port", "No such file"),
        ("/dev/null", "no serial port"),
        ("/dev/null@12345", "no such baud rate"),
        ("tcp:here", "--pump is PATH, PATH@BAUD or tcp:HOST:PORT, not 'tcp:here'"),
    ],
)
def test_a_pump_that_cannot_be_reached_is_told(
    tmp_path: Path, pump: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    older = tmp_path / "t.tape"
    older.write_text("an older tape")
    assert main(["tap", str(older), "--pump", pump, "--listen", "tcp:0"]) == 2
    assert why in capsys.readouterr().err
    assert older.read_text() == "an older tape"
