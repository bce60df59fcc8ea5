"""One turn of one peer: it is started, crossed again and again, looked at while nothing happens, and ended.

Theory of operation. Only one peer lives at a time, because a machine of two cores has no room for a bystander; turns are
short and alternate, so what else the machine does falls on all of them alike. A volley lets every bed cross once, at
random instants, with the vital signs of all beds and the polls of all pumps going on around it. A crossing is answered by
the first halt on that bed's wire after it left the monitor; without one within a second it is a miss. A bed that another
rule (a late control cycle, a silent pump) has stopped in the same volley before its crossing is no crossing: spoiled.
"""

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic

from bench.children import HERE, Peer, Servant
from bench.daemon import Bed, longest_cycle_gap_ms, make_flow, start_daemon, write_config

from pumpd.console_client import ConsoleClient

DAEMON, AIOMQTT, PAHO = "pumpd", "asyncio+aiomqtt", "paho"
FLOORS = {AIOMQTT: "floor_aiomqtt.py", PAHO: "floor_paho.py"}
PEERS = (DAEMON, *FLOORS)
ANSWER_NS = 1_000_000_000
SETTLE_S = 0.4
QUIET_S = 3.0
_pace = Event()


@dataclass
class Turn:
    """What one turn, or several of the same peer, came to. Latencies in us."""

    peer: str
    latencies_us: list[float] = field(default_factory=list)
    misses: int = 0
    garbled: int = 0
    spoiled: int = 0
    cpu_percent: list[float] = field(default_factory=list)
    wakeups_s: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    ready_s: list[float] = field(default_factory=list)
    cycle_gap_ms: int = 0

    def add(self, other: "Turn") -> None:
        """Another turn of the same peer."""
        for name in ("latencies_us", "cpu_percent", "wakeups_s", "rss_mb", "ready_s"):
            getattr(self, name).extend(getattr(other, name))
        self.misses += other.misses
        self.garbled += other.garbled
        self.spoiled += other.spoiled
        self.cycle_gap_ms = max(self.cycle_gap_ms, other.cycle_gap_ms)


@dataclass
class Scene:
    """Where turns take place. `beds`: how many. `hz`: vital signs a second and bed."""

    folder: Path
    broker_port: int
    beds: int
    hz: float
    pumps: Servant
    monitors: Servant

    def rest(self, seconds: float) -> None:
        """Let the world go on."""
        _pace.wait(seconds)

    def volley(self, turn: Turn, numbers: list[int]) -> None:
        """Every one of these beds crosses once."""
        self.pumps.ask(do="take")
        left = self.monitors.ask(do="cross", beds=numbers, over_s=max(0.1, 0.03 * len(numbers)))["left"]
        self.rest(SETTLE_S)
        taken = self.pumps.ask(do="take")
        turn.garbled += taken["garbled"]
        for number in numbers:
            left_ns = left[str(number)]
            halts = [at for at in taken["halts"][number - 1] if left_ns <= at < left_ns + ANSWER_NS]
            if any(at < left_ns for at in taken["halts"][number - 1]):
                turn.spoiled += (
                    1  # something else had stopped it in this volley; there was nothing left to stop
                )
            elif halts:
                turn.latencies_us.append((halts[0] - left_ns) / 1000)
            else:
                turn.misses += 1

    def look(self, turn: Turn, peer: Peer, seconds: float = QUIET_S) -> None:
        """What it costs while nothing crosses."""
        began, cpu_s, wakeups = monotonic(), peer.cpu_s(), peer.wakeups()
        self.rest(seconds)
        took_s = monotonic() - began
        turn.cpu_percent.append(100 * (peer.cpu_s() - cpu_s) / took_s)
        turn.wakeups_s.append((peer.wakeups() - wakeups) / took_s)
        turn.rss_mb.append(peer.rss_mb())


def floor_turn(scene: Scene, name: str, seconds: float) -> Turn:
    """One of the floors."""
    turn = Turn(name)
    argv = [
        sys.executable,
        str(HERE / FLOORS[name]),
        str(scene.broker_port),
        str(scene.folder),
        str(scene.beds),
    ]
    scene.pumps.ask(do="fresh")
    scene.monitors.ask(do="pace", hz=scene.hz)
    peer = Peer(name, argv)
    try:
        turn.ready_s.append(peer.ready_s)
        scene.rest(SETTLE_S)
        until = monotonic() + seconds
        while True:
            scene.volley(turn, list(range(1, scene.beds + 1)))
            if monotonic() >= until:
                break
        scene.look(turn, peer)
    finally:
        peer.close()
        scene.monitors.ask(do="pace", hz=0)
    return turn


Trouble = Callable[[Scene, Peer, bool], None]


def no_trouble(_scene: Scene, _peer: Peer, _is_on: bool) -> None:
    """The world as it should be."""


def daemon_turn(
    scene: Scene,
    seconds: float,
    trouble: Trouble = no_trouble,
    env: Mapping[str, str] | None = None,
    spared: int = 0,
) -> Turn:
    """The daemon. `trouble` is switched on before each volley and off after it; the first `spared` beds flow
    once and do not cross.
    """
    turn = Turn(DAEMON)
    for old in scene.folder.glob("journal.sqlite*"):
        old.unlink()
    scene.pumps.ask(do="fresh")
    scene.monitors.ask(do="pace", hz=scene.hz)
    peer = start_daemon(write_config(scene.folder, scene.broker_port, scene.beds), env)
    client = ConsoleClient(scene.folder / "console.sock")
    beds = [Bed(number, client, scene.monitors) for number in range(1, scene.beds + 1)]
    try:
        turn.ready_s.append(peer.ready_s)
        make_flow(beds)
        scene.look(turn, peer)
        until = monotonic() + seconds
        while True:
            make_flow(beds[spared:] if turn.latencies_us else beds)
            scene.rest(SETTLE_S)
            trouble(scene, peer, True)
            scene.volley(turn, [bed.number for bed in beds[spared:]])
            trouble(scene, peer, False)
            if monotonic() >= until:
                break
    finally:
        peer.close(signal.SIGTERM)
        scene.monitors.ask(do="pace", hz=0)
    turn.cycle_gap_ms = longest_cycle_gap_ms(scene.folder / "journal.sqlite")
    return turn
