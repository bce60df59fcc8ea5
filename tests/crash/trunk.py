"""One story played once, and from each of its steps a branch in which the daemon dies there.

Theory of operation. The whole bench is one process without a thread, a socket or a real clock; so a fork is a perfect copy
of it, and the story need not be played again from the beginning for every death. The trunk plays on; each branch kills
its daemon, has it started again on a copy of the disk, and judges what comes of it (`crash.afterlife`).

Steps repeat: a pump at work is asked the same question four times a second. Two steps are alike when all that survives is
alike but for running numbers: kind and words of the effect, phase, word, holds and findings on the screen, what the pump
says of itself, what is queued for the disk, who has pressed what. Of steps that are alike the first few are played
(`repeats`), spread over the story by taking them at the 1st, 2nd, 4th, 8th ... time; 0 plays every one.
"""

import asyncio
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from crash.afterlife import Afterlife, Death, copy_of
from crash.steps import Insight, Twin, stepping

from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.story import Story
from hil_sim.bench.virtual import VirtualBench
from hil_sim.bench.virtual_run import VirtualRun
from hil_sim.oracle.judge import Oracle
from pumpd.shell.journal_file import head_path

#: States kept.
SHOWN_KEPT = 40


@dataclass(slots=True)
class Branches:
    """The branches under way and what came of the others.

    Args:
        folder: where each leaves its report.
        workers: so many at once.
    """

    folder: Path
    workers: int
    reports: list[dict[str, Any]] = field(default_factory=list)
    _running: dict[int, dict[str, Any]] = field(default_factory=dict)

    def fork(self, about: dict[str, Any]) -> bool:
        """True in the branch, False in the trunk."""
        while len(self._running) >= self.workers:
            self._reap()
        pid = os.fork()
        if pid == 0:
            return True
        self._running[pid] = about
        return False

    def report_of_branch(self) -> Path:
        """Where the branch that asks writes its report."""
        return self.folder / f"branch-{os.getpid()}.json"

    def finish(self) -> None:
        """Wait for all."""
        while self._running:
            self._reap()

    def _reap(self) -> None:
        pid, status = os.waitpid(-1, 0)
        about = self._running.pop(pid, None)
        if about is None:
            return
        path = self.folder / f"branch-{pid}.json"
        told: dict[str, Any] = {"outcome": "fell", "violations": [f"the branch ended with status {status}"]}
        if status == 0 and path.exists():
            told = json.loads(path.read_text(encoding="utf-8"))
            path.unlink()
        self.reports.append({**about, **told})


def is_power_of_2(number: int) -> bool:
    """1, 2, 4, 8 ..."""
    return number & (number - 1) == 0


