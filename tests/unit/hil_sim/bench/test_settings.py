"""The pump, the order and the nurse of a story are read strictly and stand as documented where nothing is said."""

import pytest

from hil_sim.bench.settings import (
    NurseSettings,
    OrderSettings,
    PumpSettings,
    read_nurse,
    read_order,
    read_pump,
)
from hil_sim.bench.strict import Reader, StoryError

READER = Reader("case.toml")


def test_an_empty_table_is_the_documented_treatment() -> None:
    assert read_pump(READER, {}) == PumpSettings("new_era", "bd-60", 0.0, 50.0, 0.12, 0, "pumpd-default")
    assert read_order(READER, {}, 82.0, 1.0) == OrderSettings(82.0, 0.5, 40.0, 1.0)
    assert read_nurse(READER, {}) == NurseSettings(by_the_book=True, starts=True, resumes=True)


def test_what_lies_in_the_bed_is_what_was_ordered_unless_it_is_said_to_be_another() -> None:
    """Clinical.md 2.3: BD 60 chosen, Terumo 60 fitted."""
    assert read_pump(READER, {"syringe": "bd-20"}).diameter_mm == 19.05
    assert read_pump(READER, {"syringe": "bd-60", "fitted_mm": 29.7}).diameter_mm == 29.7


def test_the_order_may_differ_from_the_bed() -> None:
    order = read_order(READER, {"weight_kg": 100, "dose_mg_per_kg": 1.0}, 70.0, 2.0)
    assert (order.dose_mg, order.concentration_mg_per_ml) == (100.0, 2.0)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("family", "newera", "pump.family = 'newera': is one of new_era, new_era-basic, modbus-rtu"),
        ("syringe", "bd-50", "pump.syringe = 'bd-50': is one of bd-10"),
        ("contents_ml", 0, "pump.contents_ml = 0: must be above 0"),
        ("slack_ml", -0.1, "pump.slack_ml = -0.1: must be finite and not negative"),
        ("address", 248, "pump.address = 248: is a whole number from 0 to 247"),
        ("address", 1.0, "pump.address = 1.0: is a whole number"),
        ("address", True, "pump.address = True: is a whole number"),
        ("map", 3, "pump.map = 3: is a text"),
        ("colour", 3, "pump.colour = 3: unknown key; known: family"),
    ],
)
def test_a_wrong_pump_is_refused(key: str, value: object, complaint: str) -> None:
    with pytest.raises(StoryError) as refusal:
        read_pump(READER, {key: value})
    assert complaint in str(refusal.value)


def test_a_wrong_order_or_nurse_is_refused() -> None:
    with pytest.raises(StoryError, match=r"order\.minutes = 0: must be above 0"):
        read_order(READER, {"minutes": 0}, 70.0, 2.0)
    with pytest.raises(StoryError, match=r"order\.dose_mg = 35: unknown key"):
        read_order(READER, {"dose_mg": 35}, 70.0, 2.0)
    with pytest.raises(StoryError, match=r"nurse\.resumes = 1: is true or false"):
        read_nurse(READER, {"resumes": 1})
    with pytest.raises(StoryError, match=r"nurse\.acknowledges_after_s = '30 s': is not a number"):
        read_nurse(READER, {"acknowledges_after_s": "30 s"})
