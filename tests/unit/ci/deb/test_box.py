"""The parts of the box that need no root: its groups, its terminal."""

import os
import pty
import time
from pathlib import Path

import pytest
from deb_scripts import load

box = load("box")


def test_a_tree_of_groups_goes_from_its_leaves_up(tmp_path: Path) -> None:
    top = tmp_path / "box"
    (top / "system.slice" / "pumpd.service").mkdir(parents=True)
    (top / "init.scope").mkdir()
    box.leave_groups(top)
    assert not top.exists()


def test_a_group_in_which_something_lives_on_is_said_when_the_time_is_up(tmp_path: Path) -> None:
    top = tmp_path / "box"
    (top / "system.slice").mkdir(parents=True)
    (top / "system.slice" / "lives").touch()
    with pytest.raises(OSError, match="not empty"):
        box.leave_groups(top, within_s=0.0)


def test_a_terminal_is_read_until_its_last_user_has_gone_or_it_is_too_late() -> None:
    ours, theirs = pty.openpty()
    os.write(theirs, b"asked\n")
    assert box._read(ours, time.monotonic() + 5.0) == "asked\r\n"
    assert box._read(ours, time.monotonic()) is None
    os.close(theirs)
    assert box._read(ours, time.monotonic() + 5.0) is None
    os.close(ours)
