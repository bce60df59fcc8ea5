"""Patient and monitors in the tables of what can be injected."""

from dataclasses import dataclass, field

import pytest

from hil_sim import faults
from hil_sim.monitors.faults import MONITOR_FAULTS
from hil_sim.parts import StillBody
from hil_sim.patient.body import BODY_EVENTS, Body
from hil_sim.patient_acts import monitor_faults_of
from hil_sim.world import World


@dataclass
class Bench:
    """A world reduced to what these acts touch."""

    body: Body = field(default_factory=lambda: Body(70.0, 2000.0))


def test_all_monitor_faults_and_patient_events_are_listed_for_people() -> None:
    listed = "\n".join(faults.describe())
    assert all(f"fault {name}: " in listed for name in MONITOR_FAULTS)
    assert all(f"event {name}: " in listed for name in BODY_EVENTS)


def test_a_world_injects_a_monitor_fault_for_a_time() -> None:
    world = World()
    world.inject("late", s=45, for_s=1.0, only="nibp")
    assert monitor_faults_of(world) == {"late": {"s": 45.0, "only": "nibp"}}
    world.advance(1.2, 1200.0)
    assert monitor_faults_of(world) == {}


def test_the_end_of_a_replaced_fault_leaves_its_successor() -> None:
    world = World()
    world.inject("late", s=10, for_s=1.0)
    world.inject("late", s=90)
    world.advance(1.2, 1200.0)
    assert monitor_faults_of(world)["late"]["s"] == 90.0


def test_worlds_do_not_share_their_faults() -> None:
    one, other = World(), World()
    one.inject("silent")
    assert monitor_faults_of(other) == {}


def test_an_unknown_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="only"):
        World().inject("silent", only="ecg")


def test_a_world_moves_its_patients_pressure_and_takes_it_back() -> None:
    world = World(body=Body(70.0, 2000.0))
    world.event("bp_shift", sys=20.0, over_s=10.0, for_s=60.0)
    world.advance(30.0, 30_000.0)
    assert world.body.vitals().sys == pytest.approx(145.0)
    world.advance(30.0, 60_000.0)
    world.advance(11.0, 71_000.0)
    assert world.body.vitals().sys == pytest.approx(125.0)


def test_pulse_and_saturation_move_by_name() -> None:
    bench = Bench()
    faults.EVENTS["hr_shift"].begin(bench, over_s=0.0, hr=30.0)
    faults.EVENTS["spo2_shift"].begin(bench, over_s=0.0, spo2=-8.0)
    assert (bench.body.vitals().hr, bench.body.vitals().spo2) == (102.0, 89.0)


def test_clinical_events_go_to_their_target_and_come_back() -> None:
    """Scenarios of clinical.md 6.2: desaturation, tachycardia, deep sedation."""
    world = World(body=Body(70.0, 2000.0))
    world.event("desaturate", to=84.0, over_s=10.0, for_s=20.0)
    world.event("tachycardia", to=150.0, over_s=10.0, for_s=20.0)
    world.event("deep_sedation", over_s=0.0, for_s=20.0)
    world.advance(15.0, 15_000.0)
    seen = world.body.vitals()
    assert (seen.spo2, seen.hr, seen.moaas) == (84.0, 150.0, 2)
    world.advance(5.1, 20_100.0)
    world.advance(10.1, 30_200.0)
    seen = world.body.vitals()
    assert (seen.spo2, seen.hr, seen.moaas) == (97.0, 72.0, 5)


def test_apnoea_lasts_its_time_and_breathing_can_begin_by_name() -> None:
    """clinical.md 3.2, RR2: no breath for 20 s."""
    world = World(body=Body(70.0, 2000.0))
    world.event("apnoea", for_s=30.0)
    world.advance(29.0, 29_000.0)
    assert world.truth()["breath_gap_s"] == pytest.approx(29.0, abs=0.2)
    world.advance(1.1, 30_100.0)
    world.advance(1.0, 31_100.0)
    assert (world.truth()["rr"], world.truth()["breath_gap_s"] < 2.0) == (14.0, True)
    world.event("apnoea")
    world.event("breathe")
    assert world.body.vitals().rr == 14.0


def test_an_episode_passes_by_itself_or_when_the_scenario_ends_it() -> None:
    """clinical.md 6.2: bradycardic faint."""
    world = World(body=Body(70.0, 2000.0))
    world.event("faint", lasts_s=30.0)
    world.advance(20.0, 20_000.0)
    assert (world.truth()["hr"], world.truth()["symptoms"]) == (38.0, ["faint", "unconscious"])
    world.advance(30.0, 50_000.0)
    assert (world.truth()["hr"], world.truth()["symptoms"]) == (72.0, [])
    world.event("panic", for_s=80.0)
    world.advance(79.0, 129_000.0)
    assert world.truth()["hr"] == 132.0
    world.advance(2.0, 131_000.0)
    world.advance(61.0, 192_000.0)
    assert world.truth()["hr"] == 72.0


def test_a_bench_without_a_patient_says_so() -> None:
    with pytest.raises(ValueError, match="no patient"):
        World(body=StillBody()).event("bp_shift", sys=20.0)
