"""One client must not cost more than it is worth, whatever it sends or leaves unread."""

import asyncio
import json
from pathlib import Path

import pytest
from console_bench import Bench, request, until

from pumpd.shell.console_acts import ConsoleLimits, PersonAct


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "console.sock"


def accept(bench: Bench, act: PersonAct) -> None:
    bench.console.answer(act.request_id, "accepted")


class TestHostileClients:
    """Faults rows 75-78; I21."""

    @pytest.mark.parametrize(
        "raw",
        [b"\n", b"pause\n", b"[" * 16_000 + b"\n", b'{"id":"a1","verb":NaN}\n', b"[1]\n", b"\xff\x00\n"],
    )
    async def test_a_hostile_line_gets_one_refusal_and_the_next_is_served(
        self, path: Path, raw: bytes
    ) -> None:
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            refusal = await client.ask(raw)
            assert (refusal["stage"], len(refusal["reasons"])) == ("refused", 1)
            assert (await client.ask(request("pause")))["stage"] == "accepted"

    async def test_a_megabyte_without_newline_gets_one_refusal_and_the_door(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            client.say(b"x" * 1_048_576)
            refusal = await client.reply()
            assert "longer than 16384 bytes" in refusal["reasons"][0]
            assert await client.until_closed() == b""
            await client.close()

    async def test_a_line_of_exactly_the_limit_is_read_and_one_byte_more_is_not(self, path: Path) -> None:
        body = json.dumps(request("status")).encode()
        async with Bench(path).serving() as bench:
            client = await bench.client()
            assert (await client.ask(body.ljust(16_383) + b"\n"))["stage"] == "state"
            other = await bench.client()
            assert (await other.ask(body.ljust(16_384) + b"\n"))["stage"] == "refused"

    async def test_lines_are_found_however_the_bytes_are_cut(self, path: Path) -> None:
        wire = b"".join(json.dumps(request("measure", f"m{n}")).encode() + b"\n" for n in range(5))
        async with Bench(path, script=accept).serving() as bench:
            for size in (1, 7, 100, len(wire)):
                client = await bench.client()
                for start in range(0, len(wire), size):
                    client.say(wire[start : start + size])
                    await asyncio.sleep(0)
                assert [(await client.reply())["id"] for _ in range(5)] == [f"m{n}" for n in range(5)]

    @pytest.mark.virtual_time
    async def test_a_half_sent_line_ends_after_ten_seconds_however_it_is_stretched(self, path: Path) -> None:
        """Faults row 75, slow-loris."""
        async with Bench(path).serving() as bench:
            client = await bench.client()
            await client.ask(b"\n")
            await asyncio.sleep(30)
            for _ in range(3):
                client.say(b"{")
                await asyncio.sleep(3)
            refusal = await client.reply()
            assert "no complete line in 10 s" in refusal["reasons"][0]
            assert asyncio.get_running_loop().time() == pytest.approx(40.0, abs=0.1)
            assert await client.until_closed() == b""

    @pytest.mark.virtual_time
    async def test_a_connection_that_asks_nothing_is_closed_after_ten_seconds(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            assert "no complete line in 10 s" in (await client.reply())["reasons"][0]
            assert await client.until_closed() == b""

    @pytest.mark.virtual_time
    async def test_a_client_that_has_asked_may_stay_silent_for_an_hour(self, path: Path) -> None:
        """The panel keeps one connection for the day."""
        async with Bench(path, script=accept).serving() as bench:
            client = await bench.client()
            await client.ask(request("measure"))
            await asyncio.sleep(3600)
            assert (await client.ask(request("pause", "a2")))["stage"] == "accepted"

    async def test_the_last_line_without_its_newline_is_refused_and_not_guessed(self, path: Path) -> None:
        async with Bench(path).serving() as bench:
            client = await bench.client()
            client.say(json.dumps(request("pause")).encode())
            client.writer.write_eof()
            assert "not ended by a newline" in (await client.reply())["reasons"][0]
        assert bench.heard == []

    async def test_a_flood_is_cut_off(self, path: Path) -> None:
        async with Bench(path, limits=ConsoleLimits(lines_per_s=50)).serving() as bench:
            client = await bench.client()
            client.say(*[request("measure", f"m{n}") for n in range(500)])
            text = await client.until_closed()
            assert b"more than 50 requests in a second" in text
        assert len(bench.heard) <= 100

    async def test_the_thirty_third_client_is_told_and_leaves_room_when_others_go(self, path: Path) -> None:
        async with Bench(path, script=accept).serving() as bench:
            clients = [await bench.client() for _ in range(32)]
            await clients[-1].ask(request("measure"))
            late = await bench.client()
            assert "32 clients are connected" in (await late.reply())["reasons"][0]
            assert await late.until_closed() == b""
            clients[0].writer.write_eof()
            await clients[0].until_closed()
            again = await bench.client()
            assert (await again.ask(request("pause")))["stage"] == "accepted"

    async def test_a_thousand_connections_opened_and_dropped_leave_nothing_behind(self, path: Path) -> None:
        """Faults row 76."""
        async with Bench(path, script=accept).serving() as bench:
            before = len(asyncio.all_tasks())
            for _ in range(1000):
                client = await bench.client()
                client.say(request("watch"), b"{")
                await client.close()
            last = await bench.client()
            await until(lambda: len(bench.console._connections) == 1)
            assert (await last.ask(request("pause")))["stage"] == "accepted"
            assert len(asyncio.all_tasks()) == before
