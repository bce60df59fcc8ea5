"""A story played in one process: bed, people, daemon and faults on a clock that jumps; what came of it is judged.

Theory of operation. A `VirtualBench` is the bed, a `Course` is what happens at it, `Mishaps` are what befalls the bench
itself; here they are joined, and the daemon dies and is born again by the bench's hand.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from hil_sim.bench.casting import PATIENT, site_of, world_of
from hil_sim.bench.course import Course
from hil_sim.bench.expect import judge
from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.mishaps import Mishaps
from hil_sim.bench.recording import Recording
from hil_sim.bench.seat import MakeSeat, daemon_of
from hil_sim.bench.story import Story
from hil_sim.bench.virtual import Setting, VirtualBench

Progress = Callable[[float], None]


class VirtualRun:
    """One story on one bench; lives on a `JumpingLoop`. `make_seat`: instead of what is installed as `daemon`."""

    def __init__(
        self,
        story: Story,
        seed: int,
        folder: Path,
        daemon: str,
        progress: Progress,
        make_seat: MakeSeat | None = None,
    ) -> None:
        self.story = story
        self._progress = progress
        world = world_of(story, seed)
        self.bench = VirtualBench(
            Setting(
                world,
                site_of(story),
                folder,
                make_seat or daemon_of(daemon),
                seed,
                PATIENT,
                monitor=story.monitor,
                fitted=story.fitted,
            )
        )
        self.course = Course(story, world, self.bench.panel, lambda: self.bench.now_s, self._crash)
        self.recorder = self.course.recorder
        self.mishaps = Mishaps(story, self.bench, self.course.nurse, self.recorder)
        self.bench.watchers += [lambda _bench: self.course.tick(), self.mishaps.tick]
        self.bench.state_watchers.append(self.recorder.shown)
        self.bench.topic_watchers.append(self.recorder.said)

    @property
    def is_over(self) -> bool:
        """Nothing is left to be seen."""
        is_time_up = self.bench.now_s >= self.story.ends_after_s
        return is_time_up or (self.course.is_over and not self.mishaps.is_anything_left)

    async def play(self) -> None:
        """From the first second to the last."""
        self.bench.begin()
        self.recorder.enter("start", "daemon", "")
        self.bench.start_daemon()
        try:
            while not self.is_over:
                await asyncio.sleep(1.0)
                self._progress(self.course.share)
        finally:
            await self.bench.end()

    def _crash(self, down_s: float) -> None:
        self.bench.kill_daemon()
        self.bench.loop.call_later(down_s, self._start_again)

    def _start_again(self) -> None:
        self.recorder.enter("start", "daemon", "")
        self.bench.start_daemon()


def play_virtually(
    story: Story,
    source: str,
    seed: int = 0,
    daemon: str = "pumpd",
    progress: Progress = lambda _: None,
) -> Recording:
    """Play a story and judge it.

    Raises:
        DaemonUnknown: no such daemon is installed.
        ValueError: the story's pump cannot be made.
        RuntimeError: the daemon ended by itself.
    """
    began_s = perf_counter()
    loop = JumpingLoop()
    try:
        with tempfile.TemporaryDirectory(prefix="hil-sim-") as folder:

            async def play() -> VirtualRun:
                run = VirtualRun(story, seed, Path(folder), daemon, progress)
                await run.play()
                return run

            run = loop.run_until_complete(play())
    finally:
        loop.close()
    if run.bench.failures:
        raise RuntimeError("; ".join(run.bench.failures))
    recording = run.recorder.recording(
        title=story.title,
        source=source,
        seed=seed,
        daemon=daemon,
        how="virtual",
        wall_s=perf_counter() - began_s,
        prescribed_mg=story.order.dose_mg,
    )
    return replace(recording, verdicts=judge(story.expect, recording))
