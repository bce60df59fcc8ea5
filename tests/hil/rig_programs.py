"""The programs of a rig as child processes: each with its log, each with words for what is done to it.

Theory of operation. A child's output goes through a pipe into a bounded list, so that a full disk or a
file-size limit put on the child cannot touch its log, and so that a test waits for a line instead of for a
time. The simulator's control socket tells the truth of the plunger; its `link_ms` is the machine's monotonic
clock, the same as ours, so instants of the test and of the truth compare directly.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from real_time import go_ahead
from rig_pumps import NEW_ERA, RigPump

READY_S = 20.0
POLL_S = 0.01
TRUTH_S = 5.0

Truth = dict[str, Any]
_pace = threading.Event()


def link_ms() -> float:
    """Now, in ms of the clock that the simulator stamps its truth with."""
    return time.monotonic() * 1000.0


class Program:
    """One child. `lines` is all it said on stdout and stderr."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.lines: deque[str] = deque(maxlen=20_000)
        self._news = threading.Condition()
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.child = subprocess.Popen(argv, env=env, text=True, **pipes)
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def wait_for_line(self, text: str, within_s: float = READY_S) -> str:
        """The first line that begins with `text`; what has said it has a core whenever it wants one.

        Raises:
            AssertionError: it did not come; with the log.
        """
        with self._news:
            self._news.wait_for(lambda: self._found(text) or not self._reader.is_alive(), within_s)
            found = self._found(text)
        assert found, f"{self.name} did not say {text!r}; it said:\n" + "\n".join(self.lines)
        go_ahead(self.child.pid)
        return found

    def wait(self, within_s: float) -> int:
        """Exit status; the log is complete then. Raises subprocess.TimeoutExpired."""
        code = self.child.wait(within_s)
        self._reader.join(within_s)
        return code

    def send(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    def close(self) -> None:
        """End it whatever its state; a stopped process is woken to be killed."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait(READY_S)
        self._reader.join(READY_S)

    @property
    def log(self) -> str:
        return "\n".join(self.lines)

    def _found(self, text: str) -> str:
        return next((line for line in list(self.lines) if line.startswith(text)), "")

    def _follow(self) -> None:
        assert self.child.stdout is not None
        with self.child.stdout as output:
            for line in output:
                with self._news:
                    self.lines.append(line.rstrip())
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()


def pumpd(*arguments: str) -> list[str]:
    """Command line of `pumpd`."""
    return [sys.executable, "-m", "pumpd.cli.main", *arguments]


def pumpctl(socket_path: Path, *arguments: str, pin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run `pumpctl` as a person at a terminal does."""
    argv = [sys.executable, "-m", "pumpd.cli.pumpctl", "--socket", str(socket_path), *arguments]
    environment = {**os.environ, "PUMPD_PIN": pin}
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=20, check=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Sim(Program):
    """`hil-sim serve`: one pump on a pty, or, if it is of that kind, on the TCP port that `tcp` names.

    It has no monitor: the rig's hand monitor speaks for the patient.
    """

    def __init__(self, folder: Path, pump: RigPump = NEW_ERA) -> None:
        number = _free_port() if pump.is_tcp else 0
        self.tcp = f"tcp:127.0.0.1:{number}" if pump.is_tcp else ""
        self.control = folder / "ctl"
        argv = [sys.executable, "-m", "hil_sim.cli", "serve", "--pump", pump.sim, "--listen"]
        argv += [f"tcp:{number}" if pump.is_tcp else f"pty:{folder / 'pump'}"]
        argv += ["--control", str(self.control), "--truth", str(folder / "truth.ndjson")]
        argv += ["--slack-ml", "0"]  # so that the plunger moves with the first turn of the screw
        super().__init__("hil-sim", argv)
        self.wait_for_line("READY")

    def do(self, **order: object) -> Truth:
        """One order to the control socket. Raises AssertionError when the simulator refuses it."""
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rw") as lines:
            line.settimeout(TRUTH_S)
            line.connect(str(self.control))
            lines.write(json.dumps(order) + "\n")
            lines.flush()
            answer: Truth = json.loads(lines.readline())
        assert answer["ok"], answer
        return answer

    def truth(self) -> Truth:
        return self.do(do="truth")

    def fault(self, name: str, **params: object) -> float:
        """Inject; returns the instant just before, link ms."""
        before_ms = link_ms()
        self.do(do="fault", name=name, **params)
        return before_ms

    def until(self, claim: Callable[[Truth], bool], within_s: float, what: str) -> Truth:
        """The first truth for which `claim` holds."""
        deadline = time.monotonic() + within_s
        while True:
            truth = self.truth()
            if claim(truth):
                return truth
            assert time.monotonic() < deadline, f"not within {within_s} s: {what}; the truth is {truth}"
            _pace.wait(POLL_S)

    def until_halted(self, within_s: float) -> Truth:
        return self.until(lambda truth: not truth["running"], within_s, "the plunger stands still")

    def until_running(self, within_s: float = 5.0) -> Truth:
        return self.until(lambda truth: truth["running"], within_s, "the plunger moves")
