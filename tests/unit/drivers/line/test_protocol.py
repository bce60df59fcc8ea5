"""Whose turn it is, in a family unlike New Era: a lease kept up by writing, alarms that come with the answer. The
whole discipline with a real family on top is in `new_era/test_dialect.py`."""

from itertools import pairwise

from toy_family import AHEAD_NL, ToyBench, ToyDialect, UnleasedDialect

from drivers.contract import Approval, Halt, LinkDown, LinkUp, Motion, Outcome, Poll, PumpAlarm, Run
from drivers.line.phase import Phase


def test_the_opening_is_up_with_identity_and_readback() -> None:
    bench = ToyBench()
    bench.protocol.opened(0)
    bench.go(50)
    assert [type(event).__name__ for event in bench.events] == ["LinkUp", "Reported"]
    assert isinstance(bench.events[0], LinkUp)
    assert bench.events[0].identity.model == "toy 7"


def test_a_poll_of_the_callers_renews_the_lease_by_writing_and_reports() -> None:
    """Design law 7: a volume target only a little ahead of the plunger."""
    bench = ToyBench().running()
    bench.pump.values["vol"] = 700
    bench.submit(2, Poll())
    bench.go(50)
    assert bench.sent == ["vol", "rate", f"target={700 + AHEAD_NL}"]
    assert [report.infused_nl for report in bench.reports] == [700]


def test_no_poll_means_no_renewal_whatever_happens_on_the_line() -> None:
    """Design law 7: what the line asks of its own accord after a loss writes nothing."""
    bench = ToyBench().up()
    bench.pump.deaf_to.append("run")
    bench.submit(1, Run(500_000, 20_000))
    bench.go(1000)
    assert bench.outcome(1) is Outcome.UNKNOWN
    start = bench.sent.index("run")
    assert bench.sent[start + 1 :] == ["who", "vol", "rate"]
    bench.pump.sign = ">"
    bench.go(5000)
    assert bench.sent[start + 1 :] == ["who", "vol", "rate"]


def test_a_renewal_whose_answer_is_lost_is_not_repeated_and_the_readback_is_told() -> None:
    """Facts F3: only the caller's next poll writes again."""
    bench = ToyBench().running()
    bench.pump.deaf_to.append(f"target={AHEAD_NL}")
    bench.submit(2, Poll())
    bench.go(1000)
    assert bench.sent == ["vol", "rate", f"target={AHEAD_NL}"]
    assert len(bench.reports) == 1
    bench.submit(3, Poll())
    bench.go(50)
    assert bench.sent[3:] == ["who", "vol", "rate", f"target={AHEAD_NL}"]


def test_a_renewal_that_the_gate_bars_does_not_leave_and_the_readback_is_told() -> None:
    bench = ToyBench().running()
    bench.protocol.approve(Approval(1_000_000, AHEAD_NL - 1))
    bench.submit(2, Poll())
    bench.go(50)
    assert bench.sent == ["vol", "rate"]
    assert len(bench.reports) == 1


def test_a_halt_in_the_middle_of_a_renewal_goes_next() -> None:
    """I9."""
    bench = ToyBench().running()
    bench.submit(2, Poll())
    while len(bench.sent) < 3:
        bench.go(1)
    bench.submit(3, Halt())
    bench.go(50)
    assert bench.sent[3:] == ["stop", "vol", "rate"]
    assert bench.outcome(3) is Outcome.CONFIRMED
    assert [report.motion for report in bench.reports] == [Motion.INFUSING, Motion.HALTED]


def test_an_alarm_that_comes_with_an_answer_ends_a_start_before_its_next_word() -> None:
    bench = ToyBench().up()
    bench.pump.sign = "*"
    bench.submit(1, Run(500_000, 20_000))
    bench.go(50)
    assert bench.outcome(1) is Outcome.REFUSED
    assert bench.sent == [f"target={AHEAD_NL}", "vol", "rate"]
    assert bench.reports[-1].alarms == (PumpAlarm.STALL,)


def test_an_alarm_that_comes_with_the_answer_to_a_start_leaves_it_unknown() -> None:
    """I11: that answer says what the pump has, not that it did nothing."""
    bench = ToyBench().up()
    bench.submit(1, Run(500_000, 20_000))
    while bench.sent[-1:] != ["run"]:
        bench.go(1)
    bench._answers[-1] = (bench.now + 2, b"*\r")
    bench.go(50)
    assert bench.outcome(1) is Outcome.UNKNOWN


def test_an_alarm_that_stays_is_reported_by_each_poll_and_by_nothing_else() -> None:
    """Design law 7: an alarm in every answer must not keep the line talking to itself."""
    bench = ToyBench().up()
    bench.pump.sign = "*"
    for n in range(3):
        bench.submit(n, Poll())
        bench.go(500)
    assert bench.sent == ["vol", "vol", "rate"] * 3
    assert [report.alarms for report in bench.reports] == [(PumpAlarm.STALL,)] * 3


