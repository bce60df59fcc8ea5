"""A stop waits for nothing: I9, I10, and that a daemon asked to end does end (row 80).

Theory of operation. The clock runs from the press; it is stopped by the first stopping frame on the wire, or by a stand,
and does not count while nothing can pass (no port, no daemon, no screen).
"""

from math import isfinite

from hil_sim.oracle.scene import WIRE, Broke, Lived, Moved, Pressed, Scene, Sent, Step, Tick

PROMPT_S = 0.25
CARRIED_S = 0.05  # the press reaches the daemon, the frame the pump
REPEAT_S = 0.45
REPEAT_TROUBLED_S = 1.0
#: A host may fall silent instead, so that the pump's own watchdog stops it (row 3), if people have been told.
BEYOND_LEASE_S = 0.7
CONFIRM_S = 1.0
SHOWN_S = 1.0
EXIT_S = 3.0
#: A lying pump is found by what moves while it says that it stands: 0.05 mL.
MOVED_NL = 50_000.0


class Prompt:
    """I9: pause or stop pressed, and the pump is told within 250 ms."""

    id = "I9"
    of = (Pressed, Sent, Tick, Broke, Lived, Moved)

    def __init__(self) -> None:
        self._since_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Pressed):
            is_stop = step.verb in ("pause", "stop") and scene.rate_nl_h > 0.0
            if is_stop and self._can_pass(step, scene) and self._since_s is None:
                self._since_s = step.t_s
            return None
        since_s = self._since_s
        if since_s is None:
            return None
        is_told = isinstance(step, Sent) and step.is_stop
        if is_told or scene.rate_nl_h == 0.0 or not scene.is_ready or scene.is_on("line_down", "panel_gone"):
            self._since_s = None
        if step.t_s - since_s <= PROMPT_S + CARRIED_S or (self._since_s is None and not is_told):
            return None
        self._since_s = None
        return f"no stop on the wire {1000 * (step.t_s - since_s):.0f} ms after it was pressed; 250 ms is the bound"

    @staticmethod
    def _can_pass(step: Pressed, scene: Scene) -> bool:
        if not scene.is_ready or scene.is_on("line_down", "panel_gone") or scene.is_unmet:
            return False
        # A pump that does not obey is starved (decision 0002): one more stop would be one more word for its lease.
        is_deaf = scene.is_on("stop_ignored", "stop_refused")
        return not is_deaf or step.t_s - scene.stopped_s > scene.lease_s + BEYOND_LEASE_S


class Unconfirmed:
    """I10: while a stop does not take effect it is repeated, and after a second people know."""

    id = "I10"
    of = (Sent, Tick)

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._last_s = 0.0

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Sent):
            if step.is_stop and scene.rate_nl_h > 0.0:
                self._since_s = self._since_s or step.t_s
                self._last_s = step.t_s
            elif step.is_run:
                self._since_s = None
            return None
        is_idle = scene.rate_nl_h <= 0.0 or not scene.is_ready or scene.is_on("line_down")
        if self._since_s is None or is_idle:
            self._since_s = None
            return None
        is_lying = scene.is_on("stop_ignored", "frozen_status")
        known_s = CONFIRM_S + SHOWN_S + (MOVED_NL / scene.rate_nl_h * 3600 + 2.0 if is_lying else 0.0)
        gap_s = REPEAT_TROUBLED_S if scene.was_on(WIRE, 1.0) else REPEAT_S
        is_told = scene.state is not None and bool(scene.state["alarms"])
        # From then on people are owed an alarm, which is judged below; a screen may be half a second behind it.
        if is_told or step.t_s - self._since_s > CONFIRM_S:
            # Silence takes nothing down that has no watchdog of its own.
            gap_s = scene.lease_s + BEYOND_LEASE_S if isfinite(scene.lease_s) else min(gap_s, BEYOND_LEASE_S)
        if not is_lying and step.t_s - self._last_s > gap_s:
            return (
                f"flows on, and no stop was sent for {step.t_s - self._last_s:.2f} s; {gap_s} s is the bound"
            )
        is_silent = scene.is_shown and scene.state is not None and not scene.state["alarms"]
        if step.t_s - self._since_s > known_s and is_silent:
            return f"flows on {step.t_s - self._since_s:.2f} s after a stop was sent, and no alarm is shown"
        return None


class Leaves:
    """Row 80: asked to end, it ends within 3 s, and the pump stands."""

    id = "row 80"
    of = (Lived, Tick)

    def __init__(self) -> None:
        self._asked_s: float | None = None

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Lived):
            if step.what == "term":
                self._asked_s = step.t_s
            elif step.what in ("exit", "crash"):
                self._asked_s = None
            return None
        if self._asked_s is None or step.t_s - self._asked_s <= EXIT_S:
            return None
        return f"still there {step.t_s - self._asked_s:.1f} s after it was asked to end; {EXIT_S:.0f} s is the bound"
