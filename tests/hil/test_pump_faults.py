"""A pump that loses answers, refuses, lies, or is touched: each ends standing still, with the reason named."""

from typing import Any

import pytest
from rig import Rig, stages, why
from rig_programs import link_ms

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

NOT_CONFIRMED_S = 1.5  # T_s is 1 s; what is shown may be a poll of 250 ms older
LEASE_S = 2.0


@pytest.mark.parametrize(
    ("fault", "params"),
    [
        ("reply_lost", {"command": "STP", "count": 3}),  # row 1; for good: the conformance suite
        ("reply_lost", {"command": "STP", "count": 1}),
        ("request_lost", {"command": "STP", "count": 1}),  # row 2
        ("reply_garbled", {"command": "STP", "count": 3}),  # row 25
        ("reply_late", {"command": "STP", "ms": 400, "count": 1}),  # row 24
        ("reply_split", {"ms": 30}),  # row 23
    ],
)
def test_a_pause_is_confirmed_over_a_bad_line(rig: Rig, fault: str, params: dict[str, Any]) -> None:
    """Rows 1, 2, 23, 24, 25; I10: resolved by readback within T_s, no false "still running" left."""
    rig.begin()
    rig.sim.fault(fault, **params)
    pressed_ms = link_ms()
    replies = rig.pause()
    answered_s = (link_ms() - pressed_ms) / 1000.0
    assert stages(replies) == ["accepted", "confirmed"], replies
    rig.note("confirmed", answered_s)
    assert answered_s <= 1.0
    state, _, _ = rig.comes_to_rest(pressed_ms, 0.5)
    assert state["word"] == "PAUSED"
    assert not rig.has_alarm("HALT")(state)


@pytest.mark.parametrize(
    ("fault", "params"),
    [
        ("stop_refused", {"answer": "na"}),  # row 3
        ("stop_refused", {"answer": "com"}),
        ("stop_ignored", {"lying": False}),  # row 4
        ("request_lost", {"command": "STP"}),  # row 2, for good
    ],
)
def test_a_pump_that_does_not_stop_is_starved_until_its_own_watchdog_stops_it(
    rig: Rig, fault: str, params: dict[str, Any]
) -> None:
    """Rows 2, 3, 4; I10: NOT CONFIRMED and the alarm within T_s; renewals withheld, so the lease ends it."""
    rig.begin()
    rig.sim.fault(fault, **params)
    pressed_ms = link_ms()
    assert stages(rig.pause("not_confirmed"))[-1] == "not_confirmed"
    state = rig.until(rig.has_alarm("HALT"), NOT_CONFIRMED_S, "alarm HALT")
    shown_s = (link_ms() - pressed_ms) / 1000.0
    rig.note("NOT CONFIRMED and HALT shown", shown_s)
    assert state["word"] == "NOT CONFIRMED"
    assert "pump's own stop key" in state["headline"]
    assert rig.sim.truth()["running"], "the fault does not bite"
    assert shown_s <= NOT_CONFIRMED_S

    # One second of unheeded halts, then silence for a lease.
    state, _, _ = rig.comes_to_rest(pressed_ms, 1.0 + LEASE_S + 0.7)
    assert state["word"] == "PAUSED"
    assert any(one["source"] == "nurse" for one in state["holds"])


def test_an_infusion_whose_answers_all_get_lost_is_not_confirmed_and_ends(rig: Rig) -> None:
    """Rows 1, 25; I10, I11: the pump obeys, nobody knows; after the line is back it is known, and paused."""
    rig.begin()
    rig.sim.fault("reply_lost", for_s=4.0)
    pressed_ms = link_ms()
    assert stages(rig.pause("not_confirmed"))[-1] == "not_confirmed"
    state = rig.until(rig.has_alarm("HALT"), NOT_CONFIRMED_S, "alarm HALT")
    assert state["word"] == "NOT CONFIRMED"
    rig.comes_to_rest(pressed_ms, 1.0)
    assert rig.resume_and_flow()["word"] == "SLOWED"


def test_a_pump_that_lies_about_its_stop_is_found_out_by_its_volume(rig: Rig) -> None:
    """Row 4, I10, I15: STP acknowledged and "paused" shown, the plunger goes on."""
    rig.begin()
    rig.sim.fault("stop_ignored", lying=True)
    rig.pause()
    state = rig.until(
        lambda one: one["word"] == "STOPPED" or rig.has_alarm("HALT")(one), 12.0, "the motion is found out"
    )
    assert "FL1" in why(state) or rig.has_alarm("HALT")(state), why(state)
    found_ms = link_ms()
    # Row 4: "let pump watchdog starve". A pump that moves against its own word must not be kept alive.
    truth = rig.sim.until_halted(LEASE_S + 2.0)
    assert truth["halted_at_link_ms"] - found_ms <= (LEASE_S + 1.7) * 1000.0


