"""Where there is no room for one more client, a pause and a stop are heard all the same (faults rows 76 and 98)."""

import asyncio
from pathlib import Path

import pytest
from console_bench import Bench, RawClient, request, until

from pumpd.shell.console_acts import ConsoleLimits, PersonAct

FULL = "2 clients are connected: close one"


def accept(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")


def confirm(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")
    bench.console.answer(act.request_id, "confirmed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


async def full(bench: Bench) -> list[RawClient]:
    """Two who watch, and that is all there is room for."""
    clients = [await bench.client() for _ in range(2)]
    for one in clients:
        assert (await one.ask(request("watch")))["stage"] == "state"
    return clients


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_a_pause_is_heard_of_a_client_for_whom_there_is_no_room(path: Path, verb: str) -> None:
    async with Bench(path, limits=ConsoleLimits(clients=2), script=confirm).serving() as bench:
        await full(bench)
        late = await bench.client()
        assert (await late.ask(request(verb)))["stage"] == "accepted"
        assert (await late.reply())["stage"] == "confirmed"
        assert [one.verb for one in bench.heard] == [verb]


@pytest.mark.parametrize("verb", ["status", "watch", "measure", "start", "acknowledge", "listening"])
async def test_nothing_else_is(path: Path, verb: str) -> None:
    async with Bench(path, limits=ConsoleLimits(clients=2), script=confirm).serving() as bench:
        await full(bench)
        late = await bench.client()
        assert (await late.ask(request(verb)))["reasons"] == [FULL]
        assert await late.until_closed() == b""
        assert bench.heard == []


async def test_a_pause_that_waits_for_the_pump_is_told_the_end(path: Path) -> None:
    limits = ConsoleLimits(clients=2, crowded_s=0.05)
    async with Bench(path, limits=limits, script=accept).serving() as bench:
        await full(bench)
        late, silent = await bench.client(), await bench.client()
        assert (await late.ask(request("pause")))["stage"] == "accepted"
        # The silent one is turned out when its time is up: so was the other's.
        assert FULL.encode() in await silent.until_closed()
        bench.console.answer(bench.heard[0].request_id, "confirmed")
        assert (await late.reply())["stage"] == "confirmed"
        assert await late.until_closed() == b""


async def test_who_waits_longest_and_says_nothing_leaves_first(path: Path) -> None:
    limits = ConsoleLimits(clients=2, crowded=2, crowded_s=60)
    async with Bench(path, limits=limits, script=accept).serving() as bench:
        await full(bench)
        heard = await bench.client()
        assert (await heard.ask(request("pause")))["stage"] == "accepted"
        silent = await bench.client()
        await until(lambda: len(bench.console._vestibule) == 2)
        newest = await bench.client()
        assert FULL.encode() in await silent.until_closed(), "the one who is owed an answer stays"
        assert (await newest.ask(request("stop")))["stage"] == "accepted"
        assert [one.verb for one in bench.heard] == ["pause", "stop"]


async def test_in_a_flood_of_silent_clients_a_pause_is_heard(path: Path) -> None:
    """Three hundred at once, and nobody leaves by himself."""
    async with Bench(path, limits=ConsoleLimits(crowded_s=60), script=accept).serving() as bench:

        async def silent() -> None:
            client = await bench.client()
            await client.until_closed()

        async with asyncio.TaskGroup() as flood:
            tasks = [flood.create_task(silent()) for _ in range(150)]
            pressing = await bench.client()
            tasks += [flood.create_task(silent()) for _ in range(150)]
            assert (await pressing.ask(request("pause")))["stage"] == "accepted"
            for one in tasks:
                one.cancel()


async def test_when_somebody_leaves_there_is_room_again(path: Path) -> None:
    async with Bench(path, limits=ConsoleLimits(clients=2), script=accept).serving() as bench:
        clients = await full(bench)
        clients[0].writer.write_eof()
        await clients[0].until_closed()
        await until(lambda: len(bench.console._connections) == 1)
        again = await bench.client()
        assert (await again.ask(request("status")))["stage"] == "state"
