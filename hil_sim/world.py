"""The simulated world: pump, syringe, line, body and wire, stepped together.

The world keeps no clock and does no I/O. Whoever runs it (the real-time server, a deterministic test) says
how much treatment time has passed and what the link's time is, and hands over bytes. One step carries
volume the way it really goes: the pump's screw moves the plunger, the plunger pushes into the line, the
line lets volume into the vein, the body lives on with it; and the line's pressure is felt by the motor in
the next step. `receive` must be preceded by `advance` to the same instant, so that a counter read over the
wire is exact to the moment of asking.

It also keeps the truth that a pump would not tell: the true volume at the vein, and when (link time) the
motor's speed last changed and the last stop came in, so that a reaction can be measured from outside.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import hil_sim.alaris_acts
import hil_sim.harvard_acts
import hil_sim.modbus_acts
import hil_sim.patient_acts  # noqa: F401  enters what may be done to patient and monitors in the tables
from hil_sim import faults
from hil_sim.fittings import Fittings
from hil_sim.parts import Body, PumpFace, StillBody
from hil_sim.pumps.line import Line
from hil_sim.pumps.new_era import NewEraPump
from hil_sim.pumps.syringe import Syringe, area_mm2
from hil_sim.wire import Wire

STEP_S = 0.1  # mechanics; the line's time constant is about a second
BODY_STEP_S = 0.1  # a body is costlier than a plunger and slower to change
MOTIONS_KEPT = 32


class Act(Protocol):
    """One line of a scenario's timeline: `kind` is "fault" or "event".

    `at_s`, `for_s` in treatment seconds.
    """

    @property
    def at_s(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def params(self) -> dict[str, Any]: ...
    @property
    def for_s(self) -> float | None: ...


@dataclass
class _Active:
    name: str
    undo: Callable[[], None]
    until_s: float | None


@dataclass
class World:
    """Everything on the far side of the wire. Treatment seconds count from 0 at the start."""

    pump: PumpFace = field(default_factory=NewEraPump)
    syringe: Syringe = field(default_factory=Syringe)
    line: Line = field(default_factory=Line)
    body: Body = field(default_factory=StillBody)
    seed: int = 0
    treatment_s: float = 0.0
    cuff_active: bool = False
    cuff_same_arm: bool = False
    probe_same_arm: bool = True
    patient_nl: float = 0.0
    fittings: Fittings = field(default_factory=Fittings)

    def __post_init__(self) -> None:
        # A stream of chance of its own: noise on the wire does not change what a monitor rolls.
        self.wire = Wire(random.Random(f"wire/{self.seed}").random)
        if hasattr(self.pump, "is_lost"):
            self.wire.loses_by_word = True
            self.pump.is_lost = self.wire.loses
        self.is_arm_squeezed = False
        # Faults of the monitors, by name: kept here, carried out by whoever publishes for this world.
        self.monitor_faults: dict[str, Mapping[str, Any]] = {}
        self.motions: deque[tuple[float, float, float]] = deque(maxlen=MOTIONS_KEPT)
        self.halted_at_link_ms: float | None = None
        self.first_motion_s: float | None = None
        self.link_ms = 0.0
        self._observers: list[Callable[[str], None]] = []
        self._active: list[_Active] = []
        self._timeline: list[Act] = []
        self._body_owed_s = 0.0
        self._body_owed_nl = 0.0
        self._last_rate_nl_h = 0.0

    # time and bytes

    def advance(self, dt_s: float, now_link_ms: float) -> None:
        """Let `dt_s` of treatment time pass, ending at `now_link_ms` of link time."""
        began_ms = self.link_ms if self.link_ms > 0.0 else now_link_ms
        left_s = dt_s
        while left_s > 1e-12:
            step_s = min(left_s, STEP_S)
            left_s -= step_s
            # Link time runs along, so that a timer of the pump ends in the step in which it is due.
            self.link_ms = now_link_ms - (now_link_ms - began_ms) * left_s / dt_s
            self._step(step_s)
            self._note_motion()
        self.link_ms = now_link_ms
        has_appointments = bool(self._active or self._timeline)
        if has_appointments:
            self._keep_appointments()
        self._emit()
        if has_appointments or dt_s <= 1e-12:  # else nobody has touched the pump since its last step
            self._note_motion()

    def receive(self, chunk: bytes, now_link_ms: float) -> None:
        """Bytes from the host; answers are in `due` at once unless a tamper holds them back."""
        self.link_ms = now_link_ms
        self.pump.receive(self.wire.taken(chunk), now_link_ms)
        self._emit()
        self._note_motion()

    def due(self, now_link_ms: float) -> list[bytes]:
        """Pieces to be written to the host now."""
        return self.wire.due(now_link_ms)

    # what others see

    def rate_nl_h(self) -> float:
        """How fast the true plunger displaces now, nL/h (negative: withdrawing)."""
        believed_mm2 = area_mm2(float(self.pump.memory.diameter_mm))
        factor = area_mm2(self.syringe.diameter_mm) / believed_mm2 * self.pump.quirks.hidden_factor
        return float(self.pump.motor.rate_nl_h) * factor

    def line_pressure_mmhg(self) -> float:
        """The true pressure in the line; a transducer's noise is the transducer's affair."""
        return self.line.sensed_mmhg()

    @property
    def is_finger_bloodless(self) -> bool:
        """The finger probe sits below a tight cuff: on the infusion arm, when the cuff is there too."""
        return self.probe_same_arm and (self.is_arm_squeezed or (self.cuff_same_arm and self.cuff_active))

    @property
    def displaced_nl(self) -> float:
        """What has left the syringe's tip so far, nL."""
        return self.syringe.displaced_nl

    @property
    def is_anything_planned(self) -> bool:
        """An act of the timeline is still to come, or a fault in force will end by itself."""
        return bool(self._timeline) or any(one.until_s is not None for one in self._active)

    def truth(self) -> dict[str, Any]:
        """The truth as one flat JSON object (nL, nL/h, mmHg, treatment s, link ms).

        `moaas`, `dissociation` and `symptoms` are what a nurse at the bed would see (facts/clinical.md 6.2, 1 #28).
        """
        vitals, motor = self.body.vitals(), self.pump.motor
        return {
            "t_s": round(self.treatment_s, 3),
            "link_ms": round(self.link_ms, 3),
            "plunger_nl": round(self.syringe.displaced_nl),
            "patient_nl": round(self.patient_nl),
            "counter_nl": round(motor.infused_nl),
            "rate_nl_h": round(self.rate_nl_h()),
            "line_mmhg": round(self.line.pressure_mmhg, 2),
            "sys": round(vitals.sys, 1),
            "dia": round(vitals.dia, 1),
            "map": round(vitals.map, 1),
            "hr": round(vitals.hr, 1),
            "spo2": round(vitals.spo2, 1),
            "rr": round(vitals.rr, 1),
            "breath_gap_s": round(vitals.breath_gap_s, 1),
            "moaas": vitals.moaas,
            "dissociation": round(vitals.dissociation, 1),
            "symptoms": list(vitals.symptoms),
            "c_ven_ng_ml": round(vitals.c_ven_ng_ml, 1),
            "c_art_ng_ml": round(vitals.c_art_ng_ml, 1),
            "spilled_nl": round(self.line.spilled_nl),
            "bubble_ul": self.fittings.air.bubble_ul(self.displaced_nl),
            "air_15min_ml": self.fittings.air.passed_15min_ml(self.treatment_s),
            "button_pressed": self.fittings.is_button_down,
            "running": self.pump.is_moving,
            "letter": self.pump.letter(),
            "alarm": self.pump.alarm,
            "diameter_mm": float(self.pump.memory.diameter_mm),
            "watchdog_s": self.pump.memory.safe_s,
            "watchdog_armed": self.pump.watched_since_ms is not None,
            "contents_nl": round(self.syringe.contents_nl),
            "occluded": self.line.is_blocked,
            "cuff_active": self.cuff_active,
            "halted_at_link_ms": self.halted_at_link_ms,
            "last_stop_rx_link_ms": self.pump.last_stop_rx_link_ms,
            "faults": [active.name for active in self._active],
            "event": None,
        }

    def observe(self, callback: Callable[[str], None]) -> None:
        """Call back with one sentence for every event, fault and change of motion."""
        self._observers.append(callback)

    def note(self, sentence: str) -> None:
        for observer in self._observers:
            observer(sentence)

    # what is done to it

    def inject(self, name: str, *, for_s: float | None = None, **params: Any) -> None:
        """Begin a fault of pump, wire or monitor; it ends after `for_s` treatment seconds, or never.

        Raises ValueError for a name or parameter that does not exist.
        """
        undo = faults.apply(faults.FAULTS, self, name, params)
        self.note(f"fault {name} {params}" if params else f"fault {name}")
        if undo is not None:
            until_s = None if for_s is None else self.treatment_s + for_s
            self._active.append(_Active(name, undo, until_s))

    def clear(self, name: str | None = None) -> int:
        """End the active faults of that name (all of them for None); returns how many."""
        ending = [active for active in self._active if name in (None, active.name)]
        for active in ending:
            self._end(active)
        return len(ending)

    def event(self, name: str, *, for_s: float | None = None, **params: Any) -> None:
        """Let something happen to line, arm or patient; undone after `for_s` treatment seconds if given.

        Raises ValueError for a name or parameter that does not exist.
        """
        undo = faults.apply(faults.EVENTS, self, name, params)
        self.note(f"event {name} {params}" if params else f"event {name}")
        if undo is not None and for_s is not None:
            self._active.append(_Active(name, undo, self.treatment_s + for_s))

    def play(self, timeline: Iterable[Act]) -> None:
        """Carry out a scenario's acts as their time comes."""
        self._timeline = sorted([*self._timeline, *timeline], key=lambda act: act.at_s)

    # inside

    def _step(self, dt_s: float) -> None:
        self.treatment_s += dt_s
        self.line.is_cuffed = self.is_arm_squeezed or (self.cuff_same_arm and self.cuff_active)
        self.pump.felt_pressure_mmhg = self.line.pressure_mmhg
        travel = self.pump.advance(dt_s, self.link_ms)
        pushed_nl = self.syringe.push(travel) + self.syringe.give_way(self.line.pulls_nl(dt_s))
        delivered_nl = self.line.advance(dt_s, pushed_nl)
        self.patient_nl += delivered_nl
        self._body_owed_s += dt_s
        self._body_owed_nl += delivered_nl
        if self._body_owed_s >= BODY_STEP_S - 1e-9:
            self.body.advance(self._body_owed_s, self._body_owed_nl)
            self._body_owed_s = self._body_owed_nl = 0.0
        if self.syringe.is_at_end and self.pump.is_moving and travel > 0.0:
            self.pump.hit_the_end()

    def _keep_appointments(self) -> None:
        for active in [a for a in self._active if a.until_s is not None and a.until_s <= self.treatment_s]:
            self._end(active)
        while self._timeline and self._timeline[0].at_s <= self.treatment_s:
            act = self._timeline.pop(0)
            begin = self.inject if act.kind == "fault" else self.event
            begin(act.name, for_s=act.for_s, **dict(act.params))

    def _end(self, active: _Active) -> None:
        self._active.remove(active)
        active.undo()
        self.note(f"end {active.name}")

    def _emit(self) -> None:
        for command, frame in self.pump.take_replies():
            if not self.wire.is_down:
                self.wire.send(command, frame, self.link_ms)

    def _note_motion(self) -> None:
        rate_nl_h = self.rate_nl_h()
        if rate_nl_h == self._last_rate_nl_h:
            return
        if rate_nl_h == 0.0:
            self.halted_at_link_ms = self.link_ms
        self._last_rate_nl_h = rate_nl_h
        self.motions.append((self.link_ms, self.treatment_s, rate_nl_h))
        if self.first_motion_s is None and rate_nl_h > 0.0:
            self.first_motion_s = self.treatment_s
        self.note(f"motion {round(rate_nl_h)} nl/h")
