"""A terminal that may fill up, hang up, or be none: on real pseudo-terminals."""

import os
import pty
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from pumpd.shell.bedside.terminal import Terminal


class Line:
    """Both ends; `name` is what a program opens."""

    def __init__(self) -> None:
        self.ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self.name = os.ttyname(theirs)
        self._theirs = theirs

    def read(self) -> bytes:
        return os.read(self.ours, 65_536)

    def read_some(self, count: int) -> bytes:
        """So many bytes, in however many pieces they come."""
        found = b""
        while len(found) < count:
            found += self.read()
        return found

    def hang_up(self) -> None:
        for fd in (self.ours, self._theirs):
            os.close(fd)
        self.ours = -1


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    if made.ours >= 0:
        made.hang_up()


def test_what_is_written_comes_out(line: Line) -> None:
    terminal = Terminal(line.name)
    terminal.check()
    terminal.write(b"\a")
    terminal.write(b"light")
    assert line.read_some(6) == b"\alight"
    terminal.close()
    terminal.write(b"again")
    assert line.read_some(5) == b"again"
    terminal.close()


def test_a_terminal_that_takes_no_more_is_an_error_at_once_and_works_again_once_it_is_read(
    line: Line,
) -> None:
    """The control cycle waits for nothing, least of all for a bell."""
    terminal = Terminal(line.name)
    while _takes(terminal, b"x" * 1_000):
        pass
    with pytest.raises(OSError, match="takes no more bytes"):
        terminal.check()
    while line.read() and not _takes(terminal, b""):
        pass
    terminal.write(b"\a")
    terminal.close()


def _takes(terminal: Terminal, text: bytes) -> bool:
    try:
        terminal.write(text)
    except OSError:
        return False
    return True


def test_a_terminal_whose_other_end_has_gone_is_an_error_without_writing(line: Line) -> None:
    terminal = Terminal(line.name)
    terminal.check()
    line.hang_up()
    with pytest.raises(OSError, match="other end has gone"):
        terminal.check()
    with pytest.raises(OSError):
        terminal.check()


def test_what_is_no_terminal_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    file = tmp_path / "disk"
    file.write_bytes(b"precious")
    with pytest.raises(OSError, match="is no terminal"):
        Terminal(str(file)).write(b"\a")
    assert file.read_bytes() == b"precious"
    with pytest.raises(FileNotFoundError):
        Terminal(str(tmp_path / "missing")).check()


def test_the_terminal_never_becomes_ours(line: Line) -> None:
    """With a controlling terminal its hang-up would end the daemon. Asked in a session that has none."""
    code = (
        "import os, sys; from pumpd.shell.bedside.terminal import Terminal;"
        "Terminal(sys.argv[1]).check(); os.open('/dev/tty', os.O_RDONLY)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, line.name],
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "/dev/tty" in ended.stderr.splitlines()[-1], "there is none to open"
