"""Somebody changes the configuration: under a running infusion, and between two lives of the daemon (I25, row 102)."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from rig import Rig, State, stages, why
from rig_programs import link_ms, pumpctl

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

TIGHTER = "[limits]\nsystolic_slow_mmhg = 150\n"
WITHIN_S = 1.5  # row 102 says 1 s; the rest is this machine's


def _save(path: Path, text: str) -> None:
    """As editors do: another file under the same name."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)


def _hash(state: State) -> str:
    return str(state["configuration"]["hash"])[:12]


def test_a_file_saved_under_a_running_infusion_pauses_it_and_says_what_changed(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig()
    rig.start_daemon()
    before = _hash(rig.begin())
    path = rig.folder / "pumpd.toml"
    text = path.read_text(encoding="utf-8")
    _save(path, "# a remark changes nothing\n" + text)
    rig.throughout(lambda one: one["word"] == "INFUSING", 1.5, "it goes on")
    saved_ms = link_ms()
    _save(path, text + TIGHTER)
    state, _, _ = rig.comes_to_rest(saved_ms, WITHIN_S)
    told = why(state)
    assert f"{before} is in force, the file says" in told, told
    assert "limits.systolic_slow_mmhg: (left out) -> 150" in told, told
    assert _hash(state) == before, "the daemon goes on with what it read"
    _save(path, text)
    rig.until(lambda one: not one["configuration"]["edited"], 3.0, "the file says again what is in force")
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.0, "and nothing begins by itself")
    rig.monitor.cuff(125.0, 79.0)
    assert rig.resume_and_flow()["word"] == "SLOWED"


def test_a_restart_under_another_configuration_stands_until_a_person_who_reads_it_resumes(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig()
    rig.start_daemon()
    before = _hash(rig.begin())
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    rig.more = TIGHTER
    rig.start_daemon()
    state = rig.until(
        lambda one: one["word"] == "PAUSED" and one["pump"]["motion"] == "halted", 8.0, "PAUSED, halted"
    )
    after = _hash(state)
    assert after != before
    told = why(state)
    assert f"begun under {before}, now {after} is in force" in told, told
    assert "limits.systolic_slow_mmhg: (left out) -> 150" in told, told
    shown = pumpctl(rig.socket, "status")
    assert f"config    {after}; the configuration was changed" in shown.stdout, shown.stdout
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.5, "it stays paused")
    assert not rig.sim.truth()["running"]
    rig.monitor.cuff(125.0, 79.0)
    assert stages(rig.resume())[-1] == "confirmed"
    state = rig.until(lambda one: not one["configuration"]["changed"], 3.0, "now it is this session's")
    assert _hash(state) == after
    rig.until_recorded('"configuration"')
