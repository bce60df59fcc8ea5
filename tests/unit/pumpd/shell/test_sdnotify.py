"""What systemd is told, on real datagram sockets."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pumpd.shell.sdnotify import PING_EVERY_MS, STATUS_EVERY_MS, STATUS_MAX, Overseer, from_environment

WORDS = {"bed-1": "INFUSING", "bed-2": "PAUSED"}


class Ear:
    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(65_536).decode())
            except BlockingIOError:
                return found


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "notify") if request.param == "path" else f"@pumpd-test-{os.getpid()}"


@pytest.fixture
def ear(address: str) -> Iterator[Ear]:
    one = Ear(address)
    yield one
    one.socket.close()


def watched(address: str) -> Overseer:
    environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": str(os.getpid())}
    return from_environment(environment)


def test_ready_comes_with_the_words_of_all_channels_on_one_line(ear: Ear, address: str) -> None:
    manager = watched(address)
    manager.ready(1_000, lambda: WORDS)
    assert ear.heard() == ["READY=1\nSTATUS=bed-1 INFUSING; bed-2 PAUSED"]
    manager.close()


def test_before_ready_no_cycle_says_anything(ear: Ear, address: str) -> None:
    manager = watched(address)
    manager.cycle_completed(0, lambda: WORDS)
    assert ear.heard() == []


def test_each_completed_cycle_pings_four_times_a_second_at_most(ear: Ear, address: str) -> None:
    """I20, and the manager that fast pinging can hang."""
    manager = watched(address)
    manager.ready(0, lambda: WORDS)
    ear.heard()
    for link_ms in range(0, 2_000, 100):
        manager.cycle_completed(link_ms, lambda: WORDS)
    pings = ear.heard()
    assert set(pings) == {"WATCHDOG=1"}
    assert 2_000 // 300 <= len(pings) <= 2_000 // PING_EVERY_MS
    manager.close()


def test_a_status_is_said_when_it_has_changed_and_once_a_second_at_most(ear: Ear, address: str) -> None:
    manager = Overseer(address)
    manager.ready(0, lambda: WORDS)
    ear.heard()
    for link_ms in range(100, STATUS_EVERY_MS + 1_500, 100):
        manager.cycle_completed(link_ms, lambda: {"bed-1": "PAUSED\nREADY=1"})
    assert ear.heard() == ["STATUS=bed-1 PAUSED READY=1"], "one line, and nobody's words are another command"
    manager.close()


def test_sixty_four_channels_stay_one_datagram(ear: Ear, address: str) -> None:
    manager = Overseer(address)
    manager.ready(0, lambda: {f"{'b' * 29}-{n:02}": "INFUSING" for n in range(64)})
    [said] = ear.heard()
    assert len(said) <= STATUS_MAX + 20
    manager.close()


def test_stopping_is_said(ear: Ear, address: str) -> None:
    manager = watched(address)
    manager.stopping()
    assert ear.heard() == ["STOPPING=1\nSTATUS=halting every pump"]
    manager.close()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "soon"},
    ],
    ids=["none", "another process's", "nonsense"],
)
def test_a_watchdog_that_is_not_ours_is_not_fed(ear: Ear, address: str, environment: dict[str, str]) -> None:
    manager = from_environment({"NOTIFY_SOCKET": address, **environment})
    manager.ready(0, lambda: WORDS)
    manager.cycle_completed(500, lambda: WORDS)
    assert "WATCHDOG=1" not in "\n".join(ear.heard())
    manager.close()


def test_without_a_manager_or_with_one_that_is_gone_nothing_is_raised(tmp_path: Path) -> None:
    for manager in (from_environment({}), Overseer(str(tmp_path / "none"), is_watched=True)):
        manager.ready(0, lambda: WORDS)
        manager.cycle_completed(500, lambda: WORDS)
        manager.stopping()
        manager.close()


def test_a_manager_that_does_not_read_holds_nothing_up(ear: Ear, address: str) -> None:
    """Row 104: its socket fills, and the control cycle goes on."""
    manager = Overseer(address, is_watched=True)
    manager.ready(0, lambda: WORDS)
    for link_ms in range(0, 10_000 * PING_EVERY_MS, PING_EVERY_MS):
        manager.cycle_completed(link_ms, lambda: WORDS)
    assert len(ear.heard()) < 10_000
    manager.close()
