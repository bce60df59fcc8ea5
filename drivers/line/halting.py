"""Stopping the pumps of one port and nothing else: no greeting, no approval, no caller. Bytes and time are handed in.

Theory of operation. This is for the hour when the daemon is gone. The first thing said to a pump is its family's stop, by
the family's own turn (`Dialect.halt`) through the family's own wire; who answers is not asked before, for whoever stands
on this port is to stand still. A frame still passes a gate, one that nothing has been approved for: only halts, reads and
what cannot add drug get out.

One readback is not enough here, because nobody will look again: a pump stands when two turns, a little apart, say so and
their counters agree. That is also the second look that a wire without checks needs. A pump that says it stands while its
counter goes on does not stand.

A pump that hears us and does not obey is not spoken to for ever: each frame would renew the lease that could end its run
(faults row 4, decision 0002). After a second of stops the whole port falls silent for the longest lease on it and a
little more, then there is another second. A pump without a lease is told without a pause, and so is one that was seen to
stand and only has not been heard a second time.

A pump may have lost the manner in which it was spoken to (a reset takes a New Era pump out of safe mode), so a family
may give several dialects; when one has not been answered, the next is tried.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.contract import Halt, Outcome, PumpReport
from drivers.gate import Gate
from drivers.line.dialect import Dialect
from drivers.line.exchange import Answered, Barred, Dead, Exchange, Lost, Stranger
from drivers.line.floor import Floor
from drivers.line.job import Job
from drivers.line.turns import Ask, Ending, Refused, Reply, Unanswered, WrongPump

#: A second of stops, then the lease and this much of silence; as `pumpd.core.delivery` does.
ROUND_MS = 1_000
SILENCE_SLACK_MS = 1_500
#: Between the two readbacks that must agree, at least.
SECOND_LOOK_MS = 250
#: Answers that may stay away before another dialect is tried, if there is one.
LOSSES_TO_SWITCH = 2


@dataclass(frozen=True, slots=True)
class PortSettings:
    """How a serial port must be set for a pump. `parity`: N, E or O."""

    baud: int
    parity: str = "N"
    stop_bits: int = 1


class Halting:
    """One pump that is to stand. Times are link ms; `said` is the newest word on it, for people."""

    def __init__(self, dialects: Sequence[Dialect], floor: Floor) -> None:
        self._dialects = tuple(dialects)
        self._floor = floor
        self._gate = Gate()
        self._at = 0
        self._exchange = self._fresh(0)
        self._job: Job | None = None
        self._stood: tuple[int, PumpReport | None] | None = None
        self._again_at: int | None = None
        self.is_confirmed = False
        self.was_seen_standing = False
        self.stops_sent = 0
        self.said = "nothing was heard"

    @property
    def lease_ms(self) -> int:
        """How long this pump may run on after the last word; 0: nothing ends it."""
        return max(dialect.lease_ms for dialect in self._dialects)

    def begin(self, now: int) -> None:
        """The port is open: say stop. What was seen of this pump before counts no longer."""
        self._stood, self.was_seen_standing = None, False
        self._exchange = self._fresh(now)
        self._attempt(now)

    def go_on(self, now: int) -> None:
        """The silence is over."""
        self.was_seen_standing = False
        self._attempt(now)
        self._crank(now)

    def hush(self) -> None:
        """Say nothing until `go_on`."""
        self._job = self._again_at = None
        self._exchange.abandon()

    def receive(self, chunk: bytes, now: int) -> None:
        """Bytes from the line."""
        self._exchange.receive(chunk, now)
        self._crank(now)

    def tick(self, now: int) -> None:
        """Let time pass."""
        self._exchange.tick(now)
        self._crank(now)

    def next_deadline(self) -> int | None:
        """When `tick` has something to do; None: only bytes can change anything."""
        times = (self._exchange.next_deadline(), self._again_at)
        return min((time for time in times if time is not None), default=None)

    def take_output(self) -> bytes:
        """Bytes to write now."""
        output = self._exchange.take_output()
        job = self._job
        self.stops_sent += bool(output and job is not None and job.ask is not None and job.ask.is_halt)
        return output

    def _fresh(self, now: int) -> Exchange:
        if hasattr(self, "_exchange"):
            self._floor.leave(self._exchange)
        return Exchange(self._dialects[self._at].wire(), self._gate, now, self._floor)

    def _attempt(self, now: int) -> None:
        self._again_at = None
        job = self._job = Job.proving(Halt(), self._dialects[self._at].halt)
        self._go_on(job, lambda: next(job.steps), now)

    def _crank(self, now: int) -> None:
        while not self.is_confirmed:
            results = self._exchange.take_results()
            for result in results:
                match result:
                    case Answered(reply):
                        self._answered(reply, now)
                    case Lost(detail) | Dead(detail) | Barred(detail):
                        self._lost(detail, now)
                    case Stranger():
                        pass  # nobody was ever taken for somebody else: no identity is trusted here
            if results:
                continue
            if self._again_at is None or now < self._again_at:
                return
            self._attempt(now)

    def _answered(self, reply: Reply, now: int) -> None:
        job = self._job
        if job is not None:
            self._go_on(job, lambda: job.steps.send(reply), now)

    def _lost(self, detail: str, now: int) -> None:
        job = self._job
        if job is None:
            return
        self.said = detail
        is_alone = len(self._dialects) == 1
        if job.says_stop_again and (is_alone or job.losses + 1 < LOSSES_TO_SWITCH):
            self._go_on(job, lambda: job.after_loss(self._dialects[self._at].halt), now)
            return
        job.steps.close()
        self._fall_through(now)

    def _go_on(self, job: Job, advance: Callable[[], Ask], now: int) -> None:
        try:
            ask = advance()
        except StopIteration as end:
            self._ended(end.value, now)
        except (Refused, Unanswered, WrongPump) as reason:
            self._ended(job.proof.ending or Ending(Outcome.REFUSED, str(reason) or self.said), now)
        else:
            job.ask = ask
            self._exchange.want(ask, now, ends_on_loss=True, is_again=job.losses > 0)

    def _ended(self, ending: Ending, now: int) -> None:
        self._job, self.said = None, ending.detail
        if ending.outcome is not Outcome.CONFIRMED:
            self._fall_through(now)
            return
        self.was_seen_standing = True
        before, counter_nl = self._stood, ending.report.infused_nl if ending.report is not None else None
        if before is not None and now - before[0] >= SECOND_LOOK_MS:
            known_nl = before[1].infused_nl if before[1] is not None else None
            if known_nl == counter_nl:
                self.is_confirmed = True
                self.said = f"stands, read back twice{_counted(counter_nl)}; {ending.detail}"
                return
            self.was_seen_standing = False
            self.said = f"says it stands, and its counter goes from {known_nl} to {counter_nl} nl"
        self._stood = (now, ending.report)
        self._again_at = now + SECOND_LOOK_MS

    def _fall_through(self, now: int) -> None:
        """It does not stand as far as we know; say it again, another way if there is one."""
        self._job, self._stood = None, None
        if len(self._dialects) > 1:
            self._at = (self._at + 1) % len(self._dialects)
            self._exchange = self._fresh(now)
        self._again_at = now


def _counted(counter_nl: int | None) -> str:
    return "" if counter_nl is None else f", its counter at {counter_nl} nl"


class HaltingLine:
    """All pumps of one port. After every call take the output."""

    def __init__(self, pumps: Sequence[Sequence[Dialect]]) -> None:
        self._floor = Floor()
        self.pumps = tuple(Halting(dialects, self._floor) for dialects in pumps)
        self._turns_at: int | None = None
        self._is_hushed = False

    @property
    def is_done(self) -> bool:
        """Every pump stands."""
        return all(pump.is_confirmed for pump in self.pumps)

    @property
    def bound_ms(self) -> int:
        """What two rounds of stops take, with the silence between them."""
        return 2 * ROUND_MS + (self._silence_ms(self.pumps) or 0)

    def opened(self, now: int) -> None:
        """The port is open and its input empty."""
        self._is_hushed, self._turns_at = False, now + ROUND_MS
        for pump in self._open():
            pump.begin(now)
        self._offer_floor(now)

    def receive(self, chunk: bytes, now: int) -> None:
        """Bytes from the line: everybody hears them."""
        for pump in self._open():
            pump.receive(chunk, now)
        self._offer_floor(now)

    def tick(self, now: int) -> None:
        """Let time pass."""
        if self._turns_at is not None and now >= self._turns_at:
            self._turn_over(now)
        for pump in self._open():
            pump.tick(now)
        self._offer_floor(now)

    def next_deadline(self) -> int | None:
        """Link ms at which `tick` is due."""
        times = [pump.next_deadline() for pump in self._open()]
        return min((time for time in (*times, self._turns_at) if time is not None), default=None)

    def take_output(self) -> bytes:
        """Bytes to write now."""
        return b"".join(pump.take_output() for pump in self.pumps)

    def _open(self) -> list[Halting]:
        return [pump for pump in self.pumps if not pump.is_confirmed]

    @staticmethod
    def _silence_ms(pumps: Sequence[Halting]) -> int | None:
        """None: there is no lease that a silence could run out."""
        lease_ms = max((pump.lease_ms for pump in pumps), default=0)
        return lease_ms + SILENCE_SLACK_MS if lease_ms else None

    def _turn_over(self, now: int) -> None:
        silence_ms = self._silence_ms([pump for pump in self._open() if not pump.was_seen_standing])
        if self._is_hushed or silence_ms is None:
            for pump in self._open() if self._is_hushed else ():
                pump.go_on(now)
            self._is_hushed, self._turns_at = False, now + ROUND_MS
        else:
            for pump in self._open():
                pump.hush()
            self._is_hushed, self._turns_at = True, now + silence_ms

    def _offer_floor(self, now: int) -> None:
        for _ in self.pumps:
            if self._floor.next(now) is None:
                break
            for pump in self._open():
                pump.tick(now)
