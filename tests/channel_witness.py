"""A bench that is watched: books of its own, kept around every decision, held against facts/faults.md section 5.

Theory of operation. The witness believes the actions that went out, the outcomes that came back and the simulated
plunger; of the core's state it reads only what the invariants speak of. It asserts inside the decision that breaks an
invariant, before anything of that decision is carried out, so that a failure points at its cause.
"""

from copy import copy
from dataclasses import replace

from channel_bench import CAPABILITIES, MS_PER_H, POLICY, TICK_MS, Bench

from drivers.contract import Adjust, Halt, Motion, Outcome, Run
from interlocks.vocabulary import Demand, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.account import FlowPoint
from pumpd.core.guard import given_high_nl
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState

HALT_ALARM_LINK_MS = 1_000
EPS_PERCENT = 1
#: Control cycles for longer waits, treatment time: running, as long as the pump's silence rule allows; at rest, more.
#: On the link no cycle is later than half a second, as in a demonstration that is faster than life.
RUN_TICK_MS = 750
LEAP_TICK_MS = 2_000
LONG_LINK_MS = 500
#: facts/clinical.md 3.2 and 3.3: half the rate for five minutes; three stands in ten minutes.
HALF_FOR_MS = 300_000
ALERTS_WITHIN_MS = 600_000
ALERTS_AT_MOST = 8


