"""A pump driver without its wires: commands and bytes go in, bytes and events come out. Time is handed in.

Theory of operation. `exchange.py` asks one question at a time, the family's `Dialect` says which questions
make a command; here it is decided whose turn it is. A halt's turn is always the next: it takes the place of
the turn under way, drops what was queued, and waits for nothing but the one exchange on the wire (200 ms at
most). What was dropped ends NOT_SENT if no frame of it that can add drug had left, else UNKNOWN. A second halt
joins the first.

A line begins with the dialect's opening and, if the wrong pump answers, ends there: nothing else is ever sent
to a stranger. Only when the opening has read everything back does the line count as up. It does not halt the
pump by itself; the caller does, on LinkUp (design law 9). Only a stop that is owed to a pump that no lease will stop goes
in front of the opening: whoever is there is to stand still (facts/faults.md I10).

The pump's lease is never renewed of this module's own accord (law 7): bytes leave only as part of a command or
a poll that the caller submitted, and of the one readback that follows a lost answer or an alarm. Where the
lease is kept up by writing (a volume target a few seconds ahead), the writes stand in the dialect's `poll`,
which runs for the caller's polls alone; that one readback is the dialect's `read_back`, which writes nothing.
A caller that stops completing its control cycles stops polling, and the pump stops itself.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    LinkDown,
    LinkUp,
    Outcome,
    Poll,
    PumpAlarm,
    PumpCommand,
    PumpReport,
    Reported,
    Run,
)
from drivers.gate import Gate
from drivers.line.dialect import Dialect
from drivers.line.exchange import Alarmed, Answered, Barred, Dead, Exchange, Lost, Result, Stranger
from drivers.line.floor import Floor
from drivers.line.job import Job
from drivers.line.phase import Phase
from drivers.line.turns import Ask, Ending, Refused, Reply, Unanswered, WrongPump

QUEUE_MAX = 4
HALTS_MAX = 16


class LineProtocol:
    """One pump. After every call take the output, then the events. `floor`: shared with the others on its line."""

    def __init__(self, dialect: Dialect, floor: Floor | None = None) -> None:
        self._dialect = dialect
        self._floor = floor or Floor()
        self._gate = Gate()
        self._exchange = Exchange(dialect.wire(), self._gate, 0, self._floor)
        self._phase = Phase.CLOSED
        self._job: Job | None = None
        self._queue: deque[Job] = deque()
        self._halts: list[int] = []
        self._events: list[DriverEvent] = []
        self._alarms: dict[PumpAlarm, None] = {}
        self._is_readback_due = False
        self._announced: LinkDown | None = None
        self._is_silent = False
        self._is_stop_owed = False

    @property
    def phase(self) -> Phase:
        """Where the line is."""
        return self._phase

    @property
    def is_wrong_pump(self) -> bool:
        """The line was given up because somebody else answered."""
        return self._announced is not None and self._announced.is_wrong_pump

    @property
    def is_silent(self) -> bool:
        """The line was given up because nobody answered; whoever is there may hear us all the same."""
        return self._is_silent

    def approve(self, approval: Approval) -> None:
        """Set the gate."""
        self._gate.approve(approval)

    def opened(self, now: int) -> None:
        """The port is open and its input empty: begin with who is there."""
        self._floor.leave(self._exchange)
        self._exchange = Exchange(self._dialect.wire(), self._gate, now, self._floor)
        self._gate.forget()
        self._phase = Phase.OPENING
        self._is_readback_due = self._is_silent = False
        self._job = Job.opening(self._dialect.opening(), self._dialect.halt if self._is_stop_owed else None)
        self._step(None, now)
        self._crank(now)

    def lost(self, reason: str, now: int) -> None:
        """The port is gone or could not be opened."""
        if self._phase is not Phase.OVER:
            self._go_down(reason)
        self._phase = Phase.CLOSED

    def submit(self, command_id: int, command: PumpCommand, now: int) -> None:
        """Take a command. It ends in one `Ended`; a Poll only in `Reported`."""
        self._is_stop_owed |= isinstance(command, Halt) and not self._dialect.lease_ms
        if self._phase is not Phase.UP:
            if not isinstance(command, Poll):
                self._events.append(Ended(command_id, Outcome.NOT_SENT, "the line is down"))
            return
        match command:
            case Halt():
                self._submit_halt(command_id)
            case Poll():
                if self._job is None and not self._queue:
                    self._queue.append(Job.proving(command, self._dialect.poll))
            case Run() | Adjust() | Configure():
                if len(self._queue) >= QUEUE_MAX:
                    self._events.append(Ended(command_id, Outcome.NOT_SENT, "too many commands are waiting"))
                else:
                    self._queue.append(Job(command, self._dialect.turn_for(command), [command_id]))
        self._crank(now)

    def receive(self, chunk: bytes, now: int) -> None:
        """Bytes from the line."""
        if self._phase in (Phase.OPENING, Phase.UP):
            self._exchange.receive(chunk, now)
            self._crank(now)

    def tick(self, now: int) -> None:
        """Let time pass."""
        if self._phase in (Phase.OPENING, Phase.UP):
            self._exchange.tick(now)
            self._crank(now)

    def next_deadline(self) -> int | None:
        """Link ms at which `tick` is due; None = only bytes or a command can change anything."""
        return self._exchange.next_deadline() if self._phase in (Phase.OPENING, Phase.UP) else None

    def take_output(self) -> bytes:
        """Bytes to write now. Nothing from a line given up."""
        output = self._exchange.take_output()
        return output if self._phase in (Phase.OPENING, Phase.UP) else b""

    def take_events(self) -> list[DriverEvent]:
        """What the caller must hear, oldest first."""
        events, self._events = self._events, []
        return events

    def _submit_halt(self, command_id: int) -> None:
        for waiting in self._queue:
            self._end(waiting, Outcome.NOT_SENT, "superseded by a halt")
        self._queue.clear()
        job = self._job
        if job is not None and isinstance(job.command, Halt) and job.proof.ending is None:
            room = job.ids
        else:
            room = self._halts
            if job is not None:
                if self._exchange.has_left:
                    job.note_left()
                self._exchange.abandon()
                outcome = Outcome.UNKNOWN if job.has_added else Outcome.NOT_SENT
                self._cut_short(job, outcome, "superseded by a halt")
        if len(room) < HALTS_MAX:
            room.append(command_id)
        else:
            self._events.append(Ended(command_id, Outcome.UNKNOWN, "a halt is under way already"))

    def _next_job(self) -> Job | None:
        if self._halts:
            ids, self._halts = self._halts, []
            return Job.proving(Halt(), self._dialect.halt, ids)
        if self._is_readback_due:
            self._is_readback_due = False
            return Job(Poll(), self._dialect.read_back(), is_own=True)
        return self._queue.popleft() if self._queue else None

    def _crank(self, now: int) -> None:
        """Go on until only time, bytes or a command can bring anything new."""
        while self._phase in (Phase.OPENING, Phase.UP):
            results = self._exchange.take_results()
            for result in results:
                self._weigh(result, now)
            if results:
                continue
            if self._job is not None:
                return
            self._job = self._next_job()
            if self._job is None:
                return
            self._step(None, now)

    def _step(self, reply: Reply | None, now: int) -> None:
        job = self._job
        if job is None:
            return
        self._go_on(job, lambda: next(job.steps) if reply is None else job.steps.send(reply), reply, now)

    def _go_on(self, job: Job, advance: Callable[[], Ask], reply: Reply | None, now: int) -> None:
        try:
            ask = advance()
        except StopIteration as end:
            self._trust(job, reply)
            self._finish(job, end.value)
        except Refused as refusal:
            self._finish(job, job.proof.ending or Ending(job.refused, str(refusal)))
        except WrongPump as stranger:
            self._go_down(str(stranger), is_wrong_pump=True)
        else:
            self._trust(job, reply)
            job.ask = ask
            by_alarm, by_loss = self._ends_on_alarm(job), isinstance(job.command, Halt)
            is_again = job.losses > 0
            self._exchange.want(ask, now, ends_on_alarm=by_alarm, ends_on_loss=by_loss, is_again=is_again)

    def _trust(self, job: Job, reply: Reply | None) -> None:
        """The opening has looked at who answered and goes on."""
        if reply is not None and job.command is None and job.ask is not None and job.ask.proves_identity:
            self._exchange.trust(reply)

    def _ends_on_alarm(self, job: Job) -> bool:
        if job.command is None or job.is_own:
            return False
        return self._dialect.ends_on_alarm(job.command)

    def _weigh(self, result: Result, now: int) -> None:
        job = self._job
        match result:
            case Answered(reply):
                if job is not None:
                    job.note_left(was_declined=reply.error is not None)
                    self._take_alarm_with_answer(reply.alarm, job)
                if job is self._job:
                    self._step(reply, now)
            case Alarmed(alarm, has_ended):
                self._take_alarm(alarm, job, has_ended=has_ended)
            case Lost(detail):
                self._lose(detail, now)
            case Barred(reason):
                if job is not None:
                    self._finish(job, job.proof.ending or Ending(job.refused, reason))
            case Stranger(text):
                self._go_down(f"{text} answers on a line where another pump was", is_wrong_pump=True)
            case Dead(reason):
                if job is not None:
                    job.note_left()
                self._is_silent = True
                self._go_down(reason)

    def _take_alarm(self, alarm: PumpAlarm, job: Job | None, *, has_ended: bool) -> None:
        """Remember it for the next report. No run goes on over an alarm; everything else does."""
        self._alarms[alarm] = None
        if job is not None and self._ends_on_alarm(job):
            if not has_ended and self._exchange.has_left:
                job.note_left()
            self._end_over(alarm, job)
        elif job is None or (alarm is PumpAlarm.RESET and job.command is not None):
            self._is_readback_due = True

    def _take_alarm_with_answer(self, alarm: PumpAlarm | None, job: Job) -> None:
        """As above; but an alarm that stands in every answer calls for no readback of its own, or for no end of them."""
        if alarm is not None:
            self._alarms[alarm] = None
            if self._ends_on_alarm(job):
                self._end_over(alarm, job)

    def _end_over(self, alarm: PumpAlarm, job: Job) -> None:
        self._exchange.abandon()
        self._cut_short(job, job.refused, f"the pump has an alarm: {alarm.value}")
        self._is_readback_due = True

    def _lose(self, detail: str, now: int) -> None:
        job = self._job
        if job is None:
            return
        job.note_left()
        if job.says_stop_again:
            # A halt submitted meanwhile joins this one, so nothing can push its readback away.
            self._go_on(job, lambda: job.after_loss(self._dialect.halt), None, now)
            return
        if job.command is None and job.ask is not None and job.ask.is_halt:
            self._go_on(job, lambda: job.steps.throw(Unanswered()), None, now)
            return
        if job.command is None:
            self._is_silent = True
            self._go_down(detail)
            return
        # What a lost answer left open is read back once by itself; a lost poll is the caller's to repeat.
        self._is_readback_due |= not isinstance(job.command, Poll)
        self._cut_short(job, job.unproven, detail)

    def _finish(self, job: Job, ending: Ending) -> None:
        self._job = None
        if job.command is None:
            if ending.identity is None:
                self._go_down(ending.detail)
                return
            self._phase = Phase.UP
            self._announced = None
            self._is_stop_owed = False
            self._events.append(LinkUp(ending.identity))
        self._report(ending.report)
        self._end(job, ending.outcome, ending.detail)

    def _report(self, report: PumpReport | None) -> None:
        if report is not None:
            self._events.append(Reported(replace(report, alarms=tuple(self._alarms))))
            self._alarms.clear()

    def _cut_short(self, job: Job, outcome: Outcome, detail: str) -> None:
        """End a turn that cannot go on, with what it had proven if it had."""
        job.steps.close()
        if job is self._job:
            self._job = None
        proven = job.proof.ending
        if proven is not None:
            outcome, detail = proven.outcome, proven.detail
            self._report(proven.report)
        self._end(job, outcome, detail)

    def _end(self, job: Job, outcome: Outcome, detail: str) -> None:
        self._is_stop_owed &= not (isinstance(job.command, Halt) and outcome is Outcome.CONFIRMED)
        self._events.extend(Ended(command_id, outcome, detail) for command_id in job.ids)

    def _go_down(self, reason: str, *, is_wrong_pump: bool = False) -> None:
        was_up = self._phase is Phase.UP
        self._phase = Phase.OVER
        self._gate.forget()
        job = self._job
        if job is not None:
            if self._exchange.has_left:
                job.note_left()
            self._cut_short(job, job.unproven, reason)
        for waiting in self._queue:
            self._cut_short(waiting, Outcome.NOT_SENT, reason)
        self._queue.clear()
        self._events.extend(Ended(command_id, Outcome.NOT_SENT, reason) for command_id in self._halts)
        self._halts.clear()
        self._exchange.abandon()
        down = LinkDown(reason, is_wrong_pump)
        if was_up or down != self._announced:
            self._events.append(down)
        self._announced = down
        self._is_stop_owed &= not is_wrong_pump
