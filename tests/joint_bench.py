"""One channel from the decision down to the pump's bytes: real `decide`, real `LineProtocol`, `FakeNewEra`, one clock.

Theory of operation. What goes wrong between the parts (a halt that meets a poll, a key pressed between two questions, a
lease renewed by the very halts that the pump ignores) is seen only where the parts are joined. Time is virtual and jumps
to the next thing that can happen: a control cycle, an answer's arrival, a record that is on disk, the protocol's deadline,
the pump's watchdog, the end of its volume target. Treatment time and link time run alike, but `leap` moves treatment time
alone, for a wait in which nothing flows.

The pump reads its counter when a question reaches it and its answer arrives `exchange_ms` later: the oldest a counter can
be. Its true volume is kept in nl/h x ms beside the account under test. The rig watches one thing by itself, at every
readback: low <= true <= high.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from channel_bench import ATTENDED_EVERY_MS, MS_PER_H, ORDER, POLICY
from contract.fake_new_era import FakeNewEra

from drivers.contract import (
    Approval,
    DriverEvent,
    Halt,
    PumpCommand,
)
from drivers.line.phase import Phase
from drivers.line.protocol import LineProtocol
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import capabilities
from drivers.new_era.dialect import NewEraDialect
from interlocks.vocabulary import Sample, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.decide import decide
from pumpd.core.guard import given_high_nl
from pumpd.core.library import SYRINGES
from pumpd.core.state import ChannelState, Policy
from pumpd.shell.pump_port import PumpPort

TICK_MS = 100
#: As the driver does after a line was given up.
REOPEN_MS = 200
KEYS = ("bd-60", "bd-20")
#: Without the row that ends a session at its third stand within ten minutes: a story here is many stands long.
JOINT_POLICY = replace(
    POLICY,
    rules=tuple(one for one in POLICY.rules if one.id != "CY1"),
    capabilities={key: capabilities(SYRINGES[key].diameter_um, POLICY.lease_ms // 1000) for key in KEYS},
)
RATE_NL_H = 26_200_000


class JointPump(FakeNewEra):
    """The fake with a plunger: it moves in treatment time and comes to rest at the volume target."""

    def __init__(self) -> None:
        super().__init__()
        self.given_nl_h_ms = 0
        self.flow_percent = 100
        self._cleared_nl = 0
        self._run_from_nl = 0

    @property
    def true_nl(self) -> int:
        """All that ever left the syringe, rounded down."""
        return self.given_nl_h_ms // MS_PER_H

    def runs(self) -> bool:
        return self.letter == "I"

    def move(self, ms: int) -> None:
        """The motor turns for so long, or to its target."""
        if not self.runs():
            return
        self.given_nl_h_ms += self.rate_nl_h * ms * self.flow_percent // 100
        if self.target_nl and self.true_nl - self._run_from_nl >= self.target_nl:
            self.letter = "S"
        self.infused_nl = self.true_nl - self._cleared_nl

    def clear_counter(self) -> None:
        """By a hand, or by a power cut."""
        self._cleared_nl, self.infused_nl = self.true_nl, 0

    def key_stop(self) -> bool:
        """The pump's own stop key; True if it stopped something."""
        was_running = self.runs()
        self.letter = "P" if was_running else self.letter
        return was_running

    def key_start(self, rate_nl_h: int) -> None:
        """The pump's own start key, with another rate and no target."""
        self.letter, self.rate_nl_h, self.target_nl = "I", rate_nl_h, 0

    def _do_run(self) -> str:
        if self.letter == "S":
            self._run_from_nl = self.true_nl
        return super()._do_run()