class Witness(Bench):
    """The bench with books of its own, kept around every decision."""

    def __init__(self) -> None:
        self.commanded_nl_h = self.confirmed_nl_h = 0
        self.may_raise = False
        self.boot_acts: list[str] = []
        self.resumed_ms: int | None = None
        self.infused_ms = self.stood_ms = 0
        self.intents: list[do.WriteIntent] = []
        self.recorded: set[int] = set()
        self.halt_wanted: Stamp | None = None
        self.halt_ids: set[int] = set()
        self.open_runs: set[int] = set()
        self.is_unknown = False
        self.start_true_nl = self.start_unbidden_nl_h_ms = 0
        self.clearings = 0
        self.is_touched = self.is_blind = self.is_cleared_unseen = False
        super().__init__()

    # -- around every decision ---------------------------------------------------------------------------------

    def post(self, event: ev.Event) -> tuple[do.Action, ...]:
        """What the event itself tells goes into the books before the decision."""
        if isinstance(event, ev.DaemonStarted):
            self.boot_acts, self.halt_wanted, self.may_raise = [], None, False
            self.open_runs.clear()
        elif isinstance(event, ev.IntentRecorded):
            self.recorded.add(event.intent_id)
        elif isinstance(event, ev.PumpReported):
            self.is_touched = self.is_cleared_unseen = False
            if event.report.motion is Motion.HALTED:
                self.halt_wanted, self.commanded_nl_h = None, 0
        elif isinstance(event, ev.PumpCommandEnded):
            self._ended(event)
        elif isinstance(event, ev.PumpLinkDown):
            self.open_runs.clear()
        return super().post(event)

    def _ended(self, event: ev.PumpCommandEnded) -> None:
        if event.command_id in self.open_runs and event.outcome is Outcome.UNKNOWN:
            self.is_unknown = True
        self.open_runs.discard(event.command_id)
        if event.command_id in self.halt_ids and event.outcome is Outcome.CONFIRMED:
            self.is_unknown, self.halt_wanted = False, None
            self.open_runs.clear()

    def decided(self, before: ChannelState, event: ev.Event, actions: tuple[do.Action, ...]) -> None:
        """Hold one decision against the laws."""
        accepted = isinstance(event, ev.StartPressed | ev.ResumePressed | ev.RestorePressed) and any(
            isinstance(one, do.Answer) and one.stage is do.Stage.ACCEPTED for one in actions
        )
        if accepted:
            self._confirmed(before, event)
        self._law_1(before, accepted)
        self._latches(before, event, accepted)
        self._course(before, event)
        self._alerts(before)
        for action in actions:
            if isinstance(action, do.WriteIntent):
                self.intents.append(action)
            if isinstance(action, do.CommandPump):
                self._commanded(action)

    def _confirmed(self, before: ChannelState, event: ev.Event) -> None:
        """What a person's act allows: all of it at the start, half after a stand, all again after five minutes."""
        programme = self.state.session.programme
        assert programme is not None
        self.confirmed_nl_h, self.may_raise = programme.rate_nl_h, True
        self.boot_acts.append(event.kind)
        was_nl_h = before.permit.rate_nl_h if before.permit else 0
        if isinstance(event, ev.ResumePressed):
            assert was_nl_h == 0, "a resume although nothing stood"
            self.confirmed_nl_h = CAPABILITIES.floor_rate(programme.rate_nl_h // 2)
            self.resumed_ms = self.now.ms
        elif isinstance(event, ev.RestorePressed):
            assert was_nl_h > 0, "a restore from a stand"
            is_early = self.resumed_ms is not None and self.now.ms - self.resumed_ms < HALF_FOR_MS
            assert not is_early, "a restore within five minutes of the resume"
        if isinstance(event, ev.StartPressed):
            self.resumed_ms, self.infused_ms, self.stood_ms = None, 0, 0
            self.start_true_nl = self.pump.true_nl
            self.start_unbidden_nl_h_ms = self.pump.unbidden_nl_h_ms
            self.clearings, self.is_blind = 0, self.is_touched

    def _law_1(self, before: ChannelState, accepted: bool) -> None:
        """Automation only lowers: but for an accepted start, resume or restore the permit never rises."""
        was = before.permit.rate_nl_h if before.permit else 0
        now = self.state.permit.rate_nl_h if self.state.permit else 0
        assert accepted or now <= was, f"law 1: the permit rose from {was} to {now} nl/h by itself"
        assert now <= self.confirmed_nl_h, "I2: permitted above the rate a person confirmed"

    def _course(self, before: ChannelState, event: ev.Event) -> None:
        """Treatment time between two decisions of one boot, and whether it was permitted to flow."""
        if before.session.phase is Phase.INFUSING and not isinstance(event, ev.DaemonStarted):
            passed_ms = self.state.now.ms - before.now.ms
            stands = before.permit is None or before.permit.rate_nl_h == 0
            self.infused_ms += passed_ms
            self.stood_ms += passed_ms if stands else 0
        session = self.state.session
        if session.phase in (Phase.INFUSING, Phase.COMPLETED, Phase.STOPPED) and session.started_by:
            assert (session.elapsed_ms, session.paused_ms) == (self.infused_ms, self.stood_ms)

    def _alerts(self, before: ChannelState) -> None:
        """Bounded, in order, of the last ten minutes; one more only where delivery has just come to a stand."""
        was, now = before.session.alerts, self.state.session.alerts
        assert len(now) <= ALERTS_AT_MOST
        assert [one.ms for one in now] == sorted(one.ms for one in now)
        if (
            now
            and now[-1].ms == self.now.ms
            and (not was or was[-1] != now[-1])
            and before.boot == self.state.boot
        ):
            assert before.permit is not None
            assert before.permit.rate_nl_h > 0, "an alert although delivery stood already"
            assert self.state.permit is not None
            assert self.state.permit.rate_nl_h == 0, "an alert although delivery goes on"
        if self.state.session.phase is Phase.INFUSING:
            assert all(self.now.ms - one.ms <= ALERTS_WITHIN_MS for one in now)

    def _latches(self, before: ChannelState, event: ev.Event, accepted: bool) -> None:
        """I5, law 8: a hold and a rule that slowed, paused or stopped stay until a person's accepted act."""
        if before.session.phase is not Phase.INFUSING or self.state.session.phase is not Phase.INFUSING:
            return
        if accepted:
            return
        holds = {one.kind for one in before.session.holds} - {one.kind for one in self.state.session.holds}
        assert not holds, f"I5: {holds} released by {event.kind}"
        now = {one.rule_id: one.demand for one in self.state.findings}
        for one in before.findings:
            if one.demand > Demand.ADVISE:
                assert now.get(one.rule_id, Demand.NONE) >= one.demand, f"I5: {one.rule_id} let go by itself"

    def _commanded(self, action: do.CommandPump) -> None:
        command = action.command
        if isinstance(command, Halt):
            self.halt_ids.add(action.command_id)
            self.halt_wanted = self.halt_wanted or self.now
            self.may_raise = False
        elif isinstance(command, Run | Adjust):
            self._ran(action.command_id, command)

    def _ran(self, command_id: int, command: Run | Adjust) -> None:
        rate_nl_h = command.rate_nl_h
        assert not self.open_runs, "a rate commanded while an earlier one has not ended"
        assert self.halt_wanted is None, "I9: a Run although a halt is not confirmed"
        assert not self.is_unknown, "I11, law 4: a Run although an outcome is unknown"
        assert self.boot_acts, "I7: a Run although nobody has started or resumed since this boot"
        assert rate_nl_h <= self.confirmed_nl_h, "I2: a Run above the rate a person confirmed"
        assert self.state.permit is not None
        assert rate_nl_h <= self.state.permit.rate_nl_h, "law 2: a Run above the permit"
        if rate_nl_h > self.commanded_nl_h:
            assert self.may_raise, "I2: a raise without a person's act since the last lowering"
            intent = self.intents[-1] if self.intents else None
            assert intent is not None, "I8, law 6: a raise without an intent"
            assert intent.rate_nl_h == rate_nl_h, "I8, law 6: a raise with another intent"
            assert intent.intent_id in self.recorded, "I8, law 6: a raise before its record"
            self.intents, self.may_raise = [], False
        else:
            assert isinstance(command, Adjust), "law 8: a lowering that could start a pump at rest"
            self.may_raise = False
        self.open_runs.add(command_id)
        self.commanded_nl_h = rate_nl_h

    # -- hands at the pump -------------------------------------------------------------------------------------

    def touch(self, motion: Motion, rate_nl_h: int) -> None:
        """A key at the pump; until it is read back nobody can know."""
        self.pump.key(motion, rate_nl_h)
        self.is_touched = True
        self.is_blind = self.is_blind or self.is_cleared_unseen

    def leap(self, seconds: int) -> None:
        """A longer wait in long control cycles: while the pump runs, as long as its silence rule allows."""
        end_ms = self.now.ms + seconds * 1000
        while self.now.ms < end_ms:
            self.tick(RUN_TICK_MS if self.pump.motion is Motion.INFUSING else LEAP_TICK_MS, LONG_LINK_MS)

    def run_on(self, seconds: int, *, with_cuff: bool = True) -> None:
        """Undisturbed delivery with a good cuff reading every four minutes, until it is over or stands still."""
        for count in range(seconds * 1000 // RUN_TICK_MS):
            if self.pump.motion is not Motion.INFUSING:
                return
            self.tick(RUN_TICK_MS, LONG_LINK_MS)
            if with_cuff and count % 300 == 0:
                self.cuff(125, 78)

    def skip(self, volume_nl: int) -> None:
        """Put plunger and account further on alike, as if so much had been given meanwhile."""
        given_nl_h_ms = volume_nl * MS_PER_H
        self.pump.given_nl_h_ms += given_nl_h_ms
        account = self.state.account
        assert account.counter_nl is not None
        points = tuple(
            FlowPoint(one.ms, one.delivered_nl + volume_nl, one.expected_nl + volume_nl)
            for one in account.points
        )
        account = replace(
            account,
            counter_nl=account.counter_nl + volume_nl,
            best_nl=account.best_nl + volume_nl,
            expected_nl_h_ms=account.expected_nl_h_ms + given_nl_h_ms,
            points=points,
        )
        self.state = replace(self.state, account=account)

    def fork(self) -> "Witness":
        """A second bench in the same situation."""
        other = copy(self)
        other.pump = replace(self.pump, heard=[])
        other.events, other.actions = [], []
        other.boot_acts, other.intents = list(self.boot_acts), list(self.intents)
        other.recorded, other.halt_ids = set(self.recorded), set(self.halt_ids)
        other.open_runs = set(self.open_runs)
        return other

    def sleep(self, ms: int) -> None:
        """No daemon runs: only the motor and its watchdog go on."""
        self.now = Stamp(self.now.ms + ms, self.now.link_ms + ms)
        self.pump.advance(ms, ms)

    def clear_counter(self) -> None:
        """The counter starts again at zero. Cleared and touched in one blind spot, no book can be right.

        Nor can it where the counter stood so low that by the next readback it has run past that again.
        """
        stood_nl = self.pump.true_nl - self.pump.counter_offset_nl
        self.is_blind = self.is_blind or stood_nl <= self.pump.rate_nl_h * LEAP_TICK_MS // MS_PER_H
        self.pump.counter_offset_nl = self.pump.true_nl
        self.clearings += 1
        self.is_cleared_unseen = True
        self.is_blind = self.is_blind or self.is_touched

    # -- after every step --------------------------------------------------------------------------------------

    @property
    def session_true_nl(self) -> int:
        return self.pump.true_nl - self.start_true_nl

    @property
    def unbidden_nl(self) -> int:
        """Given by hands at the keypad; nobody can take it back."""
        return (self.pump.unbidden_nl_h_ms - self.start_unbidden_nl_h_ms) // MS_PER_H

    def tick(self, ms: int = TICK_MS, link_ms: int | None = None) -> None:
        """One control cycle later, and looked at."""
        super().tick(ms, link_ms)
        self.check()

    def check(self) -> None:
        """The invariants that hold between events."""
        if self.confirmed_nl_h:
            self._dose_stays_within_the_prescription()
        self._an_unconfirmed_halt_is_an_alarm()

    @property
    def _step_nl(self) -> int:
        """What the pump's counter hides at most, here and after a clearing."""
        return next(row.step for row in CAPABILITIES.volume_steps if self.pump.true_nl < row.below)

    def _dose_stays_within_the_prescription(self) -> None:
        session, programme = self.state.session, self.state.session.programme
        if programme is None or not session.started_by:
            return
        eps_nl = max(
            programme.vtbi_nl * EPS_PERCENT // 100, self.confirmed_nl_h * POLICY.lease_ms // MS_PER_H
        )
        true_nl = self.session_true_nl
        assert true_nl - self.unbidden_nl <= programme.vtbi_nl + eps_nl, "I1: more than prescribed"
        if self.is_touched or self.is_blind:
            return
        account = self.state.account
        slack_nl = self._step_nl * (1 + self.clearings)
        high_nl = given_high_nl(self.state, self.policy)
        assert account.low_nl <= true_nl + slack_nl, f"low {account.low_nl} above the truth {true_nl}"
        assert true_nl <= high_nl + slack_nl, f"high {high_nl} below the truth {true_nl}"

    def _an_unconfirmed_halt_is_an_alarm(self) -> None:
        since = self.halt_wanted
        if since is None or self.now.link_ms - since.link_ms <= HALT_ALARM_LINK_MS:
            return
        halts = [one for one in self.state.alarms if one.key == "HALT" and one.is_present]
        assert halts, "I10: a halt is unconfirmed for more than a second and nobody is told"
