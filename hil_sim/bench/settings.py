"""The pump, the order and the nurse of a story, with what each is when nothing is said.

Theory of operation. Three tables of a story's file that belong to neither patient nor monitor. The defaults are the
documented treatment: 0.5 mg/kg over 40 minutes at 2 mg/mL for the patient in the bed (facts/clinical.md 2), a BD
50/60 mL syringe in a New Era pump, and a nurse who works by the book. A syringe is named as it is ordered;
`fitted_mm` says that another one lies in the pump's bed than was ordered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from typing import Any

from hil_sim.bench.strict import Reader

FAMILIES = ("new_era", "new_era-basic", "modbus-rtu", "modbus-tcp", "alaris", "harvard", "chemyx")
#: Inner diameters, mm, by the name a syringe is ordered by (facts/clinical.md 2.3).
SYRINGES_MM: Mapping[str, float] = {
    "bd-10": 14.43,
    "bd-20": 19.05,
    "bd-30": 21.59,
    "bd-60": 26.59,
    "terumo-10": 15.80,
    "terumo-20": 20.15,
    "terumo-30": 23.10,
    "terumo-60": 29.70,
    "hsw-10": 15.90,
    "hsw-20": 20.05,
    "hsw-30": 22.90,
    "hsw-50": 29.20,
    "monoject-12": 15.72,
    "monoject-20": 20.12,
    "monoject-35": 23.52,
    "monoject-60": 26.64,
}


@dataclass(frozen=True, slots=True)
class PumpSettings:
    """The pump and what lies in its bed.

    Attributes:
        family: one of `FAMILIES`.
        syringe: as ordered, one of `SYRINGES_MM`.
        fitted_mm: the inner diameter of the syringe that is really there, mm; 0: of the one ordered.
        contents_ml: what is in it, mL.
        slack_ml: play of the drive still to be taken up, mL.
        address: the pump's address, 0 to 99; a Modbus unit, 1 to 247.
        map: a Modbus pump's register map.
    """

    family: str = "new_era"
    syringe: str = "bd-60"
    fitted_mm: float = 0.0
    contents_ml: float = 50.0
    slack_ml: float = 0.12
    address: int = 0
    map: str = "pumpd-default"

    @property
    def diameter_mm(self) -> float:
        """True inner diameter of what lies in the bed, mm."""
        return self.fitted_mm or SYRINGES_MM[self.syringe]


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """What is prescribed; it may differ from the patient and the drug that are really there."""

    weight_kg: float = 70.0
    dose_mg_per_kg: float = 0.5
    minutes: float = 40.0
    concentration_mg_per_ml: float = 2.0

    @property
    def dose_mg(self) -> float:
        """The whole dose, mg."""
        return self.weight_kg * self.dose_mg_per_kg


@dataclass(frozen=True, slots=True)
class NurseSettings:
    """The person at the bed.

    Attributes:
        by_the_book: orders, verifies, starts, does her rounds, acknowledges, resumes when nothing blocks it; False:
            only what it takes to start.
        starts: she starts the treatment at all; False: only the timeline does.
        resumes: she resumes after a pause (by the book only).
        restores: she takes back a slowing (by the book only).
        acknowledges_after_s: treatment s from an alarm to her acknowledgement; None (`false` in a file): never.
        resumes_after_s: treatment s from when nothing blocks it to her resume or restore.
        rounds_every_s: treatment s between her rounds; None (`false` in a file): never.
    """

    by_the_book: bool = True
    starts: bool = True
    resumes: bool = True
    restores: bool = True
    acknowledges_after_s: float | None = 30.0
    resumes_after_s: float = 30.0
    rounds_every_s: float | None = 300.0


#: What she may leave undone altogether.
_OR_NEVER = ("acknowledges_after_s", "rounds_every_s")


def read_pump(reader: Reader, table: dict[str, Any]) -> PumpSettings:
    """Read `[pump]`. Raises StoryError."""
    reader.refuse_unknown("pump", table, _keys(PumpSettings))
    read: dict[str, Any] = {}
    for key, value in table.items():
        where = f"pump.{key}"
        if key == "family":
            read[key] = reader.choice(where, value, FAMILIES)
        elif key == "syringe":
            read[key] = reader.choice(where, value, tuple(SYRINGES_MM))
        elif key == "map":
            read[key] = reader.text(where, value)
        elif key == "address":
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 247:
                raise reader.error(where, value, "is a whole number from 0 to 247")
            read[key] = value
        elif key in ("slack_ml", "fitted_mm"):
            read[key] = reader.number(where, value)
        else:
            read[key] = reader.above_0(where, value)
    return PumpSettings(**read)


def read_order(
    reader: Reader, table: dict[str, Any], weight_kg: float, concentration_mg_per_ml: float
) -> OrderSettings:
    """Read `[order]`; patient and drug are the bed's where it does not say otherwise. Raises StoryError."""
    reader.refuse_unknown("order", table, _keys(OrderSettings))
    read = {"weight_kg": weight_kg, "concentration_mg_per_ml": concentration_mg_per_ml}
    read.update({key: reader.above_0(f"order.{key}", value) for key, value in table.items()})
    return OrderSettings(**read)


def read_nurse(reader: Reader, table: dict[str, Any]) -> NurseSettings:
    """Read `[nurse]`. Raises StoryError."""
    reader.refuse_unknown("nurse", table, _keys(NurseSettings))
    read: dict[str, Any] = {}
    for key, value in table.items():
        where = f"nurse.{key}"
        is_switch = isinstance(getattr(NurseSettings(), key), bool)
        if key in _OR_NEVER and value is False:
            read[key] = None
        else:
            read[key] = reader.switch(where, value) if is_switch else reader.number(where, value)
    return NurseSettings(**read)


def _keys(table: type[PumpSettings] | type[OrderSettings] | type[NurseSettings]) -> tuple[str, ...]:
    return tuple(each.name for each in fields_of(table))
