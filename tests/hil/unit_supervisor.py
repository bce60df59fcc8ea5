"""A stand-in for systemd: it does with a daemon what pumpd.service says, and writes down when.

Theory of operation. No init runs where these tests do. What the unit promises is little enough to be done by hand: start
with NOTIFY_SOCKET, wait for READY=1, kill with WatchdogSignal when WATCHDOG=1 has not come for WatchdogSec, run
ExecStopPost with SERVICE_RESULT after any end, start again after RestartSec. All numbers and command lines are read from
the unit itself, so a change there is tried here.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from rig_programs import Program
from service_ear import ServiceEar
from unit_files import seconds, unit, words_of

from pumpd.places import DEFAULT_CONFIG

PROGRAM = (sys.executable, "-m", "pumpd.cli.main")
LOOK_S = 0.02


class UnitSupervisor:
    """Keeps one daemon as the unit wants it kept, from `start` to `close`. Instants are monotonic ms.

    `program`: what stands for /usr/bin/pumpd; the emergency stop is always the real one.
    """

    def __init__(self, config: Path, folder: Path, program: Sequence[str] = PROGRAM) -> None:
        self._unit = unit("pumpd.service")
        self._config = config
        self._folder = folder
        self._program = program
        self.watchdog_s = seconds(self._unit["WatchdogSec"][0])
        self._signal = signal.Signals[self._unit["WatchdogSignal"][0]]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.ear = ServiceEar(folder / "notify")
        self.programs: list[Program] = []
        self.results: list[str] = []
        self.killed_ms: list[float] = []
        self.died_ms: list[float] = []
        self.stopped: list[tuple[int, str]] = []
        self._news = threading.Condition()

    def start(self) -> "UnitSupervisor":
        """Start the daemon; returns when it has said READY=1 to us."""
        self._launch()
        self.ear.wait_for("READY=1", 20.0)
        self._thread.start()
        return self

    @property
    def daemon(self) -> Program:
        """The one that lives, or lived last."""
        return self.programs[-1]

    def wait_for_stop(self, within_s: float) -> tuple[int, str]:
        """Status and output of the first ExecStopPost."""
        with self._news:
            self._news.wait_for(lambda: bool(self.stopped), within_s)
        assert self.stopped, f"no ExecStopPost within {within_s} s"
        return self.stopped[0]

    def close(self) -> None:
        """End everything."""
        self._over.set()
        for program in self.programs:
            program.close()
        self._thread.join(20.0)
        self.ear.close()

    def _command(self, line: str, program: Sequence[str]) -> list[str]:
        return [*program, *(word.replace(DEFAULT_CONFIG, str(self._config)) for word in words_of(line))]

    def _launch(self) -> None:
        command = self._command(self._unit["ExecStart"][0], self._program)
        environment = self.ear.environment(self.watchdog_s)
        self.programs.append(Program("pumpd", command, environment))
        self._fed_from_ms = time.monotonic() * 1000.0

    def _keep(self) -> None:
        while not self._over.wait(LOOK_S):
            status = self.daemon.child.poll()
            if status is not None:
                self._ended(status, "signal" if status < 0 else "exit-code" if status else "success")
            elif self._is_starved():
                self.killed_ms.append(time.monotonic() * 1000.0)
                self.daemon.send(self._signal)
                self._ended(self.daemon.wait(5.0), "watchdog")

    def _is_starved(self) -> bool:
        """READY starts the watchdog, each ping starts it anew."""
        ready = [at_ms for at_ms in self.ear.times_ms("READY=1") if at_ms > self._fed_from_ms]
        if not ready:
            return False
        last_ms = max([*ready, *self.ear.times_ms("WATCHDOG=1")])
        return time.monotonic() * 1000.0 - last_ms > self.watchdog_s * 1000.0

    def _ended(self, status: int, result: str) -> None:
        self.results.append(result)
        self.died_ms.append(time.monotonic() * 1000.0)
        environment = {**os.environ, "SERVICE_RESULT": result}
        for line in self._unit["ExecStopPost"]:
            done = subprocess.run(
                self._command(line, PROGRAM), env=environment, capture_output=True, text=True, check=False
            )
            with self._news:
                self.stopped.append((done.returncode, done.stdout + done.stderr))
                self._news.notify_all()
        if status in map(int, self._unit["RestartPreventExitStatus"]) or result == "success":
            self._over.set()
        elif not self._over.wait(seconds(self._unit["RestartSec"][0])):
            self._launch()
