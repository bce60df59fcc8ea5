"""Ketamine in the body: two compartments, an artery and an effect site, solved exactly.

Theory of operation. Drug enters the central compartment at the rate at which fluid leaves the cannula. It
is eliminated (k10) and exchanged with one peripheral compartment (k12, k21): Clements & Nimmo 1981, the
default of facts/clinical.md 6.1, whose central concentration is what a laboratory measures in venous blood
(`c_ven`). A vein follows the artery that feeds the same tissue with a lag, `c_ven' = k_av (c_art - c_ven)`,
so the artery is above the vein while the level rises and below it while the level falls, as Henthorn 2018
found (clinical.md 6.1). The artery drives the effect site, `c_effect' = ke0 (c_art - c_effect)`, half-time
2 min (clinical.md 6.2). The arterial lag has the same half-time: then the effect site follows the venous
level, and the response figures of clinical.md 6.2, which are computed from the venous level, hold without
touching a published default.

The system is linear, so one step is a sum of exponentials, not a numerical integration: 10 ms and 10 min
are equally exact and equally stable, and stepping twice by half is stepping once. Infusion is constant
within a step. And because it is linear, a step of a given length is a few multiplications whose factors
depend on that length alone: they are worked out when a length comes twice running (a simulated world steps
evenly, ten times a second) and used until another comes, which takes most of the cost out of a long run.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

HALF_TIME_EFFECT_MIN = 2.0  # clinical.md 6.2, haemodynamic effect
NL_PER_ML = 1_000_000.0


@dataclass(frozen=True, slots=True)
class PkParameters:
    """Rate constants per minute; volume per kilogram. Defaults: Clements & Nimmo 1981, clinical.md 6.1."""

    v1_l_kg: float = 1.7522
    k10_min: float = 0.0109
    k12_min: float = 0.0186
    k21_min: float = 0.0137
    ke0_min: float = log(2.0) / HALF_TIME_EFFECT_MIN
    k_av_min: float = log(2.0) / HALF_TIME_EFFECT_MIN

    def __post_init__(self) -> None:
        """Refuse what has no physical meaning.

        Raises:
            ValueError: a constant is not positive, or the lag is slower than the loss from the centre, which
                would make the arterial level negative.
        """
        for name in ("v1_l_kg", "k10_min", "k12_min", "k21_min", "ke0_min", "k_av_min"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.k_av_min <= self.k10_min + self.k12_min:
            raise ValueError("k_av_min must exceed k10_min + k12_min")

    def rates_min(self) -> tuple[float, float]:
        """Return the two rates at which the level falls after a dose, per minute: the fast and the slow one."""
        total = self.k10_min + self.k12_min + self.k21_min
        root = sqrt(total * total - 4.0 * self.k10_min * self.k21_min)
        return (total + root) / 2.0, (total - root) / 2.0

    def varied(
        self, v1_factor: float = 1.0, clearance_factor: float = 1.0, exchange_factor: float = 1.0
    ) -> "PkParameters":
        """Return another person's constants; clearance is k10 x V1 (spread: clinical.md 6.1, IIV).

        Args:
            v1_factor: on the central volume.
            clearance_factor: on the clearance; k10 follows it and the volume.
            exchange_factor: on k12 and k21.
        """
        return PkParameters(
            v1_l_kg=self.v1_l_kg * v1_factor,
            k10_min=self.k10_min * clearance_factor / v1_factor,
            k12_min=self.k12_min * exchange_factor,
            k21_min=self.k21_min * exchange_factor,
            ke0_min=self.ke0_min,
            k_av_min=self.k_av_min,
        )


CLEMENTS_NIMMO = PkParameters()


@dataclass(frozen=True, slots=True)
class _Step:
    """What a step of one length does: each new amount by each old one (and by the inflow, ug/min)."""

    dt_s: float
    central_by_central: float
    central_by_peripheral: float
    central_by_input: float
    peripheral_by_central: float
    peripheral_by_peripheral: float
    peripheral_by_input: float
    effect_by_central: float
    effect_by_peripheral: float
    effect_by_effect: float
    effect_by_input: float


class TwoCompartment:
    """Drug amounts of one person.

    Args:
        weight_kg: actual body weight.
        parameters: rate constants.

    Raises:
        ValueError: the weight is not above 0.
    """

    __slots__ = (
        "_alpha",
        "_beta",
        "_central_ug",
        "_effect_ng_ml",
        "_input_ug_min",
        "_last_dt_s",
        "_p",
        "_peripheral_ug",
        "_step",
        "_v1_l",
    )

    def __init__(self, weight_kg: float, parameters: PkParameters = CLEMENTS_NIMMO) -> None:
        if not weight_kg > 0.0:
            raise ValueError(f"weight_kg must be above 0, not {weight_kg}")
        self._p = parameters
        self._v1_l = parameters.v1_l_kg * weight_kg
        self._alpha, self._beta = parameters.rates_min()
        self._central_ug = 0.0
        self._peripheral_ug = 0.0
        self._effect_ng_ml = 0.0
        self._input_ug_min = 0.0
        self._last_dt_s = 0.0
        self._step: _Step | None = None

    @property
    def c_ven(self) -> float:
        """Venous (central) concentration, ng/mL, which is ug/L."""
        return self._central_ug / self._v1_l

    @property
    def c_art(self) -> float:
        """Arterial concentration, ng/mL, with the inflow of the last step still running."""
        slope = self._input_ug_min - (self._p.k10_min + self._p.k12_min) * self._central_ug
        slope += self._p.k21_min * self._peripheral_ug
        return self.c_ven + slope / self._v1_l / self._p.k_av_min

    @property
    def c_effect(self) -> float:
        """Concentration at the effect site, ng/mL."""
        return self._effect_ng_ml

    @property
    def body_ug(self) -> float:
        """Drug in both compartments, ug."""
        return self._central_ug + self._peripheral_ug

    def advance(self, dt_s: float, drug_ug: float) -> None:
        """Let `dt_s` seconds pass while `drug_ug` flows in evenly; with no time it is a bolus.

        Raises:
            ValueError: time runs backwards or the amount is negative.
        """
        if not dt_s >= 0.0 or not drug_ug >= 0.0:
            raise ValueError(f"dt_s and drug_ug must not be negative: {dt_s}, {drug_ug}")
        if dt_s == 0.0:
            self._central_ug += drug_ug
            self._effect_ng_ml += drug_ug / self._v1_l * self._p.ke0_min / self._p.k_av_min
            return
        self._input_ug_min = drug_ug / (dt_s / 60.0)
        step = self._step
        if step is None or step.dt_s != dt_s:
            if dt_s != self._last_dt_s:  # this length may never come again
                self._last_dt_s = dt_s
                self._move(dt_s / 60.0)
                return
            step = self._step = self._factors(dt_s)
        central, peripheral, inflow = self._central_ug, self._peripheral_ug, self._input_ug_min
        self._effect_ng_ml = (
            step.effect_by_effect * self._effect_ng_ml
            + step.effect_by_central * central
            + step.effect_by_peripheral * peripheral
            + step.effect_by_input * inflow
        )
        self._central_ug = (
            step.central_by_central * central
            + step.central_by_peripheral * peripheral
            + step.central_by_input * inflow
        )
        self._peripheral_ug = (
            step.peripheral_by_central * central
            + step.peripheral_by_peripheral * peripheral
            + step.peripheral_by_input * inflow
        )

    def _factors(self, dt_s: float) -> _Step:
        """Work out the factors of one length by sending a unit of each amount through the exact step."""
        now = (self._central_ug, self._peripheral_ug, self._effect_ng_ml, self._input_ug_min)
        columns = []
        for unit in ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0)):
            self._central_ug, self._peripheral_ug, self._effect_ng_ml, self._input_ug_min = unit
            self._move(dt_s / 60.0)
            columns.append((self._central_ug, self._peripheral_ug, self._effect_ng_ml))
        self._central_ug, self._peripheral_ug, self._effect_ng_ml, self._input_ug_min = now
        central, peripheral, effect, inflow = columns
        return _Step(
            dt_s,
            central_by_central=central[0],
            central_by_peripheral=peripheral[0],
            central_by_input=inflow[0],
            peripheral_by_central=central[1],
            peripheral_by_peripheral=peripheral[1],
            peripheral_by_input=inflow[1],
            effect_by_central=central[2],
            effect_by_peripheral=peripheral[2],
            effect_by_effect=effect[2],
            effect_by_input=inflow[2],
        )

    def _move(self, minutes: float) -> None:
        """The exact step, by the exponentials themselves, under the present inflow."""
        steady_ug = self._input_ug_min / self._p.k10_min
        fast_ug, slow_ug = self._split(steady_ug)
        self._move_effect(minutes, steady_ug, fast_ug, slow_ug)
        fast_ug *= exp(-self._alpha * minutes)
        slow_ug *= exp(-self._beta * minutes)
        self._central_ug = steady_ug + fast_ug + slow_ug
        leaving = self._p.k10_min + self._p.k12_min
        steady_peripheral_ug = self._p.k12_min / self._p.k21_min * steady_ug
        moved_ug = (leaving - self._alpha) * fast_ug + (leaving - self._beta) * slow_ug
        self._peripheral_ug = steady_peripheral_ug + moved_ug / self._p.k21_min

    def _split(self, steady_ug: float) -> tuple[float, float]:
        """Return the central deviation from steady state as its fast and its slow exponential part, ug."""
        deviation_ug = self._central_ug - steady_ug
        slope = self._input_ug_min - (self._p.k10_min + self._p.k12_min) * self._central_ug
        slope += self._p.k21_min * self._peripheral_ug
        fast_ug = -(slope + self._beta * deviation_ug) / (self._alpha - self._beta)
        return fast_ug, deviation_ug - fast_ug

    def _move_effect(self, minutes: float, steady_ug: float, fast_ug: float, slow_ug: float) -> None:
        """Advance the effect site under an arterial level made of a constant and two exponentials."""
        ke0 = self._p.ke0_min
        level = steady_ug / self._v1_l
        own = self._effect_ng_ml - level
        moved = level
        for amount_ug, rate in ((fast_ug, self._alpha), (slow_ug, self._beta)):
            arterial = amount_ug / self._v1_l * (1.0 - rate / self._p.k_av_min)
            if abs(ke0 - rate) < 1e-9:  # the two time constants coincide: the limit of the general form
                moved += ke0 * arterial * minutes * exp(-rate * minutes)
            else:
                share = arterial * ke0 / (ke0 - rate)
                moved += share * exp(-rate * minutes)
                own -= share
        self._effect_ng_ml = moved + own * exp(-ke0 * minutes)


def drug_ug(volume_nl: float, concentration_ug_ml: float) -> float:
    """Return the drug in a volume of syringe contents, ug."""
    return volume_nl / NL_PER_ML * concentration_ug_ml
