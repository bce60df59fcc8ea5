"""Several pumps on one line, without the wires: who hears what, who speaks next, who is spoken to again.

Theory of operation. Every pump keeps its own protocol: gate, queue, doubts, events. They share the `Floor`, so
one exchange is in flight on the whole line, and every byte is heard by all of them: each takes what is its own
and passes over the rest as another pump's. After every step the floor is offered round until somebody speaks or
nobody wants to; that is how a halt for one pump leaves the moment another's exchange has ended.

A pump that is given up does not take the line with it. It is begun with anew after a pause while its neighbours
go on: 0.2 s, doubling to 2 s; always 2 s where the wrong pump answers; and where nobody answered, only after its
lease has run out, because whoever does not answer may still hear, and every greeting would renew the lease of a
pump that runs; one that has no lease is spoken to again at once. Only when no pump is left is the line over, and
its owner closes the port and opens it again after the longest of their pauses. A pump alone on its line is the
same with one.

What a chain cannot promise: whether a frame for another address renews a pump's own watchdog is not said in the
manuals that we know (facts/protocols.md 1, 6; one maker's does). Until it has been measured at commissioning,
take it that the lease of each pump is renewed by any of them.
"""

from dataclasses import dataclass, replace

from drivers.contract import DriverEvent, LinkDown, LinkUp, Listener, PumpCommand
from drivers.line.dialect import Dialect
from drivers.line.floor import Floor
from drivers.line.phase import Phase
from drivers.line.protocol import LineProtocol

REOPEN_FIRST_MS = 200
REOPEN_MAX_MS = 2000
#: Beyond the lease, before a pump that fell silent is spoken to again.
SILENCE_SLACK_MS = 500


@dataclass(slots=True, eq=False)
class Seat:
    """One pump's place on a line. `is_taken`: its owner wants it served."""

    dialect: Dialect
    protocol: LineProtocol
    listener: Listener
    is_taken: bool = False
    was_up: bool = False
    pause_ms: int = REOPEN_FIRST_MS
    again_at: int | None = None

    @property
    def is_alive(self) -> bool:
        """It is being opened or up."""
        return self.protocol.phase in (Phase.OPENING, Phase.UP)

    def take_pause_ms(self) -> int:
        """How long to leave this pump alone, link ms. Asked once for each time that it was given up."""
        if self.protocol.is_wrong_pump:
            self.pause_ms = REOPEN_MAX_MS
        elif self.protocol.is_silent:
            # Silence stops nothing that has no lease.
            lease_ms = self.dialect.lease_ms
            self.pause_ms = lease_ms + SILENCE_SLACK_MS if lease_ms else 0
        elif self.was_up:
            self.pause_ms = REOPEN_FIRST_MS
        pause_ms, self.pause_ms = self.pause_ms, min(2 * self.pause_ms, REOPEN_MAX_MS)
        self.was_up = False
        return pause_ms


class SharedLine:
    """The pumps of one port. After every call take the output, then the events. Times are link ms.

    `settings`: what the port is set to, in words for whoever reads that nobody answered on it.
    """

    def __init__(self, settings: str = "") -> None:
        self._settings = settings
        self._floor = Floor()
        self._seats: list[Seat] = []
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """The port is open, as far as is known."""
        return self._is_open

    @property
    def is_over(self) -> bool:
        """The port is open and no pump on it is any use."""
        return self._is_open and not any(seat.is_alive for seat in self._seats)

    def join(self, dialect: Dialect, listener: Listener) -> Seat:
        """A place for one more pump; it is served from `take` on."""
        seat = Seat(dialect, LineProtocol(dialect, self._floor), listener)
        self._seats.append(seat)
        return seat

    def take(self, seat: Seat, now: int) -> None:
        """Serve this pump from now on."""
        seat.is_taken = True
        if self._is_open:
            self._begin(seat, now)
            self._offer_floor(now)

    def leave(self, seat: Seat, reason: str, now: int) -> None:
        """Serve it no longer; its neighbours go on."""
        seat.is_taken = False
        seat.again_at = None
        if seat.protocol.phase is not Phase.CLOSED:
            seat.protocol.lost(reason, now)
        self._offer_floor(now)

    def opened(self, now: int) -> None:
        """The port is open and its input empty."""
        self._is_open = True
        for seat in self._taken():
            self._begin(seat, now)
        self._offer_floor(now)

    def lost(self, reason: str, now: int) -> None:
        """The port is gone or could not be opened."""
        self._is_open = False
        for seat in self._taken():
            seat.again_at = None
            seat.protocol.lost(reason, now)

    def submit(self, seat: Seat, command_id: int, command: PumpCommand, now: int) -> None:
        """Take a command for this pump."""
        seat.protocol.submit(command_id, command, now)
        self._offer_floor(now)

    def receive(self, chunk: bytes, now: int) -> None:
        """Bytes from the line: everybody hears them."""
        for seat in self._seats:
            seat.protocol.receive(chunk, now)
        self._offer_floor(now)

    def tick(self, now: int) -> None:
        """Let time pass."""
        for seat in self._taken():
            if seat.again_at is not None and now >= seat.again_at:
                seat.protocol.lost("asked again", now)
                self._begin(seat, now)
            seat.protocol.tick(now)
        self._offer_floor(now)

    def next_deadline(self) -> int | None:
        """Link ms at which `tick` is due; None = only bytes or a command can change anything."""
        times = [time for seat in self._seats for time in (seat.protocol.next_deadline(), seat.again_at)]
        return min((time for time in times if time is not None), default=None)

    def take_output(self) -> bytes:
        """Bytes to write now."""
        return b"".join(seat.protocol.take_output() for seat in self._seats)

    def take_events(self) -> list[tuple[Seat, DriverEvent]]:
        """Who must hear what; for each pump oldest first."""
        events = [(seat, self._worded(seat, e)) for seat in self._seats for e in seat.protocol.take_events()]
        for seat, event in events:
            seat.was_up |= isinstance(event, LinkUp)
        return events

    def _worded(self, seat: Seat, event: DriverEvent) -> DriverEvent:
        """A pump set otherwise is as silent as none (faults row 28): say what to compare."""
        if isinstance(event, LinkDown) and seat.protocol.is_silent and self._settings:
            return replace(event, reason=f"{event.reason}; {self._settings}")
        return event

    def take_pause_ms(self) -> int:
        """How long the port stays closed before it is opened again, link ms."""
        return max((seat.take_pause_ms() for seat in self._taken()), default=REOPEN_MAX_MS)

    def _taken(self) -> list[Seat]:
        return [seat for seat in self._seats if seat.is_taken]

    def _begin(self, seat: Seat, now: int) -> None:
        seat.again_at = None
        seat.protocol.opened(now)

    def _offer_floor(self, now: int) -> None:
        """Let go on who waits for nothing but the line; then see who has been given up meanwhile."""
        for _ in self._seats:
            if self._floor.next(now) is None:
                break
            for seat in self._seats:
                seat.protocol.tick(now)
        if self._is_open and not self.is_over:
            for seat in self._taken():
                if seat.protocol.phase is Phase.OVER and seat.again_at is None:
                    seat.again_at = now + seat.take_pause_ms()
