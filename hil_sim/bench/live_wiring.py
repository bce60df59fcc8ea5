"""How a live bench reaches a daemon, read from the command line; and how fast a story may be played there.

Theory of operation. Everything that can be told wrong is told before the first story runs, in one sentence. The daemon
learns its bed from a file in the words of `hil_sim.bench.seat`, because what is fitted differs from story to story.

Treatment may run faster than life, but a link does not: its deadlines, leases and retries stay real (docs/decisions/0001).
So a claim that gives a daemon a second is only fair at the speed of life, and a story is played no faster than leaves each
of its claims `LINK_S`.
"""

import json
import shlex
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil_sim.addresses import read_broker
from hil_sim.bench.casting import site_of
from hil_sim.bench.story import Story

#: What a claim keeps of real time, s: the longest lease of a pump that a faulty link leads to (2.5 s), and a margin.
LINK_S = 3.0
FOLDER_VARIABLE = "HIL_SIM_FOLDER"
SITE_FILE = "site.json"
SOCKET_BYTES_MAX = 107  # of an AF_UNIX address


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is where.

    Attributes:
        broker: host, port.
        listen: `pty:PATH` or `tcp:PORT` for the pump; "" for one of our own choice for each story.
        console: the daemon's socket; None for one in the story's folder, which only our own child can know.
        command: program and arguments of the daemon; empty: it runs already.
        speed: treatment s per real s, at most.
        folder: where each story's folder is made and kept; None: nothing is kept.
    """

    broker: tuple[str, int]
    listen: str = ""
    console: Path | None = None
    command: Sequence[str] = ()
    speed: float = 1.0
    folder: Path | None = None

    @property
    def starts_daemon(self) -> bool:
        """It lives and dies by our hand."""
        return bool(self.command)

    def listen_of(self, story: Story, folder: Path) -> str:
        """Where this story's pump is to be met.

        Raises:
            ValueError: that pump cannot be met there.
        """
        is_tcp = story.pump.family == "modbus-tcp"
        if is_tcp and self.listen and not self.listen.startswith("tcp:"):
            raise ValueError(f"a modbus-tcp pump needs --listen tcp:PORT, not {self.listen!r}")
        return self.listen or ("tcp:0" if is_tcp else f"pty:{folder / 'pump'}")

    def write_site(self, story: Story, folder: Path, port: str, console: Path, epoch_ms: int) -> None:
        """Tell the daemon of its bed: `site.json` in its folder."""
        site = site_of(story)
        host, number = self.broker
        told: dict[str, Any] = {
            **site,
            "pump": {**site["pump"], "port": port},
            "broker": {"host": host, "port": number},
            "console": str(console),
            "clock": {"speed": speed_of(story, self.speed), "epoch_ms": epoch_ms},
        }
        (folder / SITE_FILE).write_text(json.dumps(told, indent=2), encoding="utf-8")

    def make_folder(self, source: Path) -> Path:
        """A fresh folder for one story."""
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
        return Path(
            tempfile.mkdtemp(prefix=f"{source.stem}-" if self.folder else "hil-sim-", dir=self.folder)
        )


def wiring_of(options: Namespace) -> Wiring:
    """Read the options of `hil-sim run --live`.

    Raises:
        ValueError: they do not make a bench; the message says which and what would.
    """
    if not options.broker:
        raise ValueError("--live needs --broker HOST:PORT")
    if not options.command and not (options.console and options.listen):
        raise ValueError(
            "--live needs --command to start the daemon, or --console and --listen of one that runs"
        )
    if not options.speed > 0.0:
        raise ValueError(f"--speed must be above 0, not {options.speed:g}")
    if not options.command and options.speed != 1.0:
        raise ValueError("--speed needs --command: a daemon that runs already keeps the time of life")
    console = options.console.absolute() if options.console else None
    if console is not None and len(str(console).encode()) > SOCKET_BYTES_MAX:
        raise ValueError(
            f"--console: a socket's path has at most {SOCKET_BYTES_MAX} bytes, not {str(console)!r}"
        )
    if options.listen and not options.listen.startswith(("pty:", "tcp:")):
        raise ValueError(f"--listen is pty:LINKPATH or tcp:PORT, not {options.listen!r}")
    return Wiring(
        read_broker(options.broker),
        options.listen or "",
        console,
        _words(options.command or ""),
        options.speed,
        options.keep,
    )


def speed_of(story: Story, asked: float) -> float:
    """Treatment s per real s at which this story may be played: what is asked, or less."""
    spans = [
        when.within_s for when in (getattr(claim, "when", None) for claim in story.expect) if when is not None
    ]
    shortest_s = min((one for one in spans if one is not None), default=None)
    return asked if shortest_s is None else min(asked, max(1.0, shortest_s / LINK_S))


def refuse_unplayable(story: Story, source: Path, wiring: Wiring) -> None:
    """Raises ValueError: the story kills a daemon that is not ours to kill, or harms what is not ours to harm."""
    if story.mishaps:
        names = ", ".join(dict.fromkeys(one.name for one in story.mishaps))
        raise ValueError(
            f"{source}: {names}: only a virtual bench can do that to broker, disk, clock and screen"
        )
    if story.acts("daemon") and not wiring.starts_daemon:
        raise ValueError(f"{source}: the story kills the daemon; that needs --command to start it again")


def _words(command: str) -> Sequence[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise ValueError(f"--command {command!r}: {error}") from error
