"""What a population's courses come to: means, spreads, percentiles, times, and who went over which limit.

Theory of operation. Plain statistics of the truth, nothing smoothed and nobody left out: a person who would never have
been started for a high resting pressure is infused here as well, because the question is what the drug does. Standard
deviations are of the sample (n - 1); a percentile lies between its two neighbours in proportion. Every key of the
result carries its unit, so that the same object is printed as JSON.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Final

from hil_sim.parts import Vitals
from hil_sim.patient.pd import Resting
from hil_sim.population import RETURNS, Course, Plan

PERCENTILES: Final = (5, 25, 50, 75, 95)

#: What is taken at each minute, by key; changes are against the person's own rest.
MEASURES: Final[dict[str, Callable[[Vitals, Resting], float]]] = {
    "c_ven_ng_ml": lambda now, _: now.c_ven_ng_ml,
    "c_art_ng_ml": lambda now, _: now.c_art_ng_ml,
    "systolic_change_mmhg": lambda now, rest: now.sys - rest.sys,
    "diastolic_change_mmhg": lambda now, rest: now.dia - rest.dia,
    "heart_rate_change_bpm": lambda now, rest: now.hr - rest.hr,
    "dissociation_points": lambda now, _: now.dissociation,
}

#: Who went over which limit at any time: facts/clinical.md 3.2, without persistence or repeat readings.
LIMITS: Final[dict[str, tuple[str, Callable[[dict[str, float]], bool]]]] = {
    "rise_20_percent": ("BP1: systolic or diastolic 20 % over rest", lambda worst: worst["rise"] >= 1.2),
    "systolic_over_160_mmhg": ("BP2: systolic > 160 mmHg", lambda worst: worst["sys"] > 160),
    "diastolic_over_100_mmhg": ("BP2: diastolic > 100 mmHg", lambda worst: worst["dia"] > 100),
    "over_160_or_100_mmhg": ("BP2: either of them", lambda worst: worst["sys"] > 160 or worst["dia"] > 100),
    "systolic_from_180_mmhg": ("BP3: systolic >= 180 mmHg", lambda worst: worst["sys"] >= 180),
    "diastolic_from_110_mmhg": ("BP3: diastolic >= 110 mmHg", lambda worst: worst["dia"] >= 110),
    "from_180_or_110_mmhg": ("BP3: either of them", lambda worst: worst["sys"] >= 180 or worst["dia"] >= 110),
    "from_200_or_120_mmhg": (
        "BP3: >= 200 or >= 120 mmHg",
        lambda worst: worst["sys"] >= 200 or worst["dia"] >= 120,
    ),
    "heart_rate_over_120_bpm": ("HR1: pulse > 120/min", lambda worst: worst["hr"] > 120),
    "heart_rate_below_45_bpm": ("HR2: pulse < 45/min", lambda worst: worst["hr_low"] < 45),
    "spo2_below_94_percent": ("SP0: SpO2 < 94 %", lambda worst: worst["spo2"] < 94),
    "spo2_below_92_percent": ("SP1: SpO2 < 92 %", lambda worst: worst["spo2"] < 92),
    "spo2_below_90_percent": ("SP2: SpO2 < 90 %", lambda worst: worst["spo2"] < 90),
    "respiration_below_10_per_min": ("RR1: respiration < 10/min", lambda worst: worst["rr"] < 10),
    "moaas_4_or_less": ("drowsy: MOAA/S 4 or less", lambda worst: worst["moaas"] <= 4),
    "moaas_3_or_less": ("SE1: MOAA/S 3 or less", lambda worst: worst["moaas"] <= 3),
    "moaas_2_or_less": ("SE2: MOAA/S 2 or less", lambda worst: worst["moaas"] <= 2),
    "dissociation_from_30_points": (
        "dissociation 30 of 100 or more",
        lambda worst: worst["dissociation"] >= 30,
    ),
    "dissociation_from_60_points": (
        "dissociation 60 of 100 or more",
        lambda worst: worst["dissociation"] >= 60,
    ),
}


@dataclass(frozen=True, slots=True)
class Spread:
    """A sample in eight numbers, in the unit of what was sampled."""

    mean: float
    sd: float
    percentiles: tuple[float, ...]
    least: float
    most: float

    def to_json(self) -> dict[str, float]:
        """Return it flat, rounded to three decimals."""
        named = {f"p{share}": value for share, value in zip(PERCENTILES, self.percentiles, strict=True)}
        everything = {"mean": self.mean, "sd": self.sd, **named, "min": self.least, "max": self.most}
        return {name: round(value, 3) for name, value in everything.items()}


def spread(values: Sequence[float]) -> Spread:
    """Describe a sample; the spread of one value is 0."""
    ordered = sorted(values)
    sd = stdev(ordered) if len(ordered) > 1 else 0.0
    shares = tuple(percentile(ordered, share) for share in PERCENTILES)
    return Spread(fmean(ordered), sd, shares, ordered[0], ordered[-1])


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which `share` percent of an ordered sample lie."""
    place = share / 100.0 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True, slots=True)
