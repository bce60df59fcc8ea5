"""A story from a seed: each actor draws from a stream of its own, so leaving one out changes nothing for the others.

Theory of operation. Acts fall where things meet: in most stories all around one instant, half of what people do within a
tenth of a second of another act's edge. Much of what is wrong shows only when a second thing happens (a stop is asked for
while the line is in trouble, an old press arrives after a pause), so half of what has such a sequel is followed by one.
Most sessions are short; a few are followed from the order to the last drop.
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from soak import tables
from soak.tables import Params

from hil_sim.bench.claims import Kept
from hil_sim.bench.settings import SYRINGES_MM, NurseSettings, OrderSettings, PumpSettings
from hil_sim.bench.story import PatientSettings, Story, TimedAct
from hil_sim.monitors.bedside import Fitted, MonitorSettings
from hil_sim.patient.archetypes import ARCHETYPES

#: A nurse who does not dawdle starts at about 88 s, when the second cuff reading is there.
STARTED_S = 90.0
FIRST_S, LAST_S = 60.0, 300.0
#: Faults that meet show more than faults that do not.
MEETING_SHARE = 0.6
CENTRE_S = (88.0, 190.0)
AROUND_S = 8.0
EDGE_S = 0.1
MOST_FAULTS, MOST_PRESSES = 5, 3
SEQUEL_SHARE = 0.5
WHOLE_SHARE = 0.04
#: What is at rest ends early; what stands is watched so long, and in some stories long enough to judge liveness (480 s).
TAIL_S, LONG_TAIL_S = 60.0, 520.0
LONG_SHARE = 0.1
WHOLE_S = 4800.0
#: Most beds have the pump with its own watchdog; every family has its turn.
FAMILIES: Mapping[str, int] = {
    "new_era": 8,
    "new_era-basic": 2,
    "harvard": 2,
    "chemyx": 2,
    "alaris": 2,
    "modbus-rtu": 2,
    "modbus-tcp": 2,
}
#: Fill that counts, mL, by the printed size.
FILLS_ML = {"10": 10.0, "12": 12.0, "20": 20.0, "30": 30.0, "35": 35.0, "50": 50.0, "60": 50.0}
#: Beside the dose: line, rest and reserve.
BESIDE_ML = 7.0


def _pick(dice: Random, weights: Mapping[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _order(dice: Random) -> OrderSettings:
    weight = dice.choice((48.0, 55.0, 64.0, 70.0, 82.0, 95.0, 110.0))
    return OrderSettings(
        weight_kg=weight,
        dose_mg_per_kg=dice.choice((0.2, 0.35, 0.5, 0.5)),
        minutes=dice.choice((40.0, 40.0, 45.0, 60.0)),
        concentration_mg_per_ml=dice.choice((1.0, 2.0, 2.0))
        if weight < 80.0
        else 2.0,  # one syringe holds it
    )


def _pump(dice: Random, order: OrderSettings) -> PumpSettings:
    volume_ml = order.dose_mg / order.concentration_mg_per_ml
    fits = sorted(name for name in SYRINGES_MM if FILLS_ML[name.partition("-")[2]] >= volume_ml + BESIDE_ML)
    syringe = "bd-60" if dice.random() < 0.4 else dice.choice(fits)
    return PumpSettings(
        family=_pick(dice, FAMILIES),
        syringe=syringe,
        contents_ml=FILLS_ML[syringe.partition("-")[2]],
        slack_ml=dice.choice((0.0, 0.12, 0.12, 0.3)),
    )


def _patient(dice: Random, weight_kg: float) -> PatientSettings:
    name = "typical" if dice.random() < 0.4 else dice.choice(sorted(ARCHETYPES))
    return replace(PatientSettings.of(name), weight_kg=weight_kg)


def _nurse(dice: Random) -> NurseSettings:
    book = NurseSettings(rounds_every_s=590.0, resumes_after_s=dice.choice((5.0, 30.0)))
    if dice.random() < 0.75:
        return book
    return replace(
        book,
        acknowledges_after_s=dice.choice((None, 5.0, 30.0)),
        rounds_every_s=590.0 if dice.random() < 0.5 else None,
        resumes=dice.random() < 0.5,
        restores=dice.random() < 0.5,
    )


def _length_s(dice: Random) -> float:
    return round(0.2 * 300.0 ** dice.random(), 3)


def _window(dice: Random) -> tuple[float, float]:
    """When things go wrong."""
    if dice.random() >= MEETING_SHARE:
        return FIRST_S, LAST_S
    centre_s = dice.uniform(*CENTRE_S)
    return centre_s - AROUND_S, centre_s + AROUND_S


def _act(at_s: float, kind: str, name: str, params: Params, for_s: float | None = None) -> TimedAct:
    return TimedAct(round(max(at_s, 1.0), 3), kind, name, params, for_s)


def _wrong(dice: Random, window: tuple[float, float], family: str, fitted: Fitted) -> TimedAct:
    at_s, roll = dice.uniform(*window), dice.random()
    mine = sorted(name for name, (families, _) in tables.FAMILY_FAULTS.items() if family in families)
    if mine and roll < 0.2:
        name = dice.choice(mine)
        lasts_s = None if name in tables.FAMILY_BLOWS else _length_s(dice)
        return _act(at_s, "fault", name, tables.FAMILY_FAULTS[name][1](dice), lasts_s)
    if roll < 0.6:
        name = dice.choice(_for(tables.LASTING, family))
        params = tables.LASTING[name](dice)
        if name in tables.ON_WORDS:
            params["command"] = dice.choice(tables.WORDS[family])
        if name in tables.ON_STREAM:
            params["only"] = dice.choice((*tables.STREAMS, *_streams(fitted)))
        return _act(at_s, "fault", name, params, _length_s(dice))
    if roll < 0.8:
        name = dice.choice(_for(tables.BLOWS, family))
        return _act(at_s, "fault", name, tables.BLOWS[name](dice))
    there = {"air_sensor": fitted.air_sensor, "button": fitted.button}
    names = sorted([*tables.EVENTS, *(name for name, (_, needs) in tables.FITTED.items() if there[needs])])
    name = dice.choice(names)
    kind = tables.FITTED[name][0] if name in tables.FITTED else "event"
    return _act(at_s, kind, name, tables.EVENTS.get(name, tables.none)(dice), _length_s(dice))


def _for(table: Mapping[str, Any], family: str) -> list[str]:
    """The rows that a pump of this family can have."""
    return sorted(name for name in table if family not in tables.NOT_FOR.get(name, ((), ""))[0])


def _streams(fitted: Fitted) -> list[str]:
    """Of the devices that not every bed has."""
    there = {"button": fitted.button, "air": fitted.air_sensor, "respiration": fitted.respiration}
    return [name for name, is_there in there.items() if is_there]


def _press(dice: Random, window: tuple[float, float], edges: list[float]) -> TimedAct:
    at_s = dice.uniform(*window)
    if edges and dice.random() < 0.5:
        at_s = dice.choice(edges) + dice.uniform(-EDGE_S, EDGE_S)
    name = _pick(dice, {verb: weight for verb, (weight, _) in tables.PRESSES.items()})
    return _act(at_s, "operator", name, tables.PRESSES[name][1](dice))


def _sequel(dice: Random, first: TimedAct) -> list[TimedAct]:
    """What follows this act, if something does."""
    after = tables.SEQUELS.get(first.name, ())
    if not after or dice.random() >= SEQUEL_SHARE:
        return []
    soon_s, kind, name, params, long_s = dice.choice(after)
    for_s = None if long_s is None else round(dice.uniform(*long_s), 3)
    return [_act(first.at_s + dice.uniform(*soon_s), kind, name, params(dice), for_s)]


def is_whole(seed: int) -> bool:
    """Whether this seed's session is followed to the end of the treatment, however quiet it has become."""
    return Random(f"{seed}/whole").random() < WHOLE_SHARE


