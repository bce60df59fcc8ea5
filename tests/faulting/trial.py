"""One fault, one seed: a treatment that goes well, in which it falls at a drawn moment, and a while longer.

Theory of operation. A trunk for each family is played up to ten seconds of flow; each trial is a fork of it with chance of
its own from the seed, so the minutes before are not played again. Everything is told to the oracle. Whether
the fault bit is
asked of a witness that counts what it had to act upon, because a fault that touches nothing is survived by anybody.
"""

import asyncio
import gc
import json
import os
import shutil
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from crash.afterlife import copy_of
from crash.steps import Insight
from crash.trunk import Branches
from faulting.rows import FITTED, Row

from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.nurse import Habits
from hil_sim.bench.seat import daemon_of
from hil_sim.bench.settings import NurseSettings, PumpSettings
from hil_sim.bench.story import PatientSettings, Story, TimedAct
from hil_sim.bench.virtual_run import VirtualRun
from hil_sim.monitors.bedside import MonitorSettings
from hil_sim.oracle import scene as saw
from hil_sim.oracle.judge import Oracle
from hil_sim.oracle.scene import Step
from pumpd.shell.journal_file import JournalRefused, head_path, verify

FLOWS_FIRST_S = 10.0
#: Some trials are paused before the fault.
LEAD_S = 4.2
DRAWN_WITHIN_S = 2.0
WATCHED_AFTER_S = 10.0
#: Only so long after the fault's beginning does the nurse resume by herself.
LOOKS_AGAIN_S = 5.0
BESIDE_LASTS_S = 1.0
HABITS = Habits(answers_after_s=2.0, presses_after_s=6.0)
WIRE_ONLY = ("reply_lost", "request_lost", "reply_garbled", "reply_late", "reply_split", "noise")
DONE_S = 1e-5  # an act is told of a hair before it is carried out
SAID_EVERY_S = 1.1  # every device but the cuff says something each second


def story_of(family: str) -> Story:
    """A plain treatment at a bed with everything fitted."""
    return Story(
        title=f"a plain treatment with {family}",
        patient=PatientSettings(response_factor=0.3),
        monitor=MonitorSettings(
            nibp_first_cycles_s=(2.0, 65.0),
            nibp_cycle_s=12.0,
            nibp_failure_share=0.0,
            nibp_artefact_share=0.0,
        ),
        fitted=FITTED,
        pump=PumpSettings(family=family),
        nurse=NurseSettings(acknowledges_after_s=2.0, resumes_after_s=6.0),
        ends_after_s=100_000.0,
    )


class Listening(Oracle):
    """An oracle that counts what it sees."""

    counts: Counter[str]

    def see(self, step: Step) -> None:
        kind = type(step).__name__
        self.counts[kind] += 1
        if isinstance(step, saw.Sent):
            self.counts["stops"] += step.is_stop
            self.counts["rates"] += step.rate_nl_h is not None
            self.counts["identities"] += step.is_identity
        elif isinstance(step, saw.Answered):
            self.counts[f"answered {step.verb}"] += 1
        super().see(step)