class Trunk:
    """One story, in the making.

    Args:
        every: only every so many of the steps that would be played.
        repeats: how many of the steps that are alike; 0: all.
        twins: whether a death is tried with the other disk too.
    """

    def __init__(
        self, story: Story, folder: Path, branches: Branches, every: int, repeats: int, twins: bool = True
    ) -> None:
        self.story = story
        self._branches = branches
        self._every, self._repeats, self._has_twins = every, repeats, twins
        self.steps: Counter[str] = Counter()
        self._alike: Counter[tuple[Any, ...]] = Counter()
        self.candidates = self.played = 0
        self._shown: list[tuple[float, dict[str, Any]]] = []
        self._insight: Insight | None = None
        self.is_branch = False
        self.head_before = b""
        self._head = head_path(folder / "journal.sqlite")
        self.run = VirtualRun(story, 1, folder, stepping(self._stepped, self._born), is_watched=True)
        bench = self.bench
        bench.state_watchers.append(self._kept)
        bench.panel.watchers.append(self._told)

    @property
    def bench(self) -> VirtualBench:
        return self.run.bench

    @property
    def oracle(self) -> Oracle:
        """What has been judging since the first second."""
        assert self.run.watch is not None
        return self.run.watch.oracle

    @property
    def insight(self) -> Insight:
        """Of the life under way."""
        assert self._insight is not None
        return self._insight

    def _born(self, insight: Insight) -> None:
        self._insight = insight

    def _kept(self, state: dict[str, Any]) -> None:
        self._shown = [*self._shown[-SHOWN_KEPT:], (self.bench.now_s, state)]
        self._stepped("line", "state")

    def _told(self, _key: str, verb: str, stage: str, _words: list[str]) -> None:
        if stage != "asked":
            self._stepped("line", f"{verb} {stage}")

    # steps

    def _stepped(self, kind: str, label: str) -> None:
        life = self.bench.life
        if self.is_branch or life is None:
            return
        self.steps[kind] += 1
        if kind == "commit begins":
            self.head_before = self._head.read_bytes()
        signature = self._signature(kind, label)
        self._alike[signature] += 1
        times = self._alike[signature]
        if self._repeats and not (is_power_of_2(times) and times < 1 << self._repeats):
            return
        self.candidates += 1
        if (self.candidates - 1) % self._every:
            return
        for twin in self._twins(kind):
            self._branch(kind, label, twin)
            if self.is_branch:
                return

    def _twins(self, kind: str) -> list[Twin]:
        plain = [Twin()]
        if not self._has_twins:
            return plain
        if kind == "commit ends":
            return [*plain, Twin(is_head_old=True)]
        return [*plain, Twin(is_kept=True)] if self.insight.journal._batch else plain

    def _signature(self, kind: str, label: str) -> tuple[Any, ...]:
        state = self._shown[-1][1] if self._shown else {}
        journal = self.insight.journal
        world = self.bench.world
        return (
            *(kind, label, state.get("phase"), state.get("word"), self.bench.lives),
            tuple(one["source"] for one in state.get("holds", ())),
            tuple((one["rule"], one["demand"]) for one in state.get("findings", ())),
            tuple((one["key"], one["acknowledged"]) for one in state.get("alarms", ())),
            *(world.pump.letter(), world.pump.is_moving, round(world.rate_nl_h())),
            tuple(sorted({one.kind for one in journal._queue})),
            tuple(sorted({one.kind for one in journal._batch})),
            tuple((one.verb, one.stage) for one in self.oracle.scene.presses[-2:]),
        )

    def _branch(self, kind: str, label: str, twin: Twin) -> None:
        self.played += 1
        number = self.played
        about = {
            "step": number,
            "kind": kind,
            "label": label,
            "t_s": round(self.bench.now_s, 3),
            "twin": "kept" if twin.is_kept else "old head" if twin.is_head_old else "",
        }
        # Before the fork: the trunk goes on at once, and so does its disk.
        disk = copy_of(self.bench.setting.folder, self._branches.folder / f"disk-{number}")
        if not self._branches.fork(about):
            return
        self.is_branch = True
        asyncio._set_running_loop(self.bench.loop)  # the loop is known by its process
        death = Death(kind, twin, down_s=0.3 if number % 2 else 3.0, disk=disk)
        Afterlife(self, death, self._branches.report_of_branch()).begin()

    async def live(self) -> None:
        """From the first second to the last; a branch has its own end."""
        self.run.begin()
        over = asyncio.Event()

        def look(_bench: VirtualBench) -> None:
            if self.run.is_over and not self.is_branch:
                over.set()

        self.bench.watchers.append(look)
        await over.wait()
        await self.bench.end()

    @property
    def shown(self) -> list[tuple[float, dict[str, Any]]]:
        """The newest states and when they were shown."""
        return self._shown


def play(
    story: Story,
    folder: Path,
    workers: int,
    every: int = 1,
    repeats: int = 2,
    twins: bool = True,
) -> tuple[Trunk, list[dict[str, Any]]]:
    """Play a story and all its branches; the trunk, and a report of each branch.

    Raises:
        RuntimeError: the story itself does not go as it should.
    """
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    loop = JumpingLoop()
    disk, reports = folder / "disk", folder / "reports"
    disk.mkdir()
    reports.mkdir()
    branches = Branches(reports, workers)
    asyncio.set_event_loop(loop)

    async def whole() -> Trunk:
        trunk = Trunk(story, disk, branches, every, repeats, twins)
        await trunk.live()
        return trunk

    try:
        trunk = loop.run_until_complete(whole())
    finally:
        branches.finish()
        asyncio.set_event_loop(None)
        loop.close()
        structlog.configure(**before)
    if trunk.bench.failures or trunk.oracle.violations:
        said = [*trunk.bench.failures, *map(str, trunk.oracle.violations)]
        raise RuntimeError(f"{story.title}: {'; '.join(said)}")
    return trunk, branches.reports
