"""What stands goes on standing until a person ends it: I5, I18, I24, law 4's lower end, rows 69, 80, 81 and 82.

Theory of operation. A latch, an alarm or a doubt that is lost without a word is seen by comparing what is shown now with
what was shown before, within one life of the daemon. A screen that leaps over a life is compared with nothing. Figures
of rows are those of facts/clinical.md 3.2, which any daemon for this drug has to keep.
"""

from collections.abc import Mapping
from typing import Any

from hil_sim.oracle.scene import (
    HIDES,
    LIES,
    PUMP_FASTER,
    PUMP_GOES,
    WIRE,
    Answered,
    Broke,
    Heard,
    Lived,
    Moved,
    Pressed,
    Scene,
    Sent,
    Shown,
    Step,
    Tick,
)

DEMANDS = {"SLOW": 1, "PAUSE": 2, "STOP": 3}
LIFTING = ("start", "resume", "restore")
#: A press is carried, judged and shown within this.
PRESS_S = 10.0
TOLD_S = 1.0
#: Notices on how the work stands end with what they tell; causes of rows are written in small letters.
NOTICES = frozenset({"END", "NEAR-END", "ON-HOLD", "LISTENER"})
RESUMED_SHARE, RESTORE_AFTER_S = 0.5, 300.0
LEAST_SHARE = 0.24  # two causes slow to 25 %, rounded down to what the pump can say; a third pauses
TOLERANCE = 1.02
#: A second of halts, then silence: the pump's own watchdog has 2 s, and the last halt's frames are answered for 1.2 s.
STARVED_S = 6.0
UNRECORDED_S = 4.0
DOUBT_S = 1.0
DARK_S = 5.0
TRANSDUCER = "transducer-1"
PARTED_S = 4.0
LOW_SPO2, LOW_FOR_S, SLOWED_WITHIN_S = 92.0, 15.0, 3.0
LOST_RUN = ("RUN", "*")
FULL = 1.01


class Kept:
    """I5: a row that slows or holds goes on doing so until a person lifts it, or the session is over."""

    id = "I5-kept"
    of = (Shown,)

    def __init__(self) -> None:
        self._life = 0
        self._before: Mapping[str, Any] | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        state = step.state
        before, self._before = (self._before if self._life == scene.life else None), state
        self._life = scene.life
        if before is None or state["session"] != before["session"]:
            return None
        if "infusing" not in state["phase"] or before["phase"] != "infusing":
            return None
        now = _restricting(state)
        lost = [
            f"{rule} ({was})"
            for rule, was in _restricting(before).items()
            if _rank(now.get(rule)) < _rank(was)
        ]
        if not lost or scene.has_pressed(LIFTING, step.t_s - PRESS_S):
            return None
        return f"no longer shown, and nobody has lifted it: {', '.join(lost)}"


def _rank(demand: str | None) -> int:
    return DEMANDS.get(demand or "", 0)


def _restricting(state: Mapping[str, Any]) -> dict[str, str]:
    return {one["rule"]: one["demand"] for one in state["findings"] if one["demand"] in DEMANDS}


class Standing:
    """I18: while something holds delivery and nobody has seen it, an alarm says so."""

    id = "I18-stays"
    of = (Shown,)

    def __init__(self) -> None:
        self._began_s: float | None = None
        self._silent_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        state = step.state
        rows = {
            one["rule"]
            for one in state["findings"]
            if one["demand"] in ("PAUSE", "STOP") and not one["releasable"]
        }
        causes = rows | {one["source"] for one in state["holds"] if one["source"] != "nurse"}
        if not causes or state["phase"] != "infusing":
            self._began_s = self._silent_s = None
            return None
        self._began_s = step.t_s if self._began_s is None else self._began_s
        if state["alarms"] or scene.has_pressed(("acknowledge", "stop"), self._began_s):
            self._silent_s = None
            return None
        self._silent_s = step.t_s if self._silent_s is None else self._silent_s
        if step.t_s - self._silent_s <= TOLD_S:
            return None
        return f"{sorted(causes)} not seen by anybody, and no alarm for {step.t_s - self._silent_s:.1f} s"


class Unseen:
    """I18: an alarm about pump, record or daemon stays until a person has acknowledged it, though its cause is over."""

    id = "I18-latched"
    of = (Shown,)

    def __init__(self) -> None:
        self._life = 0
        self._before: dict[str, float] = {}

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        before = self._before if self._life == scene.life else {}
        self._life = scene.life
        shown = {one["key"] for one in step.state["alarms"]}
        gone = [
            key
            for key, since_s in before.items()
            if key not in shown and not scene.has_pressed(("acknowledge", "stop"), since_s)
        ]
        self._before = {
            one["key"]: before.get(one["key"], step.t_s)
            for one in step.state["alarms"]
            if one["key"].isupper() and one["key"] not in NOTICES and not one["acknowledged"]
        }
        return f"the alarm {', '.join(gone)} is gone, and nobody has acknowledged it" if gone else None


