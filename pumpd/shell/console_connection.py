"""One client of the console socket: lines in, lines out, and no way to cost more than it is worth.

Theory of operation. A `BufferedProtocol` over one fixed buffer of one line's length: the loop reads into it,
complete lines are handed up from the same stack, and a line that does not fit can by construction not grow
memory. There is no task per client and no stream reader, because both would put a hop of the event loop
between a nurse's pause and the pump. Outgoing, a reply is always queued, up to a bound; a state line is only
sent to a client that has read everything before it, since the next one will be fresher anyway. A client that
reads nothing, ends no line, or floods, is closed; what it had asked to pause stays paused.
"""

import asyncio
from typing import Protocol, cast

from pumpd.console_words import MAX_LINE_BYTES
from pumpd.shell.console_acts import ConsoleLimits


class Desk(Protocol):
    """What a connection needs of the server behind it."""

    def connected(self, connection: "Connection") -> None:
        """The client is there."""

    def received(self, connection: "Connection", line: bytes) -> None:
        """One complete line, without its newline. Must not raise."""

    def refuse(self, connection: "Connection", request_id: str | None, reason: str) -> None:
        """Sends one refusal."""

    def disconnected(self, connection: "Connection") -> None:
        """The client is gone."""


class Connection(asyncio.BufferedProtocol):
    """One accepted client.

    Attributes:
        number: of this connection in the life of the daemon, the prefix of its request ids.
        crowded: why only a pause or stop is heard of it; "": everything is.
        used_ids: request ids this client has spent.
        pending: request ids handed on and not yet answered with a last word, to their verbs.
        is_checking: a PIN of this client is being checked.
        has_ended: the client will send no more.
        is_closed: nothing can be sent any more.
    """

    def __init__(self, number: int, desk: Desk, limits: ConsoleLimits, crowded: str = "") -> None:
        self.number = number
        self.crowded = crowded
        self.used_ids: set[str] = set()
        self.pending: dict[str, str] = {}
        self.is_checking = False
        self.has_ended = False
        self.is_closed = False
        self._desk = desk
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray(MAX_LINE_BYTES)
        self._filled = 0
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._second = 0.0
        self._lines = 0
        self._stalled_since_s: float | None = None

    # --- what the loop calls -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called once by the loop."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._limits.unsent_bytes)
        self._arm()
        self._desk.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """The free part of the line buffer; never empty, see `buffer_updated`."""
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have arrived: every complete line is acted on before this returns."""
        searched = self._filled
        self._filled += nbytes
        start = 0
        while not self.is_closed:
            end = self._buffer.find(b"\n", max(searched, start), self._filled)
            if end < 0:
                break
            line = bytes(self._buffer[start:end])
            start = end + 1
            self._disarm()
            if not self._counts_as_polite():
                self._give_up(f"more than {self._limits.lines_per_s} requests in a second")
                return
            self._desk.received(self, line)
        if start:
            self._buffer[: self._filled - start] = self._buffer[start : self._filled]
            self._filled -= start
        if self._filled == MAX_LINE_BYTES:
            self._give_up(f"a line is longer than {MAX_LINE_BYTES} bytes")
        elif self._filled and self._deadline is None:
            # From the first byte of the line, and not begun again by the next: one byte every nine
            # seconds is the attack, not the excuse.
            self._arm()

    def eof_received(self) -> bool:
        """The client sends no more. It may still wait for the last word on a pause."""
        self.has_ended = True
        if self._filled:
            self._desk.refuse(self, None, "the last line was not ended by a newline")
        self._disarm()
        if self.pending and not self.is_closed:
            self._deadline = self._loop.call_later(self._limits.linger_s, self.close)
            return True
        self.close()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Called once by the loop, however the connection ended."""
        self.is_closed = True
        self._disarm()
        self._desk.disconnected(self)

    # --- what the server calls -----------------------------------------------------------------------

    def send(self, line: bytes) -> None:
        """Queues a reply. A client that has left more than `unsent_bytes` unread is closed instead."""
        transport = self._transport
        if transport is None or self.is_closed:
            return
        if transport.get_write_buffer_size() + len(line) > self._limits.unsent_bytes + MAX_LINE_BYTES:
            self.abort()
            return
        transport.write(line)

    def send_state(self, line: bytes) -> None:
        """Sends a state line, or drops it while earlier ones are unread; closes after `stall_s` of that."""
        transport = self._transport
        if transport is None or self.is_closed:
            return
        if transport.get_write_buffer_size() == 0:
            self._stalled_since_s = None
            transport.write(line)
            return
        now_s = self._loop.time()
        if self._stalled_since_s is None:
            self._stalled_since_s = now_s
        elif now_s - self._stalled_since_s >= self._limits.stall_s:
            self.abort()

    def settle(self, request_id: str) -> None:
        """The last word on a request has been sent."""
        self.pending.pop(request_id, None)
        if self.has_ended and not self.pending:
            self.close()

    def close(self) -> None:
        """Closes after what is queued has been sent, or after `linger_s` without its being read."""
        if self._transport is not None and not self.is_closed:
            self.is_closed = True
            self._disarm()
            self._transport.close()
            if self._transport.get_write_buffer_size():
                self._deadline = self._loop.call_later(self._limits.linger_s, self._transport.abort)

    def abort(self) -> None:
        """Closes now."""
        if self._transport is not None:
            self.is_closed = True
            self._transport.abort()

    # --- inside --------------------------------------------------------------------------------------

    def _counts_as_polite(self) -> bool:
        now_s = self._loop.time()
        if now_s - self._second >= 1.0:
            self._second = now_s
            self._lines = 0
        self._lines += 1
        return self._lines <= self._limits.lines_per_s

    def _give_up(self, reason: str) -> None:
        self._desk.refuse(self, None, f"{reason}: the connection is closed")
        self.close()

    def _arm(self) -> None:
        line_s = self._limits.line_s
        self._deadline = self._loop.call_later(line_s, self._give_up, f"no complete line in {line_s:g} s")

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
