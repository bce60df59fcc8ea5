"""A story as the text of a scenario file: what is read back from it is the same story.

Theory of operation. Whoever makes a story (a seed, a shrinker) has to be able to hand it to a person and to `hil-sim run`.
Only what differs from a plain story is written, so that what is special about it stands out. Of what a story may claim
only that its invariants are kept can be written: the other claims are made by people, in files.
"""

from collections.abc import Mapping
from dataclasses import asdict

from hil_sim.bench.claims import Kept
from hil_sim.bench.settings import NurseSettings, OrderSettings, PumpSettings
from hil_sim.bench.story import PatientSettings, Story, TimedAct
from hil_sim.monitors.bedside import Fitted, MonitorSettings
from hil_sim.patient.archetypes import TYPICAL


def story_text(story: Story) -> str:
    """The file's text. Raises ValueError: the story makes a claim that is not written here."""
    if any(not isinstance(one, Kept) for one in story.expect):
        raise ValueError(f"{story.title}: only the claim that the invariants are kept can be written")
    who = story.patient
    order = OrderSettings(who.weight_kg, concentration_mg_per_ml=story.concentration_ug_per_ml / 1000.0)
    lines = [
        f"title = {_word(story.title)}",
        f"seed = {story.seed}",
        f"ends_after_s = {story.ends_after_s!r}",
    ]
    lines += _table("[patient]", _differing(asdict(who), asdict(PatientSettings.of(who.archetype))), who)
    if story.concentration_ug_per_ml != 2000.0:
        lines += ["", "[drug]", f"concentration_ug_per_ml = {story.concentration_ug_per_ml!r}"]
    for name, given, plain in (
        ("[monitor]", story.monitor, MonitorSettings()),
        ("[devices]", story.fitted, Fitted()),
        ("[pump]", story.pump, PumpSettings()),
        ("[order]", story.order, order),
        ("[nurse]", story.nurse, NurseSettings()),
    ):
        lines += _table(name, _differing(asdict(given), asdict(plain)))
    for act in story.timeline:
        lines += ["", "[[timeline]]", *_act(act)]
    lines += [line for _ in story.expect for line in ("", "[[expect]]", 'invariants = "kept"')]
    return "\n".join(lines) + "\n"


def _differing(given: Mapping[str, object], plain: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in given.items() if value != plain[key]}


def _table(name: str, values: Mapping[str, object], who: PatientSettings | None = None) -> list[str]:
    written = {**({"archetype": who.archetype} if who and who.archetype != TYPICAL else {}), **values}
    return ["", name, *(f"{key} = {_word(value)}" for key, value in written.items())] if written else []


def _act(act: TimedAct) -> list[str]:
    clock = "after_start_s" if act.is_after_start else "at_s"
    head = {clock: act.at_s, "kind": act.kind, "name": act.name}
    lasts = {} if act.for_s is None else {"for_s": act.for_s}
    return [f"{key} = {_word(value)}" for key, value in {**head, **lasts, **act.params}.items()]


def _word(value: object) -> str:
    """None is written as `false`: never."""
    if value is None or isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_word, value))}]"
    return repr(value)