class Joint:
    """The channel. `words` is every frame that left, `actions` all that was decided, each with its link ms."""

    def __init__(self, exchange_ms: int = 5, policy: Policy = JOINT_POLICY) -> None:
        self.policy = policy
        self.exchange_ms = exchange_ms
        self.pump = JointPump()
        self.state = ChannelState()
        self.now = 0
        self.record_ms: int | None = 5
        self.hr, self.spo2 = 72.0, 97.0
        self.actions: list[tuple[int, do.Action]] = []
        self.events: list[tuple[int, ev.Event]] = []
        self.words: list[tuple[int, str]] = []
        self.outside: list[str] = []
        self._leapt_ms = self._boot_at = self._request = self._sample = 0
        self._true_at_start_nl = 0
        self._letters: deque[ev.Event] = deque()
        self._is_deciding = self._is_telling = False
        self._told: deque[DriverEvent] = deque()
        self._answers: list[tuple[int, bytes]] = []
        self._records: list[tuple[int, int]] = []
        self._reopen_at: int | None = None
        self._plugged = True
        self._boot()

    # -- the daemon --------------------------------------------------------------------------------------------

    @property
    def at(self) -> Stamp:
        """Both clocks begin anew with every boot."""
        ms = self.now - self._boot_at
        return Stamp(ms + self._leapt_ms, ms)

    def _boot(self) -> None:
        self.protocol = LineProtocol(NewEraDialect(Binding("NE1000")))
        self._port = PumpPort("bed-1", lambda: self.at, lambda channel, event: self.post(event))
        self._answers.clear()
        self._records.clear()
        self._told.clear()
        self.post(ev.DaemonStarted(at=self.at, boot=f"boot-{self.now}", wall_ms=self.now))
        self.post(ev.FeedLinkChanged(at=self.at, is_up=True, reason="subscribed"))
        self._turn(lambda: self.protocol.opened(self.now))

    def restart(self, down_ms: int = 0) -> None:
        """The daemon dies and comes back so much later; the pump hears nothing meanwhile."""
        until = self.now + down_ms
        while self.now < until:
            self._elapse(min(TICK_MS, until - self.now))
            self.pump.tick(self.now)
        self._boot_at, self._leapt_ms = self.now, 0
        self._boot()

    def post(self, event: ev.Event) -> None:
        """Decide and carry out, as the kernel does: in order, and halts before anything else."""
        self._letters.append(event)
        if self._is_deciding:
            return
        self._is_deciding = True
        try:
            while self._letters:
                self._decide(self._letters.popleft())
        finally:
            self._is_deciding = False

    def _decide(self, event: ev.Event) -> None:
        before = self.state
        self.state, actions = decide(before, event, self.policy)
        if not isinstance(event, ev.Ticked | ev.SamplesArrived):
            self.events.append((self.now, event))
        self.decided(before, event, actions)
        if isinstance(event, ev.PumpReported):
            self._compare()
        for action in actions:
            self.actions.append((self.now, action))
            self._perform(action)

    def decided(self, before: ChannelState, event: ev.Event, actions: tuple[do.Action, ...]) -> None:
        """For those who watch: after a decision, before anything of it is carried out."""

    def _perform(self, action: do.Action) -> None:
        if isinstance(action, do.CommandPump):
            self.submit(action.command_id, action.command)
        elif isinstance(action, do.ApproveMaximum):
            self.approve(action.approval)
        elif isinstance(action, do.WriteIntent) and self.record_ms is not None:
            self._records.append((self.now + self.record_ms, action.intent_id))

    def _compare(self) -> None:
        if self.state.account.counter_nl is None:
            self._true_at_start_nl = self.pump.true_nl
            return
        low, true, high = self.interval()
        if not low <= true <= high:
            self.outside.append(f"at {self.now}: low {low}, true {true}, high {high} nl")

    def interval(self) -> tuple[int, int, int]:
        """Low, true and high volume since the start, nl."""
        true_nl = self.pump.true_nl - self._true_at_start_nl
        return self.state.account.low_nl, true_nl, given_high_nl(self.state, self.policy)

    # -- the line ----------------------------------------------------------------------------------------------

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """The driver's own, as far as the kernel sees it."""
        self._turn(lambda: self.protocol.submit(command_id, command, self.now))

    def approve(self, approval: Approval) -> None:
        """The driver's own."""
        self.protocol.approve(approval)

    def _turn(self, step: Callable[[], None]) -> None:
        """Write at once, tell in order: what `NewEraDriver` does around the protocol."""
        step()
        output = self.protocol.take_output()
        if output and self._plugged:
            word = output[3:-3].decode("ascii")
            self.words.append((self.now, word))
            self.left(word)
            answer = self.pump.feed(output, self.now)
            if answer:
                self._answers.append((self.now + self.exchange_ms, answer))
        if self.protocol.phase is Phase.OVER and self._plugged and self._reopen_at is None:
            self._reopen_at = self.now + REOPEN_MS
        self._told.extend(self.protocol.take_events())
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._told:
                self._port.hear(self._told.popleft())
        finally:
            self._is_telling = False

    def left(self, word: str) -> None:
        """For those who watch: this frame leaves now, and the pump has not seen it yet."""

    def unplug(self) -> None:
        """The cable is out."""
        self._plugged, self._reopen_at = False, None
        self._answers.clear()
        self._turn(lambda: self.protocol.lost("unplugged", self.now))

    def plug(self) -> None:
        """The cable is in again."""
        self._plugged = True
        self._reopen_at = self.now + REOPEN_MS

    def until_idle(self) -> None:
        """To where no question is on the line."""
        while self.protocol._job is not None:  # the line's own word for it would be in nobody else's interest
            self.go(1)

    # -- time --------------------------------------------------------------------------------------------------

    def leap(self, ms: int) -> None:
        """Treatment time passes in which nothing flows and link time stands."""
        assert not self.pump.runs()
        self._leapt_ms += ms

    def five_minutes_later(self) -> None:
        """As if the last resume were long ago; nothing else ages."""
        self.state = replace(self.state, session=replace(self.state.session, resumed=None))

    def _elapse(self, ms: int) -> None:
        self.now += ms
        self.pump.move(ms)

    def go(self, ms: int) -> "Joint":
        """Let time pass."""
        until = self.now + ms
        while self.now < until:
            self._elapse(self._next(until) - self.now)
            self._arrive()
            self._run_out()
            if (self.now - self._boot_at) % TICK_MS == 0:
                self._cycle()
        return self

    def _next(self, until: int) -> int:
        marks = [until, self.now + TICK_MS - (self.now - self._boot_at) % TICK_MS]
        marks.extend(at for at, _ in self._answers)
        marks.extend(at for at, _ in self._records)
        heard = self.pump.last_valid_ms
        marks.extend(
            one
            for one in (self.protocol.next_deadline(), self._reopen_at)
            if one is not None and one >= self.now
        )
        if heard is not None:
            marks.append(heard + self.pump.lease_s * 1000)
        return max(self.now + 1, min(marks))

    def _arrive(self) -> None:
        due = [chunk for at, chunk in self._answers if at <= self.now]
        self._answers = [one for one in self._answers if one[0] > self.now]
        for chunk in due:
            self._hear(chunk)
        recorded = [number for at, number in self._records if at <= self.now]
        self._records = [one for one in self._records if one[0] > self.now]
        for number in recorded:
            self.post(ev.IntentRecorded(at=self.at, intent_id=number))

    def _hear(self, chunk: bytes) -> None:
        if self._plugged:
            self._turn(lambda: self.protocol.receive(chunk, self.now))

    def _run_out(self) -> None:
        alarm = self.pump.tick(self.now)
        if alarm:
            self._hear(alarm)
        deadline = self.protocol.next_deadline()
        if deadline is not None and deadline <= self.now:
            self._turn(lambda: self.protocol.tick(self.now))
        if self._reopen_at is not None and self._reopen_at <= self.now:
            self._reopen_at = None
            self._answers.clear()
            self._turn(lambda: self.protocol.lost("reopened", self.now))
            self._turn(lambda: self.protocol.opened(self.now))

    def _cycle(self) -> None:
        if self.now % 1000 < TICK_MS:
            self.sample((Signal.HR, self.hr), (Signal.SPO2, self.spo2))
        self.sample((Signal.LINE_PRESSURE, 25.0), source="transducer-1")
        score_ms = self.state.picture.age_ms(Signal.MOAAS, self.at)
        if score_ms is None or score_ms >= ATTENDED_EVERY_MS:
            self.sample((Signal.MOAAS, 5), (Signal.PRESENCE, 1), source="nina")
        self.post(ev.Ticked(at=self.at))

    # -- the patient and the people ----------------------------------------------------------------------------

    def sample(self, *pairs: tuple[Signal, float], source: str = "monitor-1") -> None:
        self._sample += 1
        at = self.at
        samples = tuple(Sample(one, value, at.ms, at, source, self._sample) for one, value in pairs)
        self.post(ev.SamplesArrived(at=at, samples=samples))

    def cuff(self, sys: float, dia: float) -> None:
        self.sample((Signal.SYS, sys), (Signal.DIA, dia), (Signal.MAP, dia + (sys - dia) / 3))

    def order(self, **changed: str) -> list[do.Answer]:
        fields = tuple({**ORDER, **changed}.items())
        number = self._ask()
        return self._hear_out(
            number,
            ev.OrderEntered(
                at=self.at, request_id=number, by="dora", roles=("prescriber",), fields=fields, accept_soft=()
            ),
        )

    def verify(self) -> list[do.Answer]:
        number = self._ask()
        return self._hear_out(
            number,
            ev.OrderVerified(
                at=self.at, request_id=number, by="nina", roles=("nurse",), epoch=self.state.epoch
            ),
        )

    def start(self) -> list[do.Answer]:
        number = self._ask()
        return self._hear_out(
            number,
            ev.StartPressed(
                at=self.at, request_id=number, by="nina", roles=("nurse",), epoch=self.state.epoch
            ),
        )

    def resume(self) -> list[do.Answer]:
        number, epoch = self._ask(), self.state.epoch
        return self._hear_out(
            number, ev.ResumePressed(at=self.at, request_id=number, by="nina", roles=("nurse",), epoch=epoch)
        )

    def restore(self) -> list[do.Answer]:
        number, epoch = self._ask(), self.state.epoch
        return self._hear_out(
            number, ev.RestorePressed(at=self.at, request_id=number, by="nina", roles=("nurse",), epoch=epoch)
        )

    def pause(self) -> list[do.Answer]:
        number = self._ask()
        return self._hear_out(number, ev.PausePressed(at=self.at, request_id=number, by="nina"))

    def stop(self) -> list[do.Answer]:
        number = self._ask()
        return self._hear_out(number, ev.StopPressed(at=self.at, request_id=number, by="nina"))

    def acknowledge(self) -> list[do.Answer]:
        number = self._ask()
        return self._hear_out(
            number, ev.AlarmAcknowledged(at=self.at, request_id=number, by="nina", rule="", note="seen")
        )

    def _ask(self) -> str:
        self._request += 1
        return f"r{self._request}"

    def _hear_out(self, number: str, event: ev.Event) -> list[do.Answer]:
        self.post(event)
        return [one for _, one in self.actions if isinstance(one, do.Answer) and one.request_id == number]

    # -- what came of it ---------------------------------------------------------------------------------------

    def sent(self, word: str, since: int = 0) -> list[int]:
        """When this word left, without address: "RUN", "STP"."""
        return [at for at, one in self.words if at >= since and one.lstrip("0123456789") == word]

    def halts(self, since: int = 0) -> list[int]:
        """When a halt was decided."""
        return [
            at
            for at, one in self.actions
            if at >= since and isinstance(one, do.CommandPump) and isinstance(one.command, Halt)
        ]

    def trips(self, since: int = 0) -> list[str]:
        return [one.rule_id for at, one in self.actions if at >= since and isinstance(one, do.NoteTrip)]

    def alarms(self) -> list[str]:
        """Keys of the alarms whose condition holds."""
        return [one.key for one in self.state.alarms if one.is_present]

    def held_by(self) -> list[str]:
        return [one.kind.value for one in self.state.session.holds]


def verified(exchange_ms: int = 5) -> Joint:
    """An order verified, the baseline taken, the pump set up."""
    joint = Joint(exchange_ms).go(1000)
    joint.order()
    joint.verify()
    joint.cuff(125, 78)
    joint.go(6000)
    joint.leap(60_000)
    joint.cuff(125, 78)
    joint.go(1000)
    return joint


def infusing(exchange_ms: int = 5) -> Joint:
    """The worked example of facts/clinical.md 2.2, running at 26.2 mL/h for some seconds."""
    joint = verified(exchange_ms)
    assert joint.start()[0].stage is do.Stage.ACCEPTED
    joint.go(5000)
    assert joint.pump.runs(), (joint.trips(), joint.state.session.holds)
    return joint
