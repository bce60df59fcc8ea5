"""A story played against a daemon in a process of its own: a real line, a real broker, a real console, real time.

Theory of operation. World, port and monitors are those of `hil-sim serve`; nurse, timeline and recorder those of the
virtual bench (`Course`). Treatment time stands at 0 until the daemon first shows its state, because how long a process
takes to come up is no part of a story; link and wall time pass meanwhile. What the bench lacks (a broker, a daemon, a
console that answers) ends the story in one sentence, and so does a daemon that ends by itself or hangs up.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from hil_sim.bench.casting import BED, PATIENT, world_of
from hil_sim.bench.course import ENDED, Course
from hil_sim.bench.expect import judge
from hil_sim.bench.live_console import LiveConsole
from hil_sim.bench.live_daemon import LiveDaemon
from hil_sim.bench.live_ear import find_broker, listen_to_daemon
from hil_sim.bench.live_wiring import FOLDER_VARIABLE, Wiring, speed_of
from hil_sim.bench.panel import Panel, State
from hil_sim.bench.recording import Recording
from hil_sim.bench.story import Story
from hil_sim.clock import SimClock
from hil_sim.monitors.publish import publish_monitors
from hil_sim.serve import LivePump, make_port

TICK_S = 0.01
LOOKS_AGAIN_S = 0.05
COMES_UP_S = 20.0
COMES_BACK_S = 5.0
CANCEL_AGAIN_S = 5.0
LOG = "daemon.log"


class NotPlayed(RuntimeError):
    """The bench is not complete, or the daemon has gone; the message is one sentence."""


class HeldClock(SimClock):
    """Treatment time stands at 0 until `begin`; the monitors' wall clock runs all the time, as the daemon's does."""

    _before_s: float | None = None

    def begin(self) -> None:
        """Treatment second 0 is now."""
        self._before_s = self.treatment_s()

    def read(self) -> tuple[float, float]:
        treatment_s, link_ms = super().read()
        return (0.0 if self._before_s is None else treatment_s - self._before_s), link_ms


class LiveRun:
    """One story on one live bench, in a folder of its own."""

    def __init__(self, story: Story, seed: int, wiring: Wiring, folder: Path) -> None:
        self.story = story
        self._wiring = wiring
        self._seed = seed
        self._console_path = wiring.console or folder / "console.sock"
        self._folder = folder
        self.speed = speed_of(story, wiring.speed)
        self._clock = HeldClock(self.speed)
        self._world = world_of(story, seed)
        self._pump = LivePump(self._world, self._clock)
        self._port = self._pump.port = make_port(wiring.listen_of(story, folder), self._pump.on_bytes)
        self._panel = Panel(BED, self._shown, Random(f"{seed}/panel").random)
        self.course = Course(story, self._world, self._panel, lambda: self._world.treatment_s, self._crash)
        self._daemon = LiveDaemon(wiring.command, {FOLDER_VARIABLE: str(folder)}, folder / LOG)
        self._console: LiveConsole | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._why_broken = ""
        self._is_down_by_us = False
        self._crashes = 0

    async def play(self, progress: Callable[[float], None]) -> None:
        """From the first second to the last.

        Raises:
            NotPlayed: see there.
            OSError: the pump's port cannot be opened.
        """
        try:
            await self._set_up()
            self._clock.begin()
            while not self.course.is_over:
                self._tick()
                progress(self.course.share)
                await asyncio.sleep(TICK_S)
        finally:
            await self._take_down()

    # the bench

    async def _set_up(self) -> None:
        wiring = self._wiring
        host, number = wiring.broker
        try:
            await find_broker(wiring.broker)
        except OSError as error:
            raise NotPlayed(f"no broker answers at {host}:{number} ({_words(error)})") from error
        await self._port.open()
        self._begin(self._pump.run())
        subscribed = asyncio.Event()
        said = self.course.recorder.said
        hears_retained = not wiring.starts_daemon
        self._begin(listen_to_daemon(wiring.broker, BED, said, subscribed, hears_retained=hears_retained))
        self._begin(
            publish_monitors(
                self._world,
                host,
                number,
                BED,
                PATIENT,
                self._clock,
                settings=self.story.monitor,
                fitted=self.story.fitted,
                seed=self._seed,
            )
        )
        await self._until(subscribed.is_set, f"the broker at {host}:{number} lets nobody subscribe")
        if wiring.starts_daemon:
            await self._refuse_second_daemon()
            port = self._port.name if self._port.name.startswith("/") else f"tcp:{self._port.name}"
            wiring.write_site(self.story, self._folder, port, self._console_path, self._clock.epoch_ms)
            self.course.recorder.enter("start", "daemon", "")
        await self._come_up()
        if not wiring.starts_daemon:
            await self._begin_anew()

    async def _take_down(self) -> None:
        try:
            if not self._wiring.starts_daemon and self._panel.state is not None:
                await self._leave_in_order()
        finally:
            self._hang_up()
            await self._daemon.end()
            await _end(self._tasks)
            self._port.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _until(self, is_so: Callable[[], bool], otherwise: str, within_s: float = COMES_UP_S) -> None:
        """Wait for it. Raises NotPlayed with `otherwise`."""
        try:
            async with asyncio.timeout(within_s):
                while not is_so():
                    self._check()
                    await asyncio.sleep(LOOKS_AGAIN_S)
        except TimeoutError:
            raise NotPlayed(f"{otherwise} (waited {within_s:g} s)") from None

    def _tick(self) -> None:
        self._check()
        try:
            self.course.tick()
        except KeyError as error:
            raise NotPlayed(f"the daemon's state lacks {error}") from error

    def _check(self) -> None:
        """Raises NotPlayed: something of the bench has ended."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and (failure := task.exception()) is not None:
                raise failure
        if self._daemon.died_with is not None and not self._is_down_by_us:
            said = self._daemon.last_words()
            told = f"; it last said: {said}" if said else ""
            raise NotPlayed(f"the daemon ended by itself with status {self._daemon.died_with}{told}")
        if self._why_broken:
            raise NotPlayed(self._why_broken)

    # the daemon

    async def _refuse_second_daemon(self) -> None:
        try:
            (await LiveConsole.open(self._console_path, lambda _why, _is_hopeless: None)).close()
        except OSError:
            return
        raise NotPlayed(f"a daemon answers at {self._console_path} already; end it, or leave out --command")

    async def _come_up(self, within_s: float = COMES_UP_S) -> None:
        """A life of the daemon, or the one that runs: until it shows its state."""
        if self._wiring.starts_daemon:
            try:
                await self._daemon.start()
            except OSError as error:
                command = self._wiring.command[0]
                raise NotPlayed(f"--command: {command!r} cannot be started ({error.strerror})") from error
        self._is_down_by_us = False
        await self._connect(within_s)

    async def _connect(self, within_s: float) -> None:
        why = ""
        try:
            async with asyncio.timeout(within_s):
                while self._console is None:
                    self._check()
                    try:
                        self._console = await LiveConsole.open(self._console_path, self._lost)
                    except OSError as error:
                        why = _words(error)
                        await asyncio.sleep(LOOKS_AGAIN_S)
        except TimeoutError:
            path = self._console_path
            raise NotPlayed(f"no console answers at {path} after {within_s:g} s ({why})") from None
        console = self._console
        self._panel.open(console)
        try:
            await self._until(lambda: self._panel.state is not None, "the console shows no state", within_s)
        except NotPlayed as error:
            raise NotPlayed(f"{error}: {console.refused}" if console.refused else str(error)) from None

    def _lost(self, why: str, is_hopeless: bool) -> None:
        """The console is gone; with its daemon by our hand or by itself, or alone: then it is tried again."""
        self._hang_up()
        if is_hopeless:
            self._why_broken = why
        elif not self._is_down_by_us and self._daemon.died_with is None:
            self.course.recorder.enter("answer", "watch", why, stage="unreachable", reasons=[why])
            self._begin(self._connect(COMES_BACK_S))

    def _hang_up(self) -> None:
        self._panel.close()
        console, self._console = self._console, None
        if console is not None:
            console.close()

    def _crash(self, down_s: float) -> None:
        self._is_down_by_us = True
        self._crashes += 1
        self._daemon.kill()
        self._hang_up()
        self._begin(self._rise_again(down_s / self.speed, self._crashes))

    async def _rise_again(self, after_s: float, crashes: int) -> None:
        await asyncio.sleep(after_s)
        if crashes != self._crashes:
            return  # it was killed once more while it lay down; then that is what it gets up from
        self.course.recorder.enter("start", "daemon", "")
        await self._come_up()

    def _shown(self, state: State) -> None:
        try:
            self.course.recorder.shown(state)
        except (KeyError, TypeError) as error:
            self._why_broken = f"the daemon's state is not as the console's documentation has it: {error!r}"

    # a daemon that was there before us and stays

    async def _begin_anew(self) -> None:
        phase = self._phase()
        if phase in ENDED and self.story.nurse.starts:
            self.course.nurse.act("order")
            await self._until(
                lambda: self._phase() == "ordered", "the daemon takes no new order", COMES_BACK_S
            )
        elif phase != "idle" and phase not in ENDED:
            raise NotPlayed(f"the daemon is in the middle of a session ({phase}); stop that first")

    async def _leave_in_order(self) -> None:
        if self._phase() not in ("idle", *ENDED):
            self.course.nurse.act("stop")
            await self._until(lambda: self._phase() in ENDED, "the daemon does not stop", COMES_BACK_S)

    def _phase(self) -> str:
        return "" if self._panel.state is None else str(self._panel.state["phase"])


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until all are gone: the MQTT client may lose a cancellation on Python 3.11 (facts/faults.md F4)."""
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


async def play_live(
    story: Story, source: Path, seed: int, wiring: Wiring, progress: Callable[[float], None] = lambda _: None
) -> Recording:
    """Play a story and judge it.

    Raises:
        NotPlayed: the bench is not complete, or the daemon has gone.
        ValueError: the story's pump cannot be made, or not be met at this port.
        OSError: the pump's port cannot be opened.
    """
    began_s = perf_counter()
    folder = wiring.make_folder(source)
    try:
        run = LiveRun(story, seed, wiring, folder)
        await run.play(progress)
    finally:
        if wiring.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    recording = run.course.recorder.recording(
        title=story.title,
        source=str(source),
        seed=seed,
        daemon=" ".join(wiring.command) or f"running at {wiring.console}",
        how=_how(run.speed, wiring.speed),
        wall_s=perf_counter() - began_s,
        prescribed_mg=story.order.dose_mg,
    )
    return replace(recording, verdicts=judge(story.expect, recording))


def _words(error: OSError) -> str:
    """The machine's own words; asyncio has others for the same number."""
    return os.strerror(error.errno) if error.errno is not None and error.errno > 0 else str(error)


def _how(speed: float, asked: float) -> str:
    if speed < asked:
        return f"live at {speed:g}x (not {asked:g}x: a claim leaves no more)"
    return "live" if speed == 1.0 else f"live at {speed:g}x"
