"""A New Era pump on a serial port or behind a serial server: `drivers.contract.PumpDriver` over
`protocol.py`.

Theory of operation. All that is decided is decided in the protocol; here bytes are carried and the clock is
read. A command is written in the stack that submitted it, an event is told in the stack that read its bytes;
in between stands no task. A listener may submit from inside its own call: what it submits is written there
and then, what comes of it is told after it has returned, so that events keep their order.

One timer stands for the protocol's next deadline. One task (`run`, the caller's) opens the port, waits until
the line ends, and opens it again: after 0.2 s, doubling to 2 s, and always after 2 s where the wrong pump
answered. A line whose write buffer does not empty is given up like a silent one; nothing may queue in front
of a halt (faults row 27).

A listener that raises is reported to the loop's exception handler and is told the next event all the same.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

from drivers import transport as lines
from drivers.contract import Approval, Capabilities, DriverEvent, LinkUp, Listener, PumpCommand
from drivers.errors import PortError
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import NE_1000, Motor, capabilities
from drivers.new_era.protocol import NewEraProtocol, Phase

REOPEN_FIRST_S = 0.2
REOPEN_MAX_S = 2.0
#: Beyond the lease, before a pump that fell silent is spoken to again.
SILENCE_SLACK_S = 0.5

#: At 2400 baud and below, question and answer alone take most of the 200 ms an exchange may last.
BAUDS = (19200, 9600)


@dataclass(frozen=True, slots=True)
class NewEraLine:
    """Where the pump is and which one it must be.

    `port`: a device path (best one of /dev/serial/by-path) or tcp:HOST:PORT. `baud`: as set in the pump.
    """

    port: str
    binding: Binding
    baud: int = 19200
    motor: Motor = field(default=NE_1000)

    def __post_init__(self) -> None:
        if self.baud not in BAUDS:
            raise ValueError(
                f"{self.port}: baud {self.baud} is not one of {BAUDS}; set the pump to one of them"
            )


class _Wire(asyncio.Protocol):
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


class NewEraDriver:
    """One pump on one line. `listener` hears every event; `link_ms` is the monotonic link clock."""

    def __init__(
        self,
        line: NewEraLine,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
    ) -> None:
        self._line = line
        self._listener = listener
        self._link_ms = link_ms
        self._connect = connect
        self._protocol = NewEraProtocol(line.binding)
        self._transport: asyncio.Transport | None = None
        self._ended = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._events: deque[DriverEvent] = deque()
        self._is_telling = False
        self._was_up = False

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for a diameter the pump's table does not hold."""
        return capabilities(diameter_um, self._line.binding.lease_s, self._line.motor)

    def approve(self, approval: Approval) -> None:
        """Set the gate. Before the first call nothing that adds drug passes."""
        self._protocol.approve(approval)

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """Write at once if the line is free, else queue; see `drivers.contract`."""
        self._turn(lambda now: self._protocol.submit(command_id, command, now))

    async def run(self) -> None:
        """Own the line until cancelled."""
        pause_s = REOPEN_FIRST_S
        # Eight pumps that come back with their hub at once do not all knock in the same millisecond.
        spread_s = crc32(self._line.port.encode()) % 64 / 1000
        try:
            while True:
                self._was_up = False
                is_stranger = await self._serve_once()
                if is_stranger:
                    pause_s = REOPEN_MAX_S
                elif self._protocol.is_silent:
                    # Whoever does not answer may still hear: every greeting would renew the lease of a pump that runs.
                    pause_s = self._line.binding.lease_s + SILENCE_SLACK_S
                elif self._was_up:
                    pause_s = REOPEN_FIRST_S
                await asyncio.sleep(pause_s + spread_s)
                pause_s = min(2 * pause_s, REOPEN_MAX_S)
        finally:
            self._drop("the driver was stopped")

    async def _serve_once(self) -> bool:
        """Open, serve until the line ends, close. True if the wrong pump answered."""
        self._ended = asyncio.Event()
        wire = _Wire(self._receive, self._hang_up)
        try:
            transport = await self._connect(self._line.port, self._line.baud, wire)
        except PortError as error:
            self._lose(str(error))
            return False
        try:
            self._transport = transport
            self._turn(self._protocol.opened)
            await self._ended.wait()
            return self._protocol.is_wrong_pump
        finally:
            self._drop("the line was closed")
            await _let_go(transport, wire)

    def _receive(self, chunk: bytes) -> None:
        self._turn(lambda now: self._protocol.receive(chunk, now))

    def _hang_up(self, reason: str) -> None:
        if self._transport is not None:
            self._lose(f"{self._line.port}: the line was lost ({reason})")

    def _lose(self, reason: str) -> None:
        """The line is gone, or could not be had."""
        self._transport = None
        self._turn(lambda now: self._protocol.lost(reason, now))
        self._ended.set()

    def _drop(self, reason: str) -> None:
        """Let the line go: abort, so that nothing waits for a peer that may never read."""
        transport, self._transport = self._transport, None
        if transport is not None:
            lines.abort(transport)
        if self._protocol.phase is not Phase.CLOSED:
            self._lose(reason)

    def _turn(self, step: Callable[[int], None]) -> None:
        """One call into the protocol and all that follows. A defect in there closes the line, no more."""
        try:
            step(self._link_ms())
        except Exception as defect:
            _report("the driver failed; its line is closed", defect)
            self._protocol.lost(f"internal error: {type(defect).__name__}", self._link_ms())
            self._ended.set()
        self._write()
        self._set_timer()
        self._tell()

    def _write(self) -> None:
        output = self._protocol.take_output()
        transport = self._transport
        if transport is None:
            return
        if self._protocol.phase is Phase.OVER:
            self._ended.set()
        elif output and transport.is_closing():
            self._ended.set()  # bytes would vanish without a word (facts/faults.md F6)
        elif output and transport.get_write_buffer_size() > lines.HIGH_WATER_BYTES:
            self._protocol.lost(f"{self._line.port}: the line takes no bytes", self._link_ms())
            self._ended.set()
        elif output:
            transport.write(output)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self._protocol.next_deadline()
        if deadline is not None:
            loop = asyncio.get_running_loop()
            wait_s = max(deadline - self._link_ms(), 1) / 1000
            self._timer = loop.call_at(loop.time() + wait_s, self._tick)

    def _tick(self) -> None:
        self._turn(self._protocol.tick)

    def _tell(self) -> None:
        self._events.extend(self._protocol.take_events())
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._events:
                event = self._events.popleft()
                self._was_up |= isinstance(event, LinkUp)
                try:
                    self._listener(event)
                except Exception as defect:
                    _report("a pump listener failed", defect)
        finally:
            self._is_telling = False


async def _let_go(transport: asyncio.Transport, wire: _Wire) -> None:
    """Wait until the port is really free again, but not for ever."""
    try:
        async with asyncio.timeout(lines.CLOSED_BY_ABORT_S):
            await wire.closed.wait()
    except TimeoutError:
        # A transport that met an error with bytes still to write waits for ever; abort ends that.
        transport.abort()


def _report(message: str, defect: Exception) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": message, "exception": defect})
