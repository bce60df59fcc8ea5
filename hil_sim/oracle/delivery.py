"""How much and how fast: I1, I2, I15, I19, against the true plunger and the order as people entered it.

Theory of operation. What a fault of the pump itself explains (it is faster than told, somebody turned its knob, the
syringe runs empty by height) is not the daemon's doing; then what is judged is how soon it was brought to a stand.
"""

from hil_sim.oracle.scene import (
    HIDES,
    LIES,
    PUMP_FASTER,
    PUMP_GOES,
    WIRE,
    Broke,
    Moved,
    Scene,
    Sent,
    Shown,
    Step,
    Tick,
)

TOLERANCE = 1.01
T_W_S = 2.0
RATE_TOLERANCE = 1.02
BACK_WITHIN_S = 3.0
#: FL1 acts at 0.3 mL over the command; a readback and a stop later there may be a little more.
EXCESS_NL = 450_000.0
SEEN_LATE_S = 1.5
ROUNDING_NL = 60_000.0
ALL_OF_IT = 0.97


class Volume:
    """I1: the plunger never displaces more than was prescribed."""

    id = "I1"
    of = (Tick, Broke)

    def __init__(self) -> None:
        self._loose_nl = 0.0

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            if step.name == "siphon" and not step.is_over:
                self._loose_nl += float(step.params.get("loose_ml", 0.35)) * 1e6
            return None
        limit_nl = scene.prescribed.volume_nl * TOLERANCE + scene.prescribed.rate_nl_h * T_W_S / 3600
        if scene.plunger_nl <= limit_nl + self._loose_nl or scene.is_lawless:
            return None
        return f"{scene.plunger_nl / 1e6:.3f} mL displaced; at most {limit_nl / 1e6:.3f} mL are prescribed"


class Interval:
    """I1, law 4: the truth lies between the least and the most that is shown as given."""

    id = "I1-shown"
    of = (Shown,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        dose = step.state.get("dose")
        if not dose or dose.get("given_high_mg") is None or scene.seen & HIDES or scene.is_lawless:
            return None
        per_nl = scene.prescribed.dose_mg / scene.prescribed.volume_nl
        slop_nl = scene.prescribed.rate_nl_h * SEEN_LATE_S / 3600 + ROUNDING_NL + 0.01 * scene.plunger_nl
        if "overdelivery" in scene.seen or "keypad_rate" in scene.seen:
            slop_nl += EXCESS_NL
        high_nl, low_nl = float(dose["given_high_mg"]) / per_nl, float(dose["given_low_mg"]) / per_nl
        if low_nl - scene.slack_nl - slop_nl <= scene.plunger_nl <= high_nl + slop_nl:
            return None
        return f"{scene.plunger_nl / 1e6:.3f} mL displaced; shown as {low_nl / 1e6:.3f} to {high_nl / 1e6:.3f} mL"


class RateTop:
    """I2: no true rate above the prescribed one, and none commanded; a turned knob is put right in 3 s."""

    id = "I2"
    of = (Moved, Tick, Sent)

    def __init__(self) -> None:
        self._fast_since_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        top_nl_h = scene.prescribed.rate_nl_h
        if isinstance(step, Sent):
            if step.rate_nl_h is not None and step.rate_nl_h > top_nl_h * 1.0001:
                return f"{step.rate_nl_h / 1e6:.3f} mL/h commanded; {top_nl_h / 1e6:.3f} mL/h is prescribed"
            return None
        if scene.rate_nl_h <= top_nl_h * RATE_TOLERANCE or scene.is_on("overdelivery") or scene.is_lawless:
            self._fast_since_s = None
            return None
        said = f"{scene.rate_nl_h / 1e6:.3f} mL/h; at most {top_nl_h / 1e6:.3f} mL/h is prescribed"
        if isinstance(step, Moved):
            is_explained = scene.was_on(PUMP_FASTER | PUMP_GOES, 1.0) or self._fast_since_s is not None
            self._fast_since_s = self._fast_since_s or step.t_s
            return None if is_explained else said
        if self._fast_since_s is None or scene.was_on(WIRE | LIES, T_W_S) or not scene.is_ready:
            self._fast_since_s = step.t_s
        elif step.t_s - max(self._fast_since_s, scene.ready_s) > BACK_WITHIN_S:
            return f"{said}, for {step.t_s - self._fast_since_s:.1f} s; {BACK_WITHIN_S:.0f} s is the bound"
        return None


class Counted:
    """I15: a pump that gives more than it was told is stopped."""

    id = "I15"
    of = (Tick, Sent, Moved)

    def __init__(self) -> None:
        self._told_nl_h = 0.0
        self._before: tuple[float, float] | None = None
        self._excess_nl = 0.0
        self._life = 0

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Sent):
            self._told_nl_h = step.rate_nl_h if step.rate_nl_h is not None else self._told_nl_h
            return None
        if not isinstance(step, Tick):
            return None
        if self._life != scene.life:
            self._life, self._excess_nl = scene.life, 0.0
        before, self._before = self._before, (step.t_s, step.plunger_nl)
        if before is None or not scene.is_on("overdelivery") or scene.is_lawless:
            return None
        lawful_nl = self._told_nl_h * (step.t_s - before[0]) / 3600 if scene.rate_nl_h else 0.0
        self._excess_nl += max(0.0, step.plunger_nl - before[1] - lawful_nl)
        if self._excess_nl <= EXCESS_NL:
            return None
        return f"{self._excess_nl / 1e6:.3f} mL over what was told; {EXCESS_NL / 1e6:.2f} mL is the bound"


class Ended:
    """I19: complete is said when all of it was given, and no stand is without a cause."""

    id = "I19"
    of = (Shown,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        state = step.state
        for hold in state["holds"]:
            if not hold["reason"]:
                return f"a hold of {hold['source']!r} without a reason"
        if (
            state["word"] == "PAUSED"
            and not state["holds"]
            and not state["findings"]
            and not state["binding"]
        ):
            return "PAUSED without a hold, a finding or a limiter"
        if state["phase"] != "completed" or scene.seen & HIDES:
            return None
        least_nl = ALL_OF_IT * scene.prescribed.volume_nl - scene.slack_nl
        if scene.plunger_nl >= least_nl:
            return None
        return f"completed with {scene.plunger_nl / 1e6:.3f} mL displaced; at least {least_nl / 1e6:.3f} mL"