class Return:
    """How something came back: times of those in whom it was ever away, min since the start."""

    ever_away: int
    never_back: int
    at_min: Spread | None


@dataclass(frozen=True, slots=True)
class Figures:
    """A population in numbers; counts are of people."""

    plan: Plan
    at: dict[float, dict[str, Spread]]
    moaas: dict[float, dict[int, int]]
    peak_min: dict[str, Spread]
    returns: dict[str, Return]
    over: dict[str, int]
    symptoms: dict[str, int]
    correlation: float

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON's own kinds; shares are of 1."""
        people = self.plan.people
        return {
            "people": people,
            "dose_mg_per_kg": self.plan.dose_mg_per_kg,
            "duration_min": self.plan.minutes,
            "seed": self.plan.seed,
            "at_min": {
                f"{minute:g}": {
                    **{key: one.to_json() for key, one in row.items()},
                    "moaas_share": {str(score): n / people for score, n in self.moaas[minute].items()},
                }
                for minute, row in self.at.items()
            },
            "peak_at_min": {key: one.to_json() for key, one in self.peak_min.items()},
            "returned_at_min": {
                key: {
                    "ever_away_share": one.ever_away / people,
                    "not_yet_back_share": one.never_back / people,
                    "at_min": one.at_min.to_json() if one.at_min else None,
                }
                for key, one in self.returns.items()
            },
            "over_limit_share": {key: count / people for key, count in self.over.items()},
            "symptom_share": {key: count / people for key, count in self.symptoms.items()},
            "systolic_diastolic_change_correlation": round(self.correlation, 3),
        }


def figures_of(plan: Plan, courses: Sequence[Course]) -> Figures:
    """Sum up what `population.observe_all` saw."""
    at, scores = {}, {}
    for minute in plan.looks_min:
        looks = [(course.looks[minute], course.resting) for course in courses]
        at[minute] = {key: spread([take(*look) for look in looks]) for key, take in MEASURES.items()}
        seen = [look.moaas for look, _ in looks]
        scores[minute] = {score: seen.count(score) for score in range(5, -1, -1)}
    felt = [symptom for course in courses for symptom in course.symptoms]
    names = {"c_ven": "c_ven_ng_ml", "c_art": "c_art_ng_ml", "sys": "systolic_mmhg"}
    return Figures(
        plan,
        at,
        scores,
        peak_min={key: spread([one.peak_min[name] for one in courses]) for name, key in names.items()},
        returns={name: _return(courses, name) for name in RETURNS},
        over={key: sum(is_over(one.worst) for one in courses) for key, (_, is_over) in LIMITS.items()},
        symptoms={name: felt.count(name) for name in sorted(set(felt))},
        correlation=_correlation(courses, plan.minutes),
    )


def _return(courses: Sequence[Course], name: str) -> Return:
    times = [one.return_min[name] for one in courses]
    back = [time for time in times if time]
    return Return(sum(time != 0.0 for time in times), times.count(None), spread(back) if back else None)


def _correlation(courses: Sequence[Course], minute: float) -> float:
    """Pearson's, of systolic and diastolic change at this minute; 0 where nothing varies."""
    sys = [one.looks[minute].sys - one.resting.sys for one in courses]
    dia = [one.looks[minute].dia - one.resting.dia for one in courses]
    mean_sys, mean_dia = fmean(sys), fmean(dia)
    together = sum((s - mean_sys) * (d - mean_dia) for s, d in zip(sys, dia, strict=True))
    apart = sum((s - mean_sys) ** 2 for s in sys) * sum((d - mean_dia) ** 2 for d in dia)
    return float(together / apart**0.5) if apart > 0.0 else 0.0
