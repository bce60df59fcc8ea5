"""One bed, whole, in one process on a clock that jumps: world, monitors, broker, disk, people, and a daemon's lives.

Theory of operation. All are timers of one loop, and every delay between them is drawn from one seed: so a seed decides in
which order things meet, and the same seed gives the same run to the last byte. The world is brought to the present
whenever somebody touches it and ten times a second; what the run looked like is told as happenings to whoever asked.

A daemon lives in a task. To kill it is to cut all its wires in one instant and then drop the task: whatever its clean-up
still does reaches nobody, as after SIGKILL, and what its journal had not committed is lost. Treatment time and link time
run alike here.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hil_sim.bench.bus import Bus
from hil_sim.bench.line import PumpLine
from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.panel import Panel, State
from hil_sim.bench.seat import MakeSeat, Seat
from hil_sim.monitors.bedside import Bedside, Fitted, MonitorSettings
from hil_sim.monitors.publish import look, wants_nibp
from hil_sim.patient_acts import monitor_faults_of
from hil_sim.world import World

TICK_S = 0.1
#: A wall clock like any other; decisions never see it.
WALL_MS = 1_795_345_200_000
PORT = "/virtual/pump"
COMMIT_S = 0.004


@dataclass(slots=True)
class Disk:
    """What the journal is written on. `stalls_s`: the next commits take so long; `is_full`: none succeeds."""

    chance: Callable[[], float]
    stalls_s: float = 0.0
    is_full: bool = False

    def take_s(self) -> float:
        """How long the next commit takes. Raises OSError: it does not succeed."""
        if self.is_full:
            raise OSError(28, "No space left on device")
        return COMMIT_S * (0.5 + self.chance()) + self.stalls_s


class _Wires:
    """The wires of one life; cut when it dies."""

    def __init__(self, bench: "VirtualBench") -> None:
        self._bench: VirtualBench | None = bench

    def cut(self) -> None:
        self._bench = None

    def chance(self) -> float:
        return self._bench.dice["daemon"].random() if self._bench is not None else 0.5

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        if self._bench is None:
            raise OSError("no such device")
        transport = self._bench.line.open(baud, protocol)
        self._bench.mark("open", b"")
        return transport

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if self._bench is not None:
            self._bench.bus.said(topic, payload, retain)

    def disk_s(self) -> float:
        if self._bench is None:
            raise OSError("no such disk")
        took_s = self._bench.disk.take_s()
        self._bench.mark("commit", b"%.6f" % took_s)
        return took_s


@dataclass(slots=True)
class Life:
    """One life of the daemon."""

    seat: Seat
    wires: _Wires
    task: "asyncio.Task[None]"
    is_ready: bool = False


@dataclass(slots=True)
class Setting:
    """What a run is made of.

    Attributes:
        world: pump, syringe, line, patient; fresh.
        site: of the daemon, see `hil_sim.bench.seat`; its pump's port is set here.
        folder: for the journal.
        seed: of everything.
    """

    world: World
    site: Mapping[str, Any]
    folder: Path
    make_seat: MakeSeat
    seed: int = 0
    patient: str = "tok-4711"
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    fitted: Fitted = field(default_factory=Fitted)


class VirtualBench:
    """The bed. Make it on a `JumpingLoop`; `begin`, then let time pass.

    Attributes:
        trace: a hash over every byte on the pump's line, every topic, every state shown, each with its instant.
        watchers: called once each tick with the bench.
    """

    def __init__(self, setting: Setting) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        self.loop = loop
        self.setting = setting
        self.world = setting.world
        self.bed = str(setting.site["bed"])
        names = ("daemon", "line", "bus", "panel", "disk")
        self.dice = {name: Random(f"{setting.seed}/{name}") for name in names}
        self.line = PumpLine(self._pump_hears, self.dice["line"].random, lambda: self.world.wire.is_down)
        self.bus = Bus(self._daemon_said, self.dice["bus"].random)
        self.disk = Disk(self.dice["disk"].random)
        self.panel = Panel(self.bed, self._shown, self.dice["panel"].random)
        self.bedside = Bedside(setting.patient, setting.monitor, 1.0, setting.seed, WALL_MS, setting.fitted)
        self.life: Life | None = None
        self.lives = 0
        self.watchers: list[Callable[[VirtualBench], None]] = []
        self.state_watchers: list[Callable[[State], None]] = []
        self.topic_watchers: list[Callable[[str, bytes], None]] = []
        #: Hear what makes the trace: kind ("<", ">", "open", "commit", "life", "ready", "crash" or a topic), bytes.
        self.mark_watchers: list[Callable[[str, bytes], None]] = []
        self.failures: list[str] = []
        #: So much has the wall clock of the daemon's box been set forward, ns.
        self.wall_step_ns = 0
        self._trace = hashlib.sha256()
        self._ended: list[asyncio.Task[None]] = []
        self._was_down = False

    @property
    def now_s(self) -> float:
        """Treatment and link time, s since the world began."""
        return self.loop.time()

    @property
    def trace(self) -> str:
        """The run's fingerprint so far."""
        return self._trace.hexdigest()

    def begin(self) -> None:
        """The devices come up, and the world's time begins to pass."""
        for name in self.setting.fitted.names():
            self.bus.say(f"pumpd/v1/status/{self.bed}/{name}", b"online", retain=True)
        self._tick()

    # the daemon

    def start_daemon(self) -> None:
        """A new life."""
        assert self.life is None, "it lives"
        self.lives += 1
        wires = _Wires(self)
        site = {**self.setting.site, "pump": {**self.setting.site["pump"], "port": PORT}}
        seat = self.setting.make_seat(site, self.setting.folder, wires, self.loop.monotonic_ns, self.wall_ns)
        task = self.loop.create_task(self._live(seat), name=f"life {self.lives}")
        self.life = Life(seat, wires, task)
        self.mark("life", b"%d" % self.lives)

    def kill_daemon(self) -> None:
        """As SIGKILL, or a power cut of its box."""
        life, self.life = self.life, None
        if life is None:
            return
        life.wires.cut()
        self.line.mute()
        self.panel.close()
        self.bus.leave()
        life.seat.die()
        life.task.cancel()
        self._ended.append(life.task)
        self.mark("crash", b"")

    async def end(self) -> None:
        """Put everything away."""
        self.kill_daemon()
        for task in self._ended:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

    def wall_ns(self) -> int:
        """The wall clock of the daemon's box, ns."""
        return WALL_MS * 1_000_000 + self.loop.monotonic_ns() + self.wall_step_ns

    async def _live(self, seat: Seat) -> None:
        try:
            await seat.run(lambda: self._ready(seat))
        except asyncio.CancelledError:
            raise
        except BaseException as failure:
            self.failures.append(f"the daemon ended by itself: {type(failure).__name__}: {failure}")

    def _ready(self, seat: Seat) -> None:
        if self.life is not None and self.life.seat is seat:
            self.life.is_ready = True
            self.mark("ready", b"")
            self.bus.join(seat)
            self.panel.open(seat)

    # the world

    def catch_up(self) -> None:
        """Bring the world to the present."""
        now_s = self.loop.time()
        self.world.advance(max(now_s - self.world.treatment_s, 0.0), now_s * 1000.0)

    def _tick(self) -> None:
        self.loop.call_later(TICK_S, self._tick)
        self.catch_up()
        self._flush()
        is_down = self.world.wire.is_down
        if is_down and not self._was_down:
            self.line.cut()
        self._was_down = is_down
        wall_ms = WALL_MS + round(self.now_s * 1000)
        for post in look(self.world, self.bedside, wall_ms, monitor_faults_of(self.world)):
            self.bus.say(f"pumpd/v1/vitals/{self.bed}/{post.device}", post.body, retain=post.retain)
        for watch in self.watchers:
            watch(self)

    def _pump_hears(self, chunk: bytes) -> None:
        self.mark(">", chunk)
        self.catch_up()
        self.world.receive(chunk, self.loop.time() * 1000.0)
        self._flush()

    def _flush(self) -> None:
        wire = self.world.wire
        for piece in wire.due(self.loop.time() * 1000.0):
            self.mark("<", piece)
            self.line.say(piece)
        if (next_ms := wire.next_due_ms) is not None:
            self.loop.call_at(max(next_ms / 1000.0, self.loop.time() + 0.001), self._flush)

    # what it shows

    def _daemon_said(self, topic: str, payload: bytes) -> None:
        self.mark(topic, payload)
        if topic == f"pumpd/v1/request/{self.bed}" and wants_nibp(payload):
            self.bedside.request_nibp(self.world.treatment_s)
        for watch in self.topic_watchers:
            watch(topic, payload)

    def _shown(self, state: State) -> None:
        for watch in self.state_watchers:
            watch(state)

    def mark(self, kind: str, payload: bytes) -> None:
        """Enter something in the trace."""
        self._trace.update(f"{self.loop.time():.6f} {kind} ".encode())
        self._trace.update(payload)
        for watch in self.mark_watchers:
            watch(kind, payload)
