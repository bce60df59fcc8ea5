"""The course of one story on any bench: the nurse looks, the timeline's presses and deaths fall due, all is written down.

Theory of operation. What does not depend on how time passes stands here, once, for a clock that jumps and for the clock on
the wall: the same people, the same recorder, the same end. The bench says what the treatment second is, calls `tick` often
enough, and knows how to kill a daemon. The world carries out its events and faults itself. A story ends when its time is
up, or a minute after the session has ended, when nothing is left to happen.
"""

from collections.abc import Callable

from hil_sim.bench.casting import habits_of, order_of
from hil_sim.bench.nurse import NURSE, Nurse
from hil_sim.bench.panel import Panel
from hil_sim.bench.record import Recorder
from hil_sim.bench.story import Story, TimedAct
from hil_sim.world import World

LOOKS_EVERY_S = 1.0
#: The phases after which nothing flows any more.
ENDED = ("completed", "stopped")
LINGERS_S = 60.0
CRASHED_FOR_S = 2.0


class Course:
    """One story as it is played.

    Args:
        story: what is to happen.
        world: with the story's events and faults laid out.
        panel: what the nurse looks at and presses.
        now_s: treatment seconds since the world began.
        crash: kills the daemon, and starts it again after so many treatment seconds.

    Attributes:
        recorder: what was seen; the bench tells it what the daemon says.
        nurse: both people at the bed.
    """

    def __init__(
        self,
        story: Story,
        world: World,
        panel: Panel,
        now_s: Callable[[], float],
        crash: Callable[[float], None],
    ) -> None:
        self.story = story
        self._world = world
        self._panel = panel
        self._now_s = now_s
        self._crash = crash
        self.recorder = Recorder(world, now_s, story.concentration_ug_per_ml / 1000.0)
        self.nurse = Nurse(
            panel,
            order_of(story),
            lambda: world.body.vitals().moaas,
            self.recorder.answered,
            habits_of(story.nurse),
            self.recorder.pressed,
        )
        self._waiting = list(story.acts("operator", "daemon"))
        self._looked_s = -LOOKS_EVERY_S
        self._ended_s: float | None = None

    @property
    def is_over(self) -> bool:
        """Nothing is left to be seen."""
        now_s = self._now_s()
        if now_s >= self.story.ends_after_s:
            return True
        is_quiet = self._ended_s is not None and now_s - self._ended_s >= LINGERS_S
        return is_quiet and self.is_nothing_left

    @property
    def is_nothing_left(self) -> bool:
        """No act is still to come, or to end by itself."""
        return not self._waiting and not self._world.is_anything_planned

    @property
    def share(self) -> float:
        """How much of the story's time has passed, 0 to 1."""
        return min(self._now_s() / self.story.ends_after_s, 1.0)

    def expect(self, act: TimedAct) -> None:
        """One more press or death that is to come."""
        self._waiting.append(act)

    def tick(self) -> None:
        """Do what is due now, and write down what is so."""
        now_s = self._now_s()
        self.recorder.tick()
        for act in [one for one in self._waiting if self._is_due(one)]:
            self._waiting.remove(act)
            self._carry_out(act)
        if now_s - self._looked_s >= LOOKS_EVERY_S:
            self._looked_s = now_s
            self.nurse.look(now_s)
        state = self._panel.state
        if state is not None and self._ended_s is None and state["phase"] in ENDED:
            self._ended_s = now_s

    def _is_due(self, act: TimedAct) -> bool:
        began_s = 0.0
        if act.is_after_start:
            if (first := self._world.first_motion_s) is None:
                return False
            began_s = first
        return self._now_s() >= began_s + act.at_s

    def _carry_out(self, act: TimedAct) -> None:
        if act.kind == "daemon":
            self.recorder.enter("crash", act.name, "killed")
            self._crash(CRASHED_FOR_S if act.for_s is None else act.for_s)
            return
        params = dict(act.params)
        by, pin = str(params.pop("by", NURSE)), str(params.pop("pin", ""))
        self.nurse.act(act.name, params, by, pin)
