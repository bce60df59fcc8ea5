"""One port's stop: open it, say stop until everybody on it stands, open it again if it goes, until time is up.

Theory of operation. Each port has a thread, so that one that hangs in its driver (a dead USB adapter, a serial server that
swallows connections) costs the others nothing. The thread carries bytes; what is said and believed is decided in
`drivers.line.halting`.

Where a pumpd still lives (it holds the claim on the port) it is asked over its console to pause as well, in one more
thread: it may be the only one who can reach the pump. A confirmed pause is a readback like ours. Whichever comes first is
told of before the pump counts as standing: when all stand, all have been told of.
"""

import contextlib
import threading
import time
from collections.abc import Callable

from drivers.line.halting import HaltingLine
from pumpd.shell.port_claim import PortClaims, PortTaken
from pumpd.stop_all.plan import PortPlan
from pumpd.stop_all.port import Port, PortShut, open_port

AGAIN_S = 0.1
#: Nobody waits longer than this for bytes before looking at the clock, s.
LONGEST_WAIT_S = 0.1
#: Who pauses, in the daemon's record.
BY = "stop-all"


class Attendant:
    """One port. `settled(channel, text)` is called once for each pump that stands, from a thread; it must not wait."""

    def __init__(
        self, plan: PortPlan, console: str, stopped: Callable[[], None], settled: Callable[[str, str], None]
    ) -> None:
        self._plan = plan
        self._console = console
        self._stopped = stopped
        self._settled = settled
        self._line = HaltingLine(plan.pumps)
        self._over = threading.Event()
        self._settling = threading.Lock()
        self._claims = PortClaims()
        self._note = "it was not opened in time"
        self._is_open = False
        self._standing: set[str] = set()
        self._thread = threading.Thread(target=self._attend, daemon=True, name=plan.port)

    @property
    def bound_s(self) -> float:
        """How long its pumps may need until a silence has starved whoever does not obey."""
        return self._line.bound_ms / 1000

    @property
    def was_told(self) -> bool:
        """At least one stop has left on this port."""
        return any(pump.stops_sent for pump in self._line.pumps)

    @property
    def is_done(self) -> bool:
        """Each of its pumps stands, and that has been told."""
        with self._settling:
            return self._standing.issuperset(self._plan.channels)

    def begin(self) -> None:
        """Go."""
        self._thread.start()

    def wait(self, until_s: float) -> None:
        """Until all its pumps stand, or monotonic `until_s`; then nothing more is said on it."""
        self._thread.join(max(0.0, until_s - time.monotonic()))
        with self._settling:
            self._over.set()

    def unconfirmed(self) -> dict[str, str]:
        """Channels of which nobody said that they stand, each with what is known."""
        words = {}
        for channel, pump in zip(self._plan.channels, self._line.pumps, strict=True):
            if channel not in self._standing:
                told = (
                    f"stop was sent {pump.stops_sent} times; {pump.said}" if pump.stops_sent else self._note
                )
                words[channel] = told if self._is_open or not pump.stops_sent else f"{told}; {self._note}"
        return words

    def _attend(self) -> None:
        try:
            self._claims.take(self._plan.port)
        except PortTaken as taken:
            self._note = str(taken)
            threading.Thread(target=self._ask_daemon, daemon=True).start()
        try:
            while not (self._over.is_set() or self.is_done):
                try:
                    self._serve(open_port(self._plan.port, self._plan.settings))
                except PortShut as shut:
                    self._note = f"{shut}; another program holds the port" if shut.is_held else str(shut)
                self._is_open = False
                if not self.is_done:
                    self._over.wait(AGAIN_S)
        finally:
            self._claims.release()

    def _serve(self, port: Port) -> None:
        self._is_open = True
        try:
            self._line.opened(_link_ms())
            while not (self._over.is_set() or self.is_done):
                if frame := self._line.take_output():
                    port.give(frame)
                    self._stopped()
                if chunk := port.take(self._patience_s()):
                    self._line.receive(chunk, _link_ms())
                self._line.tick(_link_ms())
                self._tell()
        finally:
            port.close()

    def _patience_s(self) -> float:
        due = self._line.next_deadline()
        left_s = LONGEST_WAIT_S if due is None else (due - _link_ms()) / 1000
        return min(max(left_s, 0.0), LONGEST_WAIT_S)

    def _tell(self) -> None:
        for channel, pump in zip(self._plan.channels, self._line.pumps, strict=True):
            if pump.is_confirmed:
                self._stands(channel, pump.said)

    def _stands(self, channel: str, text: str) -> None:
        with self._settling:
            if channel not in self._standing and not self._over.is_set():
                self._settled(channel, text)
                self._standing.add(channel)

    def _ask_daemon(self) -> None:
        """The daemon that lives may be frozen or deaf; then nothing comes of this, and nothing is lost by it."""
        from pumpd.console_client import ConsoleClient, ConsoleUnreachable

        for channel in self._plan.channels if self._console else ():
            with contextlib.suppress(ConsoleUnreachable, OSError, ValueError):
                for reply in ConsoleClient(self._console).request("pause", channel, BY):
                    if reply.get("stage") == "confirmed":
                        self._stands(channel, "the pumpd that runs has halted it and read that back")


def _link_ms() -> int:
    return time.monotonic_ns() // 1_000_000
