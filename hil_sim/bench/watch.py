"""The oracle at a virtual bench: everything that can be seen of a run is told to it as steps, at the instant it is seen.

Theory of operation. The oracle (`hil_sim.oracle`) knows no bench and no daemon; here its steps are made from the pump's
line, the true plunger, the screen, the presses, the broker and the daemon's lives. What is known of the pump's family
decides how a frame is read, how long the pump goes on alone, and what a pause in its motion means. A daemon that falls
is a violation and is started again, as a service manager would: what it does then counts too.

Whoever plays the run tells when an act begins and when it ends, just before it is so.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hil_sim.bench.acts import STREAMS_OF
from hil_sim.bench.casting import is_attended, order_of
from hil_sim.bench.panel import State
from hil_sim.bench.story import Story, TimedAct
from hil_sim.bench.virtual import VirtualBench
from hil_sim.oracle import scene as saw
from hil_sim.oracle.families import scene_of, wording_of
from hil_sim.oracle.judge import Oracle, Violation
from hil_sim.patient_acts import monitor_faults_of

SETTLED_S = 20.0
RESTART_S = 2.0
LOOKED_AT_S = 1.0
#: With one of these on its stream a message proves nothing to a careful reader. What is published to be retained is
#: not among them: who is subscribed hears it as anything else.
POISON = frozenset(
    {"no_unit", "wrong_unit", "nan", "infinity", "huge", "negative", "not_json", "deep", "oversized"}
    | {"duplicate_keys", "boolean", "string_value", "wrong_patient", "second_monitor"}
)
#: Nobody can tell of whom such a word speaks.
UNREADABLE = frozenset({"not_json", "deep", "oversized", "duplicate_keys"})
MAIN_STREAM = {
    device: ("oximeter" if device == "monitor-1" else streams[0]) for device, streams in STREAMS_OF.items()
}
LIVES = frozenset({"life", "ready", "crash", "term", "exit", "open"})
OVER = ("completed", "stopped")


class Watch:
    """The oracle over one run.

    Attributes:
        oracle: judges; another may take its place before the run begins.
        motions: link ms and nL/h of every change of the true plunger's motion.
        words: every word that was shown.
        void: whether the press that is being made now is one that must not count; asked at each press.
    """

    def __init__(self, story: Story, bench: VirtualBench, void: Callable[[], bool]) -> None:
        pump, slack_nl = story.pump, bench.world.syringe.slack_nl
        self.oracle = Oracle(
            scene_of(pump.family, order_of(story), slack_nl, is_attended=is_attended(story.nurse))
        )
        self.motions: list[tuple[float, float]] = []
        #: As shown last, by whichever life.
        self.phase = ""
        self.words: set[str] = set()
        self.rules: set[str] = set()
        self.void = void
        self._story = story
        self._bench = bench
        self._read = wording_of(pump.family, pump.map, pump.address)
        self._calm_s = -1e9
        self._is_calm = True
        self._rest_since_s: float | None = None
        self._failures = 0
        bench.mark_watchers.append(self._marked)
        bench.world.observe(self._noted)
        bench.watchers.append(self._ticked)
        bench.state_watchers.append(self._shown)
        bench.panel.watchers.append(self._asked)
        bench.bus.heard_watchers.append(self._heard)
        bench.loop.set_exception_handler(self._fell)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """In the order in which they were seen, each invariant's first only."""
        return tuple(self.oracle.violations)

    @property
    def is_at_rest(self) -> bool:
        """Delivery has gone on, or been over, for so long that nothing new is to be expected of it."""
        return self._rest_since_s is not None and self._bench.now_s - self._rest_since_s >= SETTLED_S

    def told(self, what: str, act: TimedAct) -> None:
        """An act begins ("begin") or is over ("end")."""
        if act.kind in ("fault", "event"):
            self.oracle.see(saw.Broke(self._bench.now_s, act.name, act.params, is_over=what == "end"))

    def close(self, record_said: str) -> None:
        """The run is over; `record_said`: what is wrong with the daemon's record."""
        self.oracle.see(saw.Closed(self._bench.now_s, record_said))

    def _marked(self, kind: str, payload: bytes) -> None:
        now_s, see = self._bench.now_s, self.oracle.see
        if kind == ">":
            for sent in self._read(now_s, payload):
                see(sent)
        elif kind == "commit":
            see(saw.Committed(now_s, now_s + float(payload)))
        elif kind in LIVES:
            see(saw.Lived(now_s, kind))

    def _noted(self, sentence: str) -> None:
        if sentence.startswith("motion"):
            rate_nl_h, link_ms = self._bench.world.rate_nl_h(), self._bench.world.link_ms
            self.motions.append((round(link_ms), rate_nl_h))
            self.oracle.see(saw.Moved(link_ms / 1000.0, rate_nl_h))

    def _ticked(self, bench: VirtualBench) -> None:
        now_s, world = bench.now_s, bench.world
        if now_s - self._calm_s >= LOOKED_AT_S:
            self._calm_s, self._is_calm = now_s, self._calm()
        self.oracle.see(saw.Tick(now_s, world.displaced_nl, world.rate_nl_h(), self._is_calm))
        while self._failures < len(bench.failures):
            self.oracle.see(saw.Lived(now_s, "fell", bench.failures[self._failures]))
            self._failures += 1
            bench.kill_daemon()
            bench.loop.call_later(RESTART_S, lambda: None if bench.life else bench.start_daemon())
        self._rest(now_s)

    def _rest(self, now_s: float) -> None:
        scene = self.oracle.scene
        is_resting = scene.is_shown and scene.phase and (scene.rate_nl_h > 0.0 or scene.phase in OVER)
        if not is_resting:
            self._rest_since_s = None
        elif self._rest_since_s is None:
            self._rest_since_s = now_s

    def _calm(self) -> bool:
        world = self._bench.world
        true, rest = world.body.vitals(), self._story.patient
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
        self.phase = str(state["phase"])
        self.words.add(state["word"])
        self.rules.update(one["rule"] for one in state["findings"])
        self.oracle.see(saw.Shown(self._bench.now_s, state))

    def _asked(self, key: str, verb: str, stage: str, words: list[str]) -> None:
        now_s = self._bench.now_s
        if stage == "asked":
            self.oracle.see(saw.Pressed(now_s, key, verb, words[0], self.void()))
        else:
            self.oracle.see(saw.Answered(now_s, key, verb, stage))

    def _heard(self, topic: str, is_retained: bool) -> None:
        *_, kind, _bed, device = topic.split("/")
        if kind != "vitals" or device not in MAIN_STREAM:
            return
        active, stream = monitor_faults_of(self._bench.world), MAIN_STREAM[device]
        here = {name for name, how in active.items() if how.get("only", "all") in ("all", stream)}
        if stream == "pressure":
            # A pump that stands below its patient's heart is sucked at: nobody can tell such a number from a true one.
            here.discard("negative")
        is_late = float(active.get("late", {}).get("s", 0.0)) >= 10.0 and "late" in here
        skew_s = float(active.get("future", {}).get("s", 0.0)) if "future" in here else 0.0
        is_sound = not (is_retained or is_late or not -6.0 < skew_s < 2.5 or here & POISON)
        is_stranger = "wrong_patient" in here and not here & UNREADABLE
        self.oracle.see(saw.Heard(self._bench.now_s, device, is_sound, is_retained, is_stranger))

    def _fell(self, _loop: object, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        said = f"{context.get('message')}: {type(error).__name__}: {error}"
        self.oracle.see(saw.Lived(self._bench.now_s, "fell", said))
