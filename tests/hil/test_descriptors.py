"""File descriptors exhausted, for real, in the running daemon (faults row 98): a rule stops, and so does a person.

Theory of operation. The limit of the running process is lowered to what it has open and a little more, and clients that
want nothing take that little. Nothing may then need a descriptor that is not there: the pump's line and the journal are
open, and one is kept for whoever presses pause.
"""

import os
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rig import Rig, stages, why
from rig_programs import link_ms

from pumpd.console_client import ConsoleUnreachable

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

WATCH = b'{"id":"w","verb":"watch","channel":"bed-1","args":{}}\n'


@contextmanager
def all_taken(rig: Rig) -> Iterator[None]:
    """The daemon has no descriptor left: those it can still take are taken by people who only watch."""
    pid = rig.daemon.child.pid
    highest = max(int(one) for one in os.listdir(f"/proc/{pid}/fd"))
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (highest + 2, before[1]))
    idle: list[socket.socket] = []
    try:
        while not _is_refused(rig, idle):
            assert len(idle) < 30, "they are not all taken"
        yield
    finally:
        for one in idle:
            one.close()
    _is_served_again(rig)
    # There is room again, but little: who asks twice may find his own first question still there.
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def _is_served_again(rig: Rig) -> None:
    """The daemon closes its ends when it hears of it."""
    deadline_ms = link_ms() + 5_000
    while True:
        try:
            rig.status()
        except ConsoleUnreachable:
            assert link_ms() < deadline_ms, "nobody is served although there is room"
        else:
            return


def _is_refused(rig: Rig, idle: list[socket.socket]) -> bool:
    """One more comes to watch: there is no descriptor for it."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    idle.append(one)
    one.settimeout(5.0)
    one.connect(str(rig.socket))
    one.sendall(WATCH)
    return b"no file descriptor left" in one.recv(65_536)


def test_row_98_with_every_descriptor_taken_a_person_pauses_the_pump(make_rig: Callable[..., Rig]) -> None:
    """Law 6, I9: the press of somebody whose connection is the one too many."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    with all_taken(rig):
        assert rig.sim.truth()["running"], "taking descriptors disturbs no delivery"
        pressed_ms = link_ms()
        assert stages(rig.pause())[-1] == "confirmed"
        truth = rig.sim.until_halted(1.0)
        took_s = (truth["halted_at_link_ms"] - pressed_ms) / 1000
        rig.note("press to stand-still with no descriptor left", took_s)
        assert took_s <= 0.5
        assert stages(rig.press("stop"))[-1] == "confirmed", "and the next one is heard as well"
    assert rig.status()["word"] == "STOPPED"


def test_row_98_with_every_descriptor_taken_a_rule_pauses_the_pump(make_rig: Callable[..., Rig]) -> None:
    """I21: the pump's line, the broker's and the journal are open already."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    with all_taken(rig):
        crossed_ms = link_ms()
        rig.monitor.line_mmhg = 320.0
        truth = rig.sim.until_halted(5.0)
        rig.note("line pressure to stand-still", (truth["halted_at_link_ms"] - crossed_ms) / 1000)
    state = rig.until(lambda one: one["word"] in ("PAUSED", "STOPPED"), 5.0, "held by the rule")
    assert "line pressure" in why(state)
    assert state["journal"]["ok"] is True