def draw(seed: int) -> Story:
    """The story of this seed."""
    order = _order(Random(f"{seed}/order"))
    pump = _pump(Random(f"{seed}/pump"), order)
    patient = _patient(Random(f"{seed}/patient"), order.weight_kg)
    devices = Random(f"{seed}/devices")
    air_sensor, button, respiration = (devices.random() < 0.3 for _ in range(3))
    fitted = Fitted(air_sensor, button, respiration)
    window = _window(Random(f"{seed}/window"))
    acts = [
        _wrong(Random(f"{seed}/fault/{number}"), window, pump.family, fitted)
        for number in range(Random(f"{seed}/faults").randint(0, MOST_FAULTS))
    ]
    edges = [edge for one in acts for edge in (one.at_s, one.at_s + (one.for_s or 0.0))]
    presses = Random(f"{seed}/presses").randint(0, MOST_PRESSES)
    acts += [_press(Random(f"{seed}/press/{number}"), window, edges) for number in range(presses)]
    for number in range(len(acts)):
        acts += _sequel(Random(f"{seed}/sequel/{number}"), acts[number])
    story = Story(
        title=f"seed {seed}: {patient.archetype}, {pump.family}",
        seed=seed,
        patient=patient,
        concentration_ug_per_ml=order.concentration_mg_per_ml * 1000.0,
        monitor=MonitorSettings(nibp_first_cycles_s=(2.0, 65.0), nibp_cycle_s=20.0),
        fitted=fitted,
        pump=pump,
        order=order,
        nurse=_nurse(Random(f"{seed}/nurse")),
        timeline=tuple(sorted(acts, key=lambda one: (one.at_s, one.name))),
        expect=(Kept(),),
    )
    tail_s = LONG_TAIL_S if Random(f"{seed}/tail").random() < LONG_SHARE else TAIL_S
    ends_s = WHOLE_S if is_whole(seed) else max(last_s(story), 130.0) + tail_s
    return replace(story, ends_after_s=round(ends_s, 3))


def last_s(story: Story) -> float:
    """When the last act is over, s since the world began."""
    return max((act.at_s + (act.for_s or 0.0) for act in story.timeline), default=0.0)
