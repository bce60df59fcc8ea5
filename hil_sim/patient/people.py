"""Simulated people: who one person is, and how a whole population of them is drawn.

Theory of operation. A person is drawn whole from one stream of dice, which the caller seeds with the person's own number
(`hil_sim.population.draw`), so a session can be looked at again by its number alone. The spread is that of
facts/clinical.md 6: kinetics log-normal (25 % on clearance and central volume, 30 % on the exchange), the height of the
pressure response log-normal with the mean and spread of the Yale series (+16.0 SD 11.2 systolic, +11.0 SD 8.45
diastolic at the end of an infusion), systolic and diastolic correlated with 0.6, pulse response 9 SD 8, the levels that
sedate with a CV of 20 %, resting values normal, nausea in 5 % (1 #29). Draws are cut at three standard deviations. Age
and hypertension are not drawn: the Yale spread is that of the clinic's people, old and hypertensive ones among them,
and 6.2's factors on top would count them twice. What clinical.md does not give is marked [own].
"""

from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Protocol

from hil_sim.patient.body import Body
from hil_sim.patient.episodes import Tendency
from hil_sim.patient.pd import PdParameters, Resting
from hil_sim.patient.pk import CLEMENTS_NIMMO, PkParameters
from hil_sim.patient.sedation import Mind

CONCENTRATION_UG_ML = 2_000.0
CORRELATION = 0.6
CUT = 3.0
NAUSEA_SHARE = 0.05
NAUSEA_FROM_NG_ML = 100.0  # [own]: about half way through the usual infusion


class Dice(Protocol):
    """What a population is drawn with; `random.Random` is such a thing."""

    def gauss(self, mu: float, sigma: float) -> float: ...
    def random(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits in the chair.

    Attributes:
        number: in the population; 0 for a person made by hand.
        weight_kg: actual body weight.
        resting: without drug.
        pd: how pressure and pulse respond.
        pk_factors: on central volume, clearance and exchange of `CLEMENTS_NIMMO`.
        mind: how easily sedated and taken away.
        tendencies: what this body does of itself, and from which level.
    """

    number: int = 0
    weight_kg: float = 70.0
    resting: Resting = field(default_factory=Resting)
    pd: PdParameters = field(default_factory=PdParameters)
    pk_factors: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mind: Mind = field(default_factory=Mind)
    tendencies: tuple[Tendency, ...] = ()

    @property
    def pk(self) -> PkParameters:
        """This person's kinetics."""
        return CLEMENTS_NIMMO.varied(*self.pk_factors)

    def body(self, concentration_ug_ml: float = CONCENTRATION_UG_ML) -> Body:
        """This person, at rest and free of drug, at a syringe of this strength (ug/mL)."""
        return Body(
            self.weight_kg, concentration_ug_ml, self.resting, self.pk, self.pd, self.mind, self.tendencies
        )


def _normal(dice: Dice) -> float:
    """One standard normal draw, cut at three standard deviations."""
    while True:
        draw = dice.gauss(0.0, 1.0)
        if abs(draw) <= CUT:
            return draw


def _log_normal(mean: float, variation: float, draw: float) -> float:
    """A value whose population has this mean and coefficient of variation."""
    sigma = sqrt(log(1.0 + variation * variation))
    return mean * exp(sigma * draw - sigma * sigma / 2.0)


def _factor(variation: float, dice: Dice) -> float:
    """A factor with median 1."""
    return exp(sqrt(log(1.0 + variation * variation)) * _normal(dice))


def _pair(dice: Dice) -> tuple[float, float]:
    """Two standard normal draws with the correlation of systolic and diastolic."""
    first = _normal(dice)
    return first, CORRELATION * first + sqrt(1.0 - CORRELATION**2) * _normal(dice)


def draw_person(dice: Dice, number: int) -> Person:
    """Draw one person; `dice` stands at the beginning of that person's own stream."""
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
    mind = Mind(sedation_factor=1.0 / _factor(0.20, dice))
    feels_sick = dice.random() < NAUSEA_SHARE
    tendencies = (Tendency("nausea", NAUSEA_FROM_NG_ML),) if feels_sick else ()
    return Person(number, weight_kg, resting, pd, factors, mind, tendencies)
