"""What a body may do of itself for a while: faint, feel sick, vomit, panic; and in whom it comes at which level.

Theory of operation. An episode moves several true values together, shows the nurse something for as long as it
lasts, and passes. A faint goes *to* a pressure and a pulse, because a person faints at a pressure and not at a
difference; the others go *by* an amount. A `Tendency` is a person's readiness: the episode (or the scripted
shift) begins by itself, once, when the level at the effect site first reaches the person's own threshold.

Sources. facts/clinical.md 6.2 names the episodes (bradycardic faint, vomiting with motion, panic with
tachycardia) without figures; 1 #29 gives nausea in about 5 % of infusions. A reflex faint lasts less than a minute
(van Dijk 2020, Front Cardiovasc Med 7:36). All other amounts and times are ours [own].
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: Mean pressure, mmHg, below which a person is dizzy, and below which a person is no longer there [own].
DIZZY_BELOW_MMHG: Final = 60.0
FAINT_BELOW_MMHG: Final = 50.0
#: A hypertensive crisis is felt: the second limits of BP3 (facts/clinical.md 3.2); that it aches there is [own].
CRISIS_MMHG: Final = (200.0, 120.0)


@dataclass(frozen=True, slots=True)
class Episode:
    """One kind: what happens, what it does, what is seen.

    Attributes:
        what: for people.
        amounts: true values by name (`sys`, `dia` mmHg, `hr` beats/min, `spo2` %, `rr` breaths/min).
        goes_to: the amounts are where the values go, not by how much they move.
        over_s: how long the change takes, each way.
        lasts_s: from its beginning to the beginning of its end, unless told otherwise.
        symptoms: what a nurse is told or sees, in the words of clinical.md 1 #27 and #28.
        shakes: the arm moves, so that probe and cuff read badly.
    """

    what: str
    amounts: Mapping[str, float]
    goes_to: bool
    over_s: float
    lasts_s: float
    symptoms: tuple[str, ...]
    shakes: bool = False


EPISODES: Final[Mapping[str, Episode]] = {
    "faint": Episode(
        "pressure and pulse collapse for less than a minute; no answer while the mean is below 50 mmHg",
        {"sys": 58.0, "dia": 34.0, "hr": 38.0},
        goes_to=True,
        over_s=15.0,
        lasts_s=45.0,
        symptoms=("faint",),
    ),
    "nausea": Episode(
        "the patient feels sick",
        {},
        goes_to=False,
        over_s=0.0,
        lasts_s=900.0,
        symptoms=("nausea",),
    ),
    "vomit": Episode(
        "the patient retches and moves: pulse and pressure rise, probe and cuff read badly",
        {"sys": 12.0, "dia": 8.0, "hr": 20.0},
        goes_to=False,
        over_s=10.0,
        lasts_s=60.0,
        symptoms=("nausea", "vomiting"),
        shakes=True,
    ),
    "panic": Episode(
        "the patient is terrified: fast pulse, pressure and breathing up",
        {"sys": 25.0, "dia": 15.0, "hr": 60.0, "rr": 10.0},
        goes_to=False,
        over_s=60.0,
        lasts_s=300.0,
        symptoms=("anxiety",),
    ),
}


@dataclass(frozen=True, slots=True)
class Tendency:
    """This person's body begins the event `name` when the effect site first reaches `from_ng_ml`."""

    name: str
    from_ng_ml: float
    params: Mapping[str, float] = field(default_factory=dict)


def symptoms_of_pressure(sys: float, dia: float, mean: float) -> tuple[str, ...]:
    """Return what the pressure alone (mmHg) makes a person feel."""
    if mean < FAINT_BELOW_MMHG:
        return ("unconscious",)
    if mean < DIZZY_BELOW_MMHG:
        return ("dizziness",)
    if sys >= CRISIS_MMHG[0] or dia >= CRISIS_MMHG[1]:
        return ("headache",)
    return ()
