"""A scenario file: who lies in the bed, what is in the syringe, what happens when, what should come of it.

Theory of operation. A scenario is TOML, read strictly: an unknown key, a wrong kind of value, a misspelt
fault or parameter is refused with file, key and value, because a scenario that silently does nothing is a
test that cannot fail. All times are treatment seconds of the simulator. `expect` is free: whoever checks
the outcome knows it.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from hil_sim.faults import EVENTS, FAULTS
from hil_sim.monitors.bedside import Fitted, MonitorSettings
from hil_sim.patient.archetypes import TYPICAL, archetype
from hil_sim.patient.body import Body
from hil_sim.patient.pd import Resting
from hil_sim.patient_acts import ACTS_REGISTERED

Param = float | int | str | bool
_TOP = ("title", "patient", "drug", "monitor", "devices", "timeline", "expect")
_ACT = ("at_s", "kind", "name", "for_s")


class ScenarioError(ValueError):
    """The file is not a scenario; the message names file, key and value."""


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
    """One line of the timeline; `kind` is "event" or "fault", times are treatment seconds."""

    at_s: float
    kind: str
    name: str
    params: dict[str, Param]
    for_s: float | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario."""

    title: str
    patient: PatientSettings = field(default_factory=PatientSettings)
    concentration_ug_per_ml: float = 2000.0
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    fitted: Fitted = field(default_factory=Fitted)
    timeline: tuple[TimedAct, ...] = ()
    expect: dict[str, Any] = field(default_factory=dict)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        ScenarioError: not TOML, or something in it is unknown or out of range.
        OSError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    reader = _Reader(path)
    reader.refuse_unknown("", raw, _TOP)
    drug = reader.table(raw, "drug")
    reader.refuse_unknown("drug", drug, ("concentration_ug_per_ml",))
    patient = reader.patient(reader.table(raw, "patient"))
    monitor = reader.monitor(reader.table(raw, "monitor"))
    fitted = reader.switches("devices", reader.table(raw, "devices"), Fitted())
    concentration = reader.number("drug.concentration_ug_per_ml", drug.get("concentration_ug_per_ml", 2000.0))
    title = raw.get("title")
    if not isinstance(title, str) or not title:
        raise reader.error("title", title, "a scenario has a title")
    acts = raw.get("timeline", [])
    if not isinstance(acts, list):
        raise reader.error("timeline", acts, "[[timeline]] is a list of tables")
    timeline = sorted((reader.act(index, act) for index, act in enumerate(acts)), key=lambda act: act.at_s)
    scenario = Scenario(
        title,
        patient,
        concentration,
        monitor,
        Fitted(**fitted),
        tuple(timeline),
        reader.table(raw, "expect"),
    )
    try:
        body_of(scenario)
    except ValueError as error:
        raise ScenarioError(f"{path}: patient: {error}") from error
    return scenario


def body_of(scenario: Scenario) -> Body:
    """Return the patient of a scenario, drug-free and at rest."""
    who = scenario.patient
    person = archetype(who.archetype)
    return replace(
        person,
        weight_kg=who.weight_kg,
        resting=Resting(who.sys, who.dia, who.hr, who.spo2, who.rr),
        pd=replace(person.pd, response_factor=who.response_factor),
    ).body(scenario.concentration_ug_per_ml)


