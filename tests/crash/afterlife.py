"""What becomes of a daemon that was killed at one step: found anew by its disk, watched, resumed by a nurse, judged.

Theory of operation. The branch's disk is a copy of the files as they lie there at that instant, which is what SIGKILL
leaves; the dead daemon's own handles are dropped unclosed, because closing SQLite's last connection folds its log, and the
dead fold nothing. Then the daemon is started on the copy. What must be so:

- everything that was reported durable is on the disk;
- what the disk remembers is what the daemon knew when it wrote the newest record that is there (latches, counts, holds,
  volumes), to the last field;
- the new life has every demand of a row, every counted reading, every stand that counts towards CY1, and its holds;
- soon it stands still, and an open session is paused with the restart as a reason;
- the oracle's invariants, with everything that happened before the death, against the plunger's truth;
- a nurse by the book gets it going again, or is told why not;
- the journal verifies.
"""

import gc
import json
import os
import shutil
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crash.steps import Twin

from hil_sim.bench.nurse import Habits
from hil_sim.bench.virtual import VirtualBench
from hil_sim.oracle import scene as saw
from pumpd.shell.journal_file import JournalRefused, head_path, read_last, verify
from pumpd.shell.restore import restored

if TYPE_CHECKING:
    from crash.trunk import Trunk

#: Nobody there, until it has been seen that it stands; then a nurse by the book, and quick.
AWAY = Habits(starts=False, answers_after_s=None, rounds_every_s=None, resumes=False, restores=False)
QUICK = Habits(answers_after_s=1.0, presses_after_s=1.0)
READY_S = 5.0
REST_S = 3.0
RESUME_S = 75.0
FLOWS_S = 3.0
NOT_BEGUN_S = 6.0
OVER = ("completed", "stopped", "observing", "closed")
AT_REST = ("PAUSED", "STOPPED", "COMPLETED", "READY", "NOT VERIFIED", "NO ORDER")
#: What a journal is made of; its index in shared memory is made anew.
FILES = ("journal.sqlite", "journal.sqlite-wal")


@dataclass(frozen=True, slots=True)
class Death:
    """Where it died, how the disk is found, for how long nobody starts it again (s), and the copy of the files."""

    kind: str
    twin: Twin
    down_s: float
    disk: Path


def copy_of(folder: Path, into: Path) -> Path:
    """The journal's files as they lie there now."""
    into.mkdir()
    for path in (*(folder / name for name in FILES), head_path(folder / FILES[0])):
        if path.exists():
            shutil.copyfile(path, into / path.name)
    return into


