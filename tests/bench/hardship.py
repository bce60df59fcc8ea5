"""What a daemon must bear without a stop coming later: one hardship at a time, on from before a volley to after it.

Theory of operation. Each is a small object with two moments. A hardship that would keep beds from flowing again (a disk
that stalls) is on only while they cross; one that is a circumstance (a panel, a full pipe) stays. The disk is slowed by a
library of forty lines, compiled here, that is loaded before the C library's own: whoever has no compiler is told so.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from bench.children import HERE, BenchFailed, Peer
from bench.turn import Scene, Turn, daemon_turn

PANEL_CLIENTS = 20
STORM = 10
PIPE_BYTES = 4096


def _none(scene: Scene, seconds: float) -> Turn:
    return daemon_turn(scene, seconds)


def _storm(scene: Scene, seconds: float) -> Turn:
    def trouble(_scene: Scene, _peer: Peer, is_on: bool) -> None:
        scene.monitors.ask(do="pace", hz=scene.hz * (STORM if is_on else 1))
        scene.rest(1.0 if is_on else 0.0)

    return daemon_turn(scene, seconds, trouble)


def _slow_journal(scene: Scene, seconds: float) -> Turn:
    library, flag = scene.folder / "slow_disk.so", scene.folder / "slow"
    if not library.exists():
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            raise BenchFailed("a C compiler is needed for the slow disk: apt-get install gcc libc6-dev")
        source = str(HERE / "slow_disk.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), source, "-ldl"], check=True)

    def trouble(_scene: Scene, _peer: Peer, is_on: bool) -> None:
        if is_on:
            flag.touch()
            scene.rest(0.5)
        else:
            flag.unlink()

    env = {**os.environ, "LD_PRELOAD": str(library), "SLOW_DISK": str(flag)}
    return daemon_turn(scene, seconds, trouble, env)


def _stalled_stdout(scene: Scene, seconds: float) -> Turn:
    def trouble(_scene: Scene, peer: Peer, is_on: bool) -> None:
        if is_on and not peer.is_ignored:
            peer.is_ignored = True
            assert peer.child.stdout is not None
            fcntl.fcntl(peer.child.stdout.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            full = os.open(f"/proc/{peer.pid}/fd/2", os.O_WRONLY | os.O_NONBLOCK)
            with suppress(BlockingIOError):
                while True:
                    os.write(full, b"\n" * 512)
            os.close(full)

    return daemon_turn(scene, seconds, trouble)


def _hung_pump(scene: Scene, seconds: float) -> Turn:
    def trouble(_scene: Scene, _peer: Peer, is_on: bool) -> None:
        if is_on:
            scene.pumps.ask(do="hang", pump=0)
            scene.rest(1.0)

    return daemon_turn(scene, seconds, trouble, spared=1)


def _contention(scene: Scene, seconds: float) -> Turn:
    hogs: list[subprocess.Popen[bytes]] = []

    def trouble(_scene: Scene, _peer: Peer, is_on: bool) -> None:
        if is_on:
            argv = [sys.executable, "-c", "while True: pass"]
            hogs.extend(subprocess.Popen(argv) for _ in range(2 * (os.cpu_count() or 1)))
            scene.rest(0.5)
        while hogs and not is_on:
            hog = hogs.pop()
            hog.kill()
            hog.wait()

    try:
        return daemon_turn(scene, seconds, trouble)
    finally:
        trouble(scene, None, False)  # type: ignore[arg-type]


def _panel(scene: Scene, seconds: float) -> Turn:
    running: list[Peer] = []

    def trouble(_scene: Scene, _peer: Peer, is_on: bool) -> None:
        if is_on and not running:
            running.extend(_watched(scene))
            scene.rest(2.0)

    try:
        return daemon_turn(scene, seconds, trouble)
    finally:
        for one in reversed(running):
            one.close()


def _watched(scene: Scene) -> list[Peer]:
    beds = [word for bed in range(1, scene.beds + 1) for word in ("--channel", f"bed-{bed}")]
    argv = [sys.executable, "-m", "pumpd.cli.main", "panel", "--listen", "127.0.0.1:0", *beds]
    own = ["--socket", str(scene.folder / "console.sock"), "--pair-file", str(scene.folder / "pair.json")]
    panel = Peer("panel", [*argv, *own])
    told = re.search(r"READY http://(\S+)/pair#(\S+)", "\n".join(panel.lines))
    if told is None:
        raise BenchFailed("the panel did not say where it is")
    count = str(PANEL_CLIENTS)
    return [panel, Peer("viewers", [sys.executable, str(HERE / "viewers.py"), told[1], told[2], count])]


Hardship = Callable[[Scene, float], Turn]

#: By name: what the table says of it, and what plays it.
HARDSHIPS: dict[str, tuple[str, Hardship]] = {
    "none": ("nothing", _none),
    "panel": (f"a panel with {PANEL_CLIENTS} clients", _panel),
    "storm": (f"{STORM} times the messages", _storm),
    "journal": ("a journal whose fsync takes 5 s", _slow_journal),
    "stdout": ("a stalled standard output", _stalled_stdout),
    "hung": ("one pump hung", _hung_pump),
    "cpu": ("two endless loops a core", _contention),
}
