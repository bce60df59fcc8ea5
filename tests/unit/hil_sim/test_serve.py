"""Keeping a world in step with a clock and a port."""

import os
from pathlib import Path

import pytest

from hil_sim.clock import SimClock
from hil_sim.serve import NUMBERS_KEPT, LivePump, PtyPort, TcpPort, make_port
from hil_sim.tape import TapeFile, read_tape
from hil_sim.world import World


class MemoryPort:
    """A port that keeps what is written."""

    name = "memory"

    def __init__(self) -> None:
        self.written = b""
        self.opened = 0

    async def open(self) -> None:
        self.opened += 1

    def write(self, chunk: bytes) -> None:
        self.written += chunk

    def close(self) -> None:
        self.opened -= 1


class Bench:
    """A live pump whose clock the test moves."""

    def __init__(self, speed: float = 1.0) -> None:
        self.mono_s = 100.0
        self.port = MemoryPort()
        self.world = World()
        clock = SimClock(speed, 0, wall_s=lambda: 0.0, mono_s=lambda: self.mono_s)
        self.live = LivePump(self.world, clock, self.port)

    def ask(self, text: str) -> str:
        self.port.written = b""
        self.live.on_bytes(text.encode() + b"\r")
        return self.port.written.strip(b"\x02\x03").decode("latin-1")


def test_the_answer_is_written_in_the_call_that_brings_the_request() -> None:
    assert Bench().ask("") == "00A?R"


def test_the_world_is_brought_to_the_present_before_a_byte_is_handled() -> None:
    bench = Bench(speed=10.0)
    for text in ("", "DIA26.59", "RAT36MH", "RUN"):
        bench.ask(text)
    bench.mono_s += 1.0

    assert bench.ask("DIS") == "00II0.100W0.000ML"


def test_speed_scales_the_plunger_and_not_the_safe_mode_timer() -> None:
    """facts/protocols.md 1: the pump's timer is real time at any speed."""
    bench = Bench(speed=60.0)
    for text in ("", "DIA26.59", "RAT36MH", "RUN", "SAF5"):
        bench.ask(text)
    bench.mono_s += 4.9
    bench.live.catch_up()
    assert bench.world.pump.is_moving
    assert bench.world.treatment_s == pytest.approx(294.0)
    bench.mono_s += 0.2
    bench.live.catch_up()

    assert not bench.world.pump.is_moving


@pytest.mark.parametrize("listen", ["pty:", "tcp:x", "tcp:65536", "serial:/dev/ttyS0", "pty"])
def test_an_unknown_port_is_refused(listen: str) -> None:
    with pytest.raises(ValueError, match="--listen"):
        make_port(listen, lambda chunk: None)


def test_a_port_is_made_from_its_name() -> None:
    assert isinstance(make_port("pty:/tmp/x", lambda chunk: None), PtyPort)
    assert isinstance(make_port("tcp:0", lambda chunk: None), TcpPort)


async def test_a_pty_takes_the_place_of_a_link_and_of_no_file(tmp_path: Path) -> None:
    """A path mistyped must not cost its file."""
    mine = tmp_path / "notes.txt"
    mine.write_text("mine")
    with pytest.raises(FileExistsError, match=r"notes\.txt: something that is no link"):
        await make_port(f"pty:{mine}", lambda chunk: None).open()
    assert mine.read_text() == "mine"
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        await make_port(f"pty:{tmp_path / 'no' / 'pump'}", lambda chunk: None).open()
    left_over = tmp_path / "pump"
    left_over.symlink_to(tmp_path / "gone")
    port = make_port(f"pty:{left_over}", lambda chunk: None)
    await port.open()
    assert str(left_over.readlink()).startswith("/dev/")
    port.close()


async def test_the_number_of_a_port_that_went_is_not_given_to_the_next(tmp_path: Path) -> None:
    """The daemon that began on it claims its number until it ends; another bench would be turned away."""
    port = make_port(f"pty:{tmp_path / 'pump'}", lambda chunk: None)
    await port.open()
    gone = (tmp_path / "pump").readlink()
    port.close()
    assert not gone.exists()
    other = make_port(f"pty:{tmp_path / 'other'}", lambda chunk: None)
    await other.open()
    assert (tmp_path / "other").readlink() != gone
    other.close()


async def test_a_line_that_flaps_does_not_use_up_the_descriptors(tmp_path: Path) -> None:
    port = make_port(f"pty:{tmp_path / 'pump'}", lambda chunk: None)
    open_before = len(os.listdir("/proc/self/fd"))
    for _ in range(3 * NUMBERS_KEPT):
        await port.open()
        port.close()
    assert len(os.listdir("/proc/self/fd")) <= open_before + NUMBERS_KEPT


async def test_a_port_that_is_taken_is_named() -> None:
    first = make_port("tcp:0", lambda chunk: None)
    await first.open()
    number = first.name.rpartition(":")[2]
    with pytest.raises(OSError, match=f"--listen tcp:{number}: Address already in use"):
        await make_port(f"tcp:{number}", lambda chunk: None).open()
    first.close()


def test_a_tape_holds_what_passed_both_ways_and_when(tmp_path: Path) -> None:
    bench = Bench()
    bench.live.tape = TapeFile(tmp_path / "t.tape", "new_era")
    bench.ask("")
    bench.mono_s += 0.5
    bench.ask("DIA26.59")
    bench.live.tape.close()
    heard = [(one.by, one.chunk, one.ms) for one in read_tape(tmp_path / "t.tape").said]
    assert heard == [
        ("host", b"\r", 0.0),
        ("pump", b"\x0200A?R\x03", 0.0),
        ("host", b"DIA26.59\r", 500.0),
        ("pump", b"\x0200S\x03", 500.0),
    ]
