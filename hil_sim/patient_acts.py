"""What a scenario or a bench may do to the patient and to the monitors, in the tables of `hil_sim.faults`.

Theory of operation. Pump, wire and line bring their faults in `hil_sim.faults`; patient and monitors add
theirs to the same two tables when this module is imported, so that one list is printed, one check refuses a
misspelt name, and one socket injects everything. A monitor fault is kept with the world it was injected
into and read by whoever publishes for that world; a shift of a true value is undone by the opposite shift
over the same ramp. The named clinical events (desaturation, tachycardia, deep sedation, apnoea; scenarios of
facts/clinical.md 6.2) are such shifts with a target instead of an amount; the episodes (faint, nausea, vomiting,
panic) are the body's own (`hil_sim.patient.episodes`) and pass by themselves.
"""

from collections.abc import Callable
from typing import Any, cast

from hil_sim.faults import EVENTS, FAULTS, Injectable, Undo
from hil_sim.monitors.faults import ALL, DEVICE_FAULTS, MONITOR_FAULTS, STREAMS, Params
from hil_sim.patient.body import Body
from hil_sim.patient.episodes import EPISODES


def monitor_faults_of(world: object) -> dict[str, Params]:
    """Return the monitor faults in force in this world, by name; the world's own mapping, not a copy."""
    return cast("dict[str, Params]", vars(world).setdefault("monitor_faults", {}))


def _monitor_fault(name: str) -> Callable[..., Undo]:
    def begin(world: object, **params: Any) -> Undo:
        if params.get("only", ALL) not in (ALL, *STREAMS):
            raise ValueError(f"{name}.only is {ALL}, {', '.join(STREAMS)}; not {params['only']!r}")
        active = monitor_faults_of(world)
        active[name] = params

        def undo() -> None:
            # A later injection of the same fault has replaced this one and ends on its own.
            if active.get(name) is params:
                del active[name]

        return undo

    return begin


def _patient(world: Any, name: str) -> Body:
    body = world.body
    if not isinstance(body, Body):
        raise ValueError(f"{name}: there is no patient in this world")
    return body


def _towards(name: str, shift: str, value: str) -> Callable[..., Undo]:
    """An event that takes a true value to `to`, from wherever it is."""

    def begin(world: Any, to: float, over_s: float) -> Undo:
        body = _patient(world, name)
        amount = to - getattr(body.vitals(), value)
        body.event(shift, over_s=over_s, **{value: amount})
        return lambda: body.event(shift, over_s=over_s, **{value: -amount})

    return begin


def _apnoea(world: Any) -> Undo:
    body = _patient(world, "apnoea")
    body.is_apnoeic = True
    return lambda: _breathe(world)


def _breathe(world: Any) -> None:
    _patient(world, "breathe").is_apnoeic = False


def _shift(name: str) -> Callable[..., Undo]:
    def begin(world: Any, over_s: float, **amounts: float) -> Undo:
        body = _patient(world, name)
        body.event(name, over_s=over_s, **amounts)
        back = {key: -amount for key, amount in amounts.items()}
        return lambda: body.event(name, over_s=over_s, **back)

    return begin


def _episode(name: str) -> Callable[..., Undo]:
    def begin(world: Any, lasts_s: float) -> Undo:
        body = _patient(world, name)
        body.event(name, for_s=lasts_s)
        return lambda: body.end_episode(name)

    return begin


for _name, _fault in MONITOR_FAULTS.items():
    _only: Params = {} if _name in DEVICE_FAULTS else {"only": ALL}
    FAULTS[_name] = Injectable(_fault.what, _fault.row, _monitor_fault(_name), {**_fault.params, **_only})

EVENTS["bp_shift"] = Injectable(
    "the true blood pressure moves by so much, mmHg",
    "",
    _shift("bp_shift"),
    {"sys": 0.0, "dia": 0.0, "over_s": 0.0},
)
EVENTS["hr_shift"] = Injectable(
    "the true pulse moves by so much, beats/min", "", _shift("hr_shift"), {"hr": 0.0, "over_s": 0.0}
)
EVENTS["spo2_shift"] = Injectable(
    "the true saturation moves by so much, percent points",
    "",
    _shift("spo2_shift"),
    {"spo2": 0.0, "over_s": 0.0},
)

EVENTS["deep_sedation"] = Injectable(
    "sedated and breathing as if so much more drug were at work: 900 ng/mL is MOAA/S 2 (clinical.md 6.2)",
    "SE2, SE3",
    _shift("deep_sedation"),
    {"ng_ml": 900.0, "over_s": 30.0},
)
EVENTS["desaturate"] = Injectable(
    "the true saturation falls to this",
    "SP1, SP2, SP3",
    _towards("desaturate", "spo2_shift", "spo2"),
    {"to": 84.0, "over_s": 30.0},
)
EVENTS["tachycardia"] = Injectable(
    "the true pulse rises to this",
    "HR1, HR2",
    _towards("tachycardia", "hr_shift", "hr"),
    {"to": 150.0, "over_s": 20.0},
)
_REACHES = {"faint": "BP4, HR2, SE3", "nausea": "", "vomit": "ST2", "panic": "BP1, HR1"}
for _name, _kind in EPISODES.items():
    EVENTS[_name] = Injectable(_kind.what, _REACHES[_name], _episode(_name), {"lasts_s": _kind.lasts_s})
EVENTS["apnoea"] = Injectable("the patient stops breathing", "RR2", _apnoea)
EVENTS["breathe"] = Injectable("the patient breathes again", "RR2", _breathe)

#: Importing this name is how another module says that it needs the tables to be complete.
ACTS_REGISTERED = True
