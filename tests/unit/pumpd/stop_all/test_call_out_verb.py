"""Ringing until somebody serves again."""

import os
import socket
import threading
import tty
from pathlib import Path

import pytest

from pumpd.cli.main import main
from pumpd.stop_all.call_out_verb import is_served


def test_it_rings_until_a_daemon_answers_on_the_console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Row 99: the start limit is hit, nobody is left but this."""
    config, path = tmp_path / "x.toml", tmp_path / "console.sock"
    master, slave = os.openpty()
    tty.setraw(slave)
    config.write_text(f'[[sounders]]\nkind = "bell"\ndevice = "{os.ttyname(slave)}"\n')
    rings: list[bytes] = []

    def serve_after_three() -> None:
        while b"".join(rings).count(b"\a") < 3:
            rings.append(os.read(master, 4096))
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            line, _ = listening.accept()
            with line:
                line.recv(200)
                line.sendall(b"{}\n")

    thread = threading.Thread(target=serve_after_three, daemon=True)
    thread.start()
    assert main(["call-out", "--config", str(config), "--every", "0.05", "--until-served", str(path)]) == 0
    thread.join(5.0)
    assert b"".join(rings).count(b"\a") >= 3
    assert "not running" in capsys.readouterr().out
    os.close(master)
    os.close(slave)


def test_a_console_that_nobody_answers_on_is_not_served(tmp_path: Path) -> None:
    assert not is_served(str(tmp_path / "none"))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "frozen"))
        listening.listen()
        assert not is_served(str(tmp_path / "frozen")), "a frozen daemon keeps its socket"


def test_one_call_says_by_its_status_whether_anything_took_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "wall"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["call-out", "--config", str(tmp_path / "none"), "--text", "a drill"]) == 0
    assert "a drill (taken by" in capsys.readouterr().out
