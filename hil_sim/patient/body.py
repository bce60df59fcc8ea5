"""The patient: drug in, true vital signs out, with a script for everything the drug does not explain.

Theory of operation. The world tells the body how much fluid passed the cannula; the body turns that into
drug (`pk`), drug into a change of pressure and pulse (`pd`), and adds what the scenario scripts: a pressure
that climbs because the person is frightened is a fact of the session, not of the pharmacology. Scripted
changes work on the *true* values; what a monitor makes of them is the monitor's affair. Blood that ran back
into the cannula carries no dose and must return before drug does, so backflow is kept as a debt.
"""

from hil_sim.parts import Vitals
from hil_sim.patient.breathing import Breathing
from hil_sim.patient.drift import Drift
from hil_sim.patient.pd import PdParameters, Resting, mean_pressure, response
from hil_sim.patient.pk import CLEMENTS_NIMMO, PkParameters, TwoCompartment, drug_ug
from hil_sim.patient.sedation import breathing_share, dissociation, moaas

#: What a scenario or a bench may do to the body: name, parameters, meaning. Printed by the command line.
BODY_EVENTS: dict[str, str] = {
    "bp_shift": "sys=, dia= (mmHg), over_s=, for_s=: the true pressure moves by so much",
    "hr_shift": "hr= (beats/min), over_s=, for_s=: the true pulse moves by so much",
    "spo2_shift": "spo2= (percent points), over_s=, for_s=: the true saturation moves by so much",
    "deep_sedation": "ng_ml=, over_s=, for_s=: sedated and breathing as if so much more drug were at work",
}
_SHIFTS: dict[str, tuple[str, ...]] = {
    "bp_shift": ("sys", "dia"),
    "hr_shift": ("hr",),
    "spo2_shift": ("spo2",),
    "deep_sedation": ("ng_ml",),
}


class Body:
    """One simulated patient; implements `hil_sim.parts.Body`.

    Args:
        weight_kg: actual body weight.
        concentration_ug_ml: drug in the syringe.
        resting: the person's own values without drug.
        pk: kinetics of this person.
        pd: response of this person.
    """

    def __init__(
        self,
        weight_kg: float,
        concentration_ug_ml: float,
        resting: Resting | None = None,
        pk: PkParameters = CLEMENTS_NIMMO,
        pd: PdParameters | None = None,
    ) -> None:
        if not concentration_ug_ml >= 0.0:
            raise ValueError(f"concentration_ug_ml must not be negative: {concentration_ug_ml}")
        self._concentration_ug_ml = concentration_ug_ml
        self._resting = resting or Resting()
        self._pd = pd or PdParameters()
        self._kinetics = TwoCompartment(weight_kg, pk)
        self._drifts = {name: Drift() for name in ("sys", "dia", "hr", "spo2", "ng_ml")}
        self._breathing = Breathing()
        #: The airway is closed, or the drive is gone: no breath, whatever the rate would be.
        self.is_apnoeic = False
        self._now_s = 0.0
        self._blood_debt_nl = 0.0
        self._given_ug = 0.0

    @property
    def given_ug(self) -> float:
        """Drug that has entered the vein so far, ug."""
        return self._given_ug

    def advance(self, dt_s: float, delivered_nl: float) -> None:
        """Let `dt_s` seconds pass while `delivered_nl` enters the vein; negative is backflow."""
        balance_nl = delivered_nl - self._blood_debt_nl
        self._blood_debt_nl = max(-balance_nl, 0.0)
        dose_ug = drug_ug(max(balance_nl, 0.0), self._concentration_ug_ml)
        self._given_ug += dose_ug
        self._kinetics.advance(dt_s, dose_ug)
        self._now_s += dt_s
        self._breathing.advance(dt_s, self._respiration_rate())

    def vitals(self) -> Vitals:
        """Return the true values now."""
        change = response(self._kinetics.c_effect, self._pd)
        sys = max(self._resting.sys + change.sys + self._drift("sys"), 0.0)
        dia = min(max(self._resting.dia + change.dia + self._drift("dia"), 0.0), sys)
        return Vitals(
            sys=sys,
            dia=dia,
            map=mean_pressure(sys, dia),
            hr=max(self._resting.hr + change.hr + self._drift("hr"), 0.0),
            spo2=min(max(self._resting.spo2 + self._drift("spo2"), 0.0), 100.0),
            c_ven_ng_ml=self._kinetics.c_ven,
            c_art_ng_ml=self._kinetics.c_art,
            rr=self._respiration_rate(),
            breath_gap_s=self._breathing.gap_s,
            moaas=moaas(self._depth_ng_ml()),
            dissociation=dissociation(self._kinetics.c_ven),
        )

    def event(self, name: str, **params: float) -> None:
        """Begin a scripted change of a true value (`BODY_EVENTS`).

        Args:
            name: which.
            **params: amounts by value name, `over_s` (0: at once), `for_s` (absent: for good).

        Raises:
            ValueError: the name or a parameter is not known, or no amount is given.
        """
        if name not in _SHIFTS:
            raise ValueError(f"the patient knows no event {name!r}; there is {', '.join(_SHIFTS)}")
        amounts = {key: float(params[key]) for key in _SHIFTS[name] if key in params}
        unknown = set(params) - {*_SHIFTS[name], "over_s", "for_s"}
        if unknown or not amounts:
            raise ValueError(f"{name} takes {BODY_EVENTS[name].partition(':')[0]}, not {sorted(params)}")
        for_s = params.get("for_s")
        for key, amount in amounts.items():
            self._drifts[key].shift(self._now_s, amount, float(params.get("over_s", 0.0)), for_s)

    def _depth_ng_ml(self) -> float:
        """The level that sedates: of the drug, and of whatever the scenario adds to it."""
        return max(self._kinetics.c_effect + self._drift("ng_ml"), 0.0)

    def _respiration_rate(self) -> float:
        return 0.0 if self.is_apnoeic else self._resting.rr * breathing_share(self._depth_ng_ml())

    def _drift(self, name: str) -> float:
        return self._drifts[name].at(self._now_s)
