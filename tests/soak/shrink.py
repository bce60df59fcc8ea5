"""The smallest story that still breaks the same invariant: fewest acts, then plainer ones, then an earlier end.

Theory of operation. Every actor of a run has its own stream of chance, so leaving out an act leaves the rest of the run
what it was until something really differs; therefore delta debugging (Zeller's ddmin) works on the list of acts. What
remains is tried with default parameters, shorter, by a plain patient and a plain order; whatever keeps the violation stays.
"""

from collections.abc import Callable
from dataclasses import replace

from hil_sim.bench.settings import NurseSettings, OrderSettings, PumpSettings
from hil_sim.bench.story import PatientSettings, Story, TimedAct
from hil_sim.monitors.bedside import Fitted

Acts = tuple[TimedAct, ...]
#: The instant of the violation in this story, or None: it does not happen.
Breaks = Callable[[Story], float | None]

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
    """Shrinks one story.

    Args:
        breaks: runs a story.
        runs: how many runs it may take.
    """

    def __init__(self, breaks: Breaks, runs: int = 60) -> None:
        self._breaks = breaks
        self.left = runs

    def shrink(self, story: Story) -> Story:
        """The smallest found; the story itself if it does not break."""
        at_s = self._try(story)
        if at_s is None:
            return story
        # The cheapest and the surest first: nothing after the violation can have caused it.
        story = self._better(story, _until(story, at_s))
        acts = fewest(story.timeline, lambda some: self._try(replace(story, timeline=some)) is not None)
        story = self._plainer(replace(story, timeline=acts))
        at_s = self._try(story)
        return story if at_s is None else self._better(story, _until(story, at_s))

    def _plainer(self, story: Story) -> Story:
        kilos = story.order.weight_kg
        for plain in (
            {"patient": PatientSettings(weight_kg=kilos)},
            {"fitted": Fitted()},
            {"nurse": NurseSettings()},
            {"pump": replace(PumpSettings(), family=story.pump.family)},
            {"pump": PumpSettings()},
            {"patient": PatientSettings(), "order": OrderSettings(), "concentration_ug_per_ml": 2000.0},
        ):
            story = self._better(story, replace(story, **plain))  # type: ignore[arg-type]
        for number in range(len(story.timeline)):
            act = story.timeline[number]
            if act.params:
                story = self._better(story, _with(story, number, replace(act, params={})))
            for _ in range(HALVINGS):
                act = story.timeline[number]
                if act.for_s is None or act.for_s < 1.0:
                    break
                shorter = _with(story, number, replace(act, for_s=round(act.for_s / 2, 1)))
                if self._better(story, shorter) is story:
                    break
                story = shorter
        return story

    def _better(self, story: Story, other: Story) -> Story:
        return other if other != story and self._try(other) is not None else story

    def _try(self, story: Story) -> float | None:
        if self.left <= 0:
            return None
        self.left -= 1
        return self._breaks(story)


def _until(story: Story, at_s: float) -> Story:
    acts = tuple(act for act in story.timeline if act.at_s <= at_s)
    return replace(story, timeline=acts, ends_after_s=round(at_s + AFTER_S, 3))


def _with(story: Story, number: int, act: TimedAct) -> Story:
    return replace(story, timeline=(*story.timeline[:number], act, *story.timeline[number + 1 :]))
