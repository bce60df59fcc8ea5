"""A story: who lies in the bed, what is ordered, which pump, what happens when, who does what, what should come of it.

Theory of operation. A story is TOML, read strictly: an unknown key, a wrong kind of value, a misspelt fault or
parameter is refused with file, key, value and what would be right, because a story that silently does nothing is a
test that cannot fail. Every table may be left out. All times are treatment seconds: `at_s` since the world began,
`after_start_s` since the true plunger first moved forward, so that a story does not depend on how long a daemon
takes to begin. What is done to bed and pump (events and faults) the world carries out itself (`lay_out`); what a
person does at the console, the death of the daemon and what befalls the bench itself (`mishaps`: broker, disk, clock,
screen, presses that nobody should make) is left to whoever runs the story.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.bench.claim_reader import read_claims
from hil_sim.bench.claims import Claim
from hil_sim.bench.presses import OPERATOR
from hil_sim.bench.settings import (
    NurseSettings,
    OrderSettings,
    PumpSettings,
    read_nurse,
    read_order,
    read_pump,
)
from hil_sim.bench.strict import Reader, StoryError, meant
from hil_sim.command_words import why_unknown, words_of_family
from hil_sim.faults import EVENTS, FAULTS
from hil_sim.monitors.bedside import Fitted, MonitorSettings
from hil_sim.patient.archetypes import TYPICAL, archetype
from hil_sim.patient.body import Body
from hil_sim.patient.pd import Resting
from hil_sim.patient_acts import ACTS_REGISTERED

if TYPE_CHECKING:
    from hil_sim.world import World

Param = float | int | str | bool
_TOP = (
    "title",
    "seed",
    "patient",
    "drug",
    "monitor",
    "devices",
    "pump",
    "order",
    "nurse",
    "timeline",
    "ends_after_s",
    "expect",
)
_ACT = ("at_s", "after_start_s", "kind", "name", "for_s")
KINDS = ("event", "fault", "operator", "daemon")
_BY: Mapping[str, Param] = {"by": "nina"}
_SIGNED: Mapping[str, Param] = {**_BY, "pin": "", "epoch": 0}
#: What a person can do at the console, and the arguments she may give, by an example of each.
OPERATOR_ACTS: Mapping[str, Mapping[str, Param]] = {
    "order": {
        **_BY,
        "pin": "",
        "weight_kg": 70.0,
        "dose_mg_per_kg": 0.5,
        "minutes": 40.0,
        "concentration_mg_per_ml": 2.0,
        "syringe": "bd-60",
    },
    "verify": _SIGNED,
    "start": _SIGNED,
    "pause": _BY,
    "resume": _SIGNED,
    "restore": _SIGNED,
    "stop": _BY,
    "acknowledge": {**_BY, "rule": "", "note": ""},
    "score": {**_BY, "scale": "moaas", "value": 5},
    "present": _BY,
    "quiet": _BY,
    "measure": {},
}
#: Presses that no careful person makes, by the bench's own table.
OPERATOR_SLIPS: Mapping[str, Mapping[str, Param]] = {
    name: entry.params for name, entry in OPERATOR.items() if name not in OPERATOR_ACTS
}
#: What can be done to the daemon itself; it is started again after `for_s`, at once without it.
DAEMON_ACTS: Mapping[str, Mapping[str, Param]] = {"crash": {}}


@dataclass(frozen=True, slots=True)
class PatientSettings:
    """The person: kg, mmHg, beats per minute, percent, breaths per minute, and how strongly the drug works.

    What the archetype (`hil_sim.patient.archetypes`) is beyond these values, its tendencies too, it stays.
    """

    weight_kg: float = 70.0
    sys: float = 125.0
    dia: float = 78.0
    hr: float = 72.0
    spo2: float = 97.0
    rr: float = 14.0
    response_factor: float = 1.0
    archetype: str = TYPICAL

    @classmethod
    def of(cls, name: str) -> "PatientSettings":
        """Return the values of an archetype. Raises ValueError for a name that nobody has."""
        who = archetype(name)
        rest = who.resting
        strength = who.pd.response_factor
        return cls(who.weight_kg, rest.sys, rest.dia, rest.hr, rest.spo2, rest.rr, strength, name)


@dataclass(frozen=True, slots=True)
class TimedAct:
    """One line of the timeline.

    Attributes:
        at_s: treatment s, since the world began or (`is_after_start`) since the infusion did.
        kind: one of `KINDS`.
        name: in the simulator's tables, or the verb.
        params: as written; what is left out has its default.
        for_s: how long, treatment s; None: until undone.
        is_after_start: `at_s` counts from the infusion's start.
    """

    at_s: float
    kind: str
    name: str
    params: dict[str, Param]
    for_s: float | None
    is_after_start: bool = False

    @property
    def is_mishap(self) -> bool:
        """Neither the world's affair nor an ordinary press: `hil_sim.bench.mishaps` carries it out."""
        return self.name in (BENCH_FAULTS if self.kind == "fault" else OPERATOR_SLIPS)


