"""A treatment left to a person: what is printed suffices, and Ctrl-C ends all of it."""

import os
import re
import select
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from pumpd.demo.by_hand import by_hand
from pumpd.demo.stage import Stage, StageError


@pytest.mark.hil
def test_it_says_how_to_begin_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("pumpd")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [str(program), "demo", "--panel", "--listen", "127.0.0.1:0"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert demo.stdout is not None
    said = b""
    while b"Ctrl-C ends it." not in said:
        assert select.select([demo.stdout], [], [], 30)[0], said
        said += os.read(demo.stdout.fileno(), 4096)
    text = said.decode()
    assert re.search(r"nina, PIN \d{6}", text)
    assert "life speed" in text
    link = re.search(r"http://\S+/pair#\w{8}", text)
    assert link is not None
    with urllib.request.urlopen(link.group().partition("#")[0], timeout=10) as page:
        assert b"Pairing code" in page.read()
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) == 0
    demo.stdout.close()
    assert list(tmp_path.glob("pumpd-demo-*")) == []


class Broken(Stage):
    """Does not come up."""

    def open(self) -> None:
        raise StageError("the broker did not come up")


def test_a_stage_that_does_not_come_up_is_said_and_its_logs_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert by_hand(Broken(tmp_path, 1.0, tmp_path / "none.toml"), "127.0.0.1:0", 1.0) == 1
    assert "the broker did not come up" in capsys.readouterr().err
    assert tmp_path.exists()