def test_a_halt_goes_on_over_an_alarm() -> None:
    bench = ToyBench().running()
    bench.pump.sign = "*"
    bench.submit(2, Halt())
    bench.go(50)
    assert bench.outcome(2) is Outcome.CONFIRMED


def test_what_the_pump_refuses_is_refused() -> None:
    bench = ToyBench().up()
    bench.submit(1, Run(500_000, 20_000))
    bench._answers[-1] = (bench.now + 2, b":no\r")
    bench.go(50)
    assert bench.outcome(1) is Outcome.REFUSED
    assert bench.sent == [f"target={AHEAD_NL}"]


def test_another_pump_after_a_doubt_is_a_wrong_pump_though_identity_was_the_last_thing_asked() -> None:
    """Faults row 21."""
    bench = ToyBench().up()
    bench.pump.who = "toy 8"
    bench.pump.deaf_to.append("vol")
    bench.submit(1, Poll())
    bench.go(400)
    assert bench.protocol.phase is Phase.OVER
    assert isinstance(bench.events[-1], LinkDown)
    assert bench.events[-1].is_wrong_pump
    assert bench.sent == ["vol", "who"]


def test_a_pump_that_needs_a_silence_gets_it_before_every_question_a_halt_included() -> None:
    bench = ToyBench(gap_ms=5).running()
    bench.submit(2, Poll())
    bench.go(2)
    bench.submit(3, Halt())
    bench.go(50)
    assert bench.outcome(3) is Outcome.CONFIRMED
    times = [at for at, _ in bench.words]
    assert [b - a for a, b in pairwise(times)] == [7] * (len(times) - 1)


class LeasedDialect(UnleasedDialect):
    lease_ms = 2000


def silent_with_a_halt(dialect: ToyDialect) -> ToyBench:
    """A pump that infused and hears nothing: asked to halt, given up, and its port opened again."""
    bench = ToyBench(dialect=dialect).running()
    bench.pump.deaf_to += ["stop", "who", "vol", "rate"] * 20
    bench.submit(2, Poll())
    bench.go(500)
    bench.submit(3, Halt())
    while bench.protocol.phase is Phase.UP:
        bench.go(1)
    assert bench.outcome(3) is Outcome.UNKNOWN
    bench.protocol.lost("given up", bench.now)
    bench.words.clear()
    bench.protocol.opened(bench.now)
    return bench


def test_a_pump_that_no_lease_stops_is_told_to_stop_before_it_is_asked_who_it_is() -> None:
    """I10: it may hear and not be heard; nothing but a stop ends it."""
    bench = silent_with_a_halt(UnleasedDialect()).go(1_000)
    stops = [at for at, word in bench.words if word == "stop"]
    assert bench.sent[:5] == ["stop"] * 4 + ["vol"]
    assert {late - early for early, late in pairwise(stops)} == {200}


def test_a_stop_that_is_owed_is_owed_until_it_is_proven_and_no_longer() -> None:
    bench = silent_with_a_halt(UnleasedDialect()).go(300)
    bench.pump.deaf_to.clear()
    bench.go(300)
    assert bench.protocol.phase is Phase.UP
    assert bench.pump.sign == ":"
    bench.protocol.lost("unplugged", bench.now)
    bench.words.clear()
    bench.protocol.opened(bench.now)
    bench.go(300)
    assert "stop" not in bench.sent


def test_a_pump_whose_lease_runs_out_in_silence_is_greeted_as_ever() -> None:
    """Law 7, decision 0002: a word could renew what silence ends."""
    assert silent_with_a_halt(LeasedDialect()).go(1_000).sent[0] == "vol"


def test_a_halt_while_the_line_is_down_is_owed_as_well() -> None:
    """I9: nobody has to press it again."""
    bench = ToyBench(dialect=UnleasedDialect()).running()
    bench.protocol.lost("unplugged", bench.now)
    bench.submit(2, Halt())
    assert bench.outcome(2) is Outcome.NOT_SENT
    bench.words.clear()
    bench.protocol.opened(bench.now)
    bench.go(50)
    assert bench.sent[0] == "stop"
    assert bench.pump.sign == ":"


def test_a_stranger_is_owed_nothing() -> None:
    """Row 21: what answers as another pump was never ours to stop."""
    bench = ToyBench(dialect=UnleasedDialect()).running()
    bench.submit(2, Halt())
    bench.pump.deaf_to += ["stop", "vol"]
    bench.pump.who = "toy 8"
    bench.go(1_000)
    assert bench.protocol.is_wrong_pump
    bench.protocol.lost("given up", bench.now)
    bench.words.clear()
    bench.protocol.opened(bench.now)
    bench.go(50)
    assert "stop" not in bench.sent
