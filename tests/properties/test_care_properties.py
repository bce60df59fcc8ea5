"""The care of a session under everything people and power cuts can do to it, and its way back from the disk.

Theory of operation. First every act of a whole course, one by one: behind each the power is cut, and what the journal gives
back is what was. Then any acts in any order (Hypothesis), with time, restarts and pauses between them: nothing recorded is
lost or changed, the step goes forward by an act, a measurement or the time only, never by a restart, and the pump is never
told anything by the care. At the end of each run the events decided again give the same actions, byte for byte.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clinic_bench import CLINIC, ClinicBench, said
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from session_journal import rows_of, write

from drivers.contract import Motion
from interlocks.vocabulary import Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.clinic.course import Care, Step
from pumpd.core.replay import again
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState
from pumpd.shell.record import dump_decision, dump_state, load_state
from pumpd.shell.restore import restored

NOTHING = ev.Ticked(at=Stamp(0, 0))
ORDER_OF_STEPS = [one.value for one in Step]


def measured_twice(bench: ClinicBench) -> list[do.Answer]:
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.advance(1)
    return bench.score(Signal.MOAAS, 5)


def started(bench: ClinicBench) -> list[do.Answer]:
    answers = bench.start()
    bench.advance(5)
    return answers


def stopped(bench: ClinicBench) -> list[do.Answer]:
    answers = bench.stop()
    bench.advance(2)
    return answers


COURSE: list[tuple[str, Callable[[ClinicBench], list[do.Answer]]]] = [
    ("order", lambda bench: bench.order()),
    ("verify", lambda bench: bench.verify()),
    ("checklist", lambda bench: bench.checklist()),
    ("prime", lambda bench: bench.prime()),
    ("measured", measured_twice),
    ("start", started),
    ("event", lambda bench: bench.happened()),
    ("given", lambda bench: bench.gave()),
    ("note", lambda bench: bench.wrote()),
    ("handover", lambda bench: bench.hand_over()),
    ("stop", stopped),
    ("observe 15", lambda bench: bench.look(15)),
    ("observe 30", lambda bench: bench.look(15)),
    ("observe 45", lambda bench: bench.look(15)),
    ("observe 60", lambda bench: bench.look(15, sys=150)),
    ("sign_off", lambda bench: bench.sign_off()),
    ("close", lambda bench: bench.close()),
]


@pytest.mark.parametrize("acts", range(1, len(COURSE) + 1), ids=[name for name, _ in COURSE])
def test_a_power_cut_behind_any_act_loses_nothing(acts: int, tmp_path: Path) -> None:
    """Law 9, I8. Through the journal's own file and the daemon's own way back."""
    bench = ClinicBench(CLINIC)
    bench.advance(1)
    for name, act in COURSE[:acts]:
        assert said(act(bench)).startswith("accepted"), name
    path = write(tmp_path / "journal.sqlite", {"bed-1": rows_of(bench.events, CLINIC)})
    state, problem = restored(path, CLINIC)
    assert problem == ""
    assert state == bench.state
    before, step = bench.state.care, bench.step
    bench.restart()
    assert bench.state.care == before
    assert ORDER_OF_STEPS.index(bench.step) <= ORDER_OF_STEPS.index(step)
    held = bench.state.session.phase is Phase.INFUSING
    assert bool(bench.state.session.holds) == held, "an open infusion waits for a person"


@pytest.mark.parametrize("acts", [4, 10, 13])
def test_the_course_goes_on_behind_a_power_cut_where_it_was(acts: int) -> None:
    """No act has to be repeated but what the daemon cannot remember: measurements, the resume, and for how long a
    verified order has waited (decision 0032)."""
    bench = ClinicBench(CLINIC)
    bench.advance(1)
    for _, act in COURSE[:acts]:
        act(bench)
    bench.restart()
    bench.link_up()
    bench.advance(1)
    if bench.state.session.phase is Phase.VERIFIED:
        assert "restarted since the order was verified: verify it again" in said(bench.start())
        assert said(bench.verify()).startswith("accepted")
    for name, act in COURSE[acts:]:
        assert said(act(bench)).startswith("accepted"), name
    assert bench.word == "CLOSED"


def recorded(care: Care) -> tuple[Any, ...]:
    return care.log, care.observations


class Chairside(RuleBasedStateMachine):
    """Everything people do, in any order."""

    @initialize(acts=st.integers(0, len(COURSE)))
    def begin(self, acts: int) -> None:
        self.bench = ClinicBench(CLINIC)
        self.bench.advance(1)
        for _, act in COURSE[:acts]:
            act(self.bench)
        self.known, self.serial = self.bench.state.care, self.bench.state.session.serial

    @rule(act=st.sampled_from([act for _, act in COURSE if act not in (started, stopped, measured_twice)]))
    def somebody_acts(self, act: Callable[[ClinicBench], list[do.Answer]]) -> None:
        if self.bench.pump.motion is Motion.HALTED:
            self.commands_nothing(act)

    @rule(act=st.sampled_from([started, stopped, measured_twice]))
    def the_infusion_moves_on(self, act: Callable[[ClinicBench], list[do.Answer]]) -> None:
        act(self.bench)

    @rule(minutes=st.sampled_from([1, 5, 13, 16, 61]))
    def time_passes(self, minutes: int) -> None:
        if self.bench.pump.motion is Motion.HALTED:
            self.bench.leap(minutes)

    @rule()
    def the_daemon_is_restarted(self) -> None:
        bench = self.bench
        before, step, phase = bench.state.care, bench.step, bench.state.session.phase
        state = load_state(dump_state(bench.state))
        assert state == bench.state
        bench.restart(f"boot-{len(bench.events)}")
        assert bench.state.care == before
        assert bench.state.session.phase is phase
        assert ORDER_OF_STEPS.index(bench.step) <= ORDER_OF_STEPS.index(step), (
            "a restart goes nowhere forward"
        )
        bench.link_up()
        bench.advance(0.3)

    def commands_nothing(self, act: Callable[[ClinicBench], list[do.Answer]]) -> None:
        bench = self.bench
        given = bench.pump.true_nl
        act(bench)
        assert bench.pump.true_nl == given, "care gives no drug"

    @invariant()
    def nothing_recorded_is_lost(self) -> None:
        if not hasattr(self, "bench"):
            return
        care, session = self.bench.state.care, self.bench.state.session
        if session.serial == self.serial:
            for before, after in zip(recorded(self.known), recorded(care), strict=True):
                assert after[: len(before)] == before
            assert care.since_end_ms >= self.known.since_end_ms
            assert self.known.closing in (None, care.closing)
        else:
            assert self.known.closing is not None or not self.known.started_wall_ms or self.had_no_drug()
        self.known, self.serial = care, session.serial

    def had_no_drug(self) -> bool:
        """A session that was started and stopped before anything flowed needs no closing."""
        return not self.known.observations

    def teardown(self) -> None:
        """Law 12."""
        if not hasattr(self, "bench"):
            return
        actions: list[do.Action] = []
        last = ChannelState()
        for _, after, told in again(ChannelState(), self.bench.events, CLINIC):
            last = after
            actions += told
        assert [dump_decision(NOTHING, (one,)) for one in actions] == [
            dump_decision(NOTHING, (one,)) for one in self.bench.actions
        ]
        assert last == self.bench.state


TestChairside = Chairside.TestCase
TestChairside.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
