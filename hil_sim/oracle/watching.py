"""Silence trips, people are told, and good care gets on: I3, I4, I16, I17, I18, I22, I26, rows 61 and 94.

Theory of operation. A device counts as silent when nothing sound of it was delivered, whatever the reason; the bounds are
those of facts/clinical.md 3.2 with the time that a stop needs. Liveness has its own clock: it runs while nothing is wrong,
nobody is missing, and nothing flows.
"""

from math import isfinite

from hil_sim.oracle.people import OVER
from hil_sim.oracle.scene import LIES, PUMP_GOES, WIRE, Broke, Closed, Heard, Lived, Scene, Shown, Step, Tick
from hil_sim.oracle.spell import Spell

STOP_S = 1.3
SILENT_S = {"monitor-1": 90.0, "transducer-1": 2.0, "air-sensor-1": 2.0, "button-1": 2.0}
#: Two of one name are told apart by what the older measures more than 2 s after the newer came (decision 0031): 2 s, and
#: up to a second until it speaks.
RIVAL_S = 1.0
STRANGER_S = 2.5  # the next sample of a second, and a stop
WIDEST = 2000.0
#: While one of these is in force something must be shown by then, s.
TOLD_S = {
    "line_down": 2.5,
    "broker_down": 4.0,
    "button_press": 2.0,
    "keypad_stop": 2.5,
    "disk_full": 4.0,
    "air_bubble": 2.5,
}
#: No transducer is missed where the pump measures line pressure itself: ST3 tells after 5 s (facts/clinical.md 3.2).
ST3_TOLD_S = 6.5
TOLD_AFTER_TRIP_S = 1.0
LIVELY_S = 480.0
HONEST_S = 3.0
STANDING_WORDS = ("PAUSED", "STOPPED", "COMPLETED", "READY", "NO ORDER", "NOT VERIFIED")
BLOCKED = frozenset({"loop_blocked"})
#: A pump that goes on for longer when its host falls silent is one whose risk a site has accepted (law 7).
LONGEST_LEASE_S = 5.0
CANNOT_STOP = frozenset({"stop_ignored", "stop_refused", "watchdog_dead", "remote_disabled"})
#: Two readbacks: until then nobody may have seen a stand at the pump's own keys, and a person's stop tells of it.
UNSEEN_S = 0.5
#: What such a fault began may last so long after it: the pump's watchdog, and a stop.
STARVED_S = 3.0


class Silence:
    """I3, I4: nothing flows on what nobody has said lately."""

    id = "I4"
    of = (Heard, Tick)

    def __init__(self) -> None:
        self._sound_s: dict[str, float] = {}

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Heard):
            if step.is_sound:
                self._sound_s[step.device] = step.t_s
            return None
        if scene.rate_nl_h <= 0.0 or scene.was_on(CANNOT_STOP | PUMP_GOES, STARVED_S) or scene.is_lawless:
            return None
        if scene.lease_s > LONGEST_LEASE_S and scene.was_on(BLOCKED, STOP_S):
            return None  # nobody there, and nothing at the pump that would notice so soon (F11)
        # Between two lives nobody listens: what flows then is I7's affair.
        deaf_s = scene.ready_s if scene.is_ready else step.t_s
        for device, heard_s in self._sound_s.items():
            if device in scene.unmissed:
                continue
            sound_s = max(heard_s, deaf_s)
            limit_s = (
                SILENT_S.get(device, 90.0) + STOP_S + (RIVAL_S if scene.is_on("second_monitor") else 0.0)
            )
            if scene.is_on("request_lost"):
                limit_s += STARVED_S  # a stop that never arrives: starved of its lease
            if step.t_s - sound_s > limit_s:
                return (
                    f"flows, and {device} has said nothing sound for {step.t_s - sound_s:.1f} s; {limit_s} s"
                )
        return None


class Stranger:
    """I16: values of another patient bring delivery to a stand."""

    id = "I16"
    of = (Heard, Tick)

    def __init__(self) -> None:
        self._flows = Spell()

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Heard):
            if scene.is_on("wrong_patient") and step.is_stranger:
                self._flows.begin(step.t_s)
            return None
        if not scene.is_on("wrong_patient") or scene.rate_nl_h <= 0.0 or not scene.is_ready:
            self._flows.end()
        flows_s = self._flows.beyond(step.t_s, STRANGER_S)
        if flows_s is None or scene.was_on(CANNOT_STOP, STARVED_S):
            return None
        return f"flows {flows_s:.1f} s after values of another patient; {STRANGER_S} s"


