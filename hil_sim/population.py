"""Virtual patients without a daemon: everybody gets the whole dose, evenly, and is looked at until it is over.

Theory of operation. What the interlocks do can only be judged against what would happen without them. So a population
(`hil_sim.patient.people`) is infused by an ideal pump straight into the vein, with no cuff, no probe, no nurse and no
limit: the figures are those of the body model itself, and stand beside what has been published. Kinetics are exact for
any step, so a step is a minute while drug runs and two minutes afterwards, which is also how finely a time of peak or
return is known; the end of the infusion and every minute that is reported fall on a step.
"""

from bisect import bisect_right
from dataclasses import dataclass
from random import Random

from hil_sim.parts import Vitals
from hil_sim.patient.pd import Resting
from hil_sim.patient.people import CONCENTRATION_UG_ML, Person, draw_person

LOOKS_MIN = (10.0, 20.0, 30.0, 40.0, 60.0, 80.0, 130.0)
#: How long after the end a return is waited for: over two slow half-lives (183 min, facts/clinical.md 6.1).
WATCHED_MIN = 400.0
STEP_RUNNING_MIN, STEP_AFTER_MIN = 1.0, 2.0
NL_PER_ML = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What everybody gets.

    Raises:
        ValueError: a number makes no infusion.
    """

    people: int = 500
    dose_mg_per_kg: float = 0.5
    minutes: float = 40.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what no population can be given."""
        if not 2 <= self.people <= 100_000:
            raise ValueError(f"--n is {self.people}; a spread needs 2 people, and 100000 are the most")
        if not 0.0 < self.dose_mg_per_kg <= 20.0:
            raise ValueError(
                f"--dose-mg-per-kg is {self.dose_mg_per_kg}; above 0 mg/kg, 20 mg/kg at the most"
            )
        if not 0.0 < self.minutes <= 600.0:
            raise ValueError(f"--minutes is {self.minutes}; above 0 min, 600 min at the most")

    @property
    def looks_min(self) -> tuple[float, ...]:
        """The minutes that are reported; the end of the infusion is among them."""
        return tuple(sorted({*LOOKS_MIN, self.minutes}))


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one person.

    Attributes:
        resting: without drug.
        looks: the truth at each minute of `Plan.looks_min`.
        worst: the farthest each value went: highest `sys`, `dia` (mmHg), `hr` (beats/min), `dissociation` (points of
            100), `rise` (the greater of the two pressures' shares of rest); lowest `hr_low`, `spo2`, `rr`, `moaas`.
        peak_min: when `c_ven`, `c_art` and `sys` were highest.
        return_min: when each of `RETURNS` was over; 0 if it never began, None if it was not over when watching ended.
        symptoms: everything the person felt.
    """

    resting: Resting
    looks: dict[float, Vitals]
    worst: dict[str, float]
    peak_min: dict[str, float]
    return_min: dict[str, float | None]
    symptoms: frozenset[str]


#: What is waited for, by name; for people.
RETURNS = {
    "recovery": "vital signs within 10 % or 10 of rest",
    "systolic_5": "systolic within 5 mmHg of rest",
    "dissociation": "dissociation gone",
    "sedation": "MOAA/S 5 again",
    "half_level": "venous level half of its peak",
}


def draw(seed: int, number: int) -> Person:
    """Return the person of this number in the population of this seed."""
    return draw_person(Random(f"person/{seed}/{number}"), number)


def observe_all(plan: Plan) -> list[Course]:
    """Infuse everybody."""
    return [observe(draw(plan.seed, number), plan) for number in range(plan.people)]


def observe(person: Person, plan: Plan) -> Course:
    """Infuse one person and look until it is over."""
    body, rest = person.body(), person.resting
    nl_per_min = (
        plan.dose_mg_per_kg * person.weight_kg * 1000.0 / CONCENTRATION_UG_ML * NL_PER_ML / plan.minutes
    )
    looks: dict[float, Vitals] = {}
    highest = {"c_ven": 0.0, "c_art": 0.0, "sys": 0.0}
    peak_min = dict.fromkeys(highest, 0.0)
    last_out_min = dict.fromkeys(RETURNS, 0.0)
    worst = _start_of(body.vitals(), rest)
    symptoms: set[str] = set()
    before_min = 0.0
    times_min = _times_min(plan)
    for now_min in times_min:
        dt_min = now_min - before_min
        is_running = now_min <= plan.minutes
        body.advance(dt_min * 60.0, nl_per_min * dt_min if is_running else 0.0)
        before_min = now_min
        seen = body.vitals()
        if now_min in plan.looks_min:
            looks[now_min] = seen
        for name, level in (("c_ven", seen.c_ven_ng_ml), ("c_art", seen.c_art_ng_ml), ("sys", seen.sys)):
            if level > highest[name]:
                highest[name], peak_min[name] = level, now_min
        _note_worst(worst, seen, rest)
        symptoms.update(seen.symptoms)
        for name in _out(seen, rest, highest["c_ven"]):
            last_out_min[name] = now_min
    end_min = times_min[-1]
    # The first look after the last one that was out is the return.
    return_min = {
        name: 0.0 if not last else None if last == end_min else times_min[bisect_right(times_min, last)]
        for name, last in last_out_min.items()
    }
    return Course(rest, looks, worst, peak_min, return_min, frozenset(symptoms))


def _times_min(plan: Plan) -> list[float]:
    """Every minute at which a step ends, in order."""
    times = {*plan.looks_min}
    times |= {STEP_RUNNING_MIN * step for step in range(1, int(plan.minutes / STEP_RUNNING_MIN) + 1)}
    end_min = max(*plan.looks_min, plan.minutes + WATCHED_MIN)
    first = int(plan.minutes / STEP_AFTER_MIN) + 1
    times |= {STEP_AFTER_MIN * step for step in range(first, int(end_min / STEP_AFTER_MIN) + 1)}
    return sorted(times)


def _start_of(seen: Vitals, rest: Resting) -> dict[str, float]:
    return {
        "sys": rest.sys,
        "dia": rest.dia,
        "hr": rest.hr,
        "hr_low": rest.hr,
        "dissociation": seen.dissociation,
        "rise": 1.0,
        "spo2": rest.spo2,
        "rr": rest.rr,
        "moaas": float(seen.moaas),
    }


def _note_worst(worst: dict[str, float], seen: Vitals, rest: Resting) -> None:
    worst["sys"] = max(worst["sys"], seen.sys)
    worst["dia"] = max(worst["dia"], seen.dia)
    worst["hr"] = max(worst["hr"], seen.hr)
    worst["hr_low"] = min(worst["hr_low"], seen.hr)
    worst["dissociation"] = max(worst["dissociation"], seen.dissociation)
    worst["rise"] = max(worst["rise"], seen.sys / rest.sys, seen.dia / rest.dia)
    worst["spo2"] = min(worst["spo2"], seen.spo2)
    worst["rr"] = min(worst["rr"], seen.rr)
    worst["moaas"] = min(worst["moaas"], float(seen.moaas))


def _out(seen: Vitals, rest: Resting, peak_ng_ml: float) -> list[str]:
    """Which of `RETURNS` is still waited for; the first as the gate of facts/clinical.md 1 #15 has it."""
    out = []
    for now, usual in ((seen.sys, rest.sys), (seen.dia, rest.dia), (seen.hr, rest.hr)):
        if abs(now - usual) > max(10.0, 0.1 * usual):
            out.append("recovery")
            break
    if abs(seen.sys - rest.sys) > 5.0:
        out.append("systolic_5")
    if seen.dissociation > 0.0:
        out.append("dissociation")
    if seen.moaas < 5:
        out.append("sedation")
    if seen.c_ven_ng_ml > 0.5 * peak_ng_ml:
        out.append("half_level")
    return out
