"""A channel on the bench: the real `decide`, a pump and a monitor of a few lines, and a hand on the clock.

The pump obeys at once unless told otherwise; its manners (`is_deaf`, `ignores_halt`, ...) are set by the test. It keeps
its own true volume in nl/h x ms, so what was given is known exactly and independently of the account under test.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from drivers.contract import (
    Adjust,
    Capabilities,
    Configure,
    Halt,
    Identity,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    PumpReport,
    Run,
    Step,
    WatchdogKind,
)
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.vocabulary import Sample, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.decide import decide
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy
from pumpd.core.summary import summarise

MS_PER_H = 3_600_000
TICK_MS = 100
LONG_TICK_MS = 500
ATTENDED_EVERY_MS = 240_000
ML = 1_000_000

STEPS = (Step(10 * ML, 1_000), Step(100 * ML, 10_000), Step(1_000 * ML, 100_000), Step(10_000 * ML, ML))
CAPABILITIES = Capabilities(
    family="bench",
    rate_min_nl_h=24_000,
    rate_max_nl_h=1_699 * ML,
    rate_steps=STEPS,
    volume_steps=STEPS,
    watchdog=WatchdogKind.COMMUNICATION,
    watchdog_bound_ms=2_000,
    reports_pressure=False,
)
POLICY = Policy(
    channel="bed-1",
    bed="bed-1",
    rules=DEFAULT_RULES,
    capabilities={"bd-60": CAPABILITIES},
    fitted=frozenset({Signal.LINE_PRESSURE}),
)
ORDER = {
    "patient": "tok-4711",
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
}

A = TypeVar("A")
B = TypeVar("B", bound="Bench")


@dataclass
class BenchPump:
    """What stands on the far side, with its manners."""

    motion: Motion = Motion.HALTED
    rate_nl_h: int = 0
    given_nl_h_ms: int = 0
    counter_offset_nl: int = 0
    limit_nl: int = 0
    run_from_nl: int = 0
    diameter_um: int = 26_590
    watchdog_ms: int = 2_000
    is_deaf: bool = False
    ignores_halt: bool = False
    lies_about_halt: bool = False
    is_frozen: bool = False
    refuses_run: bool = False
    loses_run_reply: bool = False
    silent_link_ms: int = 0
    is_unbidden: bool = False
    unbidden_nl_h_ms: int = 0
    flow_percent: int = 100
    alarms: tuple[PumpAlarm, ...] = ()
    heard: list[Any] = field(default_factory=list)
    is_lying: bool = False
    last_report: PumpReport | None = None
    cleared_nl: int | None = None  # a number: its driver clears the counter before each start

    @property
    def true_nl(self) -> int:
        return self.given_nl_h_ms // MS_PER_H

    def advance(self, ms: int, link_ms: int) -> None:
        """Let the motor turn, and the communication watchdog stop it when nothing has been heard for too long."""
        left_link_ms = max(0, self.watchdog_ms - self.silent_link_ms)
        self.silent_link_ms += link_ms
        if self.motion is not Motion.INFUSING:
            return
        is_starved = link_ms > left_link_ms
        ran_nl_h_ms = self.rate_nl_h * (ms * left_link_ms // link_ms if is_starved else ms)
        self.given_nl_h_ms += ran_nl_h_ms * self.flow_percent // 100
        self.unbidden_nl_h_ms += ran_nl_h_ms if self.is_unbidden else 0
        if is_starved:
            self.motion, self.alarms = Motion.HALTED, (*self.alarms, PumpAlarm.HOST_SILENT)
        if self.limit_nl and self.true_nl - self.run_from_nl >= self.limit_nl:
            self.motion = Motion.HALTED

    def key(self, motion: Motion, rate_nl_h: int) -> None:
        """A hand at the pump's own keys. What it gives from here on, nobody told it to."""
        self.motion, self.rate_nl_h, self.is_unbidden = motion, rate_nl_h, True

    def clear(self) -> None:
        """Its driver clears the counter, and keeps the sum."""
        shown_nl = CAPABILITIES.floor_volume(self.true_nl - self.counter_offset_nl)
        self.cleared_nl = (self.cleared_nl or 0) + shown_nl
        self.counter_offset_nl += shown_nl

    def report(self) -> PumpReport:
        if self.is_frozen and self.last_report is not None:
            return self.last_report
        alarms, self.alarms = self.alarms, ()
        counter = CAPABILITIES.floor_volume(self.true_nl - self.counter_offset_nl)
        motion = Motion.HALTED if self.is_lying else self.motion
        self.last_report = PumpReport(
            motion,
            counter + (self.cleared_nl or 0),
            self.rate_nl_h,
            self.diameter_um,
            self.limit_nl,
            self.watchdog_ms,
            alarms,
            cleared_nl=self.cleared_nl,
        )
        return self.last_report


