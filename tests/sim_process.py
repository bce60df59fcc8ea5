"""`hil-sim serve` as a process of its own, for tests that run a program against it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SOCKETS = Path("/proc/net/unix")


@dataclass
class SimulatedPump:
    """`port` as a driver is told it."""

    port: str
    control: str

    def inject(self, *words: str) -> dict[str, Any]:
        """`hil-sim inject`."""
        command = [sys.executable, "-m", "hil_sim.cli", "inject", self.control, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@contextmanager
def simulated(pump: str, medium: str, folder: Path) -> Iterator[SimulatedPump]:
    """Serve this pump on a pty or on TCP."""
    with ExitStack() as tried:
        served = tried.enter_context(_served(pump, medium, folder))
        # A pty's number is free as soon as its pump is gone, though a daemon beside us may still claim that port.
        while medium == "pty" and f"@pumpd-port:{os.path.realpath(served.port)}" in _SOCKETS.read_text():
            folder = folder / "again"
            folder.mkdir()
            served = tried.enter_context(_served(pump, medium, folder))
        yield served


@contextmanager
def _served(pump: str, medium: str, folder: Path) -> Iterator[SimulatedPump]:
    listen = f"pty:{folder / 'pump'}" if medium == "pty" else "tcp:0"
    control = str(folder / "control")
    command = [
        sys.executable,
        "-m",
        "hil_sim.cli",
        "serve",
        "--pump",
        pump,
        "--listen",
        listen,
        "--control",
        control,
    ]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        ready = serving.stdout.readline().split()
        assert ready[:1] == ["READY"], ready
        address = ready[1].removeprefix("pump=")
        yield SimulatedPump(address if medium == "pty" else f"tcp:{address}", control)
    finally:
        serving.terminate()
        serving.communicate(timeout=20)


@dataclass
class Ended:
    """What a program said after READY, and how it ended."""

    said: str = ""
    status: int | None = None


@contextmanager
def running(*words: str) -> Iterator[Ended]:
    """`hil-sim` with these words, ready; ended by SIGTERM."""
    ended = Ended()
    child = subprocess.Popen([sys.executable, "-m", "hil_sim.cli", *words], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline().startswith("READY")
        yield ended
        child.send_signal(signal.SIGTERM)
        ended.said, _ = child.communicate(timeout=20)
        ended.status = child.returncode
    finally:
        child.kill()
        child.communicate()