@dataclass(frozen=True, slots=True)
class Story:
    """A whole story.

    `ends_after_s`: treatment s since the world began, when watching ends. `seed`: decides all chance, unless whoever
    plays it has another.
    """

    title: str
    patient: PatientSettings = field(default_factory=PatientSettings)
    concentration_ug_per_ml: float = 2000.0
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    fitted: Fitted = field(default_factory=Fitted)
    pump: PumpSettings = field(default_factory=PumpSettings)
    order: OrderSettings = field(default_factory=OrderSettings)
    nurse: NurseSettings = field(default_factory=NurseSettings)
    timeline: tuple[TimedAct, ...] = ()
    expect: tuple[Claim, ...] = ()
    ends_after_s: float = 7200.0
    seed: int = 0

    def acts(self, *kinds: str) -> tuple[TimedAct, ...]:
        """The acts of these kinds, in the order of the timeline; without the mishaps."""
        return tuple(act for act in self.timeline if act.kind in kinds and not act.is_mishap)

    @property
    def mishaps(self) -> tuple[TimedAct, ...]:
        """What befalls the bench itself, and slips at the screen, in the order of the timeline."""
        return tuple(act for act in self.timeline if act.is_mishap)


def load_story(path: Path) -> Story:
    """Read a story's file.

    Raises:
        StoryError: it cannot be read, is not TOML, or something in it is unknown or out of range.
    """
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise StoryError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StoryError(f"{path}: {error}") from error
    return read_story(text, str(path))


def read_story(text: str, file: str) -> Story:
    """Read a story from TOML; `file` is what complaints call it. Raises StoryError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StoryError(f"{file}: {error}") from error
    reader = Reader(file)
    reader.refuse_unknown("", raw, _TOP)
    drug = reader.table(raw, "drug")
    reader.refuse_unknown("drug", drug, ("concentration_ug_per_ml",))
    patient = _patient(reader, reader.table(raw, "patient"))
    concentration = reader.number("drug.concentration_ug_per_ml", drug.get("concentration_ug_per_ml", 2000.0))
    timeline = sorted(
        (
            _act(reader, index, act)
            for index, act in enumerate(reader.tables("timeline", raw.get("timeline", [])))
        ),
        key=lambda act: act.at_s,
    )
    story = Story(
        reader.text("title", raw.get("title"), "a scenario has a title"),
        patient,
        concentration,
        _monitor(reader, reader.table(raw, "monitor")),
        Fitted(**reader.switches("devices", reader.table(raw, "devices"), Fitted())),
        read_pump(reader, reader.table(raw, "pump")),
        read_order(reader, reader.table(raw, "order"), patient.weight_kg, concentration / 1000.0),
        read_nurse(reader, reader.table(raw, "nurse")),
        tuple(timeline),
        read_claims(
            reader, raw.get("expect", []), Counter(act.name for act in timeline), tuple(OPERATOR_ACTS)
        ),
        reader.above_0("ends_after_s", raw.get("ends_after_s", 7200.0)),
        _seed(reader, raw.get("seed", 0)),
    )
    for index, act in enumerate(story.timeline):
        command = str(act.params.get("command", ""))
        if why := why_unknown(command, words_of_family(story.pump.family, story.pump.map)):
            raise reader.error(f"timeline[{index}].command", command, why)
    try:
        body_of(story)
    except ValueError as error:
        raise StoryError(f"{file}: patient: {error}") from error
    return story


def body_of(story: Story) -> Body:
    """Return the patient of a story, drug-free and at rest."""
    who = story.patient
    person = archetype(who.archetype)
    return replace(
        person,
        weight_kg=who.weight_kg,
        resting=Resting(who.sys, who.dia, who.hr, who.spo2, who.rr),
        pd=replace(person.pd, response_factor=who.response_factor),
    ).body(story.concentration_ug_per_ml)


def lay_out(world: "World", story: Story) -> None:
    """Give a world the events and faults of a story; those after the start follow when the plunger first moves."""
    acts = story.acts("event", "fault")
    world.play([act for act in acts if not act.is_after_start])
    waiting = [act for act in acts if act.is_after_start]

    def begin(_sentence: str) -> None:
        if waiting and world.motions and world.motions[-1][2] > 0.0:
            started_s = world.motions[-1][1]
            world.play([replace(act, at_s=started_s + act.at_s, is_after_start=False) for act in waiting])
            waiting.clear()

    if waiting:
        world.observe(begin)


def _seed(reader: Reader, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise reader.error("seed", value, "is a whole number, 0 or more")
    return value


def _patient(reader: Reader, table: dict[str, Any]) -> PatientSettings:
    """Read the patient's table: an archetype, and what is different about this person."""
    name = table.get("archetype", TYPICAL)
    try:
        usual = PatientSettings.of(name)
    except (TypeError, ValueError) as error:
        raise reader.error("patient.archetype", name, str(error)) from error
    own = {key: value for key, value in table.items() if key != "archetype"}
    numbers: dict[str, Any] = reader.numbers("patient", own, usual)
    return replace(usual, **numbers)