class Trial:
    """The bed of one family, and one fault in a fork of it."""

    def __init__(self, family: str, folder: Path) -> None:
        self.story = story_of(family)
        self.run = VirtualRun(self.story, 1, folder, daemon_of("pumpd"), is_watched=True)
        self.bench = self.run.bench
        watch = self.run.watch
        assert watch is not None
        self.oracle = Listening(watch.oracle.scene)
        self.oracle.counts = Counter()
        watch.oracle = self.oracle
        self.run.told.append(self._told)
        self.folder = folder
        self.seen: Counter[str] = Counter()
        self._row: Row | None = None
        self._has_bitten: Callable[[], bool] = lambda: False
        self._bit = False
        self._began_s = self._began_next_s = 0.0
        self._stood_s: float | None = None

    async def until_it_flows(self) -> None:
        """The trunk."""
        self.run.begin()
        while (
            first_s := self.bench.world.first_motion_s
        ) is None or self.bench.now_s < first_s + FLOWS_FIRST_S:
            await asyncio.sleep(0.1)
            if self.bench.now_s > 400.0:
                raise RuntimeError(f"{self.story.title} does not begin to flow")

    def own_disk(self, folder: Path) -> None:
        """From here on this process writes to its own copy; the trunk's connection is left unclosed, see `afterlife`."""
        assert self.bench.life is not None
        journal = Insight(self.bench.life.seat).journal
        self._unclosed = journal._connection
        path = folder / "journal.sqlite"
        journal._connection = sqlite3.connect(path, isolation_level=None)
        journal._head_file = os.open(head_path(path), os.O_WRONLY)
        self.bench.setting.folder = folder

    def begin(self, row: Row, seed: int, report: Path) -> None:
        """The branch: from here on this process plays this trial and ends with it."""
        gc.disable()
        asyncio._set_running_loop(self.bench.loop)
        dice = Random(f"{row.label}/{seed}")
        for name, one in self.bench.dice.items():
            one.seed(f"{row.label}/{seed}/{name}")
        self.bench.world.wire._chance = Random(f"{row.label}/{seed}/wire").random
        self._row = row
        begins_s = self.bench.now_s + LEAD_S + dice.uniform(0.0, DRAWN_WITHIN_S)
        low_s, high_s = row.span_s or (0.0, 0.0)
        for_s = None if row.span_s is None else round(low_s * (high_s / low_s) ** dice.random(), 2)
        self._act = TimedAct(begins_s, row.kind, row.name, row.draw(dice), for_s)
        self.run.happen([self._act, *self._beside(row, begins_s)])
        self._ends_s = begins_s + (for_s or 0.0) + WATCHED_AFTER_S
        self._report = report
        self.run.course.nurse.habits = replace(HABITS, resumes=False, restores=False)
        self.bench.watchers.append(lambda _bench: self._guarded(self._look))
        self.bench.state_watchers.append(self._shown)

    @staticmethod
    def _beside(row: Row, begins_s: float) -> list[TimedAct]:
        lasting = ("line_down",)
        return [
            TimedAct(begins_s + after_s, kind, name, params, BESIDE_LASTS_S if name in lasting else None)
            for after_s, kind, name, params in row.beside
        ]

    def _guarded(self, do: Callable[[], None]) -> None:
        try:
            do()
        except BaseException:
            traceback.print_exc()
            os._exit(3)

    def _told(self, what: str, act: TimedAct) -> None:
        if act is not self._act:
            return
        if what == "begin":
            self._began_s = self.bench.now_s
            self._has_bitten = self._evidence(act.name)
            self.bench.loop.call_later(LOOKS_AGAIN_S, setattr, self.run.course.nurse, "habits", HABITS)
        else:
            self._bit = self._bit or self._has_bitten()

    def _shown(self, state: Mapping[str, Any]) -> None:
        if not self._began_s:
            return
        for one in state["findings"]:
            self.seen[f"{one['rule']} {one['demand']}"] += 1
        for alarm in state["alarms"]:
            self.seen[f"alarm {alarm['key']}"] += 1
        for hold in state["holds"]:
            self.seen[f"hold {hold['source']}"] += 1

    def _look(self) -> None:
        scene, now_s = self.oracle.scene, self.bench.now_s
        if (
            self._began_s
            and self._stood_s is None
            and scene.rate_nl_h == 0.0
            and scene.standing_since_s is not None
        ):
            self._stood_s = max(scene.standing_since_s - self._began_s, 0.0)
        if now_s >= self._ends_s:
            self._end()

    def _end(self) -> None:
        bench = self.bench
        self._bit = self._bit or self._has_bitten()
        bench.kill_daemon()
        try:
            said = verify(bench.setting.folder / "journal.sqlite").reason
        except JournalRefused as refused:
            said = str(refused)
        self.oracle.see(saw.Closed(bench.now_s, said))
        told = {
            "bit": self._bit,
            "seen": sorted(self.seen),
            "stood_s": self._stood_s,
            "phase": self.oracle.scene.phase,
            "params": {**self._act.params, **({} if self._act.for_s is None else {"for_s": self._act.for_s})},
            "simulated_s": WATCHED_AFTER_S + bench.now_s - self._began_s,
            "violations": [str(one) for one in self.oracle.violations],
        }
        shutil.rmtree(bench.setting.folder)
        self._report.write_text(json.dumps(told), encoding="utf-8")
        os._exit(0)

    def _evidence(self, name: str) -> Callable[[], bool]:
        """What to look at in the end to know that it had something to act upon."""
        assert self._row is not None
        bench, counts, before = self.bench, self.oracle.counts, Counter(self.oracle.counts)
        world = bench.world
        if self._row.kind == "operator":
            verb = str(self._act.params.get("verb", "resume" if name in ("old_epoch", "wrong_pin") else name))
            verb = "pause" if name == "replayed" else verb
            return lambda: counts[f"answered {verb}"] > before[f"answered {verb}"]
        if name in WIRE_ONLY:
            at = len(world.wire.tampers)
            mine: list[Any] = []
            bench.loop.call_later(DONE_S, lambda: mine.extend(world.wire.tampers[at : at + 1]))
            return lambda: any(one.hit > 0 for one in mine)
        key = {
            **dict.fromkeys(("stop_refused", "stop_ignored", "remote_disabled"), "stops"),
            "rate_ignored": "rates",
            "other_pump": "identities",
            **dict.fromkeys(("disk_full", "disk_stalls"), "Committed"),
        }.get(name)
        if key is not None:
            is_full = name == "disk_full"
            return lambda: (
                counts[key] > before[key]
                or (is_full and not (self.oracle.scene.state or {})["journal"]["ok"])
            )
        if name in ("overdelivery", "underdelivery", "watchdog_dead"):
            displaced_nl, lives = world.displaced_nl, bench.lives
            return lambda: world.displaced_nl > displaced_nl or bench.lives > lives or name == "underdelivery"
        if name.startswith(("keypad", "power", "forget", "counter")):
            first = self._pump()
            bench.loop.call_later(DONE_S, lambda: setattr(self, "_bit", self._pump() != first or self._bit))
            return lambda: counts["Moved"] > before["Moved"]
        if name.startswith("daemon"):
            lives = bench.lives
            return lambda: bench.lives > lives or bench.life is None
        if name == "loop_blocked" or name == "wall_clock_stepped":
            return lambda: bench.life is not None
        if self._row.kind == "fault":
            began_s = bench.now_s
            return lambda: bench.now_s - began_s >= SAID_EVERY_S
        return lambda: True

    def _pump(self) -> tuple[Any, ...]:
        truth = self.bench.world.truth()
        keys = ("running", "letter", "alarm", "diameter_mm", "rate_nl_h", "watchdog_armed", "faults")
        counter_nl = self.bench.world.pump.motor.infused_nl
        return (*(truth[key] for key in keys), counter_nl < 1000.0)


def reports_of(family: str, jobs: list[tuple[Row, int]], folder: Path, branches: Branches) -> None:
    """Play the trunk of a family and every job of it; the reports are the branches'."""
    loop = JumpingLoop()
    asyncio.set_event_loop(loop)
    disk = folder / f"disk-{family}"
    disk.mkdir()

    async def whole() -> None:
        trial = Trial(family, disk)
        await trial.until_it_flows()
        for number, (row, seed) in enumerate(jobs):
            about = {"label": row.label, "family": family, "seed": seed}
            # Before the fork: the trunk ends while the last branches may not yet have had a turn, and folds its disk.
            own = copy_of(disk, folder / f"own-{family}-{number}")
            if not branches.fork(about):
                continue
            trial.own_disk(own)
            trial.begin(row, seed, branches.report_of_branch())
            await loop.create_future()
        await trial.bench.end()

    try:
        loop.run_until_complete(whole())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
