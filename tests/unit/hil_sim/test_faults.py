"""Every fault can be injected by name and ended; a misspelt one is refused."""

import pytest

import hil_sim.patient_acts  # noqa: F401  completes the tables
from hil_sim.faults import EVENTS, FAULTS, describe
from hil_sim.world import World

BLOWS = {
    "power_blip",
    "forget_settings",
    "counter_cleared",
    "keypad_rate",
    "keypad_stop",
    "keypad_run",
    "keypad_diameter",
}
PUMP_FAULTS = {
    *BLOWS,
    "reply_lost",
    "request_lost",
    "reply_garbled",
    "reply_late",
    "reply_split",
    "noise",
    "line_down",
    "stop_refused",
    "stop_ignored",
    "rate_ignored",
    "watchdog_dead",
    "overdelivery",
    "underdelivery",
    "frozen_status",
    "other_pump",
}


LINE_EVENTS = {
    "occlude",
    "release",
    "cuff_on",
    "cuff_off",
    "cuff_same_arm",
    "raise_height",
    "disconnect_line",
    "reconnect_line",
    "siphon",
    "air_bubble",
    "air_drawn_off",
    "button_press",
    "button_release",
}


def bedside_state(world: World) -> tuple[object, ...]:
    """What the events of line, arm, air and button change."""
    line, fittings = world.line, world.fittings
    return (
        *(line.is_occluded, line.is_disconnected, line.height_cm, world.syringe.loose_nl),
        *(world.cuff_active, world.cuff_same_arm, world.probe_same_arm),
        *(fittings.air.bubble_ul(world.displaced_nl), fittings.is_button_down),
    )


def a_running_world() -> World:
    world = World()
    for text in ("", "DIA26.59", "RAT36MH", "RUN"):
        world.receive(text.encode() + b"\r", 0.0)
    return world


def test_the_catalogue_has_every_fault_of_pump_and_wire() -> None:
    assert set(FAULTS) >= PUMP_FAULTS
    assert all(FAULTS[name].rows for name in PUMP_FAULTS)


@pytest.mark.parametrize("name", sorted(PUMP_FAULTS))
def test_each_fault_begins_and_its_end_leaves_an_honest_pump(name: str) -> None:
    world = a_running_world()
    world.inject(name)
    assert (name in world.truth()["faults"]) is (name not in BLOWS)
    world.clear(name)

    assert world.pump.quirks == type(world.pump.quirks)()
    assert world.wire.tampers == []
    assert not world.wire.is_down


@pytest.mark.parametrize("name", sorted(LINE_EVENTS))
def test_each_line_event_happens_and_is_undone_in_time(name: str) -> None:
    world = a_running_world()
    before = bedside_state(world)
    world.event(name, for_s=1.0)
    is_ending = name in ("release", "cuff_off", "reconnect_line", "air_drawn_off", "button_release")
    assert (bedside_state(world) == before) is is_ending
    world.advance(1.5, 1500.0)

    assert bedside_state(world) == before


def test_the_cuffs_arm_is_switched_by_words_too() -> None:
    world = a_running_world()
    world.event("cuff_same_arm", on="on", probe="off")
    assert (world.cuff_same_arm, world.probe_same_arm) == (True, False)
    world.event("cuff_same_arm", on="off")
    assert world.cuff_same_arm is False


def test_a_cut_button_is_mended_by_clearing() -> None:
    """faults row 53."""
    world = a_running_world()
    world.inject("button_wire_break")
    assert not world.fittings.is_button_wired
    world.clear("button_wire_break")
    assert world.fittings.is_button_wired


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("reply_lots", {}),
        ("reply_lost", {"how_many": 3}),
        ("reply_lost", {"count": "many"}),
        ("stop_refused", {"answer": "maybe"}),
        ("stop_ignored", {"lying": "perhaps"}),
        ("overdelivery", {"factor": -1}),
        ("occlude", {}),
    ],
)
def test_what_is_misspelt_is_refused_and_does_nothing(name: str, params: dict[str, object]) -> None:
    world = a_running_world()
    with pytest.raises(ValueError):
        world.inject(name, **params)

    assert world.truth()["faults"] == []


def test_parameters_may_come_as_text() -> None:
    world = a_running_world()
    world.inject("stop_ignored", lying="false")
    world.inject("reply_late", ms="250", count="2")

    assert world.pump.quirks.stop == "ignored_honest"
    assert (world.wire.tampers[0].ms, world.wire.tampers[0].left) == (250.0, 2)


def test_the_keypad_blows_land() -> None:
    """faults rows 12, 13, 15."""
    world = a_running_world()
    world.advance(10.0, 10_000.0)
    world.inject("keypad_rate", ml_h=72)
    assert world.pump.motor.rate_nl_h == pytest.approx(72e6)
    world.inject("counter_cleared")
    assert world.truth()["counter_nl"] == 0
    world.inject("keypad_stop")
    assert not world.pump.is_moving
    world.inject("keypad_diameter", mm=21.59)
    assert world.truth()["diameter_mm"] == 21.59


def test_everything_is_described_for_people() -> None:
    lines = describe()

    assert len(lines) == len(FAULTS) + len(EVENTS)
    assert "fault stop_ignored: [4] STP acknowledged, the plunger goes on (lying=True)" in lines
