"""A broker of few words, for what a real one will not do on request: refuse, stay silent, misbehave.

It speaks just enough MQTT 3.1.1 to be connected and subscribed to, and records every packet it is sent as
(type, body). Real semantics are tested on a real broker.
"""

import asyncio
import contextlib
import socket
from types import TracebackType
from typing import Self

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14


class ScriptedBroker:
    """Used as a context; `connack` None never answers a connection, `suback` is the code of every grant."""

    def __init__(self, *, connack: int | None = 0, suback: int = 1) -> None:
        self.connack = connack
        self.suback = suback
        self.packets: list[tuple[int, bytes]] = []
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        writers = list(self._writers)
        self.drop()
        for writer in writers:
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        await self._server.wait_closed()

    def drop(self) -> None:
        """Close every connection without a word."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    def hang_up(self) -> None:
        """End what we say on every connection now, not in a later turn of the loop."""
        for writer in self._writers:
            writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
        self.drop()

    def deliver(self, topic: str, payload: bytes, *, mid: int | None = None) -> None:
        """Send a message to everybody connected: QoS 1 with the packet identifier `mid`, QoS 0 without."""
        name = topic.encode()
        kind, number = (b"\x30", b"") if mid is None else (b"\x32", mid.to_bytes(2, "big"))
        body = len(name).to_bytes(2, "big") + name + number + payload
        for writer in self._writers:
            writer.write(kind + _length(len(body)) + body)

    def seen(self, kind: int) -> list[bytes]:
        """Bodies of the packets of one type, in order."""
        return [body for packet, body in self.packets if packet == kind]

    async def until(self, kind: int, times: int = 1) -> list[bytes]:
        """Wait for that many packets of a type."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.seen(kind)) >= times)
        return self.seen(kind)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            while True:
                kind, body = await _packet(reader)
                async with self._news:
                    self.packets.append((kind, body))
                    self._news.notify_all()
                self._answer(kind, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, kind: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if kind == CONNECT and self.connack is not None:
            writer.write(bytes((0x20, 2, 0, self.connack)))
        elif kind == SUBSCRIBE:
            topics, at = 0, 2
            while at < len(body):
                at += 3 + int.from_bytes(body[at : at + 2], "big")
                topics += 1
            writer.write(bytes((0x90, 2 + topics)) + body[:2] + bytes((self.suback,)) * topics)
        elif kind == PUBLISH:
            at = 2 + int.from_bytes(body[:2], "big")
            writer.write(b"\x40\x02" + body[at : at + 2])
        elif kind == PINGREQ:
            writer.write(b"\xd0\x00")


def _length(count: int) -> bytes:
    encoded = bytearray()
    while True:
        count, digit = divmod(count, 128)
        encoded.append(digit | (0x80 if count else 0))
        if not count:
            return bytes(encoded)


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0] >> 4
    length, shift = 0, 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return kind, await reader.readexactly(length)
