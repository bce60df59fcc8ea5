"""From a story to a bed: the world that it describes, and what the daemon's site would be told about it.

Theory of operation. One place makes pumps, syringes and patients of plain settings, for the command line and for stories
alike. The site's mapping says nothing that an engineer could not know by looking at the bed.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hil_sim.bench.nurse import USERS, Habits
from hil_sim.bench.settings import NurseSettings, OrderSettings, PumpSettings
from hil_sim.bench.story import Story, body_of, lay_out
from hil_sim.modbus_maps import make_modbus_pump
from hil_sim.monitors.bedside import AIR_SENSOR, BUTTON, MONITOR, TRANSDUCER
from hil_sim.parts import PumpFace
from hil_sim.pumps.alaris import AlarisPump
from hil_sim.pumps.alaris import Nature as AlarisNature
from hil_sim.pumps.alaris_motor import Memory as AlarisMemory
from hil_sim.pumps.chemyx import ChemyxPump
from hil_sim.pumps.harvard import HarvardPump
from hil_sim.pumps.harvard_motor import Settings as HarvardSettings
from hil_sim.pumps.new_era import OLD, NewEraPump
from hil_sim.pumps.new_era_motor import Memory
from hil_sim.pumps.syringe import Syringe
from hil_sim.world import World

NL_PER_ML = 1_000_000.0
BED, PATIENT = "bed-1", "tok-4711"
SERIAL = "8003-00417"


def pump_of(settings: PumpSettings, serial: str = SERIAL) -> PumpFace:
    """The pump; `serial` is an Alaris pump's.

    Raises:
        ValueError: no such register map or address.
    """
    match settings.family:
        case "modbus-rtu" | "modbus-tcp":
            return make_modbus_pump(settings.family, settings.map, settings.address)
        case "alaris":
            diameter_mm = Decimal(str(settings.diameter_mm))
            return AlarisPump(AlarisNature(serial=serial), AlarisMemory(diameter_mm=diameter_mm))
        case "chemyx":
            return ChemyxPump()
        case "harvard":
            return HarvardPump(memory=HarvardSettings(address=settings.address))
        case "new_era-basic":
            return NewEraPump(OLD, Memory(address=settings.address))
        case _:
            return NewEraPump(memory=Memory(address=settings.address))


def world_of(story: Story, seed: int, serial: str = SERIAL) -> World:
    """A fresh world with the story's events and faults laid out. Raises ValueError, see `pump_of`."""
    pump = story.pump
    world = World(
        pump=pump_of(pump, serial),
        syringe=Syringe(
            diameter_mm=pump.diameter_mm,
            contents_nl=pump.contents_ml * NL_PER_ML,
            slack_nl=pump.slack_ml * NL_PER_ML,
        ),
        body=body_of(story),
        seed=seed,
    )
    lay_out(world, story)
    return world


def site_of(story: Story) -> dict[str, Any]:
    """The bed in the words of `hil_sim.bench.seat`."""
    fitted = story.fitted
    return {
        "bed": BED,
        "pump": {
            "family": story.pump.family,
            "address": story.pump.address,
            "diameter_mm": story.pump.diameter_mm,
            "map": story.pump.map,
        },
        "monitors": [MONITOR],
        "transducer": TRANSDUCER,
        "air_sensor": AIR_SENSOR if fitted.air_sensor else None,
        "button": BUTTON if fitted.button else None,
        "users": USERS,
    }


def order_of(story: Story) -> Mapping[str, Any]:
    """The order as a person types it."""
    order: OrderSettings = story.order
    return {
        "patient": PATIENT,
        "drug": "ketamine",
        "weight_kg": f"{order.weight_kg:g}",
        "dose_mg_per_kg": f"{order.dose_mg_per_kg:g}",
        "concentration_mg_per_ml": f"{order.concentration_mg_per_ml:g}",
        "minutes": f"{order.minutes:g}",
        "syringe": story.pump.syringe,
        "accept_soft": [],
    }


def is_attended(nurse: NurseSettings) -> bool:
    """Somebody is there who starts, answers, looks and resumes: with nothing wrong, delivery gets on."""
    answers = nurse.acknowledges_after_s is not None and nurse.rounds_every_s is not None
    return nurse.by_the_book and nurse.starts and nurse.resumes and answers


def habits_of(nurse: NurseSettings) -> Habits:
    """What she does unasked."""
    return Habits(
        starts=nurse.starts,
        answers_after_s=nurse.acknowledges_after_s if nurse.by_the_book else None,
        rounds_every_s=nurse.rounds_every_s if nurse.by_the_book else None,
        resumes=nurse.by_the_book and nurse.resumes,
        restores=nurse.by_the_book and nurse.restores,
        presses_after_s=nurse.resumes_after_s,
    )