class Finite:
    """I17: no value is shown that is none."""

    id = "I17"
    of = (Shown,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        for name, one in step.state["vitals"].items():
            value = one["value"]
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (is_number and isfinite(value) and -WIDEST < value < WIDEST):
                return f"{name} is shown as {value!r}"
        return None


class Honest:
    """Law 5: no screen says that it flows while it stands, or, without an alarm, that it stands while it flows."""

    id = "law 5"
    of = (Shown,)

    def __init__(self) -> None:
        self._false = Spell()

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Shown)
        word, alarms = step.state["word"], step.state["alarms"]
        is_flowing = scene.rate_nl_h > 0.0
        is_false = word == "INFUSING" if not is_flowing else word in STANDING_WORDS and not alarms
        self._false.note(step.t_s, is_false and not scene.was_on(LIES | WIRE | {"underdelivery"}, HONEST_S))
        if self._false.beyond(step.t_s, HONEST_S) is None:
            return None
        return f"shown as {word!r} for {HONEST_S:.0f} s, and the plunger goes at {scene.rate_nl_h / 1e6:.2f} mL/h"


class Announced:
    """I18: what brought delivery to a stand is an alarm within a second, and so is what broke."""

    id = "I18"
    of = (Shown, Broke)

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._trip_s: float | None = None
        self._broke: dict[str, float] = {}

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Broke):
            if step.name in TOLD_S and not step.is_over and scene.phase == "infusing" and scene.rate_nl_h > 0:
                self._broke[step.name] = step.t_s
            elif step.is_over:
                self._broke.pop(step.name, None)
            return None
        assert isinstance(step, Shown)
        state = step.state
        if state["alarms"] or state["phase"] != "infusing":
            self._trip_s, self._broke = None, {}
            self._known = _causes(state)
            return None
        causes = _causes(state)
        if causes - self._known:
            self._trip_s = step.t_s
        elif not causes:
            self._trip_s = None
        self._known = causes
        if self._trip_s is not None and step.t_s - self._trip_s > TOLD_AFTER_TRIP_S:
            return f"{sorted(causes)} for {step.t_s - self._trip_s:.1f} s, and no alarm; 1 s is the bound"
        for name, broke_s in self._broke.items():
            bound_s = (
                ST3_TOLD_S if name == "broker_down" and "transducer-1" in scene.unmissed else TOLD_S[name]
            )
            if step.t_s - max(broke_s, scene.ready_s) > bound_s and not _is_a_persons(name, broke_s, scene):
                return f"{name} for {step.t_s - broke_s:.1f} s, and no alarm; {bound_s} s is the bound"
        return None


def _is_a_persons(name: str, broke_s: float, scene: Scene) -> bool:
    """A person stopped it, too, before the daemon can have seen that it stood."""
    presses = (one for one in scene.presses if one.verb in ("pause", "stop") and one.stage != "refused")
    return name == "keypad_stop" and any(0.0 <= one.t_s - broke_s <= UNSEEN_S for one in presses)


def _causes(state: object) -> frozenset[str]:
    assert isinstance(state, dict)
    rules = {one["rule"] for one in state["findings"] if one["demand"] in ("PAUSE", "STOP")}
    holds = {one["source"] for one in state["holds"] if one["source"] != "nurse"}
    return frozenset(rules | holds)


class Lively:
    """I26: with nothing wrong and somebody there, delivery goes on or the session is over."""

    id = "I26"
    of = (Tick,)

    def __init__(self) -> None:
        self._stands = Spell()

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Tick)
        is_wrong = any(scene.standing.values()) or not step.is_calm or not scene.is_ready
        # A record that is lost stays lost until somebody starts the daemon anew (row 83): no nurse can mend it.
        is_wrong = is_wrong or not (scene.state or {}).get("journal", {"ok": True})["ok"]
        # A box that starts with a wrong clock finds every sample old or yet to come, until somebody sets its clock.
        is_wrong = is_wrong or 0.0 < scene.last_s.get("wall_clock_stepped", 0.0) < scene.life_s
        if is_wrong or scene.rate_nl_h > 0.0 or scene.phase in OVER or not scene.is_attended:
            self._stands.end()
            return None
        if scene.last_s and step.t_s - max(scene.last_s.values()) < 1.0:
            self._stands.end()
        self._stands.begin(step.t_s)
        if self._stands.beyond(step.t_s, LIVELY_S) is None:
            return None
        state = scene.state or {}
        blocked = {key: state.get(key) for key in ("word", "start_blocked_by", "resume_blocked_by")}
        return f"nothing is wrong and nothing flows for {LIVELY_S:.0f} s: {blocked}"


class Alive:
    """Row 94: no error reaches the loop and no daemon ends by itself."""

    id = "row 94"
    of = (Lived,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Lived)
        return step.said if step.what == "fell" else None


class Recorded:
    """I22: the journal is whole after the run."""

    id = "I22"
    of = (Closed,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Closed)
        return step.journal_said or None
