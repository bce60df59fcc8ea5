"""What people are shown and told: I5, I18, I24, law 4's lower end, rows 46, 69, 72 and 81.

Theory of operation. A latch, an alarm or a volume that is lost without a word is seen by comparing what is shown now with
what was shown before, within one life of the daemon. A screen that leaps over a life is compared with nothing. An answer
is compared with the press it belongs to.
"""

from collections.abc import Mapping
from typing import Any

from hil_sim.oracle.scene import Answered, Heard, Pressed, Scene, Shown, Step, Tick
from hil_sim.oracle.spell import Spell

DEMANDS = {"SLOW": 1, "PAUSE": 2, "STOP": 3}
LIFTING = ("start", "resume", "restore")
#: A press is carried, judged and shown within this.
PRESS_S = 10.0
TOLD_S = 1.0
DARK_S = 5.0
#: Notices on how the work stands end with what they tell; causes of rows are written in small letters.
NOTICES = frozenset({"END", "NEAR-END", "ON-HOLD", "LISTENER", "VERIFICATION", "DISK", "CERTIFICATE"})
TRANSDUCER = "transducer-1"


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
        if state["phase"] != "infusing" or before["phase"] != "infusing":
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
        self._held, self._silent = Spell(), Spell()

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
            self._held.end()
            self._silent.end()
            return None
        self._held.begin(step.t_s)
        is_told = state["alarms"] or scene.has_pressed(("acknowledge", "stop"), self._held.since_s or 0.0)
        self._silent.note(step.t_s, not is_told)
        silent_s = self._silent.beyond(step.t_s, TOLD_S)
        if silent_s is None:
            return None
        return f"{sorted(causes)} not seen by anybody, and no alarm for {silent_s:.1f} s"


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
        said = f"a line pressure of {value:g} mmHg is shown"
        return f"{said}, and of {TRANSDUCER} nothing was heard but what the broker kept"


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


KEEPING = (Kept, Standing, Unseen, GivenBack, Void, Once, Remembered, Dark)
