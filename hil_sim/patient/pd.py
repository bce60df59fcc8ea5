"""What the drug does to pressure and pulse: a sigmoid of the effect-site level on top of the resting values.

Theory of operation. Each effect is `Emax C^g / (C^g + EC50^g)`. One EC50 and one exponent serve pressure
and pulse; people differ in the height of the response, not in its place, because that is what the spread of
the Yale series lets one say (facts/clinical.md 6.2: +16.0 mmHg, SD 11.2, at 40 min in 2342 infusions). The
drug itself does not move saturation at these levels; desaturation is an event of the scenario (clinical.md
6.2).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PdParameters:
    """Heights and place of the response; clinical.md 6.2. A pulse may fall: `hr_emax_bpm` may be negative."""

    sys_emax_mmhg: float = 27.5
    dia_emax_mmhg: float = 18.9
    hr_emax_bpm: float = 9.0
    ec50_ng_ml: float = 150.0
    gamma: float = 2.0
    response_factor: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a curve that is none.

        Raises:
            ValueError: EC50 or the exponent is not above 0, or the factor is negative.
        """
        if not (self.ec50_ng_ml > 0.0 and self.gamma > 0.0 and self.response_factor >= 0.0):
            raise ValueError(f"no such response curve: {self}")


@dataclass(frozen=True, slots=True)
class Resting:
    """The person without drug; mmHg, beats per minute, percent, breaths per minute.

    Defaults: clinical.md 6.2; the respiration rate is the middle of 12-25, which RR1 calls normal, for a person
    at rest [general knowledge].
    """

    sys: float = 125.0
    dia: float = 78.0
    hr: float = 72.0
    spo2: float = 97.0
    rr: float = 14.0


@dataclass(frozen=True, slots=True)
class Response:
    """Change against rest: mmHg and beats per minute."""

    sys: float
    dia: float
    hr: float


def response(c_effect_ng_ml: float, parameters: PdParameters) -> Response:
    """Return the change at an effect-site concentration in ng/mL; none at or below zero."""
    level = max(c_effect_ng_ml, 0.0) / parameters.ec50_ng_ml
    raised = level**parameters.gamma
    share = parameters.response_factor * raised / (1.0 + raised)
    return Response(
        sys=parameters.sys_emax_mmhg * share,
        dia=parameters.dia_emax_mmhg * share,
        hr=parameters.hr_emax_bpm * share,
    )


def response_factor(age_years: float, is_hypertensive: bool) -> float:
    """Return how much stronger than usual this person responds: x1.3 hypertensive, +1 % a year over 50."""
    return (1.3 if is_hypertensive else 1.0) * (1.0 + 0.01 * max(age_years - 50.0, 0.0))


def mean_pressure(sys: float, dia: float) -> float:
    """Return the mean arterial pressure, mmHg: diastolic plus a third of the pulse pressure."""
    return dia + (sys - dia) / 3.0
