"""The pace of state lines, and what a decision pays for them."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from console_bench import Bench, RawClient, request, until

from pumpd.shell.console_acts import ConsoleLimits, PersonAct


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


def accept(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")


class TestWatch:
    """Design law 3; contracts: at most 10 a second, at least one a second."""

    async def states(self, client: RawClient, seconds: float) -> list[tuple[float, Any]]:
        loop = asyncio.get_running_loop()
        seen: list[tuple[float, Any]] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    reply = json.loads(await client.reader.readline())
                    assert (reply["id"], reply["stage"]) == ("a1", "state")
                    seen.append((loop.time(), reply["state"].get("n")))
        except TimeoutError:
            return seen

    @pytest.mark.virtual_time
    async def test_the_first_state_comes_at_once_and_then_one_a_second(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            client.say(request("watch"))
            seen = await self.states(client, 5.5)
        assert [round(at_s, 1) for at_s, _ in seen] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]

    @pytest.mark.virtual_time
    async def test_a_thousand_changes_a_second_are_told_ten_times_and_the_last_too(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            client.say(request("watch"))
            reading = asyncio.create_task(self.states(client, 3.0))
            for n in range(1000):
                await asyncio.sleep(0.001)
                bench.state["n"] = n
                bench.console.publish_state("bed-1")
            seen = await reading
        gaps = [later - at for (at, _), (later, _) in pairwise(seen)]
        assert min(gaps) >= 0.0999
        assert 10 <= len([at for at, _ in seen if at <= 1.0]) <= 11
        assert seen[-1][1] == 999

    @pytest.mark.virtual_time
    async def test_numbers_alone_are_told_twice_a_second_and_what_matters_overtakes_them(
        self, path: Path
    ) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            client.say(request("watch"))
            reading = asyncio.create_task(self.states(client, 3.0))
            for n in range(20):
                await asyncio.sleep(0.11)
                bench.state["n"] = n
                bench.console.publish_state("bed-1", is_leisurely=n != 12)
            seen = await reading
        assert [(round(at_s, 2), n) for at_s, n in seen[:5]] == [
            (0.0, None),
            (0.5, 3),
            (1.0, 8),
            (1.43, 12),
            (1.93, 16),
        ]

    async def test_publishing_reads_no_state_in_the_stack_of_the_decision(self, path: Path) -> None:
        """Design law 6: a halt may be on its way to the wire."""
        reads: list[int] = []
        async with Bench(path).serving() as bench:
            client = await bench.client()
            await client.ask(request("watch"))
            bench.console._streams["bed-1"]._encode = lambda: reads.append(1) or b"{}"  # type: ignore[func-returns-value]
            bench.console.publish_state("bed-1")
            bench.console.publish_state("no-such-bed")
            assert reads == []
            await client.reply()
            assert reads == [1]

    async def test_a_state_is_encoded_once_for_all_watchers(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            clients = [await bench.client() for _ in range(10)]
            for client in clients:
                await client.ask(request("watch"))
            reads: list[int] = []
            bench.console._streams["bed-1"]._encode = lambda: reads.append(1) or b"{}"  # type: ignore[func-returns-value]
            bench.console.publish_state("bed-1")
            for client in clients:
                await client.reply()
            assert reads == [1]

    @pytest.mark.virtual_time
    async def test_a_state_that_cannot_be_told_is_silence_and_the_next_is_told(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            await client.ask(request("watch"))
            bench.state["n"] = float("nan")
            await asyncio.sleep(3.5)
            bench.state["n"] = 4
            assert (await client.reply())["state"]["n"] == 4

    @pytest.mark.virtual_time
    async def test_a_client_that_does_not_read_loses_states_first_and_then_its_connection(
        self, path: Path
    ) -> None:
        async with Bench(path, script=accept).serving() as bench:
            bench.state["padding"] = "x" * 1_000_000
            slow = await bench.client()
            slow.writer.transport.pause_reading()
            slow.say(request("watch"))
            quick = await bench.client()
            await asyncio.sleep(4)
            assert len(bench.console._connections) == 2
            held = bench.console._connections[1]._transport.get_write_buffer_size()  # type: ignore[union-attr]
            assert held < 1_100_000  # one state and no second one behind it
            await asyncio.sleep(4)
            assert list(bench.console._connections) == [2]
            assert (await quick.ask(request("pause")))["stage"] == "accepted"

    async def test_a_client_that_reads_no_replies_is_closed(self, path: Path) -> None:
        async with Bench(path, limits=ConsoleLimits(unsent_bytes=50_000)).serving() as bench:
            bench.state["padding"] = "x" * 60_000
            client = await bench.client()
            client.writer.transport.pause_reading()
            client.say(*[request("status", f"s{n}") for n in range(20)])
            await until(lambda: bool(bench.console._connections))
            await until(lambda: not bench.console._connections)
