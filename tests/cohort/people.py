"""Simulated people: each drawn whole from one number, so a session can be looked at again by its number alone.

Theory of operation. The spread is that of facts/clinical.md 6: kinetics log-normal (25 % on clearance and central volume,
30 % on the exchange), the height of the pressure response log-normal with the mean and spread of the Yale series (+16.0
SD 11.2 systolic, +11.0 SD 8.45 diastolic at the end of an infusion), systolic and diastolic correlated with 0.6, resting
values normal. Draws are cut at three standard deviations. What clinical.md does not give is marked [own].
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from random import Random

from hil_sim.patient.body import Body
from hil_sim.patient.pd import PdParameters, Resting
from hil_sim.patient.pk import CLEMENTS_NIMMO

CONCENTRATION_UG_ML = 2_000.0
CORRELATION = 0.6
CUT = 3.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits in the chair. `alertness` scales the level at which this person gets drowsy."""

    number: int
    weight_kg: int
    resting: Resting
    pd: PdParameters
    pk_factors: tuple[float, float, float]
    alertness: float

    def body(self) -> Body:
        """This person, at rest and free of drug."""
        pk = CLEMENTS_NIMMO.varied(*self.pk_factors)
        return Body(self.weight_kg, CONCENTRATION_UG_ML, self.resting, pk, self.pd)

    def moaas(self, c_ven_ng_ml: float) -> int:
        """Sedation score at a venous level: 5 below 200 ng/mL, 4 to 400, 3 to 600, 2 to 700, then 1 (clinical.md 6.2)."""
        level = c_ven_ng_ml / self.alertness
        return 5 - sum(level >= limit for limit in (200.0, 400.0, 600.0, 700.0))


def _normal(dice: Random) -> float:
    """One standard normal draw, cut at three standard deviations."""
    while True:
        draw = dice.gauss(0.0, 1.0)
        if abs(draw) <= CUT:
            return draw


def _log_normal(mean: float, variation: float, draw: float) -> float:
    """A value whose population has this mean and coefficient of variation."""
    sigma = sqrt(log(1.0 + variation * variation))
    return mean * exp(sigma * draw - sigma * sigma / 2.0)


def _factor(variation: float, dice: Random) -> float:
    """A factor with median 1."""
    return exp(sqrt(log(1.0 + variation * variation)) * _normal(dice))


def _pair(dice: Random) -> tuple[float, float]:
    """Two standard normal draws with the correlation of systolic and diastolic."""
    first = _normal(dice)
    return first, CORRELATION * first + sqrt(1.0 - CORRELATION**2) * _normal(dice)


def draw_person(seed: int, number: int) -> Person:
    """The person of this number in the population of this seed."""
    dice = Random(f"person/{seed}/{number}")
    rest_sys, rest_dia = _pair(dice)
    rise_sys, rise_dia = _pair(dice)
    sys = 125.0 + 12.0 * rest_sys
    dia = min(78.0 + 8.0 * rest_dia, sys - 20.0)
    resting = Resting(sys, dia, hr=72.0 + 10.0 * _normal(dice), spo2=min(97.0 + _normal(dice), 100.0))
    pd = PdParameters(
        sys_emax_mmhg=_log_normal(27.5, 11.2 / 16.0, rise_sys),
        dia_emax_mmhg=_log_normal(18.9, 8.45 / 11.0, rise_dia),
        hr_emax_bpm=9.0 + 8.0 * _normal(dice),
    )
    factors = (_factor(0.25, dice), _factor(0.25, dice), _factor(0.30, dice))
    weight_kg = round(min(max(75.0 + 14.0 * _normal(dice), 45.0), 115.0))  # [own]
    return Person(number, weight_kg, resting, pd, factors, alertness=_factor(0.20, dice))
