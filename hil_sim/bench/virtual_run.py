"""A story played in one process: bed, people, daemon and faults on a clock that jumps; what came of it is judged.

Theory of operation. A `VirtualBench` is the bed, a `Course` is what happens at it, `Mishaps` are what befalls the bench
itself; here they are joined, and the daemon dies and is born again by the bench's hand. Every act has a timer of its own
at its very instant, because much of what goes wrong goes wrong within milliseconds. A story that claims its invariants
kept (or whoever asks for it) has the oracle look on from the first second to the last.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from hil_sim.bench.casting import PATIENT, site_of, world_of
from hil_sim.bench.claims import Kept
from hil_sim.bench.course import Course
from hil_sim.bench.expect import judge
from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.mishaps import Mishaps
from hil_sim.bench.recording import Recording
from hil_sim.bench.seat import KeepsRecord, MakeSeat, Seat, Wires, daemon_of
from hil_sim.bench.story import Story, TimedAct
from hil_sim.bench.virtual import Setting, VirtualBench
from hil_sim.bench.watch import Watch

Progress = Callable[[float], None]
Told = Callable[[str, TimedAct], None]
#: An act is told of, and then carried out, a hair later; so is its end.
HAIR_S = 1e-6
#: Presses that must not count, whatever the screen shows.
VOID = ("old_epoch", "wrong_pin")


class VirtualRun:
    """One story on one bench; lives on a `JumpingLoop`.

    Args:
        make_seat: makes each life of the daemon, as `seat.daemon_of` has it of what is installed.
        is_watched: the oracle looks on, though the story does not claim it.
        until_settled: over as soon as nothing is left to happen and delivery is at rest; needs the oracle.
    """

    def __init__(
        self,
        story: Story,
        seed: int,
        folder: Path,
        make_seat: MakeSeat,
        progress: Progress = lambda _: None,
        *,
        is_watched: bool = False,
        until_settled: bool = False,
    ) -> None:
        self.story = story
        self._progress = progress
        self._make_seat = make_seat
        self._seat: Seat | None = None
        self._until_settled = until_settled
        world = world_of(story, seed)
        setting = Setting(
            world, site_of(story), folder, self._new_seat, seed, PATIENT, story.monitor, story.fitted
        )
        self.bench = VirtualBench(setting)
        self.course = Course(story, world, self.bench.panel, lambda: self.bench.now_s, self._crash)
        self.recorder = self.course.recorder
        self.mishaps = Mishaps(story, self.bench, self.course.nurse, self.recorder)
        self.bench.watchers += [lambda _bench: self.course.tick(), self.mishaps.tick]
        self.bench.state_watchers.append(self.recorder.shown)
        self.bench.topic_watchers.append(self.recorder.said)
        #: Hear of each act: "begin" just before it is carried out, "end" just before it is over.
        self.told: list[Told] = []
        #: When the run ended, and its fingerprint.
        self.simulated_s, self.trace = 0.0, ""
        self.watch: Watch | None = None
        if is_watched or until_settled or any(isinstance(one, Kept) for one in story.expect):
            self.watch = Watch(story, self.bench, self._is_void)
            self.told.append(self.watch.told)

    @property
    def is_over(self) -> bool:
        """Nothing is left to be seen."""
        if self.bench.now_s >= self.story.ends_after_s:
            return True
        if self.mishaps.is_anything_left:
            return False
        return self.course.is_over or (self._until_settled and self._is_settled())

    def begin(self) -> None:
        """The first second: acts have their timers, the bed is there, the daemon starts."""
        self._arrange()
        self.bench.begin()
        self.recorder.enter("start", "daemon", "")
        self.bench.start_daemon()

    def happen(self, acts: Iterable[TimedAct]) -> None:
        """Beside the story's own, while it is played: these at their instants, s since the world began."""
        for act in acts:
            if act.is_mishap:
                self.mishaps.expect(act)
            elif act.kind in ("operator", "daemon"):
                self.course.expect(act)
            else:
                self.bench.world.play([act])
            self._set_timers(act, act.at_s)

    async def play(self) -> None:
        """From the first second to the last."""
        self.begin()
        try:
            while not self.is_over:
                await asyncio.sleep(1.0)
                self._progress(self.course.share)
        finally:
            self.leave()
            await self.bench.end()
        if self.watch is not None:
            seat = self._seat
            self.watch.close(seat.record_said() if isinstance(seat, KeepsRecord) else "")
            self._write_down(self.watch)

    def leave(self) -> None:
        """The last look at the bed before everything is put away."""
        self.simulated_s, self.trace = self.bench.now_s, self.bench.trace

    def _write_down(self, watch: Watch) -> None:
        self.recorder.enter("watch", "oracle", f"{len(watch.violations)} invariants broken")
        for one in watch.violations:
            self.recorder.enter("violation", one.invariant, str(one), t_s=one.t_s)

    def _is_settled(self) -> bool:
        watch = self.watch
        return watch is not None and watch.is_at_rest and self.course.is_nothing_left

    def _is_void(self) -> bool:
        return self.mishaps.doing in VOID

    # when

    def _arrange(self) -> None:
        """Set every act's timers; those after the start wait for the plunger."""
        waiting = [act for act in self.story.timeline if act.is_after_start]
        for act in self.story.timeline:
            if not act.is_after_start:
                self._set_timers(act, act.at_s)

        def begin(_sentence: str) -> None:
            began_s = self.bench.world.first_motion_s
            if began_s is not None:
                while waiting:
                    act = waiting.pop()
                    self._set_timers(act, began_s + act.at_s)

        if waiting:
            self.bench.world.observe(begin)

    def _set_timers(self, act: TimedAct, at_s: float) -> None:
        loop = self.bench.loop
        at_s = max(at_s, self.bench.now_s)
        loop.call_at(at_s, self._tell, "begin", act)
        loop.call_at(at_s + HAIR_S, self._come)
        if act.for_s is not None:
            loop.call_at(at_s + act.for_s, self._tell, "end", act)
            loop.call_at(at_s + act.for_s + 2 * HAIR_S, self._come)

    def _tell(self, what: str, act: TimedAct) -> None:
        for hear in self.told:
            hear(what, act)

    def _come(self) -> None:
        """Bring everything to this instant."""
        self.bench.catch_up()
        self.course.tick()
        self.mishaps.tick(self.bench)

    # the daemon

    def _new_seat(
        self,
        site: Mapping[str, Any],
        folder: Path,
        wires: Wires,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> Seat:
        self._seat = self._make_seat(site, folder, wires, monotonic_ns, wall_ns)
        return self._seat

    def _crash(self, down_s: float) -> None:
        self.bench.kill_daemon()
        self.bench.loop.call_later(down_s, self._start_again)

    def _start_again(self) -> None:
        if self.bench.life is None:
            self.recorder.enter("start", "daemon", "")
            self.bench.start_daemon()


def run_to_end(make: Callable[[Path], VirtualRun]) -> VirtualRun:
    """Make a run on a loop and in a folder of its own, and play it; nothing of it reaches the next."""
    loop = JumpingLoop()
    memory = Path("/dev/shm")  # a journal that lives for seconds need not wear a disk
    with tempfile.TemporaryDirectory(prefix="hil-sim-", dir=memory if memory.is_dir() else None) as folder:
        asyncio.set_event_loop(loop)

        async def play() -> VirtualRun:
            run = make(Path(folder))
            await run.play()
            return run

        try:
            return loop.run_until_complete(play())
        finally:
            for task in asyncio.all_tasks(loop):
                task.cancel()
            with contextlib.suppress(Exception):
                loop.run_until_complete(asyncio.sleep(0))
            asyncio.set_event_loop(None)
            loop.close()


def play_virtually(
    story: Story,
    source: str,
    seed: int | None = None,
    daemon: str = "pumpd",
    progress: Progress = lambda _: None,
) -> Recording:
    """Play a story and judge it. `seed` None: the story's own.

    Raises:
        DaemonUnknown: no such daemon is installed.
        ValueError: the story's pump cannot be made.
        RuntimeError: the daemon ended by itself, and the story does not claim anything of that.
    """
    began_s = perf_counter()
    chance = story.seed if seed is None else seed
    run = run_to_end(lambda folder: VirtualRun(story, chance, folder, daemon_of(daemon), progress))
    if run.bench.failures and run.watch is None:
        raise RuntimeError("; ".join(run.bench.failures))
    recording = run.recorder.recording(
        title=story.title,
        source=source,
        seed=chance,
        daemon=daemon,
        how="virtual",
        wall_s=perf_counter() - began_s,
        prescribed_mg=story.order.dose_mg,
    )
    return replace(recording, verdicts=judge(story.expect, recording))
