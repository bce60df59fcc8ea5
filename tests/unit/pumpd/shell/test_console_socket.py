"""One owner of the socket file."""

import os
import socket
import stat
from pathlib import Path

import pytest

from pumpd.shell.console_socket import ConsoleSocket, ConsoleUnavailable


def test_the_socket_has_its_mode_and_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with ConsoleSocket(path, 0o640):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert sorted(p.name for p in tmp_path.iterdir()) == ["console.sock", "console.sock.lock"]
    assert not path.exists()


def test_the_socket_of_a_dead_daemon_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    (tmp_path / "console.sock.new").touch()
    with ConsoleSocket(path, 0o600), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_second_daemon_is_refused_and_the_first_keeps_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with ConsoleSocket(path, 0o600):
        with pytest.raises(ConsoleUnavailable, match="another pumpd is running"), ConsoleSocket(path, 0o600):
            pass
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_after_a_refusal_the_path_can_be_taken_once_free(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    first = ConsoleSocket(path, 0o600)
    with first, pytest.raises(ConsoleUnavailable), ConsoleSocket(path, 0o600):
        pass
    with ConsoleSocket(path, 0o600):
        assert path.is_socket()


def test_a_stranger_listening_on_the_path_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(path))
        stranger.listen()
        with pytest.raises(ConsoleUnavailable, match="another program"), ConsoleSocket(path, 0o600):
            pass
        assert path.is_socket()


def test_a_file_on_the_path_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    path.write_text("precious")
    with pytest.raises(ConsoleUnavailable, match="not a socket"), ConsoleSocket(path, 0o600):
        pass
    assert path.read_text() == "precious"


def test_a_socket_that_replaced_ours_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "console.sock"
    with ConsoleSocket(path, 0o600), socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "other"))
        os.rename(tmp_path / "other", path)
    assert path.is_socket()


@pytest.mark.parametrize("name", ["missing/console.sock", "x" * 120])
def test_an_impossible_path_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConsoleUnavailable), ConsoleSocket(tmp_path / name, 0o600):
        pass
