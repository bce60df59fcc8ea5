"""All file descriptors are gone, for real, and a press is heard (faults row 98, I9, I21)."""

import asyncio
import json
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from console_bench import Bench, request, until

from pumpd.shell.console_acts import ConsoleLimits, PersonAct
from pumpd.shell.console_door import NO_DESCRIPTOR

PAUSE = request("pause")


def accept(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


@contextmanager
def no_descriptor_left() -> Iterator[list[int]]:
    """Every descriptor of this process is taken; closing one of those that are handed out frees one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(one) for one in os.listdir("/proc/self/fd"))
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 4, hard))
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        yield taken
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in taken:
            os.close(one)


class Caller:
    """A client whose socket was made while there were descriptors."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._path = str(path)
        self._loop = asyncio.get_running_loop()

    async def call(self, said: dict[str, Any] | None = None) -> None:
        await self._loop.sock_connect(self._socket, self._path)
        if said is not None:
            await self._loop.sock_sendall(self._socket, json.dumps(said).encode() + b"\n")

    async def reply(self) -> dict[str, Any]:
        """The first line, or nothing where the console hung up."""
        text = b""
        async with asyncio.timeout(10):
            while b"\n" not in text and (chunk := await self._loop.sock_recv(self._socket, 65_536)):
                text += chunk
        return dict(json.loads(text.partition(b"\n")[0])) if text else {}

    def hang_up(self) -> None:
        self._socket.close()


def callers(path: Path, count: int) -> list[Caller]:
    return [Caller(path) for _ in range(count)]


async def test_row_98_a_pause_gets_in_by_the_descriptor_kept_for_it(path: Path) -> None:
    async with Bench(path, script=accept).serving() as bench:
        (nurse,) = callers(path, 1)
        with no_descriptor_left():
            await nurse.call(PAUSE)
            assert (await nurse.reply())["stage"] == "accepted"
        nurse.hang_up()
        assert [one.verb for one in bench.heard] == ["pause"]


async def test_row_98_of_whoever_comes_in_by_it_nothing_else_is_heard(path: Path) -> None:
    async with Bench(path, script=accept).serving() as bench:
        (nurse,) = callers(path, 1)
        with no_descriptor_left():
            await nurse.call(request("measure"))
            assert (await nurse.reply())["reasons"] == [NO_DESCRIPTOR]
        nurse.hang_up()
        assert bench.heard == []


async def test_row_98_silent_clients_at_the_door_do_not_keep_a_pause_out(path: Path) -> None:
    """One descriptor for all of them; each gives way to the next."""
    async with Bench(path, limits=ConsoleLimits(crowded_s=60), script=accept).serving() as bench:
        *silent, nurse = callers(path, 11)
        with no_descriptor_left():
            for one in silent:
                await one.call()
            began_s = asyncio.get_running_loop().time()
            await nurse.call(PAUSE)
            assert (await nurse.reply())["stage"] == "accepted"
            assert asyncio.get_running_loop().time() - began_s < 5
        for one in (*silent, nurse):
            one.hang_up()
        assert [one.verb for one in bench.heard] == ["pause"]


async def test_row_98_where_even_that_one_is_gone_who_watches_longest_makes_room(path: Path) -> None:
    """The reserve is in use by somebody who is owed an answer."""
    async with Bench(path, limits=ConsoleLimits(crowded_s=60), script=accept).serving() as bench:
        first, second, owed, nurse = callers(path, 4)
        for one in (first, second):
            await one.call(request("watch"))
            assert (await one.reply())["stage"] == "state"
        with no_descriptor_left():
            await owed.call(PAUSE)
            assert (await owed.reply())["stage"] == "accepted"
            await nurse.call(request("stop"))
            assert (await nurse.reply())["stage"] == "accepted"
            assert [one.crowded == "" for one in bench.console._connections.values()] == [True, False, False]
        for one in (first, second, owed, nurse):
            one.hang_up()
        assert [one.verb for one in bench.heard] == ["pause", "stop"]


async def test_row_98_the_last_descriptor_serves_its_client_and_disturbs_nobody(path: Path) -> None:
    """accept(2) says that there is no descriptor also when there is no client: that is no scarcity."""
    async with Bench(path, script=accept).serving() as bench:
        first, last, nurse = callers(path, 3)
        await first.call(request("watch"))
        assert (await first.reply())["stage"] == "state"
        with no_descriptor_left() as taken:
            os.close(taken.pop())
            await last.call(request("watch"))
            assert (await last.reply())["stage"] == "state"
            assert len(bench.console._connections) == 2, "whoever watched goes on watching"
            await nurse.call(PAUSE)
            assert (await nurse.reply())["stage"] == "accepted"
            assert len(bench.console._connections) == 3
        for one in (first, last, nurse):
            one.hang_up()


async def test_when_there_are_descriptors_again_everybody_is_served_again(path: Path) -> None:
    async with Bench(path, script=accept).serving() as bench:
        first, second, third = callers(path, 3)
        with no_descriptor_left():
            await first.call(PAUSE)
            assert (await first.reply())["stage"] == "accepted"
        await second.call(request("measure"))
        assert (await second.reply())["stage"] == "accepted"
        with no_descriptor_left():
            await third.call(request("pause", "p2"))
            assert (await third.reply())["stage"] == "accepted", "the reserve is there again"
        for one in (first, second, third):
            one.hang_up()
        await until(lambda: not bench.console._connections)


async def test_an_open_door_costs_one_descriptor_and_a_closed_one_none(path: Path) -> None:
    before = set(os.listdir("/proc/self/fd"))
    async with Bench(path, script=accept).serving():
        assert len(os.listdir("/proc/self/fd")) - len(before) == 3, "socket, lock, reserve"
    assert set(os.listdir("/proc/self/fd")) == before
