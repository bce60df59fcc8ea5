"""What may flow, and for how long: I1, I10, I11, rows 19, 80 and 82, and the rates of facts/clinical.md 3.2.

Theory of operation. The true plunger is compared with what any daemon for this drug has to keep: how fast after a stand,
how slow under a row that slows, and that nothing flows for long that cannot be recorded, answered for or stopped. A fault
of wire or pump that explains it takes the comparison away for as long as it may explain it.
"""

from hil_sim.oracle.scene import (
    HIDES,
    LIES,
    PUMP_FASTER,
    PUMP_GOES,
    WIRE,
    Broke,
    Lived,
    Moved,
    Scene,
    Sent,
    Shown,
    Step,
    Tick,
)
from hil_sim.oracle.spell import Spell

RESUMED_SHARE, RESTORE_AFTER_S = 0.5, 300.0
LEAST_SHARE = 0.24  # two causes slow to 25 %, rounded down to what the pump can say; a third pauses
TOLERANCE = 1.02
LOW_SPO2, LOW_FOR_S, SLOWED_WITHIN_S = 92.0, 15.0, 3.0
#: A second of halts, then silence for the pump's own watchdog; the last halt's frames are answered for 1.2 s.
BEYOND_LEASE_S = 4.0
UNRECORDED_S = 4.0
PARTED_S = 4.0
DOUBT_S = 1.0
LOST_RUN = ("RUN", "*")
FULL = 1.01


class HalfFirst:
    """facts/clinical.md 3.2, RESUME: after a stand half the rate at most, for five minutes."""

    id = "RESUME"
    of = (Moved,)

    def __init__(self) -> None:
        self._resumed_s = -1e9

    def check(self, step: Step, scene: Scene) -> str | None:
        if scene.was_rate_nl_h == 0.0 and scene.rate_nl_h > 0.0:
            verbs = ("start", "resume")
            used = next((one for one in reversed(scene.presses) if one.verb in verbs), None)
            self._resumed_s = step.t_s if used is not None and used.verb == "resume" else -1e9
        if step.t_s - self._resumed_s >= RESTORE_AFTER_S or scene.seen & (PUMP_FASTER | PUMP_GOES):
            return None
        top_nl_h = RESUMED_SHARE * scene.prescribed.rate_nl_h * TOLERANCE
        if scene.rate_nl_h <= top_nl_h:
            return None
        return (
            f"{scene.rate_nl_h / 1e6:.2f} mL/h {step.t_s - self._resumed_s:.0f} s after a resume;"
            f" {top_nl_h / 1e6:.2f} mL/h is the bound for {RESTORE_AFTER_S:.0f} s"
        )


class Slowed:
    """facts/clinical.md 3.2, SLOW: half the prescribed rate, a quarter for a second cause, then rest."""

    id = "SLOW"
    of = (Moved,)

    def check(self, step: Step, scene: Scene) -> str | None:
        least_nl_h = LEAST_SHARE * scene.prescribed.rate_nl_h
        if not 0.0 < scene.rate_nl_h < least_nl_h or scene.seen & (PUMP_FASTER | PUMP_GOES):
            return None
        return f"{scene.rate_nl_h / 1e6:.3f} mL/h; at least {least_nl_h / 1e6:.3f} mL/h, or rest"


class Desaturated:
    """facts/clinical.md 3.2, SP1: saturation shown below 92 % for 15 s, and no good value since, slows to half at least.

    A silence in between proves nothing: the stretch goes on.
    """

    id = "SP1"
    of = (Shown, Tick)

    def __init__(self) -> None:
        self._low_since_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Shown):
            shown = step.state["vitals"].get("spo2")
            is_low = shown is not None and shown["value"] is not None and shown["value"] < LOW_SPO2
            if not is_low or step.state["phase"] != "infusing":
                self._low_since_s = None
            elif self._low_since_s is None:
                self._low_since_s = step.t_s
            return None
        half_nl_h = RESUMED_SHARE * scene.prescribed.rate_nl_h * TOLERANCE
        is_sound = scene.is_ready and not scene.was_on(WIRE | LIES | PUMP_FASTER | PUMP_GOES, 4.0)
        if scene.rate_nl_h <= half_nl_h or not is_sound or scene.is_lawless or scene.is_on("panel_gone"):
            return None
        since_s = max(self._low_since_s or step.t_s, scene.ready_s)
        if step.t_s - since_s <= LOW_FOR_S + SLOWED_WITHIN_S:
            return None
        return f"{scene.rate_nl_h / 1e6:.2f} mL/h, and SpO2 below {LOW_SPO2} % for {step.t_s - since_s:.1f} s"


