"""Limits crossed by real messages over a real broker: what the plunger does, and what a person must do then."""

from collections.abc import Callable

import pytest
from rig import Rig, reasons, stages, why
from rig_programs import link_ms

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

#: clinical.md 3.2, BP3: two clear readings at least 30 s apart.
CLEAR_APART_S = 30.5


def test_blood_pressure_slows_then_pauses_then_waits_for_a_person(make_rig: Callable[..., Rig]) -> None:
    """BP2, BP3, I5, I6, law 8: 165/90 slows, 186/95 pauses; nothing flows until clear, seen and resumed."""
    rig = make_rig()
    rig.start_daemon()
    full_nl_h = rig.begin()["rate"]["programmed_nl_h"]

    crossed_ms = link_ms()
    rig.monitor.cuff_by_mosquitto_pub(160.5, 84.0)
    truth = rig.sim.until(lambda now: now["rate_nl_h"] == full_nl_h // 2, 2.0, "half the rate")
    assert truth["motions"][-1]["link_ms"] - crossed_ms <= 1_000.0
    state = rig.until_word("SLOWED")
    assert ("BP2" in why(state), "160" in state["headline"]) == (True, True), why(state)

    crossed_ms = link_ms()
    rig.monitor.cuff_by_mosquitto_pub(186.0, 95.0)
    state, _, _ = rig.comes_to_rest(crossed_ms, 1.0)
    assert (state["word"], "186" in state["headline"]) == ("PAUSED", True), state["headline"]
    refused = rig.press("resume", args={"epoch": rig.status()["epoch"]})
    assert stages(refused) == ["refused"]
    assert "BP3" in reasons(refused)

    rig.monitor.cuff(140.0, 84.0)
    rig.press("acknowledge", args={"note": "headache, none of it worse"})
    rig.throughout(lambda one: one["word"] == "PAUSED", CLEAR_APART_S, "one clear reading releases nothing")
    refused = rig.press("resume", args={"epoch": rig.status()["epoch"]})
    assert "BP3" in reasons(refused)
    assert not rig.sim.truth()["running"]

    rig.monitor.cuff(139.0, 83.0)
    rig.until(lambda one: not one["resume_blocked_by"], 3.0, "the second clear reading unblocks")
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.0, "and starts nothing")
    assert not rig.sim.truth()["running"]
    # BP2 wants its readings two minutes apart: what is resumed is still the slow rate.
    assert rig.resume_and_flow()["word"] == "SLOWED"
    assert rig.sim.truth()["rate_nl_h"] == full_nl_h // 2


def test_three_samples_of_line_pressure_pause_and_two_do_not(rig: Rig) -> None:
    """LP1, row 9, F13: 350 mmHg three times in a row; twice is noise."""
    rig.begin()
    rig.monitor.next_line_mmhg.extend([350.0, 350.0, 40.0, 350.0, 350.0])
    rig.throughout(lambda one: one["word"] == "INFUSING", 2.0, "two samples are no trip")

    rig.monitor.line_mmhg = 350.0
    state, truth, _ = rig.comes_to_rest(link_ms(), 1.0)
    assert state["word"] == "PAUSED"
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"]
    state = rig.until(rig.has_alarm("LP1"), 1.0, "alarm LP1")
    assert "300" in state["headline"], state["headline"]
    refused = rig.press("resume", args={"epoch": rig.status()["epoch"]})
    assert "LP1" in reasons(refused)


def test_a_transducer_that_falls_silent_pauses_within_its_two_seconds(rig: Rig) -> None:
    """LP1 stale, rows 41, 53, I4, law 3: the broker dies, no message arrives, the timer pauses."""
    rig.begin()
    dead_ms = link_ms()
    rig.broker.kill()
    state, _, took_s = rig.comes_to_rest(dead_ms, 2.7)
    assert (state["word"], took_s > 1.5) == ("PAUSED", True)
    assert "line pressure" in why(state), why(state)
    rig.broker.start()
    rig.until(lambda one: one["feed"]["link"] == "up", 8.0, "the broker is back")
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.0, "and it stays paused")
    assert not rig.sim.truth()["running"]
    # I26: a system that only pauses is not safe. LP1 wants 15 s of good pressure, then a person.
    rig.monitor.cuff(125.0, 79.0)
    assert rig.resume_and_flow(18.0)["word"] == "SLOWED"


def test_values_of_another_patient_pause(rig: Rig) -> None:
    """Row 61, I16, ID1: one message with another patient's token, over the bedside's own topic."""
    rig.begin()
    sent_ms = link_ms()
    rig.monitor.cuff(118.0, 76.0, patient="tok-9999")
    state, truth, _ = rig.comes_to_rest(sent_ms, 0.5)
    assert state["word"] == "PAUSED"
    assert "another patient" in why(state), why(state)
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"]
    assert state["vitals"]["sys"]["value"] != 118.0
