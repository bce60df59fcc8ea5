"""Programs of the bench as child processes: asked a line, answering a line, ended with the bench.

Theory of operation. What must not share an interpreter with what is measured is a process of its own: pumps, monitors,
floors, daemon, loads. Two kinds: a `Servant` is asked by JSON lines; a `Peer` says READY and serves until it is ended.
"""

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

HERE = Path(__file__).parent
READY_S = 30.0
CLOCK_HZ = os.sysconf("SC_CLK_TCK")


class BenchFailed(Exception):
    """The bench cannot go on; the text is one line and names the program."""


class Servant:
    """A script of this folder that does what it is told."""

    def __init__(self, script: str, *arguments: object) -> None:
        self._name = script
        argv = [sys.executable, str(HERE / script), *map(str, arguments)]
        self._child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def ask(self, **order: object) -> dict[str, Any]:
        """Give an order and wait for its answer. Raises BenchFailed."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End it."""
        self._child.kill()
        self._child.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        if not (line := self._child.stdout.readline()):
            raise BenchFailed(f"{self._name} ended with status {self._child.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Peer:
    """One of those that are compared. `ready_s`: from its start to READY. `is_ignored`: nobody reads what it says."""

    def __init__(self, name: str, argv: Sequence[str], env: dict[str, str] | None = None) -> None:
        self.name = name
        began = monotonic()
        self.lines: deque[str] = deque(maxlen=2_000)
        self.is_ignored = False
        self._told = threading.Event()
        self.child = subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, errors="replace"
        )
        self._heeded = threading.Event()
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()
        if not self._told.wait(READY_S) or self.child.poll() is not None:
            self.close()
            raise BenchFailed(f"{name} did not begin: " + " | ".join(list(self.lines)[-5:]))
        self.ready_s = self.ready_at - began

    @property
    def pid(self) -> int:
        return self.child.pid

    def cpu_s(self) -> float:
        """Processor time it has used, user and system, s."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_HZ

    def wakeups(self) -> int:
        """How often its threads have gone to sleep of their own will."""
        switches = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            status = (task / "status").read_text(encoding="ascii")
            switches += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        return switches

    def rss_mb(self) -> float:
        """Resident memory, MB (10^6 bytes)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6

    def close(self, number: int = 9) -> None:
        """End it; with SIGTERM it may take its leave."""
        if self.child.poll() is None:
            self.child.send_signal(number)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self._heeded.set()
        self._reader.join(5)

    def _follow(self) -> None:
        assert self.child.stdout is not None
        with self.child.stdout as output:
            for line in output:
                if self.is_ignored:
                    self._heeded.wait()
                self.lines.append(line.rstrip())
                if line.startswith("READY") and not self._told.is_set():
                    self.ready_at = monotonic()
                    self._told.set()
        self._told.set()
