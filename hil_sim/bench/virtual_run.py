"""A story played in one process: bed, people, daemon and faults on a clock that jumps; what came of it is judged.

Theory of operation. The story's timeline is carried out by whoever it concerns: the world its events and faults, the
nurse's hand its operator acts, `hil_sim.bench.mishaps` what befalls the bench itself, this module the deaths of the
daemon. The nurse looks once a second. A run ends when the
story's time is up, or a minute after the session has ended, when nothing is left to happen.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from hil_sim.bench.casting import PATIENT, habits_of, order_of, site_of, world_of
from hil_sim.bench.expect import judge
from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.mishaps import Mishaps
from hil_sim.bench.nurse import NURSE, Nurse
from hil_sim.bench.record import Recorder
from hil_sim.bench.recording import Recording
from hil_sim.bench.seat import daemon_of
from hil_sim.bench.story import Story, TimedAct
from hil_sim.bench.virtual import Setting, VirtualBench

LOOKS_EVERY_S = 1.0
#: The phases after which nothing flows any more.
_ENDED = ("completed", "stopped")
LINGERS_S = 60.0
CRASHED_FOR_S = 2.0

Progress = Callable[[float], None]


class VirtualRun:
    """One story on one bench; lives on a `JumpingLoop`."""

    def __init__(self, story: Story, seed: int, folder: Path, daemon: str, progress: Progress) -> None:
        self.story = story
        self._progress = progress
        world = world_of(story, seed)
        self.bench = VirtualBench(
            Setting(
                world,
                site_of(story),
                folder,
                daemon_of(daemon),
                seed,
                PATIENT,
                monitor=story.monitor,
                fitted=story.fitted,
            )
        )
        self.recorder = Recorder(world, lambda: self.bench.now_s, story.concentration_ug_per_ml / 1000.0)
        self.nurse = Nurse(
            self.bench.panel,
            order_of(story),
            lambda: world.body.vitals().moaas,
            self.recorder.answered,
            habits_of(story.nurse),
            self.recorder.pressed,
        )
        self.mishaps = Mishaps(story, self.bench, self.nurse, self.recorder)
        self._waiting = list(story.acts("operator", "daemon"))
        self._looked_s = -LOOKS_EVERY_S
        self._ended_s: float | None = None
        self.bench.watchers += [self._tick, self.mishaps.tick]
        self.bench.state_watchers.append(self.recorder.shown)
        self.bench.topic_watchers.append(self.recorder.said)

    @property
    def is_over(self) -> bool:
        """Nothing is left to be seen."""
        now_s = self.bench.now_s
        if now_s >= self.story.ends_after_s:
            return True
        is_quiet = self._ended_s is not None and now_s - self._ended_s >= LINGERS_S
        is_idle = not self._waiting and not self.mishaps.is_anything_left
        return is_quiet and is_idle and not self.bench.world.is_anything_planned

    async def play(self) -> None:
        """From the first second to the last."""
        self.bench.begin()
        self.recorder.enter("start", "daemon", "")
        self.bench.start_daemon()
        try:
            while not self.is_over:
                await asyncio.sleep(1.0)
                self._progress(self.bench.now_s / self.story.ends_after_s)
        finally:
            await self.bench.end()

    def _tick(self, bench: VirtualBench) -> None:
        self.recorder.tick()
        for act in [one for one in self._waiting if self._is_due(one)]:
            self._waiting.remove(act)
            self._carry_out(act)
        if bench.now_s - self._looked_s >= LOOKS_EVERY_S:
            self._looked_s = bench.now_s
            self.nurse.look(bench.now_s)
        state = bench.panel.state
        if state is not None and self._ended_s is None and state["phase"] in _ENDED:
            self._ended_s = bench.now_s

    def _is_due(self, act: TimedAct) -> bool:
        began_s = 0.0
        if act.is_after_start:
            if (first := self.bench.world.first_motion_s) is None:
                return False
            began_s = first
        return self.bench.now_s >= began_s + act.at_s

    def _carry_out(self, act: TimedAct) -> None:
        if act.kind == "daemon":
            self.recorder.enter("crash", act.name, "killed")
            self.bench.kill_daemon()
            down_s = CRASHED_FOR_S if act.for_s is None else act.for_s
            self.bench.loop.call_later(down_s, self._start_again)
            return
        params = dict(act.params)
        by, pin = str(params.pop("by", NURSE)), str(params.pop("pin", ""))
        self.nurse.act(act.name, params, by, pin)

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
