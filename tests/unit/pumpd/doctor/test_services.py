"""Units as systemctl tells them, the panel as it answers, the daemon as it shows itself."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from pumpd.doctor.services import (
    DaemonReading,
    judge_daemon,
    judge_panel,
    judge_state,
    judge_unit,
    look_at_panel,
    read_daemon,
    read_unit,
)
from pumpd.doctor.verdict import Level
from pumpd.shell.port_claim import PortClaims

GOOD = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "running",
    "UnitFileState": "enabled",
    "WatchdogUSec": "2s",
    "NRestarts": "0",
    "Result": "success",
    "NeedDaemonReload": "no",
}


@pytest.mark.parametrize(
    ("changed", "level", "says"),
    [
        ({}, Level.OK, "active (running), enabled, watchdog 2s"),
        ({"LoadState": "not-found"}, Level.FAIL, "is not-found"),
        (
            {"ActiveState": "failed", "SubState": "failed", "Result": "exit-code"},
            Level.FAIL,
            "result exit-code",
        ),
        ({"WatchdogUSec": "0"}, Level.FAIL, "nobody notices a daemon that hangs"),
        ({"NeedDaemonReload": "yes"}, Level.WARN, "its file was changed"),
        ({"ActiveState": "inactive", "SubState": "dead"}, Level.WARN, "inactive (dead)"),
        ({"UnitFileState": "disabled"}, Level.WARN, "does not start by itself"),
        ({"NRestarts": "3"}, Level.WARN, "restarted 3 time(s)"),
    ],
)
def test_a_unit_is_judged_by_what_systemd_tells(changed: dict[str, str], level: Level, says: str) -> None:
    found = judge_unit("pumpd.service", {**GOOD, **changed})
    assert found.level is level
    assert says in found.measured
    assert bool(found.remedy) is (level is not Level.OK)


def test_without_systemd_it_is_said_and_the_panel_needs_no_watchdog() -> None:
    assert judge_unit("pumpd.service", None).level is Level.WARN
    assert judge_unit("pumpd-panel.service", {**GOOD, "WatchdogUSec": "0"}).level is Level.OK


async def test_systemctl_is_asked_and_only_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "systemctl"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\necho LoadState=loaded\necho Result=success\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert await read_unit("pumpd.service") == {"LoadState": "loaded", "Result": "success"}
    assert (tmp_path / "asked").read_text().startswith("show pumpd.service -p ")
    program.write_text("#!/bin/sh\nexit 1\n")
    assert await read_unit("pumpd.service") is None


async def test_a_panel_that_answers_one_that_is_ill_and_none() -> None:
    words = [b"HTTP/1.1 303 See Other\r\n\r\n", b"HTTP/1.1 500 Oops\r\n\r\n", b"SSH-2.0\r\n"]

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    levels = [(await look_at_panel(url))[0].level for _ in range(3)]
    server.close()
    await server.wait_closed()
    assert levels == [Level.OK, Level.FAIL, Level.FAIL]
    assert (await look_at_panel(url))[0].level is Level.FAIL
    (wrong,) = await look_at_panel("nonsense")
    assert "http://HOST:PORT" in wrong.measured
    assert judge_panel("u", "HTTP/1.1 200 OK").level is Level.OK


def _state(**changed: Any) -> dict[str, Any]:
    return {"word": "INFUSING", "phase": "infusing", "configuration": {"hash": "a" * 64}, **changed}


def test_a_daemon_that_runs_with_another_file_is_told_with_both_hashes() -> None:
    reading = DaemonReading({"bed-1": _state()}, pid=7)
    assert judge_daemon(reading, "a" * 64).level is Level.OK
    other = judge_daemon(reading, "b" * 64)
    assert other.level is Level.WARN
    assert "aaaaaaaaaaaa" in other.measured
    assert "bbbbbbbbbbbb" in other.measured


def test_what_the_daemon_itself_finds_wrong_is_passed_on() -> None:
    well = {"feed": {"link": "up"}, "journal": {"ok": True}, "configuration": {"edited": ""}}
    assert judge_state("bed-1", well) == ()
    ill = {
        "feed": {"link": "down", "reason": "refused"},
        "journal": {"ok": False, "reason": "disk full"},
        "configuration": {"edited": "the file was changed"},
    }
    found = judge_state("bed-1", ill)
    assert [one.level for one in found] == [Level.FAIL, Level.FAIL, Level.WARN]
    assert ["refused" in found[0].measured, "disk full" in found[1].measured] == [True, True]


def test_a_session_is_under_way_unless_every_channel_says_not() -> None:
    assert DaemonReading({"bed-1": _state()}).is_under_way
    assert not DaemonReading({"bed-1": _state(phase="stopped")}).is_under_way
    assert DaemonReading({}, claimed=("/dev/a",)).is_under_way, "nobody says, so it must be assumed"
    assert not DaemonReading({}).is_under_way


async def test_where_none_runs_nothing_is_left_to_it_and_a_claim_says_that_one_does(tmp_path: Path) -> None:
    port = str(tmp_path / "port")
    socket = str(tmp_path / "console.sock")
    none = await read_daemon(socket, ["bed-1"], [port])
    assert not none.is_running
    assert judge_daemon(none, "a").level is Level.OK
    claims = PortClaims()
    claims.take(port)
    held = await read_daemon(socket, ["bed-1"], [port, port])
    claims.release()
    assert held.claimed == (port,)
    assert judge_daemon(held, "a").level is Level.FAIL
