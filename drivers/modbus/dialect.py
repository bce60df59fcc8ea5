"""Modbus commands: which of `turns.py` belongs to what was asked, and when a halt must come before it.

Theory of operation. The lease is the device's own watchdog, which any request renews; so a poll only reads. Where the
map has none, nothing of ours can stand in for it, and `capabilities` says so.

A device that goes on by itself when it is spoken to again (`resumes_after_silence`) must not be asked anything after
it has been left alone: if the line stayed open but nobody spoke for as long as nearly a lease, the next turn, whatever
it is, begins with a stop. That is why this dialect is given the clock, which it only compares.
"""

from collections.abc import Callable, Iterator
from itertools import count

from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.line.turns import Proof, Turn
from drivers.modbus import turns
from drivers.modbus.binding import Binding
from drivers.modbus.capabilities import capabilities
from drivers.modbus.layout import RegisterMap
from drivers.modbus.turns import Count, Pulse, Subject
from drivers.modbus.wire import ModbusWire

#: A device without a watchdog is left alone no longer than this after it fell silent, link ms.
UNWATCHED_PAUSE_MS = 2_000


def _nonces() -> Iterator[int]:
    """16 bits, never 0, never the one before."""
    return (n % 0xFFFF + 1 for n in count(0x0100))


class ModbusDialect:
    """One bound device. Implements `drivers.line.dialect.Dialect`."""

    def __init__(
        self,
        binding: Binding,
        layout: RegisterMap,
        link_ms: Callable[[], int],
        *,
        is_tcp: bool,
        gap_ms: int,
    ) -> None:
        self._binding = binding
        self._layout = layout
        self._link_ms = link_ms
        self._is_tcp = is_tcp
        self._gap_ms = gap_ms
        self._nonces = _nonces()
        self._spoke_at = link_ms()
        self._subject = Subject(layout, binding, Pulse(), Count())

    @property
    def lease_ms(self) -> int:
        """The watchdog that the opening arms, link ms."""
        return self._subject.lease_ms or UNWATCHED_PAUSE_MS

    def wire(self) -> ModbusWire:
        """A new wire for this unit."""
        return ModbusWire(
            self._layout,
            self._binding.unit,
            self._nonces,
            is_tcp=self._is_tcp,
            gap_ms=self._gap_ms,
            on_sent=self._note_spoken,
        )

    def opening(self) -> Turn:
        """Identity, nonce, control, watchdog, everything read back. Raises WrongPump."""
        self._subject.pulse.last = None
        self._subject.count.last_nl = None
        return turns.open_line(self._subject, next(self._nonces))

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command."""
        return self._awake(lambda: self._turn_for(command))

    def poll(self, proof: Proof) -> Turn:
        """Read back; every request renews the lease."""
        return self._awake(lambda: turns.poll(self._subject))

    def read_back(self) -> Turn:
        """Read everything back; written is at most a stop."""
        return self._awake(lambda: turns.poll(self._subject))

    def halt(self, proof: Proof) -> Turn:
        """Stop until it reads back halted."""
        return turns.halt(self._subject, proof)

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """Whatever can add drug."""
        return isinstance(command, Run | Adjust)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for a diameter that the map cannot say."""
        return capabilities(diameter_um, self._binding.lease_s, self._layout)

    def _turn_for(self, command: Configure | Run | Adjust) -> Turn:
        if isinstance(command, Run):
            return turns.run(self._subject, command)
        if isinstance(command, Adjust):
            return turns.adjust(self._subject, command.rate_nl_h)
        return turns.configure(self._subject, command.diameter_um)

    def _note_spoken(self) -> None:
        self._spoke_at = self._link_ms()

    def _awake(self, turn: Callable[[], Turn]) -> Turn:
        """Nothing runs before the first ask is due, so the silence is judged when the turn begins."""
        if self._layout.resumes_after_silence and self._link_ms() - self._spoke_at >= self.lease_ms * 3 // 4:
            return (yield from turns.stop_first(self._layout, turn))
        return (yield from turn())
