"""The patient: drug in, true vital signs out, with a script for everything the drug does not explain.

Theory of operation. The world tells the body how much fluid passed the cannula; the body turns that into
drug (`pk`), drug into a change of pressure and pulse (`pd`), and adds what the scenario scripts: a pressure
that climbs because the person is frightened is a fact of the session, not of the pharmacology. Scripted
changes work on the *true* values; what a monitor makes of them is the monitor's affair. An episode (a faint,
vomiting) is several such changes at once that pass by themselves; a person may have tendencies, which begin an
episode when the drug reaches that person's own threshold. Blood that ran back into the cannula carries no dose and
must return before drug does, so backflow is kept as a debt.
"""

from dataclasses import dataclass

from hil_sim.parts import Vitals
from hil_sim.patient.breathing import Breathing
from hil_sim.patient.drift import Drift
from hil_sim.patient.episodes import EPISODES, FAINT_BELOW_MMHG, Tendency, symptoms_of_pressure
from hil_sim.patient.pd import PdParameters, Resting, mean_pressure, response
from hil_sim.patient.pk import CLEMENTS_NIMMO, PkParameters, TwoCompartment, drug_ug
from hil_sim.patient.sedation import AWAKE, Mind, breathing_share, dissociation, moaas

#: What a scenario or a bench may do to the body: name, parameters, meaning. Printed by the command line.
BODY_EVENTS: dict[str, str] = {
    "bp_shift": "sys=, dia= (mmHg), over_s=, for_s=: the true pressure moves by so much",
    "hr_shift": "hr= (beats/min), over_s=, for_s=: the true pulse moves by so much",
    "spo2_shift": "spo2= (percent points), over_s=, for_s=: the true saturation moves by so much",
    "deep_sedation": "ng_ml=, over_s=, for_s=: sedated and breathing as if so much more drug were at work",
    **{name: f"for_s=: {episode.what}" for name, episode in EPISODES.items()},
}
_SHIFTS: dict[str, tuple[str, ...]] = {
    "bp_shift": ("sys", "dia"),
    "hr_shift": ("hr",),
    "spo2_shift": ("spo2",),
    "deep_sedation": ("ng_ml",),
}
UNCONSCIOUS_MOAAS = 1  # no answer to voice or shaking


@dataclass(slots=True)
class _Running:
    """An episode under way: what it added, and when it ends."""

    amounts: dict[str, float]
    over_s: float
    until_s: float


