"""A terminal with `pumpd commission` in it, and a simulated pump that may run faster than life.

Theory of operation. The verb asks a person, so it gets what a person has: a controlling terminal, made by `pty.fork`, on
which a Ctrl-C is a byte that the kernel turns into a signal. Nothing sleeps: `until` reads what the terminal shows
until the words are there, with a deadline.
"""

import asyncio
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pumpd.commission.bench import Bench as Visit
from pumpd.commission.bench_pump import Bound
from pumpd.commission.person import Person
from pumpd.commission.simulator import Simulator
from pumpd.config import load
from pumpd.config_pumps import abilities_of
from pumpd.core.library import SYRINGES
from pumpd.shell.pins import hash_pin

CTRL_C = "\x03"
WORDS_S = 60.0

NEW_ERA = 'driver = "new_era"\nmodel = "NE1000"\n'
MODBUS_TCP = 'driver = "modbus"\ntransport = "tcp"\nmodel = "PUMPD-1"\n'
NOBODY = "scrypt$16384$8$1${salt}$" + "00" * 32


@dataclass
class Terminal:
    """One program on a terminal of its own. `said`: everything it has shown."""

    argv: list[str]
    folder: Path
    said: str = ""
    status: int | None = None
    _pid: int = 0
    _fd: int = -1
    _seen: int = 0

    def open(self) -> "Terminal":
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(self.folder)
            os.execv(self.argv[0], self.argv)
        return self

    def until(self, words: str, within_s: float = WORDS_S) -> str:
        """What was shown up to these words, from where the last call ended."""
        end = time.monotonic() + within_s
        while (at := self.said.find(words, self._seen)) < 0:
            assert time.monotonic() < end, f"{words!r} not within {within_s} s:\n{self.said}"
            assert self._read(end), f"ended before {words!r}:\n{self.said}"
        before, self._seen = self.said[self._seen : at + len(words)], at + len(words)
        return before

    def type(self, text: str, end: str = "\n") -> None:
        os.write(self._fd, (text + end).encode())

    def press(self, key: str) -> None:
        self.type(key, "")

    def ended(self, within_s: float = WORDS_S) -> int:
        """Its exit status; all it said is in `said`."""
        end = time.monotonic() + within_s
        while self._fd >= 0 and self._read(end):
            assert time.monotonic() < end, f"still running:\n{self.said}"
        _, status = os.waitpid(self._pid, 0)
        self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def hang_up(self) -> None:
        """The window is closed."""
        os.close(self._fd)
        self._fd = -1

    def close(self) -> None:
        if self.status is None and self._pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
        if self._fd >= 0:
            os.close(self._fd)

    def _read(self, end: float) -> bool:
        if not select.select([self._fd], [], [], max(end - time.monotonic(), 0.0))[0]:
            return True
        try:
            chunk = os.read(self._fd, 65536)
        except OSError:
            return False
        self.said += chunk.decode(errors="replace").replace("\r\n", "\n")
        return bool(chunk)


