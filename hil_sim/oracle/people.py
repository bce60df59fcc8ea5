"""Nothing flows without a person: I5, I6, I7, I8, I12, from the true motion, the wire, the disk and the presses.

Theory of operation. A change of the plunger from standing to flowing, or to a faster rate, uses up one press of a person
in this life of the daemon; a press is used once. What the pump does by itself (a key pressed at it, a power blip after
which it goes on) is not the host's doing; then I2 and I10 judge how it is brought to a stand.
"""

from math import inf

from hil_sim.oracle.scene import (
    LIES,
    PUMP_FASTER,
    PUMP_GOES,
    WIRE,
    Committed,
    Lived,
    Moved,
    Scene,
    Sent,
    Shown,
    Step,
    Tick,
)

FRESH_S = 10.0
STANDS_S = 2.7
#: Who the pump is, is asked for so long; each question is one that its lease hears. Then the host is silent.
ASKS_S = 1.0
BEYOND_LEASE_S = 0.7  # what the pump's clock and ours may differ by
RAISED = 1.02
LET_GO_S = 0.2
ON_THE_WAY_S = 0.05
STOPPING = ("pause", "stop")
OVER = ("completed", "stopped", "observing", "closed")
STARTING = ("start", "resume")
RAISING = ("start", "resume", "restore")


class Edge:
    """I6: from standing to flowing, or faster, once for each press."""

    id = "I6"
    of = (Moved,)

    def check(self, step: Step, scene: Scene) -> str | None:
        before, now = scene.was_rate_nl_h, scene.rate_nl_h
        if now <= 0.0 or (before > 0.0 and now <= before * RAISED):
            return None
        verbs = STARTING if before == 0.0 else RAISING
        press = scene.press_for(verbs, FRESH_S)
        if press is not None:
            press.is_spent = True
            return None
        # A motor that was held fast goes on when it is let go.
        if step.t_s - scene.last_s.get("underdelivery", -1e9) <= LET_GO_S:
            return None
        if scene.was_on(PUMP_GOES if before == 0.0 else PUMP_FASTER | PUMP_GOES, 1.0):
            return None
        return (
            f"from {before / 1e6:.2f} to {now / 1e6:.2f} mL/h without a {' or '.join(verbs)} of a person in the"
            f" {FRESH_S:.0f} s before, in life {scene.life}"
        )


class RunFrame:
    """I6, I7: a frame that starts the motor is sent for a person only."""

    id = "I6-wire"
    of = (Sent,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Sent)
        if not step.is_run or scene.is_in_seam:
            return None
        for one in reversed(scene.presses):
            if one.verb in RAISING and one.life == scene.life and one.stage != "refused":
                if step.t_s - one.t_s <= FRESH_S:
                    return None
                break
        return f"a start on the wire, and nobody pressed in the {FRESH_S:.0f} s before in life {scene.life}"


class StopWins:
    """I9: after a pause or a stop that was heard nothing is started until a person asks anew."""

    id = "I9-start"
    of = (Sent,)

    def check(self, step: Step, scene: Scene) -> str | None:
        assert isinstance(step, Sent)
        if not step.is_run:
            return None
        for one in reversed(scene.presses):
            if one.life != scene.life or one.stage == "refused":
                continue
            if one.verb in RAISING:
                return None
            is_heard = one.verb in STOPPING and one.stage != "asked"
            if is_heard and step.t_s - one.t_s > ON_THE_WAY_S:
                return f"a start on the wire {step.t_s - one.t_s:.3f} s after a {one.verb} that was heard"
        return None


class Over:
    """Design, section 6: a session that is over does not flow again."""

    id = "I6-over"
    of = (Moved, Shown)

    def __init__(self) -> None:
        self._session: object = None

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Shown):
            is_over = step.state["phase"] in OVER
            self._session = step.state["phase"] if is_over else None
            return None
        if self._session is None or scene.rate_nl_h <= 0.0 or scene.was_rate_nl_h > 0.0:
            return None
        if scene.was_on(PUMP_GOES | {"underdelivery"}, 1.0):
            return None
        return f"flows at {scene.rate_nl_h / 1e6:.2f} mL/h, and the session is {self._session}"


