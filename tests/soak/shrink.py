"""The smallest plan that still breaks the same invariant: fewest acts, then plainer ones, then an earlier end.

Theory of operation. Every actor of a run has its own stream of chance, so leaving out an act leaves the rest of the run
what it was until something really differs; therefore delta debugging (Zeller's ddmin) works on the list of acts. What
remains is tried with default parameters, shorter, by a plain patient and a plain order; whatever keeps the violation stays.
"""

from collections.abc import Callable
from dataclasses import replace

from soak.plan import Order, Plan, PlannedAct

from hil_sim.bench.story import PatientSettings

Acts = tuple[PlannedAct, ...]
#: The instant of the violation under this plan, or None: it does not happen.
Breaks = Callable[[Plan], float | None]

AFTER_S = 1.0
HALVINGS = 3


def fewest(acts: Acts, still: Callable[[Acts], bool]) -> Acts:
    """A list of which no act can be left out (ddmin), given that `still(acts)`."""
    parts = 2
    while acts:
        size = -(-len(acts) // parts)
        chunks = [acts[at : at + size] for at in range(0, len(acts), size)]
        rests = [tuple(one for other in chunks if other is not chunk for one in other) for chunk in chunks]
        smaller = next((rest for rest in rests if still(rest)), None)
        if smaller is not None:
            acts, parts = smaller, max(parts - 1, 2)
        elif size == 1:
            return acts
        else:
            parts = min(2 * parts, len(acts))
    return acts


class Shrinker:
    """Shrinks one plan.

    Args:
        breaks: runs a plan.
        runs: how many runs it may take.
    """

    def __init__(self, breaks: Breaks, runs: int = 60) -> None:
        self._breaks = breaks
        self.left = runs

    def shrink(self, plan: Plan) -> Plan:
        """The smallest found; the plan itself if it does not break."""
        at_s = self._try(plan)
        if at_s is None:
            return plan
        # The cheapest and the surest first: nothing after the violation can have caused it.
        plan = self._better(plan, self._until(plan, at_s))
        acts = fewest(plan.acts, lambda some: self._try(plan.with_acts(some)) is not None)
        plan = self._plainer(plan.with_acts(acts))
        at_s = self._try(plan)
        return plan if at_s is None else self._better(plan, self._until(plan, at_s))

    def _until(self, plan: Plan, at_s: float) -> Plan:
        acts = tuple(act for act in plan.acts if act.at_s <= at_s)
        return replace(plan, acts=acts, ends_after_s=round(at_s + AFTER_S, 3))

    def _plainer(self, plan: Plan) -> Plan:
        for plain in (replace(plan, patient=PatientSettings()), replace(plan, order=Order())):
            plan = self._better(plan, plain)
        if plan.air_sensor or plan.button:
            plan = self._better(plan, replace(plan, air_sensor=False, button=False))
        for number in range(len(plan.acts)):
            act = plan.acts[number]
            if act.params:
                plan = self._better(plan, self._with(plan, number, replace(act, params={})))
            for _ in range(HALVINGS):
                act = plan.acts[number]
                if act.for_s is None or act.for_s < 1.0:
                    break
                shorter = self._with(plan, number, replace(act, for_s=round(act.for_s / 2, 1)))
                if self._better(plan, shorter) is plan:
                    break
                plan = shorter
        return plan

    def _with(self, plan: Plan, number: int, act: PlannedAct) -> Plan:
        return plan.with_acts((*plan.acts[:number], act, *plan.acts[number + 1 :]))

    def _better(self, plan: Plan, other: Plan) -> Plan:
        return other if other != plan and self._try(other) is not None else plan

    def _try(self, plan: Plan) -> float | None:
        if self.left <= 0:
            return None
        self.left -= 1
        return self._breaks(plan)