class Afterlife:
    """One branch, from the death on; ends the process."""

    def __init__(self, trunk: "Trunk", death: Death, report: Path) -> None:
        self._trunk = trunk
        self._death = death
        self._report = report
        self._bench: VirtualBench = trunk.bench
        self._died_s = self._bench.now_s
        self._ready_s: float | None = None
        self._stood_s: float | None = None
        self._flows_since_s: float | None = None
        self._is_rest_judged = False
        self._said: list[str] = []
        self._folder = death.disk
        self._unclosed = trunk.insight.journal._connection
        self._before: Any = None

    def begin(self) -> None:
        """Die here."""
        self._guarded(self._die)

    def _guarded(self, do: Callable[[], None]) -> None:
        """Whatever goes wrong in a branch ends it here, and never in the daemon's or the trunk's own clean-up."""
        try:
            do()
        except BaseException:
            traceback.print_exc()
            os._exit(3)

    def _die(self) -> None:
        gc.disable()  # a branch is short, and looking through all of memory would copy it
        bench, insight = self._bench, self._trunk.insight
        disk = self._settle_disk()
        self._before = self._remembered(disk)
        journal = insight.journal
        journal._connection, journal._head_file, journal._lock_file = None, -1, -1
        bench.kill_daemon()
        bench.setting.folder = self._folder
        self._trunk.run.course.nurse.habits = AWAY
        bench.loop.call_later(self._death.down_s, bench.start_daemon)
        bench.watchers.append(lambda _bench: self._guarded(self._look))

    # the disk

    def _settle_disk(self) -> Path:
        """The trunk has copied the files before it went on; here they become this branch's twin."""
        path, journal = self._folder / FILES[0], self._trunk.insight.journal
        if self._death.twin.is_kept:
            journal._connection = sqlite3.connect(path, isolation_level=None)
            journal._head_file = os.open(head_path(path), os.O_WRONLY)
            journal._commit(journal._batch)
            journal._connection.close()
        if self._death.twin.is_head_old:
            head_path(path).write_bytes(self._trunk.head_before)
        return path

    def _remembered(self, path: Path) -> Any:
        """The channel as the disk has it; a difference to what was known then is said."""
        insight = self._trunk.insight
        state, problem = restored(path, insight.channel.policy)
        if problem:
            self._said.append(f"not restored: {problem}")
        newest = read_last(path, 1)
        there, told = newest[0].seq if newest else 0, insight.journal.durable_seq
        if there < told:
            self._said.append(f"records up to {told} were durable, and the disk ends with {there}")
        known = insight.known.get(newest[0].seq) if newest else None
        if known is not None:
            for name in known.__slots__:
                was, now = getattr(known, name), getattr(state, name)
                if was != now:
                    self._said.append(
                        f"the disk remembers {name} as {now!r}"[:300] + f"; it was {was!r}"[:300]
                    )
        return state

    # the new life

    def _look(self) -> None:
        now_s, scene = self._bench.now_s, self._trunk.oracle.scene
        if self._ready_s is None:
            if scene.is_ready:
                self._ready_s = now_s
                self._said.extend(self._lost())
            elif now_s - self._died_s > self._death.down_s + READY_S:
                self._end("not ready", f"not ready {READY_S} s after its start")
            return
        if self._stood_s is None and scene.rate_nl_h == 0.0:
            self._stood_s = now_s
        if not self._is_rest_judged and now_s - self._ready_s >= REST_S:
            self._is_rest_judged = True
            self._judge_rest(scene)
            self._trunk.run.course.nurse.habits = QUICK
        if self._is_rest_judged:
            self._wait(now_s, scene)

    def _lost(self) -> Iterator[str]:
        """What the new life has forgotten of what the disk remembered."""
        before, after = self._before, self._trunk.insight.channel.state
        rules = {one.rule_id: one for one in after.rules}
        for one in before.rules:
            now = rules[one.rule_id]
            if now.demand < one.demand:
                yield f"{one.rule_id} demanded {one.demand.name} before the death and {now.demand.name} after it"
            counted = [len(tally.hits) for tally in one.tallies]
            if [len(tally.hits) for tally in now.tallies] < counted:
                yield f"{one.rule_id} had counted {counted} readings before the death"
        if len(after.session.alerts) < len(before.session.alerts):
            yield f"{len(before.session.alerts)} stands before the death, {len(after.session.alerts)} after it"
        kinds = {one.kind for one in after.session.holds}
        for hold in before.session.holds:
            if hold.kind not in kinds and after.session.phase is before.session.phase:
                yield f"the hold {hold.kind.name} ({hold.reason}) is gone"
        if after.session.serial != before.session.serial:
            yield f"session {before.session.serial} is session {after.session.serial} after the death"
        if after.account.best_nl < before.account.best_nl:
            yield f"{before.account.best_nl} nL were counted before the death, {after.account.best_nl} after it"

    def _judge_rest(self, scene: saw.Scene) -> None:
        state = scene.state
        if state is None:
            self._said.append(f"nothing is shown {REST_S} s after it was ready")
            return
        if scene.rate_nl_h > 0.0:
            self._said.append(f"flows at {scene.rate_nl_h / 1e6:.2f} mL/h {REST_S} s after it was ready")
        if state["word"] not in AT_REST:
            self._said.append(f"shown as {state['word']!r} {REST_S} s after it was ready")
        sources = {one["source"] for one in state["holds"]}
        if state["phase"] == "infusing" and "restart" not in sources:
            self._said.append(f"an open session, and the restart is no hold: {sorted(sources)}")

    def _wait(self, now_s: float, scene: saw.Scene) -> None:
        assert self._ready_s is not None
        if scene.rate_nl_h > 0.0:
            self._flows_since_s = self._flows_since_s or now_s
            if now_s - self._flows_since_s >= FLOWS_S:
                self._end("resumed")
            return
        self._flows_since_s = None
        if scene.phase in OVER:
            self._end(scene.phase)
        elif scene.phase != "infusing" and now_s - self._ready_s >= NOT_BEGUN_S:
            self._end("not begun")
        elif now_s - self._ready_s >= RESUME_S:
            blocked = [] if scene.state is None else list(scene.state["resume_blocked_by"])
            self._end(
                "blocked", "" if blocked else f"nobody could resume in {RESUME_S:.0f} s, and nothing says why"
            )

    def _end(self, outcome: str, said: str = "") -> None:
        bench, oracle = self._bench, self._trunk.oracle
        if said:
            self._said.append(said)
        state = oracle.scene.state or {}
        bench.kill_daemon()
        try:
            verdict = verify(self._folder / FILES[0]).reason
        except JournalRefused as refused:
            verdict = str(refused)
        oracle.see(saw.Closed(bench.now_s, verdict))
        told = {
            "outcome": outcome,
            "blocked_by": list(state.get("resume_blocked_by", ())) if outcome == "blocked" else [],
            "stood_s": None if self._stood_s is None else round(self._stood_s - self._died_s, 2),
            "simulated_s": round(bench.now_s - self._died_s, 1),
            "violations": [*self._said, *map(str, oracle.violations)],
        }
        shutil.rmtree(self._folder)
        self._report.write_text(json.dumps(told), encoding="utf-8")
        os._exit(0)
