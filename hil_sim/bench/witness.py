"""Tells an oracle everything that a virtual bench shows, step by step, at the instant at which it is seen.

Theory of operation. A bench has watchers for bytes, commits, lives, states, presses and messages; the oracle wants steps.
Here the one is made of the other, once, for whoever plays something on a bench and has it judged. What began and ended is
told by whoever lets it happen (`broke`), because only that one knows the parameters.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hil_sim.bench.acts import STREAMS_OF
from hil_sim.bench.panel import State
from hil_sim.bench.virtual import VirtualBench
from hil_sim.oracle import scene as saw
from hil_sim.oracle.judge import Oracle
from hil_sim.oracle.wording import wording_of
from hil_sim.patient_acts import monitor_faults_of

#: With one of these on its stream a message proves nothing to a careful reader. What is published to be retained is
#: not among them: who is subscribed hears it as anything else.
POISON = frozenset(
    {"no_unit", "wrong_unit", "nan", "infinity", "huge", "negative", "not_json", "deep", "oversized"}
    | {"duplicate_keys", "boolean", "string_value", "wrong_patient"}
)
#: A sample that arrives so late, or is stamped so far off, is old or yet to come for every reader, s.
LATE_S, BEHIND_S, AHEAD_S = 10.0, -6.0, 2.5
MAIN_STREAM = {
    device: ("oximeter" if device == "monitor-1" else streams[0]) for device, streams in STREAMS_OF.items()
}
LIVES = ("life", "ready", "crash", "term", "exit", "open")
RESTART_S = 2.0
LOOKED_AT_S = 1.0
VOID = ("old_epoch", "wrong_pin")


class Witness:
    """Everything that one bench shows, to one oracle.

    Args:
        bench: before it begins.
        oracle: judges.
        is_calm: whether patient and line are well now; asked once a second.

    Attributes:
        words: every word that was shown.
        motions: (bench s, nL/h) of the true plunger, each change.
    """

    def __init__(
        self, bench: VirtualBench, oracle: Oracle, is_calm: Callable[[], bool] = lambda: False
    ) -> None:
        pump = bench.setting.site["pump"]
        self.bench = bench
        self.oracle = oracle
        self.words: set[str] = set()
        self.motions: list[tuple[float, float]] = []
        self._read = wording_of(pump["family"], str(pump.get("map", "")), int(pump.get("address", 0)))
        self._ask_calm = is_calm
        self._is_calm, self._calm_s = False, -1e9
        self._failures = 0
        self._void_s = -1.0
        bench.mark_watchers.append(self._marked)
        bench.world.observe(self._noted)
        bench.watchers.append(self._ticked)
        bench.state_watchers.append(self._shown)
        bench.panel.watchers.append(self._asked)
        bench.bus.heard_watchers.append(self._heard)
        bench.loop.set_exception_handler(self._fell)

    def broke(self, name: str, params: Mapping[str, Any], is_over: bool) -> None:
        """A fault or event of this name begins now, or ends."""
        self.oracle.see(saw.Broke(self.bench.now_s, name, params, is_over))

    def happened(self, kind: str, name: str, detail: Mapping[str, Any]) -> None:
        """As a recorder enters it; of events and faults, and of presses that nobody should make."""
        if kind in ("event", "fault", "fault_over"):
            self.broke(name, detail, is_over=kind == "fault_over")
        elif kind == "operator" and name in VOID:
            self.slips()

    def slips(self) -> None:
        """What is pressed in this instant has a wrong PIN, or is on a state that is no longer so."""
        self._void_s = self.bench.now_s

    def _marked(self, kind: str, payload: bytes) -> None:
        now_s = self.bench.now_s
        if kind == ">":
            if (sent := self._read(now_s, payload)) is not None:
                self.oracle.see(sent)
        elif kind == "commit":
            self.oracle.see(saw.Committed(now_s, now_s + float(payload)))
        elif kind in LIVES:
            self.oracle.see(saw.Lived(now_s, kind))

    def _noted(self, sentence: str) -> None:
        if sentence.startswith("motion"):
            t_s, rate_nl_h = self.bench.world.link_ms / 1000.0, self.bench.world.rate_nl_h()
            self.motions.append((t_s, rate_nl_h))
            self.oracle.see(saw.Moved(t_s, rate_nl_h))

    def _ticked(self, bench: VirtualBench) -> None:
        now_s, world = bench.now_s, bench.world
        if now_s - self._calm_s >= LOOKED_AT_S:
            self._calm_s, self._is_calm = now_s, self._ask_calm()
        self.oracle.see(saw.Tick(now_s, world.displaced_nl, world.rate_nl_h(), self._is_calm))
        while self._failures < len(bench.failures):
            self.oracle.see(saw.Lived(now_s, "fell", bench.failures[self._failures]))
            self._failures += 1
            bench.kill_daemon()
            bench.loop.call_later(RESTART_S, lambda: None if bench.life else bench.start_daemon())

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
            here = {name: how for name, how in active.items() if how.get("only", "all") in ("all", stream)}
            is_late = float(here.get("late", {}).get("s", 0.0)) >= LATE_S
            skew_s = float(here.get("future", {}).get("s", 0.0))
            is_sound = not (is_retained or is_late or not BEHIND_S < skew_s < AHEAD_S or here.keys() & POISON)
            self.oracle.see(saw.Heard(self.bench.now_s, device, is_sound, is_retained))

    def _fell(self, _loop: object, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        said = f"{context.get('message')}: {type(error).__name__}: {error}"
        self.oracle.see(saw.Lived(self.bench.now_s, "fell", said))
