"""One plan run from the first second to the last: bench, people, faults, oracle, and what came of it.

Theory of operation. Everything that can be seen is told to the oracle as steps, at the instant at which it is seen. A
session whose acts are over and which has come to rest (delivery goes on, or is over) may end there. A daemon that falls is
a violation, and is started again as a service manager would, because what it does then counts too.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import structlog
from soak.bites import Bites
from soak.plan import Plan

from hil_sim.bench.acts import STREAMS_OF, Stage
from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.nurse import LOOKS_EVERY_S, USERS, Nurse
from hil_sim.bench.panel import State
from hil_sim.bench.seat import MakeSeat, daemon_of
from hil_sim.bench.virtual import Setting, VirtualBench
from hil_sim.monitors.bedside import Fitted
from hil_sim.oracle import scene as saw
from hil_sim.oracle.judge import Oracle, Violation
from hil_sim.oracle.wording import WORDINGS
from hil_sim.patient.body import Body
from hil_sim.patient.pd import PdParameters, Resting
from hil_sim.patient_acts import monitor_faults_of
from hil_sim.pumps.new_era import NewEraPump
from hil_sim.pumps.new_era_motor import Memory
from hil_sim.world import Act, World
from pumpd.shell.journal_file import JournalRefused, verify

FAMILY = "new_era"
SETTLED_S = 20.0
RESTART_S = 2.0
LOOKED_AT_S = 1.0
#: With one of these on its stream a message proves nothing to a careful reader. What is published to be retained is
#: not among them: who is subscribed hears it as anything else.
POISON = frozenset(
    {
        "no_unit",
        "wrong_unit",
        "nan",
        "infinity",
        "huge",
        "negative",
        "not_json",
        "deep",
        "oversized",
    }
    | {"duplicate_keys", "boolean", "string_value", "wrong_patient"}
)
MAIN_STREAM = {
    device: ("oximeter" if device == "monitor-1" else streams[0]) for device, streams in STREAMS_OF.items()
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run. `trace`: the fingerprint; `phase`, `word`: as shown last; `simulated_s`, `cpu_s`."""

    plan: Plan
    violations: tuple[Violation, ...]
    trace: str
    motions: tuple[tuple[float, float], ...]
    simulated_s: float
    wall_s: float
    cpu_s: float
    phase: str
    words: frozenset[str]
    bites: Mapping[str, bool]


def body_of(plan: Plan) -> Body:
    """The patient."""
    who = plan.patient
    return Body(
        who.weight_kg,
        float(plan.order.concentration_mg_per_ml) * 1000.0,
        resting=Resting(who.sys, who.dia, who.hr, who.spo2, who.rr),
        pd=PdParameters(response_factor=who.response_factor),
    )


