"""The world: volume from screw to vein, pressure back to the motor, faults by name and by time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from hil_sim.parts import StillBody
from hil_sim.patient.body import Body
from hil_sim.pumps.syringe import Syringe
from hil_sim.world import World


@dataclass(frozen=True)
class TimedAct:
    at_s: float
    kind: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    for_s: float | None = None


def ask(world: World, text: str, now_ms: float = 0.0) -> str:
    world.receive(text.encode() + b"\r", now_ms)
    return b"".join(world.due(now_ms)).strip(b"\x02\x03").decode("latin-1")


def a_world(rate: str = "36", *, fitted_mm: float = 26.59, slack_nl: float = 0.0) -> World:
    """A pump infusing at `rate` mL/h."""
    world = World(syringe=Syringe(diameter_mm=fitted_mm, slack_nl=slack_nl))
    answers = [ask(world, text) for text in ("", "DIA26.59", f"RAT{rate}MH", "RUN")]
    assert answers == ["00A?R", "00S", "00S", "00I"]
    return world


def run(world: World, seconds: float, start_ms: float = 0.0, dt_s: float = 0.01) -> None:
    for number in range(round(seconds / dt_s)):
        world.advance(dt_s, start_ms + (number + 1) * dt_s * 1000.0)


def test_what_the_plunger_pushes_is_in_the_vein_or_in_the_spring() -> None:
    world = a_world("36")
    run(world, 60.0)
    truth = world.truth()

    kept_nl = world.line.compliance_nl_per_mmhg * (world.line.pressure_mmhg - 10.0)
    assert truth["plunger_nl"] == pytest.approx(600_000, abs=1)
    assert world.patient_nl + kept_nl == pytest.approx(600_000.0)
    assert truth["counter_nl"] == 600_000


def test_the_body_receives_what_the_vein_does() -> None:
    world = a_world("36")
    run(world, 10.0)

    assert isinstance(world.body, StillBody)
    assert world.body.received_nl == pytest.approx(world.patient_nl)


def test_the_truth_holds_artery_and_vein_and_what_the_nurse_is_told() -> None:
    """clinical.md 6.1: the sim exposes both levels."""
    world = World(body=Body(70.0, 2000.0))
    world.body.advance(600.0, 4_375_000)
    world.event("nausea")
    truth = world.truth()
    assert truth["c_ven_ng_ml"] == pytest.approx(62.0, abs=0.5)
    assert truth["c_art_ng_ml"] > truth["c_ven_ng_ml"] + 5.0
    assert truth["symptoms"] == ["nausea"]


def test_a_long_step_delivers_as_much_as_many_short_ones() -> None:
    fast, slow = a_world("36"), a_world("36")
    for number in range(100):
        fast.advance(0.6, (number + 1) * 10.0)
    run(slow, 60.0)

    assert fast.patient_nl == pytest.approx(slow.patient_nl, rel=1e-3)
    assert fast.syringe.displaced_nl == pytest.approx(slow.syringe.displaced_nl)


def test_a_wrong_syringe_gives_more_than_the_counter_knows() -> None:
    """faults row 13; clinical 2.3: +24.8 %."""
    world = a_world("36", fitted_mm=29.7)
    run(world, 60.0)
    truth = world.truth()

    assert truth["counter_nl"] == 600_000
    assert truth["plunger_nl"] == pytest.approx(748_500, rel=1e-3)
    assert truth["rate_nl_h"] == pytest.approx(36e6 * 1.248, rel=1e-3)


def test_slack_delays_delivery_but_not_the_counter() -> None:
    world = a_world("36", slack_nl=120_000.0)
    run(world, 12.0)

    assert world.truth()["counter_nl"] == 120_000
    assert world.truth()["plunger_nl"] == pytest.approx(0, abs=1)


def test_an_occlusion_raises_pressure_until_the_motor_stalls() -> None:
    """faults row 9."""
    world = a_world("360")
    world.event("occlude")
    run(world, 30.0, dt_s=0.05)

    assert world.line_pressure_mmhg() == pytest.approx(1500.0, abs=10.0)
    assert not world.truth()["running"]
    assert ask(world, "") == "00A?S"


def test_a_release_gives_the_stored_bolus() -> None:
    world = a_world("36")
    world.event("occlude")
    run(world, 30.0)
    ask(world, "STP")
    before_nl = world.patient_nl
    world.event("release")
    run(world, 20.0)

    assert world.patient_nl - before_nl == pytest.approx(300_000.0, rel=0.02)


def test_a_cuff_on_the_same_arm_blocks_the_vein_and_one_on_the_other_does_not() -> None:
    world = a_world("36")
    world.event("cuff_on", same_arm=True, for_s=10.0)
    run(world, 5.0)
    assert (world.cuff_active, world.patient_nl) == (True, 0.0)
    run(world, 10.0)
    assert (world.cuff_active, world.patient_nl > 0.0) == (False, True)

    other = a_world("36")
    other.event("cuff_on", same_arm=False)
    run(other, 5.0)
    assert (other.cuff_active, other.patient_nl > 0.0) == (True, True)


def test_a_monitors_cuff_blocks_only_if_it_shares_the_arm() -> None:
    world = a_world("36")
    world.cuff_active = True
    run(world, 1.0)
    given_nl = world.patient_nl
    world.event("cuff_same_arm")
    run(world, 5.0)

    assert given_nl > 0.0
    assert world.patient_nl == given_nl


def test_a_monitors_cuff_on_that_arm_takes_the_blood_from_the_finger_too() -> None:
    """clinical.md 4, same-limb cuff."""
    world = a_world("36")
    world.event("cuff_same_arm")
    assert not world.is_finger_bloodless
    world.cuff_active = True
    assert world.is_finger_bloodless
    world.event("cuff_same_arm", probe=False)
    assert not world.is_finger_bloodless


def test_a_siphon_empties_up_to_half_a_millilitre_without_the_motor() -> None:
    """clinical.md 7: pump raised 120 cm, motor off, up to 0.5 mL (Rooke)."""
    world = World(syringe=Syringe(slack_nl=0.0))
    world.event("siphon", cm=120.0)
    run(world, 120.0, dt_s=0.05)
    assert world.patient_nl == pytest.approx(500_000.0, rel=0.01)
    assert world.truth()["plunger_nl"] == pytest.approx(350_000, abs=5)
    assert world.truth()["counter_nl"] == 0


def test_a_siphon_of_160_cm_pulls_the_line_below_minus_100() -> None:
    """clinical.md 3.2, LP3."""
    world = World(syringe=Syringe(slack_nl=0.0))
    world.event("siphon")
    run(world, 60.0, dt_s=0.05)
    assert world.line_pressure_mmhg() == pytest.approx(10.0 - 160.0 * 0.735, abs=0.5)


def test_what_a_broken_line_spills_reaches_nobody() -> None:
    world = a_world("36")
    run(world, 10.0)
    given_nl = world.patient_nl
    world.event("disconnect_line")
    run(world, 10.0)
    assert world.patient_nl == given_nl
    assert world.truth()["spilled_nl"] == pytest.approx(100_000.0, rel=0.4)


def test_a_bubble_leaves_the_sensor_with_the_flow_and_stays_when_the_pump_stands() -> None:
    """clinical.md 3.2, AI1; 36 mL/h are 10 uL a second."""
    flowing, standing = a_world("36"), World()
    for world in (flowing, standing):
        world.event("air_bubble", volume_ul=60.0)
        run(world, 7.0)
    assert (flowing.truth()["bubble_ul"], standing.truth()["bubble_ul"]) == (0.0, 60.0)
    assert flowing.truth()["air_15min_ml"] == 0.06


def test_motion_is_noted_with_link_time() -> None:
    world = a_world("36")
    heard: list[str] = []
    world.observe(heard.append)
    run(world, 1.0)
    ask(world, "STP", 1005.0)

    assert world.halted_at_link_ms == 1005.0
    assert world.truth()["last_stop_rx_link_ms"] == 1005.0
    assert [round(rate) for _, _, rate in world.motions] == [36_000_000, 0]
    assert heard == ["motion 0 nl/h"]


def test_an_over_delivering_motor_is_undone_after_its_time() -> None:
    """faults row 11."""
    world = a_world("36")
    world.inject("overdelivery", factor=2.0, for_s=10.0)
    run(world, 10.0)
    run(world, 10.0)

    assert world.truth()["counter_nl"] == pytest.approx(300_000, abs=400)


def test_a_lost_stop_answer_leaves_a_stopped_pump() -> None:
    """faults row 1."""
    world = a_world("36")
    world.inject("reply_lost", command="stp", count=1)

    assert ask(world, "STP") == ""
    assert ask(world, "") == "00P"


def test_clearing_ends_faults_by_name_or_all() -> None:
    world = a_world("36")
    world.inject("stop_refused")
    world.inject("rate_ignored")
    assert world.clear("stop_refused") == 1
    assert ask(world, "STP") == "00P"
    assert world.truth()["faults"] == ["rate_ignored"]
    assert world.clear() == 1
    assert world.truth()["faults"] == []


def test_a_timeline_is_played_in_order_of_time() -> None:
    world = a_world("36")
    heard: list[str] = []
    world.observe(heard.append)
    world.play([TimedAct(2.0, "event", "release"), TimedAct(1.0, "event", "occlude")])
    world.play([TimedAct(1.5, "fault", "keypad_stop")])
    run(world, 3.0)

    assert heard == ["event occlude", "fault keypad_stop", "motion 0 nl/h", "event release"]


def test_a_line_that_is_down_carries_nothing_and_comes_back() -> None:
    """faults row 19."""
    world = a_world("36")
    world.inject("line_down", for_s=1.0)
    assert ask(world, "") == ""
    run(world, 1.01)

    assert ask(world, "", 2000.0) == "00I"


def test_one_seed_makes_one_run() -> None:
    def noisy(seed: int) -> list[str]:
        world = World(seed=seed)
        world.inject("noise", rate=0.2)
        return [ask(world, "VER") for _ in range(20)]

    assert noisy(1) == noisy(1) != noisy(2)
