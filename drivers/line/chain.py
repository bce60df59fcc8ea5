"""One open port and the pumps on it: bytes carried, the clock read, events told. The only place here with a task.

Theory of operation. All that is decided is decided in `shared.py` and below; here bytes are carried. A command
is written in the stack that submitted it, an event is told in the stack that read its bytes; in between stands
no task. A listener may submit from inside its own call: what it submits is written there and then, what comes of
it is told after it has returned, so that events keep their order.

One timer stands for the line's next deadline. One task opens the port, waits until the line ends, and opens it
again after the pause that the line asks for. With several pumps, the first of their drivers that runs carries
the port for all; when it leaves, the port is closed with it, and the next of them opens it anew.

A line whose write buffer does not empty is given up like a silent one; nothing may queue in front of a halt
(faults row 27). A listener that raises is reported to the loop's exception handler and is told the next event
all the same.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from zlib import crc32

from drivers import transport as lines
from drivers.contract import DriverEvent, Listener, PumpCommand
from drivers.errors import PortError
from drivers.line.dialect import Dialect
from drivers.line.shared import Seat, SharedLine


class _End(asyncio.Protocol):
    """The loop's end of one open port; a new one each time, so that a late goodbye is nobody else's."""

    def __init__(self, on_bytes: Callable[[bytes], None], on_closed: Callable[[str], None]) -> None:
        self._on_bytes = on_bytes
        self._on_closed = on_closed
        self.closed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self._on_bytes(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
        self._on_closed(str(exc) if exc else "closed at the far end")


class Chain:
    """One port, for one pump or several. `link_ms` is the monotonic link clock.

    `port`: a device path (best one of /dev/serial/by-path) or tcp:HOST:PORT. `frame`: data bits, parity and stop bits,
    for words only; `connect` sets them. Each pump joins before it runs.
    """

    def __init__(
        self,
        port: str,
        baud: int,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
        frame: str = "8N1",
    ) -> None:
        self.port = port
        self._baud = baud
        self._link_ms = link_ms
        self._connect = connect
        self._line = SharedLine(_settings(port, baud, frame))
        self._carrying = asyncio.Lock()
        self._transport: asyncio.Transport | None = None
        self._ended = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._events: deque[tuple[Seat, DriverEvent]] = deque()
        self._is_telling = False

    def join(self, dialect: Dialect, listener: Listener) -> Seat:
        """A place for one pump. Nothing is sent to it before `serve`."""
        return self._line.join(dialect, listener)

    def submit(self, seat: Seat, command_id: int, command: PumpCommand) -> None:
        """Write at once if the line is free, else queue; see `drivers.contract`."""
        self._turn(lambda now: self._line.submit(seat, command_id, command, now))

    async def serve(self, seat: Seat) -> None:
        """Serve this pump until cancelled; own the port for all of them if nobody does."""
        self._turn(lambda now: self._line.take(seat, now))
        try:
            async with self._carrying:
                await self._carry()
        finally:
            self._turn(lambda now: self._line.leave(seat, "the driver was stopped", now))

    async def _carry(self) -> None:
        # Eight pumps that come back with their hub at once do not all knock in the same millisecond.
        spread_ms = crc32(self.port.encode()) % 64
        while True:
            await self._serve_once()
            await asyncio.sleep((self._line.take_pause_ms() + spread_ms) / 1000)

    async def _serve_once(self) -> None:
        """Open, serve until the line ends, close."""
        self._ended = asyncio.Event()
        end = _End(self._receive, self._hang_up)
        try:
            transport = await self._connect(self.port, self._baud, end)
        except PortError as error:
            self._lose(str(error))
            return
        try:
            self._transport = transport
            self._turn(self._line.opened)
            await self._ended.wait()
        finally:
            self._drop()
            await _let_go(transport, end)

    def _receive(self, chunk: bytes) -> None:
        self._turn(lambda now: self._line.receive(chunk, now))

    def _hang_up(self, reason: str) -> None:
        if self._transport is not None:
            self._lose(f"{self.port}: the line was lost ({reason})")

    def _lose(self, reason: str) -> None:
        """The line is gone, or could not be had."""
        self._transport = None
        self._turn(lambda now: self._line.lost(reason, now))
        self._ended.set()

    def _drop(self) -> None:
        """Let the port go: abort, so that nothing waits for a peer that may never read."""
        transport, self._transport = self._transport, None
        if transport is not None:
            lines.abort(transport)
        if self._line.is_open:
            self._lose("the line was closed")

    def _turn(self, step: Callable[[int], None]) -> None:
        """One call into the line and all that follows. A defect in there closes the port, no more."""
        try:
            step(self._link_ms())
        except Exception as defect:
            _report("the driver failed; its line is closed", defect)
            self._line.lost(f"internal error: {type(defect).__name__}", self._link_ms())
            self._ended.set()
        self._write()
        self._set_timer()
        self._tell()

    def _write(self) -> None:
        output = self._line.take_output()
        transport = self._transport
        if transport is None:
            return
        if self._line.is_over:
            self._ended.set()
        elif output and transport.is_closing():
            self._ended.set()  # bytes would vanish without a word (facts/faults.md F6)
        elif output and transport.get_write_buffer_size() > lines.HIGH_WATER_BYTES:
            self._line.lost(f"{self.port}: the line takes no bytes", self._link_ms())
            self._ended.set()
        elif output:
            transport.write(output)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._line.next_deadline()
        if deadline is not None:
            loop = asyncio.get_running_loop()
            wait_s = max(deadline - self._link_ms(), 1) / 1000
            self._timer = loop.call_at(loop.time() + wait_s, self._tick)

    def _tick(self) -> None:
        self._turn(self._line.tick)

    def _tell(self) -> None:
        self._events.extend(self._line.take_events())
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._events:
                seat, event = self._events.popleft()
                try:
                    seat.listener(event)
                except Exception as defect:
                    _report("a pump listener failed", defect)
        finally:
            self._is_telling = False


def _settings(port: str, baud: int, frame: str) -> str:
    if port.startswith("tcp:"):
        return "behind a serial server it is the server's baud and parity that must be the pump's"
    return f"this port is set to {baud} baud, {frame}"


async def _let_go(transport: asyncio.Transport, end: _End) -> None:
    """Wait until the port is really free again, but not for ever."""
    try:
        async with asyncio.timeout(lines.CLOSED_BY_ABORT_S):
            await end.closed.wait()
    except TimeoutError:
        # A transport that met an error with bytes still to write waits for ever; abort ends that.
        transport.abort()


def _report(message: str, defect: Exception) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": message, "exception": defect})