def _monitor(reader: Reader, table: dict[str, Any]) -> MonitorSettings:
    """Read the monitor's table; the first cuff cycles are a list of times."""
    cycles = table.pop("nibp_first_cycles_s", list(MonitorSettings().nibp_first_cycles_s))
    if not isinstance(cycles, list) or not cycles:
        raise reader.error("monitor.nibp_first_cycles_s", cycles, "is a list of times")
    starts = tuple(reader.number("monitor.nibp_first_cycles_s", each) for each in cycles)
    numbers: dict[str, Any] = reader.numbers("monitor", table, MonitorSettings())
    try:
        return MonitorSettings(**numbers, nibp_first_cycles_s=starts)
    except ValueError as error:
        raise reader.error("monitor", table, str(error)) from error


def known_acts(kind: str) -> Mapping[str, Mapping[str, Param]]:
    """What can be named, with parameters and their defaults."""
    if kind == "operator":
        return {**OPERATOR_ACTS, **OPERATOR_SLIPS}
    if kind == "daemon":
        return DAEMON_ACTS
    table = (EVENTS if kind == "event" else {**FAULTS, **BENCH_FAULTS}) if ACTS_REGISTERED else {}
    return {name: entry.params for name, entry in table.items()}


def _act(reader: Reader, index: int, raw: dict[str, Any]) -> TimedAct:
    """Read one entry of the timeline against the tables of what can be done."""
    where = f"timeline[{index}]"
    kind, name = raw.get("kind"), raw.get("name")
    if kind not in KINDS:
        raise reader.error(f"{where}.kind", kind, f"is {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    there_is = known_acts(kind)
    if not isinstance(name, str) or name not in there_is:
        known = sorted(there_is)
        raise reader.error(
            f"{where}.name", name, f"unknown {kind}; known: {', '.join(known)}{meant(name, known)}"
        )
    params = {key: value for key, value in raw.items() if key not in _ACT}
    reader.refuse_unknown(where, params, (*_ACT, *there_is[name]))
    for key, value in params.items():
        reader.param(f"{where}.{key}", value, there_is[name][key])
    if "at_s" in raw and "after_start_s" in raw:
        raise reader.error(f"{where}.after_start_s", raw["after_start_s"], "at_s or after_start_s, not both")
    if kind == "operator" and "for_s" in raw:
        raise reader.error(f"{where}.for_s", raw["for_s"], "a press has no length")
    clock = "after_start_s" if "after_start_s" in raw else "at_s"
    for_s = raw.get("for_s")
    return TimedAct(
        at_s=reader.number(f"{where}.{clock}", raw.get(clock)),
        kind=kind,
        name=name,
        params=params,
        for_s=None if for_s is None else reader.number(f"{where}.for_s", for_s),
        is_after_start=clock == "after_start_s",
    )