class Bench:
    """One channel, driven by hand."""

    def __init__(self, policy: Policy = POLICY, *, with_pump: bool = True) -> None:
        self.policy = policy
        self.state = ChannelState()
        self.now = Stamp(0, 0)
        self.pump = BenchPump()
        self.actions: list[do.Action] = []
        self.events: list[ev.Event] = []
        self.is_monitored = True
        self.has_line = True
        self.is_attended = True
        self.durable = True
        self.hr, self.spo2, self.line_mmhg = 72.0, 97.0, 25.0
        self._seq = 0
        self._request = 0
        self.post(ev.DaemonStarted(at=self.now, boot="boot-1", wall_ms=0))
        self.post(ev.FeedLinkChanged(at=self.now, is_up=True, reason="subscribed"))
        if with_pump:
            self.link_up()

    # -- events ------------------------------------------------------------------------------------------------

    def post(self, event: ev.Event) -> tuple[do.Action, ...]:
        """Decide one event, then carry out what it led to."""
        self.events.append(event)
        before = self.state
        self.state, actions = decide(before, event, self.policy)
        self.actions.extend(actions)
        self.decided(before, event, actions)
        for action in actions:
            self._perform(action)
        return actions

    def decided(self, before: ChannelState, event: ev.Event, actions: tuple[do.Action, ...]) -> None:
        """For those who watch: after the decision, before anything of it is carried out."""

    def link_up(self) -> None:
        self.post(ev.PumpLinkUp(at=self.now, identity=Identity("NE1000", "3.928", 0)))
        self.report()

    def link_down(self, reason: str = "unplugged") -> None:
        self.post(ev.PumpLinkDown(at=self.now, reason=reason, is_wrong_pump=False))

    def restart(self, boot: str = "boot-2") -> None:
        """A new daemon process takes the channel over; the pump's line is not open yet."""
        self.post(ev.DaemonStarted(at=self.now, boot=boot, wall_ms=0))
        self.post(ev.FeedLinkChanged(at=self.now, is_up=True, reason="subscribed"))

    def report(self) -> None:
        self.post(ev.PumpReported(at=self.now, report=self.pump.report()))

    def _perform(self, action: do.Action) -> None:
        if isinstance(action, do.WriteIntent) and self.durable:
            self.post(ev.IntentRecorded(at=self.now, intent_id=action.intent_id))
        elif isinstance(action, do.CommandPump):
            self._obey(action)

    def _obey(self, action: do.CommandPump) -> None:
        command, pump = action.command, self.pump
        pump.heard.append(command)
        if pump.is_deaf:
            return
        pump.silent_link_ms = 0
        if isinstance(command, Poll):
            self.report()
            return
        outcome = Outcome.CONFIRMED
        if isinstance(command, Halt):
            if pump.lies_about_halt:
                pump.is_lying = True
            elif pump.ignores_halt:
                outcome = Outcome.REFUSED
            else:
                pump.motion, pump.is_unbidden = Motion.HALTED, False
        elif isinstance(command, Run | Adjust):
            is_running = pump.motion is Motion.INFUSING
            if pump.refuses_run or is_running is isinstance(command, Run):
                outcome = Outcome.REFUSED
            else:
                self._run(command)
                outcome = Outcome.UNKNOWN if pump.loses_run_reply else outcome
        elif isinstance(command, Configure):
            pump.diameter_um = command.diameter_um
        if outcome is not Outcome.UNKNOWN:
            self.report()
        self.end(action.command_id, outcome)

    def _run(self, command: Run | Adjust) -> None:
        pump = self.pump
        if isinstance(command, Run):
            pump.limit_nl, pump.run_from_nl = command.volume_limit_nl, pump.true_nl
        pump.motion, pump.rate_nl_h, pump.is_unbidden = Motion.INFUSING, command.rate_nl_h, False

    def end(self, command_id: int, outcome: Outcome, detail: str = "bench") -> None:
        self.post(ev.PumpCommandEnded(at=self.now, command_id=command_id, outcome=outcome, detail=detail))

    # -- the patient and the line ------------------------------------------------------------------------------

    def sample(
        self, *pairs: tuple[Signal, float], source: str = "monitor-1", cuff_active: bool | None = None
    ) -> None:
        self._seq += 1
        samples = tuple(Sample(s, v, self.now.ms, self.now, source, self._seq) for s, v in pairs)
        self.post(ev.SamplesArrived(at=self.now, samples=samples, cuff_active=cuff_active))

    def squeeze(self, is_active: bool) -> None:
        """The monitor says that a cuff cycle has begun, or ended."""
        self.sample(cuff_active=is_active)

    def refuse(self, *signals: Signal, in_a_row: int = 1, reason: str = "implausible") -> None:
        """A reading of these was refused by the feed."""
        self.post(
            ev.SampleRefused(
                at=self.now,
                device="monitor-1",
                reason=reason,
                detail="bench",
                signals=signals,
                in_a_row=in_a_row,
            )
        )

    def cuff(self, sys: float, dia: float) -> None:
        mean = dia + (sys - dia) / 3
        self.sample((Signal.SYS, sys), (Signal.DIA, dia), (Signal.MAP, mean))

    def line(self, mmhg: float) -> None:
        self.line_mmhg = mmhg
        self.sample((Signal.LINE_PRESSURE, mmhg), source="transducer-1")

    # -- time --------------------------------------------------------------------------------------------------

    def tick(self, ms: int = TICK_MS, link_ms: int | None = None) -> None:
        """One control cycle later."""
        link_ms = ms if link_ms is None else link_ms
        self.now = Stamp(self.now.ms + ms, self.now.link_ms + link_ms)
        self.pump.advance(ms, link_ms)
        if self.is_monitored and self.now.ms % 1_000 < ms:
            self.sample((Signal.HR, self.hr), (Signal.SPO2, self.spo2))
        if self.has_line:
            self.line(self.line_mmhg)
        if self.is_attended:
            self._look_after()
        self.post(ev.Ticked(at=self.now))

    def _look_after(self) -> None:
        """A nurse who never forgets her rounds. As samples: no answer of hers stands among those a test looks at."""
        if self.state.session.phase is not Phase.INFUSING:
            return
        age_ms = self.state.picture.age_ms(Signal.MOAAS, self.now)
        presence_ms = self.state.picture.age_ms(Signal.PRESENCE, self.now)
        if age_ms is None or presence_ms is None or max(age_ms, presence_ms) >= ATTENDED_EVERY_MS:
            self.sample((Signal.MOAAS, 5), (Signal.PRESENCE, 1), source="nina")

    def advance(self, seconds: float) -> None:
        """Let time pass in control cycles; longer waits in longer ones, to save the reader's time."""
        step_ms = TICK_MS if seconds <= 30 else LONG_TICK_MS
        for _ in range(round(seconds * 1000 / step_ms)):
            self.tick(step_ms)

    # -- people ------------------------------------------------------------------------------------------------

    def _ask(self) -> str:
        self._request += 1
        return f"r{self._request}"

    def order(self, by: str = "dora", accept_soft: tuple[str, ...] = (), **changed: str) -> list[do.Answer]:
        fields = tuple({**ORDER, **changed}.items())
        request = self._ask()
        roles = ("prescriber",)
        event = ev.OrderEntered(
            at=self.now, request_id=request, by=by, roles=roles, fields=fields, accept_soft=accept_soft
        )
        return self._answers(request, event)

    def verify(self, by: str = "nina", roles: tuple[str, ...] = ("nurse",)) -> list[do.Answer]:
        request = self._ask()
        return self._answers(
            request,
            ev.OrderVerified(at=self.now, request_id=request, by=by, roles=roles, epoch=self.state.epoch),
        )

    def start(self, by: str = "nina", roles: tuple[str, ...] = ("nurse",)) -> list[do.Answer]:
        request = self._ask()
        return self._answers(
            request,
            ev.StartPressed(at=self.now, request_id=request, by=by, roles=roles, epoch=self.state.epoch),
        )

    def pause(self, by: str = "nina") -> list[do.Answer]:
        request = self._ask()
        return self._answers(request, ev.PausePressed(at=self.now, request_id=request, by=by))

    def resume(
        self, by: str = "nina", roles: tuple[str, ...] = ("nurse",), epoch: int | None = None
    ) -> list[do.Answer]:
        request = self._ask()
        seen = self.state.epoch if epoch is None else epoch
        event = ev.ResumePressed(at=self.now, request_id=request, by=by, roles=roles, epoch=seen)
        return self._answers(request, event)

    def restore(
        self, by: str = "nina", roles: tuple[str, ...] = ("nurse",), epoch: int | None = None
    ) -> list[do.Answer]:
        request = self._ask()
        seen = self.state.epoch if epoch is None else epoch
        event = ev.RestorePressed(at=self.now, request_id=request, by=by, roles=roles, epoch=seen)
        return self._answers(request, event)

    def score(self, scale: Signal, value: int, by: str = "nina") -> list[do.Answer]:
        request = self._ask()
        event = ev.ScoreEntered(at=self.now, request_id=request, by=by, scale=scale, value=value)
        return self._answers(request, event)

    def present(self, by: str = "nina") -> list[do.Answer]:
        request = self._ask()
        return self._answers(request, ev.PresenceConfirmed(at=self.now, request_id=request, by=by))

    def stop(self, by: str = "nina") -> list[do.Answer]:
        request = self._ask()
        return self._answers(request, ev.StopPressed(at=self.now, request_id=request, by=by))

    def acknowledge(
        self, rule: str = "", by: str = "nina", note: str = "seen at the chair"
    ) -> list[do.Answer]:
        request = self._ask()
        event = ev.AlarmAcknowledged(at=self.now, request_id=request, by=by, rule=rule, note=note)
        return self._answers(request, event)

    def _answers(self, request: str, event: ev.Event) -> list[do.Answer]:
        self.post(event)
        return [one for one in self.of(do.Answer) if one.request_id == request]

    # -- what came of it ---------------------------------------------------------------------------------------

    def of(self, kind: type[A]) -> list[A]:
        return [one for one in self.actions if isinstance(one, kind)]

    def commands(self, kind: type[A]) -> list[A]:
        return [one.command for one in self.of(do.CommandPump) if isinstance(one.command, kind)]

    def forget(self) -> None:
        """Start looking from here."""
        self.actions.clear()
        self.pump.heard.clear()

    @property
    def word(self) -> str:
        return str(self.shown["word"])

    @property
    def shown(self) -> dict[str, Any]:
        return summarise(self.state, self.policy, 0)

    @property
    def trips(self) -> list[tuple[str, str]]:
        return [(one.rule_id, one.demand.name) for one in self.of(do.NoteTrip)]


def make_verified(bench: B) -> B:
    """Order entered and verified, two cuff readings taken, pump set up."""
    bench.advance(1)
    bench.order()
    bench.verify()
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.advance(1)
    return bench


def verified() -> Bench:
    """A bench with a verified order."""
    return make_verified(Bench())


def infusing() -> Bench:
    """The worked example of facts/clinical.md 2.2, running at 26.2 mL/h."""
    bench = verified()
    bench.start()
    bench.advance(1)
    bench.forget()
    return bench
