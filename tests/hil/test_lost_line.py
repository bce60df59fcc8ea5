"""The cable comes off and goes on again, and the wrong pump at its end."""

import subprocess
from collections.abc import Callable

import pytest
from rig import STOPS_BY_ITSELF_S, Rig, stages, why
from rig_programs import Program, link_ms, pumpctl, pumpd
from wire_tap import WireTap

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]


def test_a_cable_that_comes_off_stops_the_pump_by_its_own_watchdog(rig: Rig) -> None:
    """Row 19, I3, I7: our side PAUSED within T_s, the pump within T_w, nothing by itself afterwards."""
    rig.begin()
    off_ms = rig.sim.fault("line_down", for_s=4.0)
    rig.until(rig.has_alarm("PUMP"), 1.5, "alarm: no answer from the pump")
    rig.note("shown", (link_ms() - off_ms) / 1000.0)
    rig.stops_by_itself(off_ms)

    state = rig.until(lambda one: one["pump"]["link"] == "up", 8.0, "the line is back")
    state = rig.until_word("PAUSED")
    assert "pump link lost" in why(state)
    truth = rig.sim.truth()
    assert truth["last_stop_rx_link_ms"] > truth["halted_at_link_ms"], "halted first of all (law 9)"
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.5, "it stays paused")
    assert not rig.sim.truth()["running"]
    assert rig.resume_and_flow()["word"] == "SLOWED"


def test_a_cable_off_for_a_moment_finds_the_pump_running_and_halts_it(rig: Rig) -> None:
    """Rows 19, 20, I7: back before the lease has run out, the pump still runs: it is halted, and waits."""
    rig.begin()
    off_ms = rig.sim.fault("line_down", for_s=0.4)
    state, truth, _ = rig.comes_to_rest(off_ms, STOPS_BY_ITSELF_S)
    # The set-up that follows says STP once more to a paused pump, so the last one may be a little later.
    after_ms = truth["last_stop_rx_link_ms"] - truth["halted_at_link_ms"]
    assert 0 <= after_ms < 200, "our halt, not the watchdog"
    assert truth["alarm"] is None
    assert "pump link lost" in why(state)
    assert rig.resume_and_flow()["word"] == "SLOWED"


def test_a_line_that_takes_nothing_is_paused_within_a_second(rig: Rig) -> None:
    """Rows 1, 2, 27, I3: every request lost; the pump starves, and the first thing it hears later is STP."""
    rig.begin()
    lost_ms = rig.sim.fault("request_lost", for_s=5.0)
    rig.until(lambda one: one["holds"] or rig.has_alarm("PS1")(one), 1.7, "a hold or PS1")
    rig.stops_by_itself(lost_ms)
    rig.until(lambda one: one["pump"]["link"] == "up" and one["word"] == "PAUSED", 8.0, "back, and paused")
    state = rig.until(lambda one: one["pump"]["motion"] == "halted", 2.0, "halted")
    assert state["word"] == "PAUSED"
    assert rig.resume_and_flow()["word"] == "SLOWED"


def test_a_wrong_pump_is_asked_who_it_is_and_nothing_else(make_rig: Callable[..., Rig]) -> None:
    """Row 21, I12: only SAF (the watchdog, in which the question travels) and VER, whatever people press."""
    rig = make_rig()
    rig.sim.fault("other_pump", version="NE500V2.19")
    tap = WireTap(rig.folder / "tap", rig.port)
    rig.port = rig.folder / "tap"
    try:
        rig.start_daemon()
        state = rig.until(lambda one: one["pump"]["link"] == "wrong_pump", 5.0, "wrong pump")
        assert state["word"] == "NO PUMP"
        assert "NE500" in state["headline"]
        assert "NE1000" in state["headline"]
        assert rig.has_alarm("PUMP")(state)
        assert pumpctl(rig.socket, "--as", "nina", "pause").returncode in (0, 3)
        seen = len(tap.host_texts())
        rig.sim.until(lambda _: len(tap.host_texts()) > seen, 5.0, "it is asked again")
        assert set(tap.host_texts()) == {"SAF2", "VER"}
        assert not rig.sim.truth()["motions"]
    finally:
        tap.close()


def test_another_pump_plugged_in_during_an_infusion_is_refused(rig: Rig) -> None:
    """Rows 20, 21, I12: the line goes away and somebody else answers; put right, a person resumes."""
    rig.begin()
    rig.sim.fault("other_pump", version="NE500V2.19")
    off_ms = rig.sim.fault("line_down", for_s=2.6)
    rig.sim.until_halted(STOPS_BY_ITSELF_S)
    state = rig.until(lambda one: one["pump"]["link"] == "wrong_pump", 6.0, "wrong pump")
    # Nobody has seen our pump stand still: that outranks who answers now.
    assert state["word"] == "NOT CONFIRMED"
    assert "wrong pump" in why(state)
    assert rig.sim.truth()["last_stop_rx_link_ms"] < off_ms, "not even a halt goes to a stranger"
    rig.sim.do(do="clear", name="other_pump")
    rig.until(lambda one: one["pump"]["link"] == "up" and one["word"] == "PAUSED", 6.0, "the right one again")
    assert rig.resume_and_flow()["word"] == "SLOWED"


def test_a_second_daemon_with_the_same_journal_is_refused_and_disturbs_nothing(rig: Rig) -> None:
    """Row 22, I13: another cable, the same record."""
    rig.begin()
    boot = rig.status()["boot"]
    path = rig.write_config("second.toml", port=f"{rig.folder}/another-pump")
    second = subprocess.run(
        pumpd("run", "--config", str(path)),
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert second.returncode == 2, second
    assert "journal" in second.stderr
    state = rig.status()
    assert (state["word"], state["boot"]) == ("INFUSING", boot)
    rig.throughout(lambda one: one["word"] == "INFUSING", 0.5, "the first goes on")
    assert rig.sim.truth()["running"]


def test_a_second_daemon_on_the_same_console_is_refused_and_disturbs_nothing(rig: Rig) -> None:
    """Row 22, I13: another journal and another cable, so that only the console socket is shared."""
    rig.begin()
    changes = {"journal": f"{rig.folder}/second.sqlite", "port": f"{rig.folder}/another-pump"}
    path = rig.write_config("second.toml", **changes)
    second = Program("second", pumpd("run", "--config", str(path)))
    rig.programs.append(second)
    assert second.wait(8.0) == 2
    assert "another pumpd is running" in second.log
    assert "READY" not in second.log
    rig.throughout(lambda one: one["word"] == "INFUSING", 0.5, "the first goes on")
    assert rig.sim.truth()["running"]


def test_a_second_daemon_on_the_same_port_is_refused_at_start_and_disturbs_nothing(rig: Rig) -> None:
    """Row 22, I13: another journal and console, the same cable."""
    rig.begin()
    began = rig.sim.truth()
    changes = {"journal": f"{rig.folder}/other.sqlite", "socket": f"{rig.folder}/other.sock"}
    second = subprocess.run(
        pumpd("run", "--config", str(rig.write_config("second.toml", **changes))),
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert second.returncode == 2, second
    assert "another pumpd already drives the pump on this port" in second.stderr
    assert not (rig.folder / "other.sqlite").exists(), "nothing was opened"
    rig.throughout(lambda one: one["word"] == "INFUSING", 0.5, "the first goes on")
    assert rig.sim.truth()["motions"] == began["motions"], "the plunger never stopped or changed its pace"
    assert stages(rig.pause())[-1] == "confirmed"
