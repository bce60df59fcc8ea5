"""The model beside what has been published: each figure with its source, the band it may lie in, and the verdict.

Theory of operation. A simulated patient is only as good as what it has been held against. So every figure that
facts/clinical.md gives for an infusion of this size stands here with the model's own, and a figure outside its band is
called a deviation, in the table and in the JSON, rather than tuned away. The band is shown with each row: a share of
the published value (5 % of a level that was calculated, 10 % of a mean, 15 % of a spread or of a measured level),
widened to two standard errors where the population is small. Spreads are of the truth: a published spread contains
the error of two cuff readings besides, which the simulated monitor adds for whoever looks through it. "Measured" are
other people's figures; "calculated" ones are the sheet's own arithmetic and only prove that the model is that one.

The measured venous levels at the end of an infusion (185 ng/mL, Zarate 2006; 100 to 250 ng/mL, here give or take
10 %, Krystal 1994) are those of table 1 of PMC6020109 (Pharmacol Rev 2018, 70:621); the half-life of 79 SD 8 min is
Idvall 1979, BJA 51:1167, after hours of anaesthesia.

What deviates and why: the slow half-life of Clements & Nimmo (183 min) is longer than the 2.2 h of the teaching texts
and Idvall's 79 min, so the last part of the level falls too slowly and dissociation, which 6.2 ties to the venous
level, outlasts the hour after which clinics discharge. Time away from rest is therefore overstated, which errs on the
safe side for whoever tests an observation period.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from hil_sim.patient.pk import CLEMENTS_NIMMO
from hil_sim.population_figures import Figures

YALE = "Yale 2024, n 2342 [V1]"
MEASURED, CALCULATED = "measured", "calculated"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure: what it is, what was published, and the model's own; all in `unit`."""

    what: str
    unit: str
    kind: str
    source: str
    published: float
    low: float
    high: float
    model: float

    @property
    def agrees(self) -> bool:
        """True if the model lies in the band."""
        return self.low <= self.model <= self.high

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON's own kinds."""
        numbers = {name: round(getattr(self, name), 3) for name in ("published", "low", "high", "model")}
        words = {name: getattr(self, name) for name in ("what", "unit", "kind", "source")}
        return {**words, **numbers, "agrees": self.agrees}


def comparisons(figures: Figures) -> list[Comparison]:
    """Return every published figure that speaks of an infusion like this one, and those of any infusion."""
    rows = list(_of_the_person())
    size = (figures.plan.dose_mg_per_kg, figures.plan.minutes)
    if size == (0.5, 40.0):
        rows += [*_pressure(figures), *_levels(figures), *_over(figures), *_times(figures)]
    calculated = {(1.0, 40.0): 355.0, (1.0, 60.0): 300.0}.get(size)
    if calculated is not None:
        median = figures.at[size[1]]["c_ven_ng_ml"].percentiles[2]
        rows.append(
            _within("venous level at the end, median", "ng/mL", CALCULATED, "6.1", calculated, 0.05, median)
        )
    return rows


def _within(
    what: str,
    unit: str,
    kind: str,
    source: str,
    published: float,
    share: float,
    model: float,
    error: float = 0.0,
) -> Comparison:
    """A band of so large a share of the published value, or two standard errors of the model's."""
    wide = max(share * abs(published), 2.0 * error)
    return Comparison(what, unit, kind, source, published, published - wide, published + wide, model)


def _between(
    what: str, unit: str, kind: str, source: str, low: float, high: float, model: float
) -> Comparison:
    return Comparison(what, unit, kind, source, (low + high) / 2.0, low, high, model)


def _of_the_person() -> list[Comparison]:
    """The typical person's kinetics, whatever is infused."""
    usual = CLEMENTS_NIMMO
    clearance_l_h = usual.k10_min * usual.v1_l_kg * 70.0 * 60.0
    steady_l = usual.v1_l_kg * 70.0 * (1.0 + usual.k12_min / usual.k21_min)
    half_min = log(2.0) / usual.rates_min()[1]
    kamp = "Kamp 2020, 18 studies [V53]"
    return [
        _between("clearance at 70 kg", "L/h", MEASURED, kamp, 69.0, 90.0, clearance_l_h),
        _between("volume at steady state, 70 kg", "L", MEASURED, kamp, 200.0, 304.0, steady_l),
        _within("half-life of the last phase", "min", MEASURED, "seed 001:174 (2.2 h)", 132.0, 0.2, half_min),
        _within("half-life of the last phase", "min", MEASURED, "Idvall 1979 [V7]", 79.0, 0.2, half_min),
    ]


