"""A pump's line in memory."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from hil_sim.bench.line import MemoryTransport, PumpLine
from hil_sim.bench.loop import JumpingLoop


class Ear(asyncio.Protocol):
    """The host's end."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        self.heard.append((asyncio.get_running_loop().time(), data))

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.append(exc)


def on_loop(story: Coroutine[Any, Any, None]) -> None:
    loop = JumpingLoop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()


def test_bytes_take_the_time_of_their_bits_both_ways() -> None:
    async def story() -> None:
        arrived: list[tuple[float, bytes]] = []
        line = PumpLine(lambda chunk: arrived.append((loop.time(), chunk)), lambda: 0.0, lambda: False)
        loop, ear = asyncio.get_running_loop(), Ear()
        line.open(9600, ear).write(b"0123456789")
        await asyncio.sleep(1.0)
        assert arrived == [(pytest.approx(100 / 9600), b"0123456789")]
        line.say(b"01234567890123456789")
        await asyncio.sleep(1.0)
        ((at_s, _),) = ear.heard
        assert at_s == pytest.approx(1.0 + 0.001 + 200 / 9600)

    on_loop(story())


def test_a_line_keeps_its_order() -> None:
    async def story() -> None:
        spread = iter([1.0, 0.0, 0.5])
        line, ear = PumpLine(lambda _: None, lambda: next(spread), lambda: False), Ear()
        line.open(19200, ear)
        for piece in (b"1", b"2", b"3"):
            line.say(piece)
        await asyncio.sleep(1.0)
        assert [piece for _, piece in ear.heard] == [b"1", b"2", b"3"]

    on_loop(story())


def test_a_port_that_is_gone_cannot_be_opened_and_carries_nothing() -> None:
    """Faults row 19."""

    async def story() -> None:
        is_down = False
        arrived: list[bytes] = []
        line, ear = PumpLine(arrived.append, lambda: 0.0, lambda: is_down), Ear()
        transport = line.open(19200, ear)
        transport.write(b"on its way")
        is_down = True
        line.cut()
        await asyncio.sleep(1.0)
        assert arrived == []
        assert isinstance(ear.lost[0], OSError)
        assert transport.is_closing()
        with pytest.raises(OSError, match="no such device"):
            line.open(19200, Ear())

    on_loop(story())


def test_the_transports_of_the_dead_are_deaf_and_mute() -> None:
    """Faults row 72: a killed process says no farewell and hears none."""

    async def story() -> None:
        arrived: list[bytes] = []
        line, ear = PumpLine(arrived.append, lambda: 0.0, lambda: False), Ear()
        transport = line.open(19200, ear)
        line.mute()
        transport.write(b"STP")
        line.say(b"still here")
        await asyncio.sleep(1.0)
        assert (arrived, ear.heard, ear.lost) == ([], [], [])

    on_loop(story())


def test_an_answer_to_an_earlier_opening_is_not_heard_by_the_next() -> None:
    """Faults row 24: what was on the wire before we came answers no question of ours."""

    async def story() -> None:
        line, first, second = PumpLine(lambda _: None, lambda: 0.0, lambda: False), Ear(), Ear()
        line.open(19200, first)
        line.say(b"late")
        line.cut()
        line.open(19200, second)
        await asyncio.sleep(1.0)
        assert second.heard == []

    on_loop(story())


def test_a_client_with_a_buffer_of_its_own_gets_all_of_it_piece_by_piece() -> None:
    class Small(asyncio.BufferedProtocol):
        def __init__(self) -> None:
            self.got = b""
            self.room = bytearray(4)

        def get_buffer(self, sizehint: int) -> bytearray:
            return self.room

        def buffer_updated(self, nbytes: int) -> None:
            self.got += self.room[:nbytes]

    async def story() -> None:
        small = Small()
        MemoryTransport(small, lambda _: None).deliver(b"0123456789")
        assert small.got == b"0123456789"

    on_loop(story())
