"""A process that is started, killed with all it started, ended in order, and quoted."""

import asyncio
import sys
from pathlib import Path

import pytest
from patience import until

from hil_sim.bench.live_daemon import LiveDaemon

SAYS = "import os; print(os.environ['BED'], flush=True)"
STAYS = "import time, signal; print('up', flush=True); signal.pause()"


def daemon(code: str, folder: Path) -> LiveDaemon:
    return LiveDaemon([sys.executable, "-c", code], {"BED": "bed-7"}, folder / "log")


async def until_said(folder: Path, text: str) -> None:
    await until(lambda: text in (folder / "log").read_text())


async def test_it_lives_in_the_environment_it_is_given_and_its_last_line_is_kept(tmp_path: Path) -> None:
    one = daemon(f"{SAYS}; print('   '); raise SystemExit(4)", tmp_path)
    assert one.last_words() == ""
    await one.start()
    await until(lambda: one.died_with is not None)
    assert one.died_with == 4
    assert one.last_words() == "bed-7"


async def test_a_kill_is_sigkill_and_another_life_may_follow(tmp_path: Path) -> None:
    one = daemon(STAYS, tmp_path)
    await one.start()
    await until_said(tmp_path, "up\n")
    one.kill()
    await one.start()
    await until_said(tmp_path, "up\nup\n")
    assert one.died_with is None
    await one.end()
    assert one.died_with is None


async def test_a_kill_reaches_what_it_started(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(STAYS)
    child = str(tmp_path / "child.py")
    one = daemon(f"import subprocess, sys; subprocess.run([sys.executable, {child!r}])", tmp_path)
    await one.start()
    await until_said(tmp_path, "up")
    assert is_running(child)
    one.kill()
    await one.buried()
    await until(lambda: not is_running(child))


def is_running(argument: str) -> bool:
    return any(argument.encode() in _read(path).split(b"\0") for path in Path("/proc").glob("[0-9]*/cmdline"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


async def test_one_that_does_not_end_on_sigterm_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil_sim.bench.live_daemon.ENDS_WITHIN_S", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile 1: signal.pause()"
    one = daemon(deaf, tmp_path)
    await one.start()
    await until_said(tmp_path, "up")
    async with asyncio.timeout(10):
        await one.end()


async def test_a_program_that_is_not_there_is_an_error_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await LiveDaemon(["/no/such"], {}, tmp_path / "log").start()


async def test_what_never_lived_is_ended_without_ado(tmp_path: Path) -> None:
    one = daemon(STAYS, tmp_path)
    one.kill()
    await one.end()
