"""`hil-sim run --live` as typed: stories in a row, refusals before the first, and an end in order."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import toy_daemon
from real_mosquitto import Mosquitto

from hil_sim.bench.run_verb import HELD, NOT_PLAYED
from hil_sim.cli import main

TOY = f"{sys.executable} {Path(toy_daemon.__file__)}"
QUIET = 'title = "{title}"\nends_after_s = {ends_s}\n[nurse]\nstarts = false\n[[expect]]\nword = "NO ORDER"\n'


def write(folder: Path, name: str, ends_s: float = 3.0) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(QUIET.format(title=name, ends_s=ends_s))
    return path


@pytest.mark.mosquitto
def test_stories_are_played_one_after_the_other_and_told_as_virtual_ones_are(
    tmp_path: Path, mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "first")
    write(tmp_path, "second")
    broker, xml = f"127.0.0.1:{mosquitto.port}", tmp_path / "new" / "out.xml"
    words = ["--broker", broker, "--command", TOY, "--speed", "10", "--junit", str(xml)]
    assert main(["run", "--live", str(tmp_path), *words, "--html", str(tmp_path / "pages")]) == HELD
    said = capsys.readouterr().out
    assert said.count("1/1") == 2
    assert 'failures="0"' in xml.read_text()
    pages = {path.name: path.read_text() for path in (tmp_path / "pages").glob("*.html")}
    assert len(pages) == 3
    assert all("live at 10x" in text for name, text in pages.items() if name != "index.html")


def test_a_crash_of_a_daemon_that_is_not_ours_is_refused_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a")
    kills = write(tmp_path, "b")
    kills.write_text(kills.read_text() + '[[timeline]]\nat_s = 1\nkind = "daemon"\nname = "crash"\n')
    words = ["--broker", "127.0.0.1:1", "--console", str(tmp_path / "c"), "--listen", "tcp:0"]
    assert main(["run", "--live", str(tmp_path), *words]) == NOT_PLAYED
    shown = capsys.readouterr()
    assert "b.toml: the story kills the daemon; that needs --command" in shown.err
    assert shown.out == ""


@pytest.mark.mosquitto
def test_ctrl_c_ends_daemon_and_story_and_what_was_played_is_still_told(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    short, long, never = write(tmp_path, "a"), write(tmp_path, "b", 5000.0), write(tmp_path, "c")
    argv = [sys.executable, "-m", "hil_sim.cli", "run", "--live", *map(str, (short, long, never))]
    argv += ["--broker", f"127.0.0.1:{mosquitto.port}", "--command", TOY, "--speed", "10"]
    argv += ["--keep", str(tmp_path / "kept")]
    bench = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    sockets = (path for _ in iter(int, 1) for path in (tmp_path / "kept").glob("b-*/console.sock"))
    console = next(sockets)
    os.kill(bench.pid, signal.SIGINT)
    said, _ = bench.communicate(timeout=60)
    assert bench.returncode == NOT_PLAYED
    assert "1/1" in said
    assert said.count("not played: interrupted") == 2
    with socket.socket(socket.AF_UNIX) as caller, pytest.raises(OSError, match=r"refused|No such file"):
        caller.connect(str(console))