class Body:
    """One simulated patient; implements `hil_sim.parts.Body`.

    Args:
        weight_kg: actual body weight.
        concentration_ug_ml: drug in the syringe.
        resting: the person's own values without drug.
        pk: kinetics of this person.
        pd: response of this person.
        mind: how easily this person is sedated and taken away.
        tendencies: what this body does of itself, and from which level.

    Raises:
        ValueError: the weight or the concentration is none, or a tendency names no event of the body.
    """

    def __init__(
        self,
        weight_kg: float,
        concentration_ug_ml: float,
        resting: Resting | None = None,
        pk: PkParameters = CLEMENTS_NIMMO,
        pd: PdParameters | None = None,
        mind: Mind | None = None,
        tendencies: tuple[Tendency, ...] = (),
    ) -> None:
        if not concentration_ug_ml >= 0.0:
            raise ValueError(f"concentration_ug_ml must not be negative: {concentration_ug_ml}")
        self._concentration_ug_ml = concentration_ug_ml
        self._resting = resting or Resting()
        self._pd = pd or PdParameters()
        self._kinetics = TwoCompartment(weight_kg, pk)
        self._mind = mind or Mind()
        for tendency in tendencies:
            if tendency.name not in BODY_EVENTS:
                raise ValueError(f"the patient knows no event {tendency.name!r}")
        self._tendencies = sorted(tendencies, key=lambda each: each.from_ng_ml)
        self._drifts = {name: Drift() for name in ("sys", "dia", "hr", "spo2", "rr", "ng_ml")}
        self._episodes: dict[str, _Running] = {}
        self._breathing = Breathing()
        #: The airway is closed, or the drive is gone: no breath, whatever the rate would be.
        self.is_apnoeic = False
        self._now_s = 0.0
        self._blood_debt_nl = 0.0
        self._given_ug = 0.0
        #: The values as last worked out, with whether there was no breath; None: something has changed since.
        self._worked_out: tuple[bool, Vitals] | None = None

    @property
    def given_ug(self) -> float:
        """Drug that has entered the vein so far, ug."""
        return self._given_ug

    def advance(self, dt_s: float, delivered_nl: float) -> None:
        """Let `dt_s` seconds pass while `delivered_nl` enters the vein; negative is backflow."""
        self._worked_out = None
        balance_nl = delivered_nl - self._blood_debt_nl
        self._blood_debt_nl = max(-balance_nl, 0.0)
        dose_ug = drug_ug(max(balance_nl, 0.0), self._concentration_ug_ml)
        self._given_ug += dose_ug
        self._kinetics.advance(dt_s, dose_ug)
        self._now_s += dt_s
        self._breathing.advance(dt_s, self._respiration_rate())
        if self._tendencies and self._kinetics.c_effect >= self._tendencies[0].from_ng_ml:
            due = self._tendencies.pop(0)
            self.event(due.name, **due.params)
        if self._episodes:
            for name in [each for each, one in self._episodes.items() if one.until_s <= self._now_s]:
                self.end_episode(name)

    def vitals(self) -> Vitals:
        """Return the true values now; several look at the same instant."""
        if self._worked_out is None or self._worked_out[0] is not self.is_apnoeic:
            self._worked_out = (self.is_apnoeic, self._vitals())
        return self._worked_out[1]

    def _vitals(self) -> Vitals:
        change = response(self._kinetics.c_effect, self._pd)
        sys = max(self._resting.sys + change.sys + self._drift("sys"), 0.0)
        dia = min(max(self._resting.dia + change.dia + self._drift("dia"), 0.0), sys)
        mean = mean_pressure(sys, dia)
        score = moaas(self._depth_ng_ml(), self._mind.sedation_factor)
        return Vitals(
            sys=sys,
            dia=dia,
            map=mean,
            hr=max(self._resting.hr + change.hr + self._drift("hr"), 0.0),
            spo2=min(max(self._resting.spo2 + self._drift("spo2"), 0.0), 100.0),
            c_ven_ng_ml=self._kinetics.c_ven,
            c_art_ng_ml=self._kinetics.c_art,
            rr=self._respiration_rate(),
            breath_gap_s=self._breathing.gap_s,
            moaas=score if mean >= FAINT_BELOW_MMHG else min(score, UNCONSCIOUS_MOAAS),
            dissociation=dissociation(self._kinetics.c_ven, self._mind.dissociation_factor),
            symptoms=self._symptoms(sys, dia, mean, score),
            is_shaking=bool(self._episodes) and any(EPISODES[name].shakes for name in self._episodes),
        )

    def event(self, name: str, **params: float) -> None:
        """Begin a scripted change of a true value or an episode (`BODY_EVENTS`).

        Args:
            name: which.
            **params: amounts by value name, `over_s` (0: at once), `for_s` (absent: for good); of an episode only
                `for_s` (absent: as long as it usually lasts).

        Raises:
            ValueError: the name or a parameter is not known, or no amount is given.
        """
        self._worked_out = None
        if name in EPISODES:
            self._begin_episode(name, params)
            self._worked_out = None  # what it started from was worked out on the way
            return
        if name not in _SHIFTS:
            raise ValueError(f"the patient knows no event {name!r}; there is {', '.join(BODY_EVENTS)}")
        amounts = {key: float(params[key]) for key in _SHIFTS[name] if key in params}
        unknown = set(params) - {*_SHIFTS[name], "over_s", "for_s"}
        if unknown or not amounts:
            raise ValueError(f"{name} takes {BODY_EVENTS[name].partition(':')[0]}, not {sorted(params)}")
        for_s = params.get("for_s")
        for key, amount in amounts.items():
            self._drifts[key].shift(self._now_s, amount, float(params.get("over_s", 0.0)), for_s)

    def end_episode(self, name: str) -> None:
        """Let an episode pass now, as slowly as it came; nothing if it is not under way."""
        self._worked_out = None
        running = self._episodes.pop(name, None)
        if running is not None:
            for key, amount in running.amounts.items():
                self._drifts[key].shift(self._now_s, -amount, running.over_s, None)

    def _begin_episode(self, name: str, params: dict[str, float]) -> None:
        episode = EPISODES[name]
        unknown = set(params) - {"for_s"}
        for_s = float(params.get("for_s", episode.lasts_s))
        if unknown or not for_s >= 0.0:
            raise ValueError(f"{name} takes for_s=, from 0 s; not {params}")
        until_s = self._now_s + for_s
        if name in self._episodes:  # once more of the same does not come on top: it lasts longer
            self._episodes[name].until_s = max(self._episodes[name].until_s, until_s)
            return
        now = self.vitals()
        amounts = {
            key: amount - getattr(now, key) if episode.goes_to else amount
            for key, amount in episode.amounts.items()
        }
        for key, amount in amounts.items():
            self._drifts[key].shift(self._now_s, amount, episode.over_s, None)
        self._episodes[name] = _Running(amounts, episode.over_s, until_s)

    def _symptoms(self, sys: float, dia: float, mean: float, score: int) -> tuple[str, ...]:
        """What the nurse is told or sees, each once."""
        if not self._episodes and mean >= FAINT_BELOW_MMHG and score == AWAKE:
            return symptoms_of_pressure(sys, dia, mean)  # nearly always
        told = [symptom for name in self._episodes for symptom in EPISODES[name].symptoms]
        told += symptoms_of_pressure(sys, dia, mean)
        if score < AWAKE:
            told.append("drowsiness")
        return tuple(dict.fromkeys(told))

    def _depth_ng_ml(self) -> float:
        """The level that sedates: of the drug, and of whatever the scenario adds to it."""
        return max(self._kinetics.c_effect + self._drift("ng_ml"), 0.0)

    def _respiration_rate(self) -> float:
        if self.is_apnoeic:
            return 0.0
        return max(self._resting.rr + self._drift("rr"), 0.0) * breathing_share(self._depth_ng_ml())

    def _drift(self, name: str) -> float:
        return self._drifts[name].at(self._now_s)
