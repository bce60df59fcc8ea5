"""How deep the person is under: what a nurse would score, and what that depth does to breathing.

Theory of operation. Sedation is read off the level at the effect site in steps, MOAA/S 5 below 200 ng/mL, 4
from 200, 3 from 400, 2 from 700 (facts/clinical.md 6.2; between 600 and 700 nothing is given, and the lighter
score is kept). 1 and 0 are ours: a tenfold rate error (620 ng/mL at 10 min, clinical.md 3.2) must be able to
reach them. Dissociation is the visual analogue scale of Bowdle 1998, linear in the venous level from 50 ng/mL
with 0.3 points per ng/mL (clinical.md 6.2). Ketamine spares breathing at therapeutic levels, so the rate falls
only where the person no longer answers to shaking; how steeply is ours.

People differ: in where the steps lie (CV 20 %, clinical.md 6.2) and in how far away the same level takes them
(given by nobody; [own], 1 but for an archetype).
"""

from dataclasses import dataclass

#: Effect-site ng/mL from which the score is at most so much.
MOAAS_FROM_NG_ML = ((1500.0, 0), (1000.0, 1), (700.0, 2), (400.0, 3), (200.0, 4))
AWAKE = 5
DISSOCIATION_FROM_NG_ML = 50.0
DISSOCIATION_PER_NG_ML = 0.3
BREATHING_FALLS_NG_ML = (700.0, 1500.0)
LEAST_BREATHING_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Mind:
    """One person's readiness: factors on the level that sedates and on the points of dissociation."""

    sedation_factor: float = 1.0
    dissociation_factor: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a negative factor.

        Raises:
            ValueError: a factor is negative or no number.
        """
        if not (self.sedation_factor >= 0.0 and self.dissociation_factor >= 0.0):
            raise ValueError(f"factors must not be negative: {self}")


def moaas(c_effect_ng_ml: float, sensitivity_factor: float = 1.0) -> int:
    """Return the MOAA/S score a nurse would give; the factor is the person's own (CV 20 %, clinical.md 6.2)."""
    level = c_effect_ng_ml * sensitivity_factor
    return next((score for start, score in MOAAS_FROM_NG_ML if level >= start), AWAKE)


def dissociation(c_ven_ng_ml: float, factor: float = 1.0) -> float:
    """Return the points of 100 on the visual analogue scale; the factor is the person's own."""
    return min(max(c_ven_ng_ml - DISSOCIATION_FROM_NG_ML, 0.0) * DISSOCIATION_PER_NG_ML * factor, 100.0)


def breathing_share(c_effect_ng_ml: float) -> float:
    """Return which part of the resting respiration rate is left."""
    begin, end = BREATHING_FALLS_NG_ML
    if c_effect_ng_ml <= begin:
        return 1.0
    depth = min((c_effect_ng_ml - begin) / (end - begin), 1.0)
    return 1.0 - depth * (1.0 - LEAST_BREATHING_SHARE)