def _pressure(figures: Figures) -> list[Comparison]:
    """Yale's means and spreads at 40 min, the pulse, and 6.2's course of the mean."""
    many = sqrt(figures.plan.people)
    rows = []
    for side, mean, sd in (("systolic", 16.0, 11.2), ("diastolic", 11.0, 8.45)):
        model = figures.at[40.0][f"{side}_change_mmhg"]
        rows += [
            _within(
                f"{side} rise at 40 min, mean", "mmHg", MEASURED, YALE, mean, 0.1, model.mean, model.sd / many
            ),
            # A skewed sample's spread is known half as well as a normal one's.
            _within(
                f"{side} rise at 40 min, SD", "mmHg", MEASURED, YALE, sd, 0.15, model.sd, model.sd / many
            ),
        ]
    pulse = figures.at[40.0]["heart_rate_change_bpm"]
    rows.append(
        _within(
            "pulse rise at 40 min, mean",
            "beats/min",
            "general knowledge",
            "6.2",
            5.0,
            0.3,
            pulse.mean,
        )
    )
    for minute, mean in ((10.0, 4.0), (20.0, 9.6), (30.0, 13.5), (60.0, 10.2), (80.0, 6.7)):
        model = figures.at[minute]["systolic_change_mmhg"]
        what = f"systolic rise at {minute:g} min, mean"
        rows.append(_within(what, "mmHg", CALCULATED, "6.2", mean, 0.15, model.mean, model.sd / many))
    rows.append(
        _within(
            "correlation of the two rises at 40 min",
            "1",
            CALCULATED,
            "6.2",
            0.6,
            0.2,
            figures.correlation,
            0.8 / many,
        )
    )
    return rows


def _levels(figures: Figures) -> list[Comparison]:
    end = figures.at[40.0]["c_ven_ng_ml"]
    rows = [
        _within("venous level at 40 min, mean", "ng/mL", MEASURED, "Zarate 2006", 185.0, 0.15, end.mean),
        _between(
            "venous level at 40 min, p5", "ng/mL", MEASURED, "Krystal 1994", 90.0, 275.0, end.percentiles[0]
        ),
        _between(
            "venous level at 40 min, p95", "ng/mL", MEASURED, "Krystal 1994", 90.0, 275.0, end.percentiles[4]
        ),
    ]
    for minute, level in (
        (10.0, 62.0),
        (20.0, 109.0),
        (30.0, 147.0),
        (40.0, 177.0),
        (60.0, 115.0),
        (80.0, 85.0),
    ):
        model = figures.at[minute]["c_ven_ng_ml"]
        error = model.sd / sqrt(figures.plan.people)
        what = f"venous level at {minute:g} min, median"
        rows.append(_within(what, "ng/mL", CALCULATED, "6.1", level, 0.05, model.percentiles[2], error))
    for minute, low, high in ((20.0, 0.0, 1e3), (60.0, -1e3, 0.0)):
        row = figures.at[minute]
        lead = row["c_art_ng_ml"].mean - row["c_ven_ng_ml"].mean
        rows.append(
            Comparison(
                f"artery above vein at {minute:g} min",
                "ng/mL",
                MEASURED,
                "Henthorn 2018 [V54]",
                0.0,
                low,
                high,
                lead,
            )
        )
    return rows


def _over(figures: Figures) -> list[Comparison]:
    """Shares: 3.2's arithmetic from Yale's spread, and the nausea of 1 #29."""
    people = figures.plan.people
    rows = []
    for what, low, high, count in (
        ("20 % over rest at any time", 27.0, 37.0, figures.over["rise_20_percent"]),
        ("> 160 or > 100 mmHg at any time", 22.0, 23.0, figures.over["over_160_or_100_mmhg"]),
        (">= 180 or >= 110 mmHg at any time", 4.0, 5.0, figures.over["from_180_or_110_mmhg"]),
    ):
        error = 2.0 * _share_error(low, people)
        share = 100.0 * count / people
        rows.append(_between(what, "%", CALCULATED, "3.2", max(low - error, 0.0), high + error, share))
    nausea = 100.0 * figures.symptoms.get("nausea", 0) / people
    error = _share_error(5.0, people)
    rows.append(_within("nausea", "%", MEASURED, "seed 001:153 (about 5 %)", 5.0, 0.2, nausea, error))
    return rows


def _share_error(percent: float, people: int) -> float:
    """The standard error of a share, in percent."""
    return sqrt(percent * (100.0 - percent) / people)


def _times(figures: Figures) -> list[Comparison]:
    rows = [
        _within(
            "highest systolic, median time",
            "min",
            MEASURED,
            YALE,
            40.0,
            0.05,
            figures.peak_min["systolic_mmhg"].percentiles[2],
        )
    ]
    waits: tuple[tuple[str, str, str, float], ...] = (
        ("systolic_5", "systolic within 5 mmHg of rest, median", "seed 001:174 (baseline in 3 h)", 180.0),
        ("dissociation", "dissociation gone, median", "seed 003:28 (discharge 1 h after)", 100.0),
    )
    for name, what, source, until in waits:
        at = figures.returns[name].at_min
        rows.append(
            Comparison(what, "min", MEASURED, source, until, 0.0, until, at.percentiles[2] if at else 0.0)
        )
    return rows
