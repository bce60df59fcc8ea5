"""The blocking client against a real console, and against everything that is not one."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from console_bench import ORDER, Bench

from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.shell.console_acts import PersonAct


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


@contextmanager
def answering(path: Path, answer: bytes, is_closing: bool = False) -> Iterator[None]:
    """A listener that reads one line, writes `answer` to it, and then keeps still or hangs up."""
    done = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)
            if not is_closing:
                done.wait(30)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def confirm(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")
    bench.console.answer(act.request_id, "confirmed", state={"word": "PAUSED"})


async def ask(path: Path, verb: str, *args: Any) -> list[dict[str, Any]]:
    return await asyncio.to_thread(lambda: list(ConsoleClient(path).request(verb, *args)))


async def test_a_pause_is_told_from_accepted_to_confirmed(path: Path) -> None:
    async with Bench(path, script=confirm).serving():
        replies = await ask(path, "pause", "bed-1", "nina")
    assert [reply["stage"] for reply in replies] == ["accepted", "confirmed"]
    assert replies[-1]["state"] == {"word": "PAUSED"}


async def test_a_pause_is_sent_before_anybody_iterates(path: Path) -> None:
    """Design law 6."""
    heard = asyncio.Event()
    async with Bench(path, script=lambda *_: heard.set()).serving():
        replies = await asyncio.to_thread(ConsoleClient(path).request, "pause", None, "nina")
        async with asyncio.timeout(5):
            await heard.wait()
        replies.close()  # type: ignore[attr-defined]


async def test_an_order_ends_with_accepted_because_nothing_moves(path: Path) -> None:
    async with Bench(path, script=confirm).serving() as bench:
        replies = await ask(path, "order", "bed-1", "nina", "123456", ORDER)
    assert [reply["stage"] for reply in replies] == ["accepted"]
    assert bench.heard[0].args["dose_mg_per_kg"] == "0.5"


async def test_a_refusal_is_the_last_word(path: Path) -> None:
    async with Bench(path, script=confirm).serving():
        replies = await ask(path, "start", "bed-1", "nina", "wrong")
    assert [reply["stage"] for reply in replies] == ["refused"]


async def test_status_and_watch_give_states(path: Path) -> None:
    async with Bench(path).serving():

        def look() -> list[dict[str, Any]]:
            client = ConsoleClient(path)
            with client.watch() as states:
                return [client.status(), next(iter(states))]

        status, first = await asyncio.to_thread(look)
    assert status == first == {"channel": "bed-1", "word": "INFUSING", "epoch": 12}


async def test_a_watch_with_a_listener_says_that_it_is_looked_at_and_shows_states_only(path: Path) -> None:
    """At once, and then no more often than every five seconds."""

    def look(client: ConsoleClient) -> list[str]:
        with client.watch("bed-1", "live view") as states:
            return [state["word"] for state, _ in zip(states, range(3), strict=False)]

    async with Bench(path).serving() as bench:
        assert await asyncio.to_thread(look, ConsoleClient(path)) == ["INFUSING"] * 3
    assert [(act.verb, act.args["listener"]) for act in bench.heard] == [("listening", "live view")]


async def test_a_watch_without_a_listener_claims_nothing(path: Path) -> None:
    async with Bench(path).serving() as bench:
        with await asyncio.to_thread(ConsoleClient(path).watch) as states:
            assert (await asyncio.to_thread(states.poll, 5.0) or {})["word"] == "INFUSING"
    assert bench.heard == []


def test_a_daemon_too_old_to_know_listeners_is_watched_all_the_same(path: Path) -> None:
    told = b'{"id":"listening","stage":"refused","reasons":["verb must be one of"],"state":null}\n'
    told += b'{"id":"1","stage":"state","reasons":[],"state":{"word":"PAUSED"}}\n'
    with answering(path, told), ConsoleClient(path).watch(listener="live view") as states:
        assert states.poll(5.0) == {"word": "PAUSED"}


async def test_a_refused_status_or_watch_is_an_error_with_its_reason(path: Path) -> None:
    async with Bench(path).serving():
        client = ConsoleClient(path)
        with pytest.raises(ConsoleUnreachable, match="channel must be one of: bed-1"):
            await asyncio.to_thread(client.status, "bed-7")
        stream = await asyncio.to_thread(client.watch, "bed-7")
        with pytest.raises(ConsoleUnreachable, match="channel must be one of: bed-1"):
            await asyncio.to_thread(stream.poll, 5.0)


def test_a_pause_that_nobody_answers_is_not_confirmed_after_a_second_and_a_half(path: Path) -> None:
    """Design law 4: the outcome is unknown, and that is what is said. Faults row 73."""
    with answering(path, b""):
        replies = list(ConsoleClient(path).request("pause", "bed-1", "nina"))
    assert [reply["stage"] for reply in replies] == ["not_confirmed"]
    assert replies[0]["reasons"] == ["the daemon has not answered within 1.5 s"]


def test_an_accepted_start_without_readback_is_not_confirmed(path: Path) -> None:
    with answering(path, b'{"id":"1","stage":"accepted","reasons":[],"state":null}\n'):
        replies = list(ConsoleClient(path).request("start", "bed-1", "nina", "123456"))
    assert [reply["stage"] for reply in replies] == ["accepted", "not_confirmed"]


def test_a_confirmation_after_a_doubt_still_counts(path: Path) -> None:
    words = b"".join(b'{"id":"1","stage":"%s"}\n' % w for w in (b"accepted", b"not_confirmed", b"confirmed"))
    with answering(path, words):
        replies = list(ConsoleClient(path).request("stop", "bed-1", "nina"))
    assert [reply["stage"] for reply in replies] == ["accepted", "not_confirmed", "confirmed"]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\n", b"[1]\n", b"\xff\n"])
def test_an_answer_that_is_no_object_is_an_error_and_no_state(path: Path, answer: bytes) -> None:
    with answering(path, answer), pytest.raises(ConsoleUnreachable, match="not pumpd's console"):
        ConsoleClient(path).status()


def test_a_daemon_that_hangs_up_is_told_as_sent(path: Path) -> None:
    with answering(path, b"", is_closing=True), pytest.raises(ConsoleUnreachable, match="closed") as caught:
        list(ConsoleClient(path).request("pause", "bed-1", "nina"))
    assert caught.value.was_sent


class TestRemedies:
    """Each failure to connect says why, and what to do."""

    def says(self, path: Path | str) -> str:
        with pytest.raises(ConsoleUnreachable) as caught:
            ConsoleClient(path).request("status")
        assert not caught.value.was_sent
        return str(caught.value)

    def test_no_socket_means_not_running(self, path: Path) -> None:
        assert "not running" in self.says(path)
        assert "pumpd run" in self.says(path)

    def test_a_dead_socket_means_not_running(self, path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        assert "left" in self.says(path)

    def test_a_missing_directory_means_a_wrong_path(self, tmp_path: Path) -> None:
        assert "path is wrong" in self.says(tmp_path / "nowhere" / "console.sock")

    def test_a_file_is_no_socket(self, path: Path) -> None:
        path.touch()
        assert "is not a socket" in self.says(path)

    def test_a_part_that_is_a_file_means_a_wrong_path(self, path: Path) -> None:
        path.touch()
        assert "not a directory" in self.says(path / "x")

    def test_a_path_too_long_is_said_so(self) -> None:
        assert "too long" in self.says("/" + "x" * 200)

    def test_no_permission_names_the_group(self, path: Path) -> None:
        """In another process, since whoever runs the tests may be root, whom no mode stops."""
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            listening.listen()
            path.chmod(0o600)
            for directory in list(path.parents)[:3]:
                if directory != Path("/tmp"):
                    directory.chmod(0o711)
            code = "import grp, os, sys, pumpd.console_client as c\n"
            code += "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
            code += "else: os.chmod(sys.argv[1], 0)\n"
            code += "try: c.ConsoleClient(sys.argv[1]).status()\n"
            code += "except c.ConsoleUnreachable as e: print(e)"
            done = subprocess.run(
                [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
            )
        assert "no permission" in done.stdout
        assert "usermod" in done.stdout


def test_the_client_imports_nothing_heavy() -> None:
    """A pause must not load a validator (facts/ecosystem.md 8)."""
    code = "import sys, pumpd.console_client; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"asyncio", "pydantic", "aiomqtt", "pymodbus", "rich", "structlog", "dataclasses", "pumpd.shell"}
    assert not heavy & set(loaded)
