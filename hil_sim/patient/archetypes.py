"""Named people for scenarios: the typical one, and those whom a rule exists for.

Theory of operation. Each is a `Person` made by hand, chosen in a scenario by `[patient] archetype = "vagal"`; single
values of the scenario's `[patient]` table then replace those of the archetype. The list is that of facts/clinical.md
6.2 ("Scenarios"), and the figures given there are used: hypertensive 145/92, exaggerated +45/+25 mmHg at the end of
0.5 mg/kg in 40 min, responses x 1.3 in hypertension and +1 % a year over 50. Everything else is [own], chosen so that
the person does in a usual infusion (0.5 mg/kg in 40 min: 62, 109, 147, 177 ng/mL at 10, 20, 30, 40 min) what the name
says. Deep sedation at ten times the rate is a fault of the pump and needs no person of its own.
"""

from collections.abc import Mapping
from typing import Final

from hil_sim.patient.episodes import Tendency
from hil_sim.patient.pd import PdParameters, Resting, response, response_factor
from hil_sim.patient.people import Person
from hil_sim.patient.sedation import Mind

TYPICAL: Final = "typical"
#: The share of the greatest response that the usual infusion reaches at its end (177.3 ng/mL: clinical.md 6.1).
_REACHED = response(177.3, PdParameters(sys_emax_mmhg=1.0)).sys

ARCHETYPES: Final[Mapping[str, Person]] = {
    # clinical.md 6: every value the middle of the population.
    TYPICAL: Person(),
    # 6.2 "non-responder"; a tenth of the usual response [own].
    "non_responder": Person(pd=PdParameters(response_factor=0.1)),
    # 6.2 "hypertensive (145/92)", response x 1.3 (6.2, third row); pulse [own]. Ends near 166/106: BP1, BP2.
    "hypertensive": Person(
        resting=Resting(sys=145.0, dia=92.0, hr=76.0),
        pd=PdParameters(response_factor=response_factor(50.0, is_hypertensive=True)),
    ),
    # 6.2 "exaggerated (+45/+25)" at the end of the usual infusion. Ends near 170/103: BP1, BP2.
    "exaggerated": Person(pd=PdParameters(sys_emax_mmhg=45.0 / _REACHED, dia_emax_mmhg=25.0 / _REACHED)),
    # Both at once [own]; for the limits that stop a session. Ends near 197/119: BP3.
    "crisis": Person(
        resting=Resting(sys=152.0, dia=94.0, hr=80.0),
        pd=PdParameters(sys_emax_mmhg=45.0 / _REACHED, dia_emax_mmhg=25.0 / _REACHED, hr_emax_bpm=20.0),
    ),
    # 80 years: response + 30 % (6.2). Light, slow to clear, easily sedated (2 SD of 20 %), low reserve [own].
    "frail": Person(
        weight_kg=52.0,
        resting=Resting(sys=138.0, dia=72.0, hr=66.0, spo2=95.0, rr=16.0),
        pd=PdParameters(response_factor=response_factor(80.0, is_hypertensive=False)),
        pk_factors=(0.85, 0.6, 0.9),
        mind=Mind(sedation_factor=1.45),
    ),
    # 6.2 "desaturation"; from 95 % at rest to 87 % for four minutes at about 18 min [own]. SP0, SP1, SP2.
    "desaturating": Person(
        resting=Resting(spo2=95.0),
        tendencies=(Tendency("spo2_shift", 100.0, {"spo2": -8.0, "over_s": 60.0, "for_s": 240.0}),),
    ),
    # 6.2 "bradycardic faint"; a young low pressure, at about 10 min [own]. BP4, HR2, SE3.
    "vagal": Person(resting=Resting(sys=112.0, dia=68.0, hr=60.0), tendencies=(Tendency("faint", 60.0),)),
    # Clinical.md 1 #29, nausea and no more, at about 15 min [own].
    "nauseous": Person(tendencies=(Tendency("nausea", 85.0),)),
    # 6.2 "vomiting with motion"; sick at about 15 min, vomits at about 22 and again at about 33 min [own].
    "vomiting": Person(
        tendencies=(Tendency("nausea", 85.0), Tendency("vomit", 115.0), Tendency("vomit", 155.0))
    ),
    # Twice as far away at the same level as 6.2's line has it [own]: past 80 of 100 points at the end.
    "dissociating": Person(mind=Mind(dissociation_factor=2.2)),
    # Sedated far below the usual level, outside the population [own]: MOAA/S 4 from 80 ng/mL, 3 from 160. SE1.
    "sleepy": Person(mind=Mind(sedation_factor=2.5)),
    # 6.2 "panic/tachycardia"; at about 13 min, when perception changes [own]. BP1, HR1.
    "panicking": Person(tendencies=(Tendency("panic", 80.0),)),
    # Half the clearance, 2.8 SD of clinical.md 6.1's 25 % [own]: slow to return.
    "slow_clearing": Person(pk_factors=(1.0, 0.5, 1.0)),
}


def archetype(name: str) -> Person:
    """Return the person of that name.

    Raises:
        ValueError: nobody has it; the message says who there is.
    """
    if name not in ARCHETYPES:
        raise ValueError(f"unknown archetype {name!r}; there is {', '.join(ARCHETYPES)}")
    return ARCHETYPES[name]
