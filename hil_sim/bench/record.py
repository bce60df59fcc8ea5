"""Writing down what was seen: the truth once a second, and every change of what the daemon shows, as it comes.

Theory of operation. The recorder listens to the world (which tells of events, faults and motions in sentences), to the
states that the panel is shown, and to the alarms that the daemon publishes; it asks nobody. What stands is entered when it
changes and again when it ends, so that a claim about an instant can be judged from the entries alone. It knows the
daemon's words only as they stand in its public state: findings, word, rates, volumes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from hil_sim.bench.panel import State
from hil_sim.bench.recording import Dose, Happening, Moment, Recording
from hil_sim.world import World

NL_PER_ML = 1_000_000.0
_WORLD_KINDS = {"event": "event", "fault": "fault", "end": "fault_over"}


class Recorder:
    """Everything that one run shows. `now_s`: treatment seconds since the world began."""

    def __init__(self, world: World, now_s: Callable[[], float], mg_per_ml: float) -> None:
        self._world = world
        self._now_s = now_s
        self._mg_per_ml = mg_per_ml
        self._next_s = 0.0
        self._state: State | None = None
        self._word = ""
        self._demands: dict[str, str] = {}
        self._alarms: dict[str, str] = {}
        self.moments: list[Moment] = []
        self.happenings: list[Happening] = []
        world.observe(self._heard)

    def tick(self) -> None:
        """Write the truth down if a second has passed."""
        if self._now_s() < self._next_s:
            return
        self._next_s = float(int(self._now_s())) + 1.0
        self.moments.append(self._moment())

    def shown(self, state: State) -> None:
        """The panel shows this."""
        self._state = state
        if state["word"] != self._word:
            self._word = state["word"]
            self.enter("word", self._word, str(state["headline"]))
        demands = {one["rule"]: one for one in state["findings"]}
        for rule in [*demands, *(one for one in self._demands if one not in demands)]:
            demand = demands[rule]["demand"] if rule in demands else ""
            if demand != self._demands.get(rule, ""):
                text = demands[rule]["reason"] if rule in demands else "no longer in force"
                self.enter("rule", rule, str(text), demand=demand)
        self._demands = {rule: one["demand"] for rule, one in demands.items()}

    def said(self, topic: str, payload: bytes) -> None:
        """The daemon publishes this."""
        kind = topic.split("/")[2]
        if kind == "alarm":
            self._alarm(json.loads(payload))
        elif kind == "request":
            asked = json.loads(payload)
            self.enter("request", str(asked.get("want")), f"for {asked.get('reason')}")

    def pressed(self, verb: str, by: str, args: Mapping[str, Any]) -> None:
        """Somebody presses something."""
        self.enter("operator", verb, f"by {by}" if by else "", by=by, **args)

    def answered(self, verb: str, stage: str, reasons: list[str]) -> None:
        """And is answered."""
        self.enter("answer", verb, f"{stage}: {'; '.join(reasons)}", stage=stage, reasons=reasons)

    def enter(self, kind: str, name: str, text: str, **detail: Any) -> None:
        """Write something down as happening now."""
        link_ms = round(self._world.link_ms)
        self.happenings.append(Happening(self._now_s(), link_ms, kind, name, text, detail))

    def recording(
        self,
        *,
        title: str,
        source: str,
        seed: int,
        daemon: str,
        how: str,
        wall_s: float,
        prescribed_mg: float,
    ) -> Recording:
        """All of it; verdicts are still to be made."""
        dose = Dose(mg_per_ml=self._mg_per_ml, prescribed_mg=prescribed_mg)
        return Recording(
            title, source, seed, self.moments, self.happenings, [], daemon, how, self._now_s(), wall_s, dose
        )

    def _alarm(self, told: Mapping[str, Any]) -> None:
        """Alarms that do not stand are said at a start too, and are no news."""
        key, phase = str(told["key"]), str(told["phase"])
        now = "" if phase == "end" else str(told["priority"])
        if now != self._alarms.get(key, ""):
            self.enter("alarm", key, str(told["text"]), phase=phase, priority=str(told["priority"]))
            self._alarms[key] = now

    def _heard(self, sentence: str) -> None:
        first, _, rest = sentence.partition(" ")
        if first == "motion":
            self.enter("motion", "motion", "", ml_h=self._world.rate_nl_h() / NL_PER_ML)
        elif first in _WORLD_KINDS:
            name, _, params = rest.partition(" ")
            self.enter(_WORLD_KINDS[first], name, params)

    def _moment(self) -> Moment:
        world, vitals, state = self._world, self._world.body.vitals(), self._state
        rate = state["rate"] if state is not None else {}
        dose = state["dose"] if state is not None else None
        return Moment(
            t_s=self._now_s(),
            rate_ml_h=world.rate_nl_h() / NL_PER_ML,
            plunger_ml=world.displaced_nl / NL_PER_ML,
            patient_ml=world.patient_nl / NL_PER_ML,
            line_mmhg=world.line_pressure_mmhg(),
            sys=vitals.sys,
            dia=vitals.dia,
            hr=vitals.hr,
            spo2=vitals.spo2,
            rr=vitals.rr,
            c_art_ng_ml=vitals.c_art_ng_ml,
            c_ven_ng_ml=vitals.c_ven_ng_ml,
            word=self._word if state is not None else "",
            permitted_ml_h=_ml(rate.get("permitted_nl_h")),
            commanded_ml_h=_ml(rate.get("commanded_nl_h")),
            given_low_ml=self._volume(dose, "given_low_mg"),
            given_high_ml=self._volume(dose, "given_high_mg"),
        )

    def _volume(self, dose: Mapping[str, Any] | None, key: str) -> float | None:
        given = dose.get(key) if dose else None
        return None if given is None else float(given) / self._mg_per_ml


def _ml(value_nl: int | None) -> float | None:
    return None if value_nl is None else value_nl / NL_PER_ML
