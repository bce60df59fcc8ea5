"""The demonstration's processes: a broker, a simulated pump and patient, and the daemon, each on its own.

Theory of operation. Nothing of the simulator is imported here; it is started as anybody would start it, and met on the
same pseudo-terminal and broker as real equipment. All processes share one speed and one epoch, so their treatment clocks
agree. Whatever happens, `close` ends every process that was started, the daemon first: it halts its pump.
"""

import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pumpd.demo.pumps import PUMPS
from pumpd.shell.pins import hash_pin

READY_WITHIN_S = 20.0
END_WITHIN_S = 5.0
BED, PATIENT = "bed-1", "tok-4711"
PRESCRIBER, NURSE = "dora", "nina"


class StageError(RuntimeError):
    """A part of the demonstration did not come up; the text says which and what it printed."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are during a demonstration."""

    folder: Path

    @property
    def socket(self) -> Path:
        """The console's."""
        return self.folder / "console.sock"

    @property
    def journal(self) -> Path:
        """The record."""
        return self.folder / "journal.sqlite"

    @property
    def truth(self) -> Path:
        """What the simulator knows and the daemon does not."""
        return self.folder / "truth.ndjson"

    @property
    def control(self) -> Path:
        """Where faults are injected."""
        return self.folder / "control.sock"


class Stage:
    """Starts and ends the processes."""

    def __init__(
        self, folder: Path, speed: float, scenario: Path, pump: str = "new_era", *, is_clinic: bool = False
    ) -> None:
        self._is_clinic = is_clinic
        self.places = Places(folder)
        self.pins = {name: f"{secrets.randbelow(10**6):06d}" for name in (PRESCRIBER, NURSE)}
        self._speed = speed
        self._pump = pump
        self._scenario = scenario
        self._running: list[tuple[str, subprocess.Popen[str]]] = []

    def open(self) -> None:
        """Bring everything up.

        Raises:
            StageError: a part did not say READY in time.
        """
        folder = self.places.folder
        port = _free_port()
        if PUMPS[self._pump].is_tcp:
            number = _free_port()
            listen, pump = f"tcp:{number}", f"tcp:127.0.0.1:{number}"
        else:
            listen, pump = f"pty:{folder / 'pump'}", str(folder / "pump")
        timing = ["--speed", f"{self._speed:g}", "--epoch-ms", str(time.time_ns() // 1_000_000)]
        self._start("broker", ["hil-sim", "broker", "--port", str(port)])
        simulator = ["hil-sim", "serve", "--pump", self._pump, "--listen", listen, *timing]
        simulator += ["--broker", f"127.0.0.1:{port}", "--bed", BED, "--patient", PATIENT]
        simulator += ["--scenario", str(self._scenario), "--truth", str(self.places.truth)]
        simulator += ["--control", str(self.places.control)]
        # Primed before the patient was connected: the plunger has no play left.
        simulator += ["--slack-ml", "0"]
        self._start("simulator", simulator)
        config = folder / "pumpd.toml"
        config.write_text(self._configuration(port, pump), encoding="utf-8")
        self._start("daemon", ["pumpd", "run", "--config", str(config), *timing])

    def open_panel(self, listen: str) -> str:
        """Bring the nurse's panel up beside the daemon; the link that pairs a browser with it.

        Raises:
            StageError: it did not say READY in time.
        """
        places = self.places
        pair = places.folder / "pair.json"
        command = ["pumpd", "panel", "--socket", str(places.socket), "--listen", listen]
        kept = ["--pair-file", str(pair), "--journal", str(places.journal)]
        ready = self._start("panel", [*command, *kept, "--channel", BED])
        return ready.removeprefix("READY").strip()

    def fallen(self) -> str:
        """Name of a process that has ended by itself, or nothing."""
        return next((name for name, one in self._running if one.poll() is not None), "")

    def close(self) -> None:
        """End everything, last started first."""
        for _, one in reversed(self._running):
            if one.poll() is None:
                one.send_signal(signal.SIGTERM)
                try:
                    one.wait(END_WITHIN_S)
                except subprocess.TimeoutExpired:
                    one.kill()
                    one.wait()
            if one.stdout is not None:
                one.stdout.close()
        self._running.clear()

    def _start(self, name: str, command: list[str]) -> str:
        program = Path(sys.executable).with_name(command[0])
        if not program.exists():
            raise StageError(f"{program} is missing: run ./run setup")
        log = self.places.folder / f"{name}.log"
        with log.open("w", encoding="utf-8") as errors:
            one = subprocess.Popen(
                [str(program), *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C reaches the demonstration, which ends the rest in order
            )
        self._running.append((name, one))
        return self._await_ready(name, one, log)

    @staticmethod
    def _await_ready(name: str, one: "subprocess.Popen[str]", log: Path) -> str:
        """The line that said READY."""
        assert one.stdout is not None
        until = time.monotonic() + READY_WITHIN_S
        said = b""
        # Past the text layer: what that has read ahead, no `select` would ever tell of.
        pipe = one.stdout.fileno()
        while (left_s := until - time.monotonic()) > 0:
            if not select.select([pipe], [], [], left_s)[0]:
                continue
            if not (chunk := os.read(pipe, 4096)):
                break
            said += chunk
            whole = said.split(b"\n")[:-1]
            if (ready := next((line for line in whole if line.startswith(b"READY")), None)) is not None:
                return ready.decode()
        printed = log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
        raise StageError(f"the {name} did not come up: {printed or 'it printed nothing'}")

    def _configuration(self, port: int, pump: str) -> str:
        users = "".join(
            f'[[users]]\nname = "{name}"\nroles = ["{role}"]\npin_scrypt = "{hash_pin(self.pins[name])}"\n'
            for name, role in ((PRESCRIBER, "prescriber"), (NURSE, "nurse"))
        )
        return (
            f'[site]\nname = "demo"\n[broker]\nhost = "127.0.0.1"\nport = {port}\ntls = false\n'
            f"{'[clinic]' if self._is_clinic else ''}\n"
            f'[journal]\npath = "{self.places.journal}"\n[console]\nsocket = "{self.places.socket}"\n{users}'
            f'[[channels]]\nname = "{BED}"\nbed = "{BED}"\nmonitors = ["monitor-1"]\n'
            f'transducer = "transducer-1"\nsyringes = ["bd-60"]\n'
            f"{PUMPS[self._pump].table(pump, self._speed)}"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def scenario_path(name: str = "demo") -> Path:
    """A story that ships beside the simulator, found without importing it."""
    return Path(__file__).parents[2] / "hil_sim" / "scenarios" / f"{name}.toml"
