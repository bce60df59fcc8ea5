"""A whole treatment as people drive it, judged by what the console shows and where the plunger really is."""

import threading

import pytest
from rig import COUNTER_STEP_NL, DORA, NINA, ORDER, Rig, reasons, stages
from rig_programs import link_ms, pumpctl

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

RATE_NL_H = 26_200_000  # 26.25 mL/h, floored to the 0.1 mL/h that this pump can be set to


def test_a_treatment_from_order_to_stop(rig: Rig) -> None:
    """I2, I6, I10, I19: order, second person, start, pause, refused resumes, resume, stop."""
    rig.until(lambda one: one["pump"]["link"] == "up", 10.0, "the pump answers")
    before_nl = rig.sim.truth()["plunger_nl"]
    assert stages(rig.press("order", args=ORDER)) == ["accepted"]
    assert "second person" in reasons(rig.press("verify", NINA))
    assert "PIN" in reasons(rig.press("verify", DORA, pin="00000"))
    assert stages(rig.press("verify", DORA)) == ["accepted"]
    assert "no baseline" in reasons(rig.press("start"))
    rig.monitor.baseline()
    rig.has_baseline = True
    rig.until(lambda one: not one["start_blocked_by"], 10.0, "nothing blocks the start")
    assert rig.sim.truth()["plunger_nl"] == before_nl, "nothing flows before a start"

    assert stages(rig.press("start"))[-1] == "confirmed"
    state = rig.until_word("INFUSING")
    assert state["rate"]["reported_nl_h"] == RATE_NL_H == rig.sim.truth()["rate_nl_h"]
    rig.sim.until(lambda now: now["plunger_nl"] > before_nl + 10_000, 5.0, "10 uL have left the syringe")

    pressed_ms = link_ms()
    done = pumpctl(rig.socket, "--as", "nina", "pause")
    assert (done.returncode, "confirmed" in done.stdout) == (0, True), done
    state, truth, took_s = rig.comes_to_rest(pressed_ms, 1.0)
    assert (state["word"], took_s > 0) == ("PAUSED", True)
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"], "our STP was what halted it"
    assert "paused by nina" in state["headline"]

    epoch = {"epoch": state["epoch"]}
    assert "look again" in reasons(rig.press("resume", args={"epoch": state["epoch"] - 1}))
    assert "role nurse" in reasons(rig.press("resume", DORA, args=epoch))
    assert "PIN" in reasons(rig.press("resume", args=epoch, pin="99999"))
    assert not rig.sim.truth()["running"]
    assert rig.resume_and_flow()["word"] == "SLOWED"

    assert stages(rig.press("stop"))[-1] == "confirmed"
    state = rig.until_word("STOPPED")
    truth = rig.sim.until_halted(1.0)
    assert abs(state["volume"]["infused_nl"] - truth["counter_nl"]) <= COUNTER_STEP_NL
    assert "nothing to resume" in reasons(rig.press("resume", args={"epoch": state["epoch"]}))


def test_a_pause_reaches_the_pump_within_a_tenth_of_a_second(rig: Rig) -> None:
    """T_q, I9: five presses; from the request to the STP at the pump, and to the plunger."""
    rig.begin()
    delays_ms = []
    for _ in range(5):
        pressed_ms = link_ms()
        assert stages(rig.pause()) == ["accepted", "confirmed"]
        truth = rig.sim.until_halted(1.0)
        delays_ms.append(truth["halted_at_link_ms"] - pressed_ms)
        rig.resume_and_flow()
    rig.note("median of five pauses, press to stand-still", sorted(delays_ms)[2] / 1000.0)
    rig.note("worst of five pauses", max(delays_ms) / 1000.0)
    assert sorted(delays_ms)[2] <= 100.0, delays_ms
    assert max(delays_ms) <= 250.0, delays_ms


#: After the start or resume was sent: while its PIN is judged, about when it is decided, while the pump is told.
BETWEEN_S = (0.01, 0.15)


@pytest.mark.parametrize("between_s", BETWEEN_S)
def test_a_pause_pressed_right_after_a_start_has_the_last_word(rig: Rig, between_s: float) -> None:
    """Law 8, I5, I9, rows 68, 90: what was confirmed as paused does not run afterwards."""
    rig.verify_an_order()
    started = rig.client.request("start", "bed-1", *NINA, {"epoch": rig.status()["epoch"]})
    threading.Event().wait(between_s)
    assert stages(rig.pause())[-1] == "confirmed"
    told = list(started)
    rig.throughout(lambda one: one["word"] in ("READY", "PAUSED"), 0.6, "it does not run after a pause")
    assert not rig.sim.truth()["running"], told


@pytest.mark.parametrize("between_s", BETWEEN_S)
def test_a_pause_pressed_right_after_a_resume_has_the_last_word(rig: Rig, between_s: float) -> None:
    """Law 8, I5, I9, rows 68, 69."""
    rig.begin()
    rig.pause()
    state = rig.until_word("PAUSED")
    resumed = rig.client.request("resume", "bed-1", *NINA, {"epoch": state["epoch"]})
    threading.Event().wait(between_s)
    assert stages(rig.pause())[-1] == "confirmed"
    told = list(resumed)
    rig.throughout(lambda one: one["word"] == "PAUSED", 0.6, "it does not run after a pause")
    assert not rig.sim.truth()["running"], told


def test_a_second_nurses_pause_makes_the_first_ones_resume_an_old_one(rig: Rig) -> None:
    """Row 69, I5, I6: dora pauses what is paused already; a resume of the picture before that is refused."""
    rig.begin()
    rig.pause()
    state = rig.until_word("PAUSED")
    assert stages(rig.press("pause", DORA))[-1] == "confirmed"
    refused = rig.press("resume", args={"epoch": state["epoch"]})
    assert "look again" in reasons(refused), refused
    assert not rig.sim.truth()["running"]
