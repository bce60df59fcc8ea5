"""The daemon dies, hangs, is told to end: the pump stops without it, and comes back paused with its volume."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rig import COUNTER_STEP_NL, STOPS_BY_ITSELF_S, Rig, stages, why
from rig_programs import link_ms, pumpctl, pumpd

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]


def journal_says(path: Path, verb: str) -> dict[str, object]:
    done = subprocess.run(
        pumpd("journal", verb, "--json", str(path)), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def assert_journal_holds(path: Path) -> None:
    """I22, law 12: the chain is whole, and the record decided again leads to the same actions."""
    assert journal_says(path, "verify")["ok"] is True
    replayed = journal_says(path, "replay")
    assert replayed["identical"] is True, replayed
    assert isinstance(replayed["decisions"], int)
    assert replayed["decisions"] > 20


def restart_and_resume(rig: Rig) -> None:
    """Law 9 on the far side of a death: PAUSED with its volume, nothing by itself, a person resumes."""
    dose_nl = rig.sim.truth()["counter_nl"]
    rig.start_daemon()
    state = rig.until(
        lambda one: one["word"] == "PAUSED" and one["pump"]["motion"] == "halted", 5.0, "PAUSED"
    )
    assert "daemon was restarted" in why(state), why(state)
    assert abs(state["volume"]["infused_nl"] - dose_nl) <= COUNTER_STEP_NL, state["volume"]
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.5, "it stays paused")
    assert not rig.sim.truth()["running"]
    assert rig.sim.truth()["counter_nl"] == dose_nl
    refused = rig.press("resume", args={"epoch": rig.status()["epoch"]})
    assert stages(refused) == ["refused"], "no cuff reading since the start"
    rig.monitor.cuff(125.0, 79.0)
    assert rig.resume_and_flow()["word"] == "SLOWED"
    rig.sim.until(lambda now: now["counter_nl"] > dose_nl + 2 * COUNTER_STEP_NL, 10.0, "and it flows")
    state = rig.status()
    assert abs(state["volume"]["infused_nl"] - rig.sim.truth()["counter_nl"]) <= 2 * COUNTER_STEP_NL


def test_a_killed_daemon_leaves_a_pump_that_stops_by_itself(make_rig: Callable[..., Rig]) -> None:
    """Rows 90, 91, I7, I11, I22: SIGKILL while infusing, restart, resume; the record is whole and replays."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    rig.sim.until(lambda now: now["counter_nl"] > 15_000, 5.0, "some volume is given")
    killed_ms = link_ms()
    rig.daemon.send(signal.SIGKILL)
    rig.stops_by_itself(killed_ms)
    restart_and_resume(rig)
    rig.daemon.send(signal.SIGTERM)
    assert rig.daemon.wait(5.0) == 0
    assert_journal_holds(rig.journal)


def test_a_daemon_killed_in_a_pause_comes_back_with_the_nurses_pause(make_rig: Callable[..., Rig]) -> None:
    """Law 8, I6, I7, I8: a manual pause, on disk within a second, outranks everything, across restarts."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    assert stages(rig.pause())[-1] == "confirmed"
    rig.until_recorded("pause_pressed", 1.0)
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    rig.start_daemon()
    state = rig.until(lambda one: one["word"] == "PAUSED", 5.0, "PAUSED")
    assert {"nurse", "restart"} <= {one["source"] for one in state["holds"]}
    assert "paused by nina" in why(state)
    assert not rig.sim.truth()["running"]


def test_a_daemon_told_to_end_halts_first_and_comes_back_paused(make_rig: Callable[..., Rig]) -> None:
    """Row 80, I7, I10: SIGTERM: the pump stands before the process is gone, all within 3.5 s."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    rig.sim.until(lambda now: now["counter_nl"] > 15_000, 5.0, "some volume is given")
    told_ms = link_ms()
    rig.daemon.send(signal.SIGTERM)
    assert rig.daemon.wait(5.0) == 0
    ended_ms = link_ms()
    truth = rig.sim.truth()
    assert not truth["running"]
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"] < ended_ms, "our halt, before the end"
    assert truth["halted_at_link_ms"] - told_ms <= 500.0
    assert ended_ms - told_ms <= 3_500.0
    rig.note("SIGTERM to halted", (truth["halted_at_link_ms"] - told_ms) / 1000.0)
    rig.note("SIGTERM to exit", (ended_ms - told_ms) / 1000.0)
    assert_journal_holds(rig.journal)
    restart_and_resume(rig)


def test_a_daemon_told_to_end_does_not_wait_for_a_pump_that_will_not_stop(
    make_rig: Callable[..., Rig],
) -> None:
    """Rows 3, 80, I10: SIGTERM with a pump that refuses STP: gone within 3.5 s, and the lease does the rest."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    rig.sim.fault("stop_refused")
    told_ms = link_ms()
    rig.daemon.send(signal.SIGTERM)
    assert rig.daemon.wait(5.0) == 0
    ended_ms = link_ms()
    assert ended_ms - told_ms <= 3_500.0
    rig.note("SIGTERM to exit", (ended_ms - told_ms) / 1000.0)
    truth = rig.sim.until_halted(STOPS_BY_ITSELF_S)
    assert truth["halted_at_link_ms"] - ended_ms <= STOPS_BY_ITSELF_S * 1000.0


def test_a_frozen_daemon_starves_its_pump_and_wakes_up_paused(rig: Rig) -> None:
    """Rows 92, 93, I3, I20: SIGSTOP for 4 s; who asks meanwhile is sent to the pump's own stop key."""
    rig.begin()
    rig.sim.until(lambda now: now["counter_nl"] > 15_000, 5.0, "some volume is given")
    frozen_ms = link_ms()
    rig.daemon.send(signal.SIGSTOP)
    try:
        rig.stops_by_itself(frozen_ms)
        asked = pumpctl(rig.socket, "--as", "nina", "pause")
        assert (asked.returncode, "stop key" in asked.stdout + asked.stderr) == (3, True), asked
        rig.sim.until(lambda now: now["link_ms"] > frozen_ms + 4_000.0, 5.0, "four seconds are over")
    finally:
        rig.daemon.send(signal.SIGCONT)
    state = rig.until_word("PAUSED", 2.0)
    assert state["holds"], why(state)
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.5, "it stays paused")
    truth = rig.sim.truth()
    assert not truth["running"]
    assert len([one for one in truth["motions"] if one["link_ms"] > frozen_ms]) == 1, "it moved once more"
