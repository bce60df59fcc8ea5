"""A channel under everything at once: the invariants of facts/faults.md section 5 after every step.

Theory of operation. Hypothesis plays nurse, patient, line, pump, wire, disk and power against one channel, in any order
it likes; `channel_witness.Witness` checks I1, I2, I5, I7 to I11, laws 1, 2, 4, 6 and 8, and that the dose interval holds
the truth, in every decision and after every control cycle. A failure prints the steps and a blob that repeats them.
`PUMPD_EXAMPLES` is how many stories there are; a night takes thousands.
"""

import os
from functools import cache

import pytest
from channel_bench import ML, make_verified
from channel_witness import Witness
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers.contract import Motion, PumpAlarm
from interlocks.vocabulary import Signal
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.session import Phase


@cache
def beginnings() -> dict[str, Witness]:
    """Situations to begin with, made once."""
    ready = make_verified(Witness())
    running = ready.fork()
    running.start()
    running.advance(1)
    ending = running.fork()
    ending.skip(17_300_000)
    half = running.fork()
    half.pause()
    half.cuff(125, 78)
    half.resume()
    half.run_on(301)
    return {"verified": ready, "running": running, "near the end": ending, "at half the rate": half}


SITUATIONS = ["running", "running", "at half the rate", "at half the rate", "near the end", "verified"]
#: Mostly good ones: what a score trips is tried with all of them, but a session must also go on.
SCORES = [
    (Signal.MOAAS, 5),
    (Signal.MOAAS, 5),
    (Signal.RASS, 0),
    (Signal.SYMPTOMS, 0),
    (Signal.SYMPTOMS, 1),
    (Signal.MOAAS, 3),
    (Signal.RASS, -5),
    (Signal.MOAAS, 9),
    (Signal.HR, 70),
]
PRESSURES = [(125, 78), (126, 80), (150, 104), (165, 90), (185, 95), (84, 50), (205, 121)]
TROUBLES = ["", "", "refuses_run", "loses_run_reply", "ignores_halt", "is_deaf", "disk"]
WAITS_S = [0.1, 0.3, 0.5, 1.0, 1.2, 3.0, 6.0]