@dataclass
class Bench:
    """A folder with a configuration and a simulator beside it."""

    folder: Path
    table: str
    port: str
    control: Path
    limit_mmhg: int = 200
    has_transducer: bool = True
    nurse_pin: str = ""
    terminals: list[Terminal] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "pumpd.toml"

    def write_config(self) -> None:
        transducer = 'transducer = "transducer-1"\n' if self.has_transducer else ""
        users = "".join(
            f'[[users]]\nname = "{who}"\nroles = ["{role}"]\npin_scrypt = "{self._hash(who, salt)}"\n'
            for who, role, salt in (("nina", "nurse", "01"), ("dora", "prescriber", "02"))
        )
        self.config.write_text(
            f'[site]\nname = "bench"\n[broker]\nhost = "127.0.0.1"\nport = 1\ntls = false\n'
            f'[journal]\npath = "{self.folder}/journal.sqlite"\n[console]\nsocket = "{self.folder}/console.sock"\n'
            f'{users}[[channels]]\nname = "bed-1"\nbed = "bed-1"\nmonitors = ["monitor-1"]\n{transducer}'
            f'line_pressure_limit_mmhg = {self.limit_mmhg}\n[channels.pump]\nport = "{self.port}"\n{self.table}'
        )

    def _hash(self, who: str, salt: str) -> str:
        return hash_pin(self.nurse_pin) if who == "nina" and self.nurse_pin else NOBODY.format(salt=salt * 16)

    def words(self, *more: str, is_simulated: bool = True) -> list[str]:
        argv = [sys.executable, "-m", "pumpd.cli.main", "commission", "--config", str(self.config)]
        argv += ["--channel", "bed-1", "--out", str(self.folder / "out"), "--person", "Erika Muster"]
        return argv + (["--simulator", str(self.control)] if is_simulated else []) + list(more)

    def open_terminal(self, *more: str, is_simulated: bool = True) -> Terminal:
        terminal = Terminal(self.words(*more, is_simulated=is_simulated), self.folder).open()
        self.terminals.append(terminal)
        return terminal

    def terminal(self, *more: str, is_simulated: bool = True) -> Terminal:
        """`pumpd commission` begun, and the promise typed."""
        terminal = self.open_terminal(*more, is_simulated=is_simulated)
        terminal.until("Type `no patient on bed-1` if that is so: ")
        terminal.type("no patient on bed-1")
        return terminal

    def do(self, **order: object) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as line, line.makefile("rw") as lines:
            line.settimeout(5.0)
            line.connect(str(self.control))
            lines.write(json.dumps(order) + "\n")
            lines.flush()
            answer: dict[str, Any] = json.loads(lines.readline())
        assert answer["ok"], answer
        return answer

    def truth(self) -> dict[str, Any]:
        return self.do(do="truth")

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "out" / "report.json").read_text())
        return found

    def step(self, name: str) -> dict[str, Any]:
        return next(one for one in self.report()["steps"] if one["name"] == name)

    def figure(self, step: str, name: str) -> dict[str, Any]:
        return next(one for one in self.step(step)["figures"] if one["name"] == name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def commissioning(
    folder: Path, sim: str = "new_era", table: str = NEW_ERA, speed: float = 1.0, **changes: Any
) -> Iterator[Bench]:
    """A served pump with a full syringe, and a configuration that names it."""
    number = _free_port() if sim == "modbus-tcp" else 0
    listen = f"tcp:{number}" if number else f"pty:{folder / 'pump'}"
    bench = Bench(
        folder,
        table,
        f"tcp:127.0.0.1:{number}" if number else str(folder / "pump"),
        folder / "ctl",
        **changes,
    )
    bench.write_config()
    argv = [sys.executable, "-m", "hil_sim.cli", "serve", "--pump", sim, "--listen", listen]
    argv += ["--control", str(bench.control), "--speed", str(speed), "--contents-ml", "60"]
    serving = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith("READY")
        yield bench
    finally:
        for terminal in bench.terminals:
            terminal.close()
        serving.terminate()
        serving.communicate(timeout=20)


class Scripted(Person):
    """A person whose answers stand ready; `said` is all that was said and asked. An answer may be something to do."""

    def __init__(self, *answers: "str | Callable[[], str]") -> None:
        self.answers = list(answers)
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    async def ask(self, question: str) -> str:
        self.said.append(question)
        if not self.answers:
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        return answer if isinstance(answer, str) else await asyncio.to_thread(answer)

    def close(self) -> None:
        """There is no terminal."""


def bound_of(bench: Bench) -> Bound:
    """The pump of its configuration, with a 50 mL syringe."""
    pump = load(bench.config).channels[0].pump
    return Bound(pump.driver, pump.options, pump.port, SYRINGES["bd-60"].diameter_um)


@asynccontextmanager
async def visited(bench: Bench, person: Person, **changes: Any) -> AsyncIterator[Visit]:
    """What a step gets, with the simulator's truth unless `simulator=None` is said."""
    told = await Simulator.opened(str(bench.control))
    bound = bound_of(bench)
    offered = abilities_of(bound.driver, bound.options, ("bd-60",))["bd-60"]
    speed = max(1.0, await told.speed())
    visit = Visit(bound, offered, SYRINGES["bd-60"], person, "Erika", (5_000_000,), bench.limit_mmhg, told)
    visit = replace(visit, **{"speed": speed, "presses": 3, "is_quick": True, **changes})
    try:
        yield visit
    finally:
        await told.close()
