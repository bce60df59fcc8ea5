"""Lines opened with the least that can open them."""

import fcntl
import os
import socket
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers.line.halting import PortSettings
from pumpd.stop_all.port import Port, PortShut, open_port

SETTINGS = PortSettings(9600)


@contextmanager
def terminal() -> Iterator[tuple[int, str]]:
    """The far end of a pty, and the name of the near one."""
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


@contextmanager
def closing(port: Port) -> Iterator[Port]:
    try:
        yield port
    finally:
        port.close()


def test_bytes_pass_both_ways_through_a_terminal_whatever_its_parity() -> None:
    """A pty has neither parity nor stop bits and refuses them the second time."""
    with terminal() as (master, name), closing(open_port(name, PortSettings(19200, "E", 2))) as port:
        port.give(b"stop\r")
        assert os.read(master, 100) == b"stop\r"
        os.write(master, b">ok\r")
        assert port.take(1.0) == b">ok\r"
        assert port.take(0.0) == b""


def test_what_lay_in_the_port_before_answers_nothing_of_ours() -> None:
    """Row 24."""
    with terminal() as (master, name):
        os.write(master, b"old")
        with closing(open_port(name, SETTINGS)) as port:
            assert port.take(0.0) == b""


def test_a_port_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(PortShut, match="No such file or directory"):
        open_port(str(tmp_path / "none"), SETTINGS)
    (tmp_path / "file").touch()
    with pytest.raises(PortShut):
        open_port(str(tmp_path / "file"), SETTINGS)


def test_a_port_that_another_program_has_locked_politely_is_opened_all_the_same() -> None:
    """A frozen daemon holds its lock (row 92)."""
    with terminal() as (_, name):
        other = os.open(name, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with closing(open_port(name, SETTINGS)) as port:
            port.give(b"stop\r")
        os.close(other)


def test_a_port_that_the_kernel_keeps_for_another_is_told_as_held_unless_we_are_root() -> None:
    """TIOCEXCL: only root passes (facts/ecosystem.md 1)."""
    with terminal() as (_, name):
        other = os.open(name, os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(other, termios.TIOCEXCL)
        child = os.fork()
        if child == 0:
            status = 3
            try:
                os.setuid(65534) if os.geteuid() == 0 else None
                open_port(name, SETTINGS)
            except PortShut as shut:
                status = 0 if shut.is_held or "Permission" in str(shut) else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        fcntl.ioctl(other, termios.TIOCNXCL)
        os.close(other)


def fill(port: Port) -> None:
    """Write until nobody takes any more."""
    for _ in range(1_000):
        port.give(b"x" * 4096)


def test_a_line_that_takes_no_bytes_is_given_up() -> None:
    """Row 27."""
    with (
        terminal() as (_, name),
        closing(open_port(name, SETTINGS)) as port,
        pytest.raises(PortShut, match="not taken"),
    ):
        fill(port)


def test_a_terminal_whose_far_end_has_gone_is_told() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    with closing(open_port(name, SETTINGS)) as port:
        os.close(master)
        with pytest.raises(PortShut):
            port.take(1.0)
        with pytest.raises(PortShut, match="writing failed"):
            port.give(b"stop\r")
    os.close(slave)


def test_bytes_pass_both_ways_over_tcp_and_its_end_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with closing(open_port(f"tcp:127.0.0.1:{number}", SETTINGS)) as port:
            far, _ = server.accept()
            with far:
                port.give(b"stop\r")
                assert far.recv(100) == b"stop\r"
                far.sendall(b"ok")
                assert port.take(1.0) == b"ok"
            with pytest.raises(PortShut):
                port.take(1.0)


@pytest.mark.parametrize(
    "port", ["tcp:127.0.0.1:1", "tcp:127.0.0.1:", "tcp:127.0.0.1:x", "tcp:127.0.0.1:99999"]
)
def test_a_connection_that_cannot_be_made_is_told(port: str) -> None:
    with pytest.raises(PortShut, match="cannot be connected"):
        open_port(port, SETTINGS)