class Starved:
    """I10, F11: a pump that does not obey is left alone until its own watchdog has taken it down."""

    id = "I10-starved"
    of = (Broke, Sent, Tick)

    def __init__(self) -> None:
        self._flows = Spell()
        self._has_lied = False

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            self._has_lied |= step.name == "frozen_status" or bool(step.params.get("lying"))
            return None
        if isinstance(step, Sent):
            if step.is_stop and scene.rate_nl_h > 0.0:
                self._flows.begin(step.t_s)
            return None
        is_ours = scene.is_ready and scene.is_on("stop_refused", "stop_ignored") and not self._has_lied
        if scene.rate_nl_h <= 0.0 or not is_ours or scene.is_lawless or scene.was_on(WIRE | PUMP_GOES, 5.0):
            self._flows.end()
        bound_s = scene.lease_s + BEYOND_LEASE_S
        flows_s = self._flows.beyond(step.t_s, bound_s)
        if flows_s is None:
            return None
        return f"flows {flows_s:.1f} s after the first stop; {bound_s:.0f} s with the pump's own watchdog"


class LeftAtRest:
    """Row 80: a daemon that was asked to end has stopped its pump before it is gone."""

    id = "row 80-rest"
    of = (Lived,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Lived)
        if step.what != "exit" or scene.rate_nl_h <= 0.0 or scene.was_on(WIRE | LIES | PUMP_GOES, 4.0):
            return None
        return f"ended when asked to, and the pump goes on with {scene.rate_nl_h / 1e6:.2f} mL/h"


class Unrecorded:
    """Row 82: nothing flows that cannot be recorded."""

    id = "row 82"
    of = (Tick,)

    def check(self, step: Step, scene: Scene) -> str | None:
        if scene.rate_nl_h <= 0.0 or not scene.is_on("disk_full") or not scene.is_ready or scene.is_lawless:
            return None
        since_s = max(scene.broke_s["disk_full"], scene.ready_s)
        if step.t_s - since_s <= UNRECORDED_S or scene.was_on(WIRE | LIES | PUMP_GOES, 6.0):
            return None
        return f"flows {step.t_s - since_s:.1f} s after the disk was full; {UNRECORDED_S:.0f} s is the bound"


class Parted:
    """Rows 6 and 19: when the pump's line comes back, the pump is stopped, and a person starts it again."""

    id = "row 19"
    of = (Broke, Moved, Tick)

    def __init__(self) -> None:
        self._back_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            if step.name == "line_down":
                self._back_s = step.t_s if step.is_over and scene.rate_nl_h > 0.0 else None
            return None
        is_other = scene.was_on(WIRE - {"line_down"} | LIES | PUMP_GOES, 5.0) or scene.is_on("line_down")
        if scene.rate_nl_h <= 0.0 or is_other or not scene.is_ready or scene.is_lawless:
            self._back_s = None
        if self._back_s is None or step.t_s - max(self._back_s, scene.ready_s) <= PARTED_S:
            return None
        return f"flows {step.t_s - self._back_s:.1f} s after the line was lost and came back"


class Doubt:
    """I11, law 4: the answer to a start is lost, so nobody knows: the next thing is a stop."""

    id = "I11"
    of = (Broke, Sent, Tick)

    def __init__(self) -> None:
        self._is_losing = False
        self._flows = Spell()

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            if step.name == "reply_lost":
                is_run = step.params.get("command") in LOST_RUN and not step.params.get("count")
                self._is_losing = is_run and not step.is_over
            return None
        if isinstance(step, Sent):
            if step.is_stop:
                self._flows.end()
            elif step.is_run and self._is_losing:
                self._flows.begin(step.t_s)
            return None
        if scene.rate_nl_h <= 0.0 or not scene.is_ready or scene.is_on("line_down"):
            self._flows.end()
        flows_s = self._flows.beyond(step.t_s, DOUBT_S)
        if flows_s is None:
            return None
        return f"flows {flows_s:.1f} s after a start without an answer, and no stop was sent"


class Limited:
    """I1, F11: what the pump is told as its own end, and what it has given, are no more than was prescribed."""

    id = "I1-limit"
    of = (Sent,)

    def __init__(self) -> None:
        self._limit_nl: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Sent)
        self._limit_nl = step.limit_nl if step.limit_nl is not None else self._limit_nl
        if (
            not step.is_run
            or self._limit_nl is None
            or scene.seen & (HIDES | PUMP_FASTER)
            or scene.is_lawless
        ):
            return None
        all_nl, most_nl = scene.plunger_nl + self._limit_nl, scene.prescribed.volume_nl * FULL
        if all_nl <= most_nl:
            return None
        return f"started to {self._limit_nl / 1e6:.3f} mL more: {all_nl / 1e6:.3f} mL in all; {most_nl / 1e6:.3f} mL"


FLOWING = (
    *(HalfFirst, Slowed, Desaturated, Starved, LeftAtRest),
    *(Unrecorded, Parted, Doubt, Limited),
)