@dataclass(slots=True)
class Session:
    """One run in the making."""

    plan: Plan
    bench: VirtualBench
    until_settled: bool
    oracle: Oracle = field(init=False)
    nurse: Nurse = field(init=False)
    bites: Bites = field(init=False)
    motions: list[tuple[float, float]] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _looks_s: float = 0.0
    _calm_s: float = -1e9
    _is_calm: bool = True
    _rest_since_s: float | None = None
    _failures: int = 0
    _void_s: float = -1.0

    def __post_init__(self) -> None:
        bench, plan = self.bench, self.plan
        order = plan.order.entered()
        habits = plan.habits
        by_the_book = (
            habits.starts
            and habits.resumes
            and habits.rounds_every_s is not None
            and habits.answers_after_s is not None
        )
        slack_nl = bench.world.syringe.slack_nl
        self.oracle = Oracle(saw.Scene(saw.Prescribed.of(order), slack_nl, is_attended=by_the_book))
        self.nurse = Nurse(
            bench.panel, order, lambda: bench.world.body.vitals().moaas, lambda *_: None, habits
        )
        self.bites = Bites(bench)
        stage = Stage(bench, self.nurse, self._told)
        read = WORDINGS[FAMILY]
        see = self.oracle.see

        def marked(kind: str, payload: bytes) -> None:
            if kind == ">":
                if (sent := read(bench.now_s, payload)) is not None:
                    see(sent)
            elif kind == "commit":
                see(saw.Committed(bench.now_s, bench.now_s + float(payload)))
            elif kind in ("life", "ready", "crash", "term", "exit", "open"):
                see(saw.Lived(bench.now_s, kind))

        bench.mark_watchers.append(marked)
        bench.world.observe(self._noted)
        bench.watchers.append(self._ticked)
        bench.state_watchers.append(self._shown)
        bench.panel.watchers.append(self._asked)
        bench.bus.heard_watchers.append(self._heard)
        bench.loop.set_exception_handler(self._fell)
        stage.lay_out(plan.acts)

    def _noted(self, sentence: str) -> None:
        if sentence.startswith("motion"):
            rate_nl_h = self.bench.world.rate_nl_h()
            self.motions.append((round(self.bench.world.link_ms), rate_nl_h))
            self.oracle.see(saw.Moved(self.bench.world.link_ms / 1000.0, rate_nl_h))

    def _ticked(self, bench: VirtualBench) -> None:
        now_s = bench.now_s
        if now_s - self._calm_s >= LOOKED_AT_S:
            self._calm_s, self._is_calm = now_s, self._calm()
        world = bench.world
        self.oracle.see(saw.Tick(now_s, world.displaced_nl, world.rate_nl_h(), self._is_calm))
        if now_s >= self._looks_s:
            self._looks_s = now_s + LOOKS_EVERY_S
            self.nurse.look(now_s)
        while self._failures < len(bench.failures):
            self.oracle.see(saw.Lived(now_s, "fell", bench.failures[self._failures]))
            self._failures += 1
            bench.kill_daemon()
            bench.loop.call_later(RESTART_S, lambda: None if bench.life else bench.start_daemon())
        self._look_whether_over(now_s)

    def _look_whether_over(self, now_s: float) -> None:
        scene = self.oracle.scene
        is_at_rest = scene.rate_nl_h > 0.0 or scene.phase in ("completed", "stopped")
        if now_s <= self.plan.last_s or not scene.is_shown or not is_at_rest or scene.phase == "":
            self._rest_since_s = None
        elif self._rest_since_s is None:
            self._rest_since_s = now_s
        is_over = scene.phase in ("completed", "stopped") or self.until_settled
        is_settled = self._rest_since_s is not None and now_s - self._rest_since_s >= SETTLED_S
        if now_s >= self.plan.ends_after_s or (is_over and is_settled):
            self.ended.set()

    def _calm(self) -> bool:
        world = self.bench.world
        true, rest = world.body.vitals(), self.plan.patient
        return (
            max(95.0, 0.85 * rest.sys) <= true.sys <= 148.0
            and 55.0 <= true.dia <= 94.0
            and 52.0 <= true.hr <= 105.0
            and true.spo2 >= 95.5
            and true.rr >= 12.0
            and true.moaas >= 4
            and -30.0 <= world.line_pressure_mmhg() <= 100.0
        )

    def _shown(self, state: State) -> None:
        self.words.add(state["word"])
        self.oracle.see(saw.Shown(self.bench.now_s, state))

    def _asked(self, key: str, verb: str, stage: str, words: list[str]) -> None:
        now_s = self.bench.now_s
        if stage == "asked":
            self.oracle.see(saw.Pressed(now_s, key, verb, words[0], now_s == self._void_s))
        else:
            self.oracle.see(saw.Answered(now_s, key, verb, stage))

    def _heard(self, topic: str, is_retained: bool) -> None:
        *_, kind, _bed, device = topic.split("/")
        if kind == "vitals" and device in MAIN_STREAM:
            active, stream = monitor_faults_of(self.bench.world), MAIN_STREAM[device]
            here = {name for name, how in active.items() if how.get("only", "all") in ("all", stream)}
            is_late = float(active.get("late", {}).get("s", 0.0)) >= 10.0 and "late" in here
            skew_s = float(active.get("future", {}).get("s", 0.0)) if "future" in here else 0.0
            is_sound = not (is_retained or is_late or not -6.0 < skew_s < 2.5 or here & POISON)
            self.oracle.see(saw.Heard(self.bench.now_s, device, is_sound, is_retained))

    def _told(self, what: str, act: Act) -> None:
        self.bites.told(what, act)
        if act.kind == "operator" and act.name in ("old_epoch", "wrong_pin"):
            self._void_s = self.bench.now_s
        if act.kind != "operator":
            now_s = self.bench.now_s
            self.oracle.see(saw.Broke(now_s, act.name, act.params, is_over=what == "end"))

    def _fell(self, _loop: object, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        said = f"{context.get('message')}: {type(error).__name__}: {error}"
        self.oracle.see(saw.Lived(self.bench.now_s, "fell", said))

    async def run(self) -> None:
        """Let it happen."""
        self.bench.begin()
        self.bench.start_daemon()
        await self.ended.wait()


async def _run(plan: Plan, until_settled: bool, make_seat: MakeSeat, folder: Path) -> Outcome:
    pump = NewEraPump(memory=Memory(address=0))
    world = World(pump=pump, body=body_of(plan), seed=plan.seed)
    devices = {"air_sensor": "air-sensor-1"} if plan.air_sensor else {}
    devices |= {"button": "button-1"} if plan.button else {}
    site = {
        "bed": "bed-1",
        "pump": {"family": FAMILY, "options": {"model": "NE"}},
        "monitors": ["monitor-1"],
        "transducer": "transducer-1",
        "users": USERS,
        **devices,
    }
    fitted = Fitted(air_sensor=plan.air_sensor, button=plan.button)
    bench = VirtualBench(Setting(world, site, folder, make_seat, plan.seed, fitted=fitted))
    session = Session(plan, bench, until_settled)
    began_s, began_cpu_s = perf_counter(), process_time()
    await session.run()
    simulated_s, trace = bench.now_s, bench.trace
    scene = session.oracle.scene
    phase = scene.phase
    await bench.end()
    session.oracle.see(saw.Closed(simulated_s, _journal_said(folder / "journal.sqlite")))
    return Outcome(
        plan,
        tuple(session.oracle.violations),
        trace,
        tuple(session.motions),
        simulated_s,
        perf_counter() - began_s,
        process_time() - began_cpu_s,
        phase,
        frozenset(session.words),
        session.bites.result(),
    )


def _journal_said(path: Path) -> str:
    try:
        verdict = verify(path)
    except JournalRefused as refused:
        return str(refused)
    return verdict.reason


def run_plan(
    plan: Plan, *, until_settled: bool = False, seat: Callable[[], MakeSeat] = lambda: daemon_of("pumpd")
) -> Outcome:
    """Run a plan on a loop of its own. `until_settled`: end as soon as all acts are over and delivery is at rest."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    loop = JumpingLoop()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        asyncio.set_event_loop(loop)
        try:
            return loop.run_until_complete(_run(plan, until_settled, seat(), Path(folder)))
        finally:
            _put_away(loop)
            structlog.configure(**before)


def _put_away(loop: JumpingLoop) -> None:
    """Nothing of this run may reach the next."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
    with contextlib.suppress(Exception):
        loop.run_until_complete(asyncio.sleep(0))
    asyncio.set_event_loop(None)
    loop.close()