class _Reader:
    """Reads values and names file, key and value in every complaint."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def error(self, key: str, value: object, why: str) -> ScenarioError:
        return ScenarioError(f"{self._path}: {key} = {value!r}: {why}")

    def refuse_unknown(self, where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key, value in table.items():
            if key not in known:
                name = f"{where}.{key}" if where else key
                raise self.error(name, value, f"unknown key; known: {', '.join(known)}")

    def table(self, raw: Mapping[str, Any], key: str) -> dict[str, Any]:
        table = raw.get(key, {})
        if not isinstance(table, dict):
            raise self.error(key, table, "is a table")
        return table

    def number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, value, "is not a number")
        if not math.isfinite(value) or value < 0.0:
            raise self.error(key, value, "must be finite and not negative")
        return float(value)

    def numbers(self, where: str, table: Mapping[str, Any], defaults: Any) -> dict[str, float]:
        """Read a table of plain numbers named as the fields of `defaults`."""
        known = tuple(each.name for each in fields(defaults))
        self.refuse_unknown(where, table, known)
        return {key: self.number(f"{where}.{key}", value) for key, value in table.items()}

    def patient(self, table: dict[str, Any]) -> PatientSettings:
        """Read the patient's table: an archetype, and what is different about this person."""
        name = table.get("archetype", TYPICAL)
        try:
            usual = PatientSettings.of(name)
        except (TypeError, ValueError) as error:
            raise self.error("patient.archetype", name, str(error)) from error
        own = {key: value for key, value in table.items() if key != "archetype"}
        numbers: dict[str, Any] = self.numbers("patient", own, usual)
        return replace(usual, **numbers)

    def switches(self, where: str, table: Mapping[str, Any], defaults: Any) -> dict[str, bool]:
        """Read a table of true and false named as the fields of `defaults`."""
        self.refuse_unknown(where, table, tuple(each.name for each in fields(defaults)))
        for key, value in table.items():
            if not isinstance(value, bool):
                raise self.error(f"{where}.{key}", value, "is true or false")
        return dict(table)

    def monitor(self, table: dict[str, Any]) -> MonitorSettings:
        """Read the monitor's table; the first cuff cycles are a list of times."""
        cycles = table.pop("nibp_first_cycles_s", list(MonitorSettings().nibp_first_cycles_s))
        if not isinstance(cycles, list) or not cycles:
            raise self.error("monitor.nibp_first_cycles_s", cycles, "is a list of times")
        starts = tuple(self.number("monitor.nibp_first_cycles_s", each) for each in cycles)
        numbers: dict[str, Any] = self.numbers("monitor", table, MonitorSettings())
        try:
            return MonitorSettings(**numbers, nibp_first_cycles_s=starts)
        except ValueError as error:
            raise self.error("monitor", table, str(error)) from error

    def act(self, index: int, raw: object) -> TimedAct:
        """Read one entry of the timeline against the tables of what can be done."""
        where = f"timeline[{index}]"
        if not isinstance(raw, dict):
            raise self.error(where, raw, "is a table")
        kind, name = raw.get("kind"), raw.get("name")
        if kind not in ("event", "fault"):
            raise self.error(f"{where}.kind", kind, "is event or fault")
        there_is = (EVENTS if kind == "event" else FAULTS) if ACTS_REGISTERED else {}
        if name not in there_is:
            raise self.error(f"{where}.name", name, f"unknown {kind}; known: {', '.join(sorted(there_is))}")
        params = {key: value for key, value in raw.items() if key not in _ACT}
        self.refuse_unknown(where, params, (*_ACT, *there_is[name].params))
        for key, value in params.items():
            self._check_param(f"{where}.{key}", value, there_is[name].params[key])
        for_s = raw.get("for_s")
        return TimedAct(
            at_s=self.number(f"{where}.at_s", raw.get("at_s")),
            kind=kind,
            name=name,
            params=params,
            for_s=None if for_s is None else self.number(f"{where}.for_s", for_s),
        )

    def _check_param(self, key: str, value: object, default: Param) -> None:
        """A parameter is of its default's kind; a number may be whole or not, and any sign."""
        if isinstance(default, bool) or isinstance(value, bool):
            is_right = isinstance(default, bool) and isinstance(value, bool)
        elif isinstance(default, str):
            is_right = isinstance(value, str)
        else:
            is_right = isinstance(value, (int, float)) and math.isfinite(value)
        if not is_right:
            raise self.error(key, value, f"is of another kind than {default!r}")
