"""Ringing without a daemon."""

import os
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pumpd.stop_all import outcry

TEXT = "pumpd died"


@contextmanager
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


def sounders(*rows: str) -> str:
    return "".join(f"[[sounders]]\n{row}\n" for row in rows)


def test_every_bell_of_the_file_and_the_console_ring_with_the_text(tmp_path: Path) -> None:
    """Rows 92, 99: somebody is told within seconds, and where the pumps are."""
    config = tmp_path / "x.toml"
    with terminal() as (first, one), terminal() as (second, two), terminal() as (console, main):
        rows = [f'kind = "bell"\ndevice = "{device}"' for device in (one, two)]
        config.write_text(sounders(*rows, 'kind = "lamp"\ndevice = "/dev/lamp"'))
        assert set(outcry.call_out(str(config), TEXT, main)) >= {one, two, main}
        for far in (first, second, console):
            heard = os.read(far, 200)
            assert heard.startswith(outcry.BELL)
            assert TEXT.encode() in heard


@pytest.mark.parametrize(
    "text", ["[[sounders", "sounders = 3", "", 'sounders = ["x"]', '[[sounders]]\nkind = "bell"']
)
def test_a_file_that_names_no_bell_still_lets_the_console_ring(tmp_path: Path, text: str) -> None:
    config = tmp_path / "x.toml"
    config.write_text(text)
    assert outcry.bells(str(config)) == ()
    with terminal() as (_, main):
        assert main in outcry.call_out(str(config), TEXT, main)
    assert outcry.bells(str(tmp_path / "none")) == ()


def test_a_device_that_is_not_there_or_takes_nothing_is_passed_over(tmp_path: Path) -> None:
    assert not outcry.ring(str(tmp_path / "none"), TEXT)
    assert not outcry.ring("/dev/full", TEXT)


def test_a_box_without_wall_is_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not outcry.tell_terminals(TEXT)


@pytest.mark.parametrize(("status", "expected"), [(0, True), (1, False)])
def test_who_is_logged_in_is_left_to_wall(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, expected: bool
) -> None:
    told = tmp_path / "told"
    program = tmp_path / "wall"
    program.write_text(f'#!/bin/sh\necho "$@" > {told}\nexit {status}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert outcry.tell_terminals(TEXT) is expected
    assert told.read_text().strip() == f"-t 2 {TEXT}"
