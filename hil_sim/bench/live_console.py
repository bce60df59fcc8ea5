"""A live daemon's console behind its Unix socket, as the panel's memory transport sees one.

Theory of operation. The panel speaks to a protocol at the other end of a transport in memory. Live, that protocol is one
end of a real socket: what the panel says is written to it, what comes from it is said to the panel. So panel and nurse
are the same live and virtual. A daemon that says what is no reply is told of in words, and so is one that hangs up.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


class LiveConsole(asyncio.Protocol):
    """The panel's side of one connection.

    Args:
        on_lost: hears once why the connection is of no more use, and whether another one would be of none either; not
            after `close`.

    Attributes:
        refused: the reasons of the last refusal of a request for the state, in one sentence; "" without one.
    """

    def __init__(self, on_lost: Callable[[str, bool], None]) -> None:
        self._on_lost = on_lost
        self._socket: asyncio.Transport | None = None
        self._panel: asyncio.Transport | None = None
        self._is_lost = False
        self.refused = ""

    @classmethod
    async def open(cls, path: Path, on_lost: Callable[[str, bool], None]) -> "LiveConsole":
        """Connect.

        Raises:
            OSError: nobody listens there.
        """
        console = cls(on_lost)
        loop = asyncio.get_running_loop()
        console._socket, _ = await loop.create_unix_connection(lambda: _FarEnd(console), str(path))
        return console

    def admit(self) -> asyncio.BaseProtocol:
        """See `hil_sim.bench.panel.Admits`."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._panel = transport

    def data_received(self, data: bytes) -> None:
        """The panel says this."""
        if self._socket is not None:
            self._socket.write(data)

    def close(self) -> None:
        """Hang up."""
        self._is_lost = True
        if self._socket is not None:
            self._socket.abort()

    def heard(self, chunk: bytes) -> None:
        """The daemon says this."""
        if self._panel is None or self._is_lost:
            return
        self._note_refusal(chunk)
        try:
            self._panel.write(chunk)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.lost(f"the console said what is no reply: {type(error).__name__}: {error}", is_hopeless=True)

    def lost(self, why: str, *, is_hopeless: bool = False) -> None:
        if not self._is_lost:
            self.close()
            self._on_lost(why, is_hopeless)

    def _note_refusal(self, chunk: bytes) -> None:
        if b'"refused"' not in chunk:
            return
        for line in chunk.split(b"\n"):
            try:
                reply: Any = json.loads(line)
            except ValueError:
                continue
            if isinstance(reply, dict) and reply.get("stage") == "refused":
                self.refused = "; ".join(map(str, reply.get("reasons") or ()))


class _FarEnd(asyncio.Protocol):
    """The real socket."""

    def __init__(self, console: LiveConsole) -> None:
        self._console = console

    def data_received(self, data: bytes) -> None:
        self._console.heard(data)

    def connection_lost(self, exc: Exception | None) -> None:
        # Whether the kernel says "broken pipe" or nothing depends on who spoke last: it is the same hanging up.
        is_plain = exc is None or isinstance(exc, ConnectionError)
        self._console.lost("the console hung up" if is_plain else f"the console hung up: {exc}")