@pytest.mark.parametrize(
    ("fault", "params", "within_s", "reason"),
    [
        ("power_blip", {}, 1.0, "lost power and restarted"),  # row 6
        ("forget_settings", {}, 1.5, "does not answer"),  # row 7
        ("keypad_rate", {"ml_h": 100.0}, 1.0, "rate at the pump is 100"),  # row 15
        ("keypad_rate", {"ml_h": 5.0}, 1.0, "rate at the pump is 5"),
        ("keypad_stop", {}, 1.0, "stopped at the pump"),
        ("keypad_diameter", {"mm": 21.59}, 2.0, "diameter at the pump is 21.59"),  # row 13
        ("counter_cleared", {}, 1.0, "counter was cleared"),  # row 12
    ],
)
def test_what_nobody_commanded_pauses_with_its_reason(
    rig: Rig, fault: str, params: dict[str, Any], within_s: float, reason: str
) -> None:
    """Rows 6, 7, 12, 13, 15; I6, I14, I15, I19."""
    rig.begin()
    # A counter that falls is only seen to fall from above zero.
    rig.until(lambda one: one["volume"]["infused_nl"] > 5_000, 5.0, "some volume is counted")
    since_ms = rig.sim.fault(fault, **params)
    state, _, _ = rig.comes_to_rest(since_ms, within_s)
    state = rig.until(
        lambda one: reason in why(one) and one["word"] == "PAUSED", 3.0, f"the reason {reason!r}"
    )
    assert any(one["source"] == "pump" for one in state["holds"])
    assert rig.has_alarm("PUMP-HOLD")(state)
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.0, "it stays paused")
    assert not rig.sim.truth()["running"]


def test_a_pump_that_wakes_up_running_is_halted_before_it_has_given_anything_much(rig: Rig) -> None:
    """Row 6, I6, I12: the mains fail for 300 ms and the pump goes on by itself, its counter at nothing."""
    rate_nl_h = rig.begin()["rate"]["programmed_nl_h"]
    since_ms = rig.sim.fault("power_blip", wakes_running=True)
    truth = rig.sim.until(
        lambda now: now["motions"][-3:-1] and now["motions"][-2]["link_ms"] > since_ms and not now["running"],
        5.0,
        "it woke, ran and was halted",
    )
    ran_s = (truth["motions"][-1]["link_ms"] - truth["motions"][-2]["link_ms"]) / 1000.0
    rig.note("ran by itself", ran_s)
    assert ran_s <= 1.0
    assert truth["counter_nl"] <= rate_nl_h / 3600.0 * 1.0
    state = rig.until(lambda one: "lost power and restarted" in why(one), 3.0, "the reason")
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.0, "it stays paused")
    assert not rig.sim.truth()["running"], state


def test_a_pump_started_at_its_keypad_is_halted(rig: Rig) -> None:
    """Row 15, I6: no delivering edge without a person's act here."""
    rig.begin()
    rig.pause()
    rig.sim.until_halted(1.0)
    since_ms = rig.sim.fault("keypad_run")
    state, _, _ = rig.comes_to_rest(since_ms, 1.0)
    state = rig.until(lambda one: "started at the pump" in why(one), 2.0, "the reason")
    assert state["word"] == "PAUSED"


def test_over_delivery_ends_the_session(rig: Rig) -> None:
    """Row 11, I1, I15: five times the commanded volume."""
    rig.begin()
    since_ms = rig.sim.fault("overdelivery", factor=5.0)
    state, truth, _ = rig.comes_to_rest(since_ms, 6.0)
    assert (state["word"], "FL1" in state["headline"]) == ("STOPPED", True), state["headline"]
    assert abs(state["volume"]["infused_nl"] - truth["counter_nl"]) < 1_000_000


def test_a_pump_that_repeats_one_old_answer_is_not_believed(rig: Rig) -> None:
    """Row 16, I15: every question answered as the first time; SAFE within T_w, the volume must move."""
    rig.begin()
    since_ms = rig.sim.fault("frozen_status")
    state = rig.until(lambda one: one["word"] != "INFUSING", 3.0, "a motionless counter is noticed")
    assert (link_ms() - since_ms) / 1000.0 <= 3.0
    assert state["alarms"]
    rig.sim.until_halted(1.0 + LEASE_S + 0.7)


def test_a_slow_down_that_the_pump_ignores_becomes_a_pause(rig: Rig) -> None:
    """Row 5, I14: RAT acknowledged, rate unchanged: standing still is the only safe rate left."""
    rig.begin()
    rig.sim.fault("rate_ignored")
    since_ms = link_ms()
    rig.monitor.cuff(164.0, 90.0)
    state, _, _ = rig.comes_to_rest(since_ms, 2.5)
    assert state["word"] == "PAUSED"
    assert "did not" in why(state), why(state)


def test_a_line_with_some_noise_goes_on_infusing(rig: Rig) -> None:
    """Row 25, F13: a pause for nothing is a fault too. One answer in some is damaged, none is believed."""
    rig.begin()
    for _ in range(3):
        rig.sim.fault("reply_garbled", count=1)
        rig.throughout(lambda one: one["word"] == "INFUSING", 1.0, "it goes on infusing")
    assert rig.sim.truth()["running"]