class GivenBack:
    """I1, law 4: what has been given for certain is never less than before."""

    id = "I1-low"
    of = (Shown,)

    def __init__(self) -> None:
        self._of: tuple[int, object] = (0, None)
        self._low_mg = 0.0

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        dose = step.state.get("dose")
        if not dose:
            return None
        low_mg, of = float(dose["given_low_mg"]), (scene.life, step.state["session"])
        before_mg, self._low_mg = (self._low_mg if of == self._of else 0.0), low_mg
        is_new = self._of != of or step.state["phase"] != "infusing"
        self._of = of
        if is_new or low_mg >= before_mg:
            return None
        return f"given at least {before_mg:.3f} mg, and then at least {low_mg:.3f} mg"


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
    """facts/clinical.md 3.2, SLOW: half the prescribed rate, a quarter for a second cause, and nothing between that and rest."""

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
        self._since_s: float | None = None
        self._has_lied = False

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            self._has_lied |= step.name == "frozen_status" or bool(step.params.get("lying"))
            return None
        if isinstance(step, Sent):
            if step.is_stop and scene.rate_nl_h > 0.0 and self._since_s is None:
                self._since_s = step.t_s
            return None
        is_ours = scene.is_ready and scene.is_on("stop_refused", "stop_ignored") and not self._has_lied
        if scene.rate_nl_h <= 0.0 or not is_ours or scene.is_lawless or scene.was_on(WIRE | PUMP_GOES, 5.0):
            self._since_s = None
        if self._since_s is None or step.t_s - self._since_s <= STARVED_S:
            return None
        return f"flows {step.t_s - self._since_s:.1f} s after the first stop; {STARVED_S:.0f} s with the pump's own watchdog"


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


class Void:
    """Rows 69, 72 and 81: a press with another's PIN, or on a state that is no longer so, does nothing."""

    id = "I6-void"
    of = (Pressed, Answered)

    def __init__(self) -> None:
        self._keys: set[tuple[int, str]] = set()

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Pressed):
            if step.is_void:
                self._keys.add((scene.life, step.key))
            return None
        assert isinstance(step, Answered)
        if (scene.life, step.key) not in self._keys or step.stage == "refused":
            return None
        return f"{step.verb} with a wrong PIN or on an old state was {step.stage}"


class Remembered:
    """Row 46: in a new life nothing is shown of a device of which only the broker's memory has been heard."""

    id = "row 46"
    of = (Heard, Shown)

    def __init__(self) -> None:
        self._life = 0
        self._only_retained: dict[str, bool] = {}

    def check(self, step: Step, scene: Scene) -> str | None:
        if self._life != scene.life:
            self._life, self._only_retained = scene.life, {}
        if isinstance(step, Heard):
            self._only_retained[step.device] = step.is_retained and self._only_retained.get(step.device, True)
            return None
        assert isinstance(step, Shown)
        value = step.state["line_pressure_mmhg"]
        if value is None or not self._only_retained.get(TRANSDUCER, False):
            return None
        return f"a line pressure of {value:g} mmHg is shown, and {TRANSDUCER} has said nothing but what was kept of it"


class Dark:
    """Row 72: a screen that is there is told the state again and again."""

    id = "row 72"
    of = (Tick,)

    def check(self, step: Step, scene: Scene) -> str | None:
        if not scene.is_ready or scene.was_on(frozenset({"panel_gone"}), DARK_S):
            return None
        since_s = max(scene.state_s, scene.ready_s)
        if step.t_s - since_s <= DARK_S:
            return None
        return f"nothing was shown for {step.t_s - since_s:.1f} s; {DARK_S:.0f} s is the bound"


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


class Once:
    """I24: a request that arrives a second time changes nothing and is told so."""

    id = "I24"
    of = (Answered,)

    def __init__(self) -> None:
        self._accepted: set[tuple[int, str]] = set()

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Answered)
        if step.stage != "accepted":
            return None
        key = (scene.life, step.key)
        if key in self._accepted:
            return f"{step.verb} was accepted twice under one id"
        self._accepted.add(key)
        return None


class Doubt:
    """I11, law 4: the answer to a start is lost, so nobody knows: the next thing is a stop."""

    id = "I11"
    of = (Broke, Sent, Tick)

    def __init__(self) -> None:
        self._is_losing = False
        self._since_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            if step.name == "reply_lost":
                is_run = step.params.get("command") in LOST_RUN and not step.params.get("count")
                self._is_losing = is_run and not step.is_over
            return None
        if isinstance(step, Sent):
            if step.is_stop:
                self._since_s = None
            elif step.is_run and self._is_losing and self._since_s is None:
                self._since_s = step.t_s
            return None
        if scene.rate_nl_h <= 0.0 or not scene.is_ready or scene.is_on("line_down"):
            self._since_s = None
        if self._since_s is None or step.t_s - self._since_s <= DOUBT_S:
            return None
        return f"flows {step.t_s - self._since_s:.1f} s after a start without an answer, and no stop was sent"


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


KEEPING = (
    *(Kept, Standing, Unseen, GivenBack, HalfFirst, Slowed, Desaturated, Starved),
    *(LeftAtRest, Unrecorded, Void, Remembered, Dark, Parted, Once, Doubt, Limited),
)
