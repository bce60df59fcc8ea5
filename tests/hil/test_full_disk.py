"""A disk that takes nothing more: delivery ends with the reason, and the halt waits for no record.

Theory of operation. A file-size limit put on the running daemon makes every further write of the journal
fail, as a full disk does, without needing a disk to fill or rights to mount one. The log goes through a pipe
and is not touched.
"""

import resource
import signal
from collections.abc import Callable

import pytest
from rig import Rig, reasons, stages, why
from rig_programs import link_ms

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]


def test_a_journal_that_cannot_be_written_pauses_and_lets_nobody_resume(make_rig: Callable[..., Rig]) -> None:
    """Rows 82, 83, I8, I9, F12: PAUSED within T_s and a flush, STP works, resume refused, restart PAUSED."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    full_ms = link_ms()
    resource.prlimit(rig.daemon.child.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    state, truth, _ = rig.comes_to_rest(full_ms, 2.0)
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"], "halted by our STP, not by neglect"
    state = rig.until(rig.has_alarm("JOURNAL"), 1.0, "alarm JOURNAL")
    assert state["word"] == "PAUSED"
    assert "journal cannot be written" in state["headline"], state["headline"]
    assert state["journal"]["ok"] is False

    refused = rig.press("resume", args={"epoch": rig.status()["epoch"]})
    assert stages(refused) == ["refused"]
    assert "journal cannot be written" in reasons(refused)
    assert stages(rig.pause())[-1] == "confirmed", "a pause needs no disk"
    assert not rig.sim.truth()["running"]

    rig.daemon.send(signal.SIGTERM)
    assert rig.daemon.wait(5.0) == 0
    rig.start_daemon()
    state = rig.until_word("PAUSED")
    assert "daemon was restarted" in why(state)


def test_a_pause_pressed_in_the_moment_the_disk_fills_is_obeyed(make_rig: Callable[..., Rig]) -> None:
    """F12, I9: the record fails after the halt, never before it."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    resource.prlimit(rig.daemon.child.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    pressed_ms = link_ms()
    assert stages(rig.pause())[-1] == "confirmed"
    rig.comes_to_rest(pressed_ms, 0.25)