class Chair(RuleBasedStateMachine):
    """What can happen beside an infusion chair."""

    @initialize(situation=st.sampled_from(SITUATIONS))
    def begin(self, situation: str) -> None:
        self.bench = beginnings()[situation].fork()

    @invariant()
    def the_books_agree(self) -> None:
        if hasattr(self, "bench"):
            self.bench.check()

    # -- time and people ---------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(WAITS_S))
    def time_passes(self, seconds: float) -> None:
        self.bench.advance(seconds)

    @precondition(lambda self: self.bench.pump.motion is Motion.INFUSING)
    @rule(seconds=st.sampled_from([15, 60, 200]))
    def delivery_goes_on(self, seconds: int) -> None:
        self.bench.run_on(seconds)

    @precondition(lambda self: self.bench.pump.motion is Motion.INFUSING)
    @rule()
    def the_cuff_is_forgotten(self) -> None:
        self.bench.run_on(620, with_cuff=False)

    @rule()
    def pause(self) -> None:
        answers = self.bench.pause()
        assert answers[0].stage is do.Stage.ACCEPTED, "a pause is never refused"

    @rule(trouble=st.sampled_from(TROUBLES), then_pause=st.booleans())
    def look_and_resume(self, trouble: str, then_pause: bool) -> None:
        """The usual press: a fresh reading, everything seen, the newest screen; and pump and disk as they please."""
        bench = self.bench
        if bench.pump.motion is Motion.INFUSING:
            bench.pause()
            bench.advance(0.3)
        bench.cuff(125, 78)
        bench.line(25)
        bench.acknowledge()
        stale = bench.resume(epoch=bench.state.epoch - 1)
        assert stale[0].stage is do.Stage.REFUSED, "I6: a resume for a situation that is past"
        self.begins(trouble)
        bench.resume()
        bench.advance(0.3)
        if then_pause:
            bench.pause()
            bench.advance(1.5)
        self.pump_behaves()
        self.record_catches_up()

    @rule(
        pressure=st.sampled_from(PRESSURES),
        mmhg=st.sampled_from([25, 310]),
        trouble=st.sampled_from(TROUBLES),
        seconds=st.sampled_from([0.2, 2]),
    )
    def trouble_passes(self, pressure: tuple[int, int], mmhg: int, trouble: str, seconds: float) -> None:
        """A limit is crossed, and by the time somebody looks all is well again."""
        bench = self.bench
        self.begins(trouble)
        bench.cuff(*pressure)
        bench.line(mmhg)
        bench.advance(seconds)
        bench.line(25)
        self.all_is_put_right(is_over=True)

    @precondition(lambda self: self.bench.pump.motion is Motion.INFUSING)
    @rule(factor_percent=st.sampled_from([50, 190, 400]), end=st.sampled_from(["line", "daemon", "counter"]))
    def set_by_hand_and_lost_from_sight(self, factor_percent: int, end: str) -> None:
        """A rate set at the pump is read back, is not obeyed away, and then nobody can see any more."""
        bench = self.bench
        bench.pump.ignores_halt = True
        bench.touch(Motion.INFUSING, bench.pump.rate_nl_h * factor_percent // 100)
        bench.report()
        if end == "line":
            bench.link_down()
        elif end == "daemon":
            bench.restart(f"boot-{len(bench.events)}")
        bench.advance(0.2)
        if end == "counter":
            bench.clear_counter()
            bench.report()
        bench.advance(3)

    def begins(self, trouble: str) -> None:
        """This kind of trouble starts now."""
        if trouble == "disk":
            self.bench.durable = False
        elif trouble:
            setattr(self.bench.pump, trouble, True)

    @rule(behind=st.sampled_from([0, 0, 0, 1, 2]), role=st.sampled_from(["nurse", "nurse", "prescriber"]))
    def resume(self, behind: int, role: str) -> None:
        answers = self.bench.resume(roles=(role,), epoch=self.bench.state.epoch - behind)
        if behind or role != "nurse":
            assert answers[0].stage is do.Stage.REFUSED

    @rule(behind=st.sampled_from([0, 0, 0, 1]), role=st.sampled_from(["nurse", "nurse", "prescriber"]))
    def restore(self, behind: int, role: str) -> None:
        answers = self.bench.restore(roles=(role,), epoch=self.bench.state.epoch - behind)
        if behind or role != "nurse":
            assert answers[0].stage is do.Stage.REFUSED

    @rule(trouble=st.sampled_from(TROUBLES), waits=st.sampled_from([True, True, False]))
    def put_right_and_restore(self, trouble: str, waits: bool) -> None:
        """Half the rate for five minutes, a fresh reading, and the whole again; and pump and disk as they please."""
        bench = self.bench
        self.all_is_put_right(is_over=True)
        if waits:
            bench.run_on(301)
        bench.cuff(125, 78)
        bench.acknowledge()
        self.begins(trouble)
        bench.restore()
        bench.advance(0.3)
        self.pump_behaves()
        self.record_catches_up()

    @rule(entry=st.sampled_from(SCORES))
    def score(self, entry: tuple[Signal, int]) -> None:
        self.bench.score(*entry)

    @rule()
    def present(self) -> None:
        self.bench.present()

    @rule(is_attended=st.booleans())
    def nurse_goes_or_comes(self, is_attended: bool) -> None:
        self.bench.is_attended = is_attended

    @rule(seconds=st.sampled_from([0.1, 1.0, 1.0, 2.5]))
    def bedside_button(self, seconds: float) -> None:
        bench = self.bench
        bench.sample((Signal.BUTTON, 1), source="button-1")
        bench.advance(seconds)
        bench.sample((Signal.BUTTON, 0), source="button-1")

    @rule(role=st.sampled_from(["nurse", "nurse", "prescriber"]))
    def start(self, role: str) -> None:
        answers = self.bench.start(roles=(role,))
        if role != "nurse":
            assert answers[0].stage is do.Stage.REFUSED

    @rule()
    def acknowledge(self) -> None:
        self.bench.acknowledge()

    @precondition(lambda self: self.bench.state.session.phase is not Phase.INFUSING)
    @rule(weight=st.sampled_from(["50", "70", "80"]))
    def next_session(self, weight: str) -> None:
        bench = self.bench
        bench.order(weight_kg=weight)
        bench.verify()
        bench.cuff(125, 78)
        bench.leap(61)
        bench.cuff(125, 78)
        bench.start()

    @rule(is_last_word=st.sampled_from([False, False, False, True]))
    def stop(self, is_last_word: bool) -> None:
        if is_last_word:
            self.bench.stop()

    @rule(is_over=st.booleans())
    def all_is_put_right(self, is_over: bool) -> None:
        """Faults away, good readings, acknowledged, resumed: what a nurse does after an alarm."""
        bench = self.bench
        self.pump_behaves()
        bench.is_monitored = bench.has_line = bench.is_attended = True
        bench.squeeze(False)
        bench.sample((Signal.BUTTON, 0), source="button-1")
        bench.present()
        bench.score(Signal.SYMPTOMS, 0)
        bench.line(25)
        self.record_catches_up()
        if bench.state.journal_failure:
            bench.restart(f"boot-{len(bench.events)}")
        if not bench.state.feed.is_up:
            bench.post(ev.FeedLinkChanged(at=bench.now, is_up=True, reason="subscribed"))
        if not bench.state.delivery.is_link_up:
            bench.link_up()
        has_pressure_rule = any(one.cause == "blood pressure" for one in bench.state.findings)
        for _ in range(2 if has_pressure_rule else 0):
            bench.leap(125)
            bench.cuff(125, 78)
        if bench.state.findings:
            bench.leap(42)  # ten seconds of cycles in time on the link, and more of treatment
        bench.cuff(125, 78)
        bench.advance(2)
        bench.acknowledge()
        bench.resume()
        bench.advance(1)
        if is_over and bench.state.session.phase is not Phase.INFUSING:
            self.next_session("70")

    # -- patient and line --------------------------------------------------------------------------------------

    @rule(pressure=st.sampled_from(PRESSURES))
    def cuff(self, pressure: tuple[int, int]) -> None:
        self.bench.cuff(*pressure)

    @rule(mmhg=st.sampled_from([25, 25, 160, 310, 310, 470]))
    def line(self, mmhg: int) -> None:
        self.bench.line(mmhg)

    @rule(is_active=st.booleans())
    def cuff_squeezes(self, is_active: bool) -> None:
        self.bench.squeeze(is_active)

    @rule(signal=st.sampled_from([Signal.SYS, Signal.HR, Signal.LINE_PRESSURE]), in_a_row=st.integers(0, 4))
    def reading_refused(self, signal: Signal, in_a_row: int) -> None:
        self.bench.refuse(signal, in_a_row=in_a_row)

    @rule(link_ms=st.sampled_from([501, 900]))
    def loop_stalls(self, link_ms: int) -> None:
        """faults row 86: the daemon is late; nothing but its own stamps can tell."""
        self.bench.tick(link_ms, link_ms)

    @rule(is_monitored=st.booleans(), has_line=st.booleans())
    def monitors(self, is_monitored: bool, has_line: bool) -> None:
        self.bench.is_monitored, self.bench.has_line = is_monitored, has_line

    @rule(is_up=st.booleans())
    def broker(self, is_up: bool) -> None:
        self.bench.post(ev.FeedLinkChanged(at=self.bench.now, is_up=is_up, reason="broker"))

    @rule()
    def other_patient(self) -> None:
        event = ev.SampleRefused(
            at=self.bench.now, device="monitor-1", reason="wrong_patient", detail="tok-1"
        )
        self.bench.post(event)

    # -- pump and wire -----------------------------------------------------------------------------------------

    @rule(trouble=st.sampled_from(TROUBLES))
    def trouble_begins(self, trouble: str) -> None:
        self.begins(trouble)

    @rule()
    def pump_behaves(self) -> None:
        pump = self.bench.pump
        pump.is_deaf = pump.ignores_halt = pump.refuses_run = pump.loses_run_reply = False

    @rule(factor_percent=st.sampled_from([30, 50, 120, 190]))
    def keypad_rate(self, factor_percent: int) -> None:
        self.bench.touch(self.bench.pump.motion, self.bench.pump.rate_nl_h * factor_percent // 100)

    @rule(motion=st.sampled_from([Motion.INFUSING, Motion.HALTED]))
    def keypad_run_or_stop(self, motion: Motion) -> None:
        self.bench.touch(motion, self.bench.pump.rate_nl_h or 20 * ML)

    @rule(is_running=st.booleans())
    def pump_reboots(self, is_running: bool) -> None:
        pump = self.bench.pump
        pump.alarms = (*pump.alarms, PumpAlarm.RESET)
        motion = Motion.INFUSING if is_running else Motion.HALTED
        self.bench.touch(motion, pump.rate_nl_h)

    @rule()
    def counter_is_cleared(self) -> None:
        self.bench.clear_counter()

    @rule()
    def link_down(self) -> None:
        self.bench.link_down()

    @precondition(lambda self: not self.bench.pump.is_deaf)
    @rule()
    def link_up(self) -> None:
        self.bench.link_up()

    # -- disk and power ----------------------------------------------------------------------------------------

    @rule()
    def record_catches_up(self) -> None:
        bench = self.bench
        bench.durable = True
        for intent in list(bench.intents):
            bench.post(ev.IntentRecorded(at=bench.now, intent_id=intent.intent_id))

    @precondition(lambda self: not self.bench.state.journal_failure)
    @rule()
    def journal_fails(self) -> None:
        self.bench.post(ev.JournalFailed(at=self.bench.now, reason="disk full"))

    @rule(down_s=st.sampled_from([0.0, 1.0, 5.0]), opens=st.booleans())
    def daemon_restarts(self, down_s: float, opens: bool) -> None:
        bench = self.bench
        bench.sleep(round(down_s * 1000))
        bench.restart(f"boot-{bench.now.ms}-{len(bench.events)}")
        if opens and not bench.pump.is_deaf:
            bench.link_up()


#: A failure is shrunk before it is shown, and that takes its time.
TestChair = pytest.mark.timeout(600)(Chair.TestCase)
TestChair.settings = settings(
    max_examples=int(os.environ.get("PUMPD_EXAMPLES", "45")),
    stateful_step_count=30,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
