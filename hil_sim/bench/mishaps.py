"""What a story does to the bench itself and what people do wrong at the screen, carried out while the story is played.

Theory of operation. The tables of `hil_sim.bench.acts` hold what befalls a bed beside pump, patient and monitor: its
broker, its disk, its clock, its screen, and presses that no careful person makes (twice at once, on an old state, with
somebody else's PIN). A world knows none of them, so they wait here until they are due and are written down like
everything else that happens; a fault's end too, so that a claim may count from it.
"""

from collections.abc import Callable

from hil_sim import faults
from hil_sim.bench.acts import BENCH_FAULTS, Standing
from hil_sim.bench.nurse import Nurse
from hil_sim.bench.presses import OPERATOR
from hil_sim.bench.record import Recorder
from hil_sim.bench.story import Story, TimedAct
from hil_sim.bench.virtual import VirtualBench


class Mishaps:
    """Those of one story on one virtual bench. `tick` is for the bench's watchers."""

    def __init__(self, story: Story, bench: VirtualBench, nurse: Nurse, recorder: Recorder) -> None:
        self._waiting = list(story.mishaps)
        self._ending: list[tuple[float, TimedAct, Callable[[], None]]] = []
        self._standing = Standing(bench)
        self._bench = bench
        self._nurse = nurse
        self._recorder = recorder
        #: The name of what is being carried out at this moment; "" at any other.
        self.doing = ""

    @property
    def is_anything_left(self) -> bool:
        """One is still to come, or to end."""
        return bool(self._waiting or self._ending)

    def expect(self, act: TimedAct) -> None:
        """One more that is to come."""
        self._waiting.append(act)

    def tick(self, bench: VirtualBench) -> None:
        """Do what is due now."""
        for entry in [one for one in self._ending if one[0] <= bench.now_s]:
            self._ending.remove(entry)
            entry[2]()
            self._recorder.enter("fault_over", entry[1].name, "")
        for act in [one for one in self._waiting if self._is_due(one)]:
            self._waiting.remove(act)
            self._begin(act)

    def _is_due(self, act: TimedAct) -> bool:
        began_s = self._bench.world.first_motion_s if act.is_after_start else 0.0
        return began_s is not None and self._bench.now_s >= began_s + act.at_s

    def _begin(self, act: TimedAct) -> None:
        words = ", ".join(f"{key} {value}" for key, value in act.params.items())
        self._recorder.enter(act.kind, act.name, words, **act.params)
        if act.kind == "operator":
            self.doing = act.name
            faults.apply(OPERATOR, self._nurse, act.name, act.params)
            self.doing = ""
            return
        undo = faults.apply(BENCH_FAULTS, self._standing, act.name, act.params)
        if undo is not None and act.for_s is not None:
            self._ending.append((self._bench.now_s + act.for_s, act, undo))