class Latched:
    """I5: no resume moves the plunger while what stands in its way is shown all along."""

    id = "I5"
    of = (Moved, Shown)

    def __init__(self) -> None:
        self._free_s = -1e9

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Shown):
            if not step.state["resume_blocked_by"]:
                self._free_s = step.t_s
            return None
        if scene.was_rate_nl_h != 0.0 or scene.rate_nl_h <= 0.0 or not scene.is_shown:
            return None
        used = next((one for one in reversed(scene.presses) if one.verb in STARTING), None)
        if used is None or used.verb != "resume" or step.t_s - used.t_s > FRESH_S:
            return None
        if self._free_s >= used.t_s - 1.0 or scene.state is None:
            return None
        return f"flows after a resume, and this stood in its way: {list(scene.state['resume_blocked_by'])}"


class Restarted:
    """I7: what still flowed when the daemon ended stands soon, and stays until a person acts."""

    id = "I7"
    of = (Tick, Moved)

    def __init__(self) -> None:
        self._edge_s = -1e9

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Moved):
            if scene.was_rate_nl_h == 0.0:
                self._edge_s = step.t_s
            return None
        if scene.rate_nl_h <= 0.0 or scene.ended_s < self._edge_s or scene.is_lawless:
            return None
        if scene.was_on(PUMP_GOES, STANDS_S):
            return None
        ended_for_s, bound_s = step.t_s - scene.ended_s, scene.lease_s + BEYOND_LEASE_S
        if scene.is_ready and scene.is_unmet:
            bound_s += scene.ready_s - scene.ended_s + ASKS_S
        if scene.seam_s and scene.last_s.get("counter_cleared", -1e9) >= scene.ended_s - ASKS_S:
            bound_s = inf  # its target counts on that counter: it goes on by as much as that had shown
        if ended_for_s > bound_s:
            return f"flows {ended_for_s:.1f} s after the daemon ended; {bound_s} s is the bound"
        is_hindered = not scene.is_ready or scene.is_unmet or scene.was_on(WIRE | LIES, STANDS_S)
        if is_hindered or step.t_s - scene.ready_s <= STANDS_S:
            return None
        return f"flows {step.t_s - scene.ready_s:.1f} s after the daemon was there again; {STANDS_S} s is the bound"


class Durable:
    """I8: a commit begun after the press has ended before a starting frame is sent."""

    id = "I8"
    of = (Committed, Sent)

    def __init__(self) -> None:
        self._commits: list[Committed] = []

    def check(self, step: Step, scene: Scene) -> str | None:
        if isinstance(step, Committed):
            self._commits = [*self._commits[-7:], step]
            return None
        assert isinstance(step, Sent)
        fresh = [one for one in scene.presses[-8:] if step.t_s - one.t_s <= FRESH_S]
        presses = [one for one in fresh if one.verb in RAISING and one.stage != "refused"]
        if not step.is_run or not presses:
            return None
        press = presses[0]
        if any(one.t_s >= press.t_s and one.until_s <= step.t_s for one in self._commits):
            return None
        return f"a start on the wire {step.t_s - press.t_s:.3f} s after the press, and no record on the disk since"


class Identified:
    """I12: who is on the line was asked since the port was opened."""

    id = "I12"
    of = (Sent, Lived)

    def __init__(self) -> None:
        self._asked_s = -1e9

    def check(self, step: Step, scene: Scene) -> str | None:
        if not isinstance(step, Sent):
            return None
        if step.is_identity:
            self._asked_s = step.t_s
        if not step.is_run or self._asked_s >= scene.opened_s:
            return None
        return f"a start on the wire, and the pump was not asked who it is since {scene.opened_s:.3f} s"
