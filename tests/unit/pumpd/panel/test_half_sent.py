"""Half a request is not waited for, and a crowd of them shuts nobody out (facts/faults.md rows 75 to 77)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from pumpd.panel import half_sent
from pumpd.panel.half_sent import Impatient
from pumpd.panel.serve import bound


async def hello(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    listening = bound("127.0.0.1", 0)
    config = uvicorn.Config(hello, http=Impatient, lifespan="off", log_level="critical", ws="none")
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def asked(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.split(b"\r\n")[0]


async def half(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /bed/bed-1/act/pause HTTP/1.1\r\nHost: 127")
    await writer.drain()
    return reader, writer


async def heard(reader: asyncio.StreamReader) -> bytes:
    """All that came before the other side hung up, by a reset or in order."""
    async with asyncio.timeout(5):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def test_half_a_request_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(half_sent, "WITHIN_S", 0.2)
    async with served() as port:
        reader, writer = await half(port)
        assert await heard(reader) == b""
        writer.close()
        assert await asked(port) == b"HTTP/1.1 200 OK"


async def test_a_crowd_of_one_address_leaves_room_and_its_places_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(half_sent, "MOST_FROM_ONE", 8)
    async with served() as port:
        held = [await half(port) for _ in range(8)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await heard(reader) == b""
        writer.close()
        for _, one in held:
            one.transport.abort()
        async with asyncio.timeout(5):
            while Impatient.held:  # noqa: ASYNC110 - a counter of the server's tells nobody
                await asyncio.sleep(0.01)
        assert await asked(port) == b"HTTP/1.1 200 OK"


def test_one_address_cannot_take_every_place() -> None:
    assert 2 * half_sent.MOST_FROM_ONE < half_sent.MOST
