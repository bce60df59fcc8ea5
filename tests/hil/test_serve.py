"""The simulator as a process on real ptys and sockets, in real time."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from hil_sim.pumps.new_era_frames import safe_packet

pytestmark = pytest.mark.hil

Start = Callable[..., "Served"]


class Served:
    """One running `hil-sim serve`."""

    def __init__(self, listen: str, folder: Path, *options: str) -> None:
        self.control = folder / "control"
        self.truth_file = folder / "truth"
        argv = [sys.executable, "-m", "hil_sim.cli", "serve", "--listen", listen, *options]
        argv += ["--control", str(self.control), "--truth", str(self.truth_file)]
        self.child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout is not None
        ready = self.child.stdout.readline().split()
        assert ready[0] == "READY", ready
        self.pump = ready[1].removeprefix("pump=")

    def do(self, **order: object) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rw") as lines:
            line.settimeout(5.0)
            line.connect(str(self.control))
            lines.write(json.dumps(order) + "\n")
            lines.flush()
            answer: dict[str, Any] = json.loads(lines.readline())
        return answer

    def end(self) -> int:
        self.child.send_signal(signal.SIGTERM)
        code = self.child.wait(5.0)
        assert self.child.stdout is not None
        self.child.stdout.close()
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[Served] = []

    def begin(listen: str = "", *options: str) -> Served:
        running.append(Served(listen or f"pty:{tmp_path}/pump", tmp_path, *options))
        return running[-1]

    yield begin
    for served in running:
        if served.child.poll() is None:
            served.end()


def ask(port: serial.Serial, text: str) -> str:
    port.write(text.encode() + b"\r")
    return bytes(port.read_until(b"\x03")).strip(b"\x02\x03").decode()


def ask_safe(port: serial.Serial, text: str) -> str:
    port.write(safe_packet(text))
    head = bytes(port.read(2))
    return bytes(port.read(head[1] - 1))[:-3].decode() if len(head) == 2 else ""


def open_port(path: str) -> serial.Serial:
    return serial.Serial(path, 19200, timeout=1.0, exclusive=True)


def until(claim: Callable[[], bool], within_s: float = 5.0) -> None:
    deadline = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < deadline, "did not come true in time"
        os.sched_yield()


def test_a_pump_on_a_pty_infuses_at_its_rate_in_real_time(start: Start) -> None:
    served = start()
    with open_port(served.pump) as port:
        assert [ask(port, text) for text in ("", "DIA26.59", "RAT360MH", "RUN")] == [
            "00A?R",
            "00S",
            "00S",
            "00I",
        ]
        began = served.do(do="truth")
        until(lambda: served.do(do="truth")["t_s"] >= began["t_s"] + 1.0)
        assert ask(port, "STP") == "00P"
        truth = served.do(do="truth")
        shown = float(ask(port, "DIS").removeprefix("00PI").partition("W")[0])

    ran_ms = truth["halted_at_link_ms"] - truth["motions"][0]["link_ms"]
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"]
    assert truth["counter_nl"] == pytest.approx(360e6 / 3.6e6 * ran_ms, abs=2)
    assert shown * 1e6 == pytest.approx(truth["counter_nl"], abs=1000)


def test_a_client_may_close_and_open_the_pty_again(start: Start) -> None:
    served = start()
    for expected in ("00A?R", "00S", "00S"):
        with open_port(served.pump) as port:
            assert ask(port, "") == expected


def test_the_safe_mode_timer_is_real_time_at_sixtyfold_speed(start: Start) -> None:
    """faults row 8."""
    served = start("", "--speed", "60")
    with open_port(served.pump) as port:
        for text in ("", "DIA26.59", "RAT36MH"):
            ask(port, text)
        port.write(b"SAF1\r")
        assert port.read(8) == safe_packet("00S")
        assert ask_safe(port, "RUN") == "00I"
        port.timeout = 2.0
        assert port.read(10) == safe_packet("00A?T")
        truth = served.do(do="truth")

    ran_ms = truth["motions"][1]["link_ms"] - truth["motions"][0]["link_ms"]
    assert not truth["running"]
    assert 1000.0 <= ran_ms < 1100.0
    assert truth["counter_nl"] == pytest.approx(36e6 / 3.6e6 * 60.0 * ran_ms, rel=5e-3)


def test_a_line_that_goes_down_disappears_and_returns(start: Start) -> None:
    """faults row 19."""
    served = start()
    with open_port(served.pump) as port:
        assert ask(port, "") == "00A?R"
        assert served.do(do="fault", name="line_down", for_s=0.3)["ok"]
        until(lambda: not Path(served.pump).exists())
        with pytest.raises((serial.SerialException, OSError)):
            until(lambda: not port.write(b"\r"))
    until(lambda: Path(served.pump).exists())
    with open_port(served.pump) as port:
        assert ask(port, "") == "00S"


def test_a_stop_is_obeyed_and_its_answer_lost_on_demand(start: Start) -> None:
    """faults row 1."""
    served = start()
    with open_port(served.pump) as port:
        for text in ("", "DIA26.59", "RAT36MH", "RUN"):
            ask(port, text)
        served.do(do="fault", name="reply_lost", command="STP", count=1)
        port.timeout = 0.2
        assert ask(port, "STP") == ""
        assert ask(port, "") == "00P"


def test_a_tcp_port_takes_one_client_and_turns_a_second_away(start: Start) -> None:
    served = start("tcp:0")
    host, _, number = served.pump.partition(":")
    with socket.create_connection((host, int(number)), 5.0) as first:
        first.sendall(b"\r")
        assert first.recv(64) == b"\x0200A?R\x03"
        with socket.create_connection((host, int(number)), 5.0) as second:
            second.settimeout(5.0)
            assert second.recv(1) == b""
        first.sendall(b"VER\r")
        assert first.recv(64) == b"\x0200SNE1000V3.928\x03"


def test_inject_speaks_to_the_control_socket(start: Start) -> None:
    served = start()
    argv = [sys.executable, "-m", "hil_sim.cli", "inject", str(served.control)]

    done = subprocess.run([*argv, "keypad_diameter", "mm=21.59"], capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True)
    assert served.do(do="truth")["diameter_mm"] == 21.59
    assert subprocess.run([*argv, "keypad_dance"], capture_output=True, check=False).returncode == 1


def test_it_ends_cleanly_and_leaves_the_truth(start: Start) -> None:
    served = start()
    served.do(do="event", name="occlude")

    assert served.end() == 0
    assert not Path(served.pump).is_symlink()
    assert not served.control.exists()
    lines = [json.loads(line) for line in served.truth_file.read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["event"] == "event occlude"
    assert lines[-1]["occluded"] is True
