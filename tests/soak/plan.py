"""One session to be run: who lies there, what is ordered, what happens when. As TOML it is a scenario file.

Theory of operation. A plan is plain values and nothing else, so that it can be shrunk, written down and read back to the
same run. Unknown keys and acts are refused by name: a plan that does less than it says proves nothing.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from hil_sim.bench.acts import table_of
from hil_sim.bench.nurse import Habits
from hil_sim.bench.story import PatientSettings

Value = float | int | str | bool
_TOP = ("title", "seed", "patient", "order", "nurse", "devices", "timeline", "ends_after_s")
#: Not by the book: orders and starts, and is not seen again.
_ABSENT: dict[str, Any] = {
    "answers_after_s": None,
    "rounds_every_s": None,
    "resumes": False,
    "restores": False,
}
_ACT = ("at_s", "kind", "name", "for_s")


class PlanError(ValueError):
    """The text is no plan; the message names key and value."""


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """One line of the timeline; seconds since the world began. Meets `hil_sim.world.Act`."""

    at_s: float
    kind: str
    name: str
    params: dict[str, Any] = field(default_factory=dict)
    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """As people enter it."""

    weight_kg: str = "70"
    dose_mg_per_kg: str = "0.5"
    concentration_mg_per_ml: str = "2"
    minutes: str = "40"

    def entered(self) -> dict[str, Any]:
        """The whole order."""
        whole: dict[str, Any] = {
            "patient": "tok-4711",
            "drug": "ketamine",
            "syringe": "bd-60",
            "accept_soft": [],
        }
        return {**whole, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Plan:
    """One session."""

    seed: int
    title: str = "drawn"
    patient: PatientSettings = field(default_factory=PatientSettings)
    order: Order = field(default_factory=Order)
    habits: Habits = field(default_factory=Habits)
    air_sensor: bool = False
    button: bool = False
    acts: tuple[PlannedAct, ...] = ()
    ends_after_s: float = 900.0

    @property
    def last_s(self) -> float:
        """When the last act is over."""
        return max((act.at_s + (act.for_s or 0.0) for act in self.acts), default=0.0)

    def with_acts(self, acts: tuple[PlannedAct, ...]) -> "Plan":
        """The same session with other acts."""
        return replace(self, acts=acts)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


#: Habits that have a time, or are never done.
_OR_NEVER = ("answers_after_s", "rounds_every_s")


def _table(name: str, values: Mapping[str, object]) -> list[str]:
    return ["", name, *(f"{key} = {_word(value)}" for key, value in values.items() if value is not None)]


def to_toml(plan: Plan) -> str:
    """The plan as a scenario file; reading it back gives the same plan."""
    lines = [f"title = {_word(plan.title)}", f"seed = {plan.seed}", f"ends_after_s = {plan.ends_after_s!r}"]
    lines += _table("[patient]", asdict(plan.patient))
    lines += _table("[order]", asdict(plan.order))
    habits = plan.habits
    nurse: dict[str, object] = {name: getattr(habits, name) for name in ("starts", "resumes", "restores")}
    nurse |= {name: False if (s := getattr(habits, name)) is None else s for name in _OR_NEVER}
    lines += _table("[nurse]", nurse)
    lines += _table("[devices]", {"air_sensor": plan.air_sensor, "button": plan.button})
    for act in plan.acts:
        head = {"at_s": act.at_s, "kind": act.kind, "name": act.name, "for_s": act.for_s}
        lines += _table("[[timeline]]", {**head, **act.params})
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> Plan:
    """Read a plan.

    Raises:
        PlanError: not TOML, or a key, an act or a parameter is unknown.
    """
    try:
        raw = tomllib.loads(text)
        _refuse(raw, _TOP, "")
        nurse = {**_ABSENT} if raw.get("nurse", {}).get("by_the_book") is False else {}
        nurse |= {key: value for key, value in raw.get("nurse", {}).items() if key != "by_the_book"}
        nurse |= {name: None for name in _OR_NEVER if nurse.get(name) is False}
        devices = raw.get("devices", {})
        _refuse(devices, ("air_sensor", "button"), "devices")
        return Plan(
            seed=int(raw.get("seed", 0)),
            title=str(raw["title"]),
            patient=PatientSettings(**raw.get("patient", {})),
            order=Order(**raw.get("order", {})),
            habits=Habits(**nurse),
            acts=tuple(_act(one) for one in raw.get("timeline", [])),
            ends_after_s=float(raw.get("ends_after_s", Plan.__dataclass_fields__["ends_after_s"].default)),
            **devices,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PlanError(f"{type(error).__name__}: {error}") from error


def _refuse(raw: Mapping[str, object], known: tuple[str, ...], where: str) -> None:
    if unknown := sorted(set(raw) - set(known)):
        raise PlanError(f"{where or 'plan'}: unknown {', '.join(unknown)}; known: {', '.join(known)}")


def _act(raw: Mapping[str, Any]) -> PlannedAct:
    kind, name = str(raw["kind"]), str(raw["name"])
    rows = [table[name] for table in table_of(kind) if name in table]
    if not rows:
        raise PlanError(f"timeline: unknown {kind} {name!r}")
    params = {key: value for key, value in raw.items() if key not in _ACT}
    _refuse(params, tuple(rows[0].params), name)
    return PlannedAct(float(raw["at_s"]), kind, name, params, raw.get("for_s"))
