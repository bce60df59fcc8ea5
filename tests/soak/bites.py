"""Whether each fault of a plan really bit: touched a byte, a message, a commit, a life or the plunger.

Theory of operation. A fault that falls where it changes nothing tests nothing. Each kind has its own witness: a counter
that only moves when the fault had something to act on, compared between the fault's first and last instant. Faults of the
wire have theirs in the wire's own tampers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hil_sim.bench.story import TimedAct
from hil_sim.bench.virtual import VirtualBench
from hil_sim.monitors.faults import MONITOR_FAULTS
from hil_sim.oracle.families import wording_of
from hil_sim.wire import Tamper

WIRE = frozenset({"reply_lost", "request_lost", "reply_garbled", "reply_late", "reply_split", "noise"})
CUFF = frozenset({"cuff_fail", "cuff_artefact", "cuff_pulse_off"})
DISK = frozenset({"disk_full", "disk_stalls"})
SAID = frozenset({"broker_down", "broker_frozen", "broker_slow", "broker_repeats", "storm", "monitor_gone"})
STOPS = frozenset({"stop_refused", "stop_ignored"})
MOVES = frozenset({"overdelivery", "underdelivery", "watchdog_dead"})
LONG_ENOUGH_S = 1.1  # every device but the cuff says something each second
AFTER_S = 1e-5  # an act is told of a hair before it is carried out
_KEYS = ("running", "letter", "alarm", "diameter_mm", "counter_nl", "rate_nl_h", "watchdog_armed")


class Bites:
    """Counts for one run."""

    def __init__(self, bench: VirtualBench) -> None:
        self._bench = bench
        self._begun: dict[int, Callable[[], bool]] = {}
        self._names: dict[int, str] = {}
        self._bit: dict[str, bool] = {}
        self.counts = {"commit": 0, "run": 0, "stop": 0, "rate": 0, "cuff": 0}
        pump = bench.setting.site["pump"]
        self._read = wording_of(pump["family"], pump["map"], pump["address"])
        self._was_cuff = False
        bench.mark_watchers.append(self._marked)
        bench.watchers.append(self._ticked)

    def _marked(self, kind: str, payload: bytes) -> None:
        if kind == "commit":
            self.counts[kind] += 1
        elif kind == ">":
            for sent in self._read(self._bench.now_s, payload):
                self.counts["run"] += sent.is_run
                self.counts["stop"] += sent.is_stop
                self.counts["rate"] += sent.rate_nl_h is not None

    def _ticked(self, bench: VirtualBench) -> None:
        if bench.world.cuff_active != self._was_cuff:
            self._was_cuff = not self._was_cuff
            self.counts["cuff"] += 1

    def told(self, what: str, act: TimedAct) -> None:
        """An act begins or ends."""
        name = act.name if act.kind != "operator" else f"operator {act.name}"
        if what == "end":
            self._end(id(act))
            return
        self._bit.setdefault(name, False)
        if act.kind == "operator":
            self._bit[name] = self._bench.panel.is_open or self._bit[name]
            return
        self._names[id(act)] = name
        self._begun[id(act)] = self._witness(act.name, act.params)
        if act.for_s is None:
            # What is over at once is looked at as soon as it has been done.
            self._bench.loop.call_later(0.5, self._end, id(act))

    def result(self) -> Mapping[str, bool]:
        """By name: whether any of its acts bit."""
        for key in list(self._begun):
            self._end(key)
        return dict(self._bit)

    def _end(self, key: int) -> None:
        witness = self._begun.pop(key, None)
        if witness is not None and witness():
            self._bit[self._names[key]] = True

    def _witness(self, name: str, params: Mapping[str, Any]) -> Callable[[], bool]:
        bench, counts = self._bench, self.counts
        began_s, before = bench.now_s, dict(counts)
        if name in WIRE:
            mine: list[Tamper] = []
            tampers = bench.world.wire.tampers
            at = len(tampers)  # where this one will stand when it has begun
            bench.loop.call_later(AFTER_S, lambda: mine.extend(tampers[at : at + 1]))
            return lambda: any(one.hit > 0 for one in mine)
        if name in CUFF:
            return lambda: counts["cuff"] > before["cuff"]
        if name in DISK:
            return lambda: counts["commit"] > before["commit"] or name == "disk_full"
        if name in STOPS:
            return lambda: counts["stop"] > before["stop"]
        if name == "rate_ignored":
            return lambda: counts["rate"] > before["rate"]
        if name in MOVES:
            displaced_nl = bench.world.displaced_nl
            return lambda: bench.world.displaced_nl > displaced_nl
        if name in MONITOR_FAULTS or name in SAID:
            return lambda: bench.now_s - began_s >= LONG_ENOUGH_S
        if name.startswith("daemon"):
            lives, is_alive = bench.lives, bench.life is not None
            return lambda: is_alive and (bench.lives > lives or bench.life is None)
        if name in ("keypad_stop", "keypad_run", "keypad_rate", "keypad_diameter", "power_blip"):
            first = self._pump()
            return lambda: self._pump() != first
        return lambda: True

    def _pump(self) -> tuple[Any, ...]:
        truth = self._bench.world.truth()
        return tuple(truth[key] for key in _KEYS if key != "counter_nl")
