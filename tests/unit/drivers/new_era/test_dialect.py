"""Whose turn it is, what a halt drops, and how commands end (design laws 3-8; invariants I9, I10, I11, I13)."""

import pytest
from contract.fake_new_era import FakeNewEra, frame
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_bench import TURNAROUND_MS, WireBench

from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    Ended,
    Halt,
    LinkDown,
    LinkUp,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    Reported,
    Run,
)
from drivers.line.exchange import EXCHANGE_MS
from drivers.line.phase import Phase
from drivers.line.protocol import HALTS_MAX, QUEUE_MAX
from drivers.new_era.binding import Binding

RUN = Run(26_250_000, 17_500_000)


def running() -> WireBench:
    bench = WireBench().ready()
    bench.submit(1, RUN)
    bench.go(200)
    assert bench.outcome(1) is Outcome.CONFIRMED
    bench.forget()
    return bench


def test_a_line_opens_with_lease_and_identity_then_reads_back_then_is_up() -> None:
    bench = WireBench().open()
    assert bench.sent == ["SAF2", "VER", "DIS", "DIA", "VOL", "SAF", "RAT"]
    up, reported = bench.events
    assert isinstance(up, LinkUp)
    assert (up.identity.model, up.identity.firmware, up.identity.address) == ("NE1000", "3.928", 0)
    assert isinstance(reported, Reported)
    assert (reported.report.watchdog_ms, reported.report.diameter_um) == (2_000, 14_430)


def test_it_does_not_halt_by_itself() -> None:
    """Design law 9 is the caller's."""
    assert "STP" not in WireBench().open().go(500).sent


def test_a_pending_reset_alarm_is_met_and_reported() -> None:
    """Faults row 6: A?R waits after every power-up."""
    bench = WireBench()
    bench.pump.alarm = "R"
    bench.open()
    assert bench.sent[:2] == ["SAF2", "SAF2"]
    assert bench.reports[0].report.alarms == (PumpAlarm.RESET,)
    bench.submit(1, Poll())
    bench.go(100)
    assert bench.reports[-1].report.alarms == ()


def test_the_wrong_pump_is_sent_nothing_but_identity() -> None:
    """Faults row 21."""
    bench = WireBench(Binding("NE1000", "3."), FakeNewEra("NE500V2.19")).open()
    assert bench.sent == ["SAF2", "VER"]
    [down] = bench.events
    assert isinstance(down, LinkDown)
    assert down.is_wrong_pump
    assert bench.protocol.phase is Phase.OVER
    bench.submit(1, Halt())
    bench.go(3_000)
    assert bench.outcome(1) is Outcome.NOT_SENT
    assert bench.sent == ["SAF2", "VER"]


def test_nobody_there_is_a_line_down_told_once() -> None:
    bench = WireBench()
    bench.pump.is_mute = True
    for _ in range(3):
        bench.open().go(1_600)
        assert bench.protocol.phase is Phase.OVER
        bench.lose("closed")
    assert len(bench.events) == 1


def test_a_pump_at_another_address_never_comes_up() -> None:
    """Faults row 31."""
    bench = WireBench(Binding("NE1000", address=3)).open().go(1_600)
    assert [type(event) for event in bench.events] == [LinkDown]


def test_run_slow_halt_round_trip() -> None:
    bench = running()
    assert (bench.pump.letter, bench.pump.rate_nl_h, bench.pump.target_nl) == ("I", 26_250_000, 17_500_000)
    bench.submit(2, Adjust(13_120_000))
    bench.go(100)
    assert bench.outcome(2) is Outcome.CONFIRMED
    assert bench.reports[-1].report.rate_nl_h == 13_120_000
    bench.submit(3, Halt())
    bench.go(100)
    assert bench.outcome(3) is Outcome.CONFIRMED
    assert bench.reports[-1].report.motion is Motion.HALTED
    assert bench.pump.letter == "P"


def test_configure_sets_what_a_wide_syringe_needs() -> None:
    bench = WireBench().ready()
    bench.submit(1, Configure(26_590))
    bench.go(300)
    assert bench.outcome(1) is Outcome.CONFIRMED
    pump = bench.pump
    assert (pump.diameter_um, pump.functions, pump.phase, pump.power_fail) == (
        26_590,
        {1: "RAT", 2: "STP"},
        1,
        "0",
    )


def test_configure_twice_writes_nothing_the_second_time() -> None:
    bench = WireBench().ready()
    bench.submit(1, Configure(26_590))
    bench.go(300).forget()
    bench.submit(2, Configure(26_590))
    bench.go(300)
    assert bench.outcome(2) is Outcome.CONFIRMED
    assert not {"DIA26.59", "DIRINF", "FUNRAT", "FUNSTP", "PF0", "VOLML", "VOLUL"} & set(bench.sent)


def test_without_approval_no_frame_that_adds_drug_leaves() -> None:
    bench = WireBench().open()
    bench.forget()
    bench.submit(1, RUN)
    bench.go(200)
    assert bench.outcome(1) is Outcome.REFUSED
    assert "gate" in bench.ended(1).detail
    assert not {"RUN", "RAT26.25MH", "VOL17.50"} & set(bench.sent)


def test_above_the_approval_nothing_leaves_either() -> None:
    bench = WireBench().ready(rate_nl_h=20_000_000)
    bench.submit(1, RUN)
    bench.go(200)
    assert bench.outcome(1) is Outcome.REFUSED
    assert not {"RUN", "RAT26.25MH"} & set(bench.sent)


def test_a_rate_that_does_not_stick_is_not_started() -> None:
    """Faults row 5."""
    bench = WireBench().ready()
    bench.pump.is_rate_ignored = True
    bench.submit(1, RUN)
    bench.go(200)
    assert bench.outcome(1) is Outcome.REFUSED
    assert "RUN" not in bench.sent


def test_a_halt_drops_what_is_queued_and_goes_next() -> None:
    """Design law 6; I9."""
    bench = running()
    bench.submit(1, Poll())
    bench.submit(2, Adjust(13_120_000))
    bench.submit(3, Configure(26_590))
    bench.submit(4, Halt())
    bench.go(100)
    assert [bench.outcome(n) for n in (2, 3, 4)] == [Outcome.NOT_SENT, Outcome.NOT_SENT, Outcome.CONFIRMED]
    assert bench.sent[:2] == ["DIS", "STP"]
    assert not [word for word in bench.sent if word.startswith(("RAT1", "DIA2"))]


def test_a_halt_on_a_free_line_leaves_in_the_same_call() -> None:
    bench = running()
    bench.submit(1, Halt())
    assert bench.wire[-1] == (bench.now, frame("0STP"))


@pytest.mark.parametrize("elapsed_ms", [0, 50, 199])
def test_with_a_hung_poll_a_halt_waits_for_the_rest_of_its_200_ms(elapsed_ms: int) -> None:
    """T_q: facts/faults.md F1 measured 11.9 s without this care."""
    bench = running()
    bench.pump.is_mute = True
    bench.submit(1, Poll())
    bench.go(elapsed_ms)
    asked = bench.now
    bench.submit(2, Halt())
    bench.go(EXCHANGE_MS)
    [at] = [time for time, chunk in bench.wire if chunk == frame("0STP")]
    assert at - asked == EXCHANGE_MS - elapsed_ms


@pytest.mark.parametrize("after_ms", range(0, 80, 3))
def test_a_start_cut_short_anywhere_is_named_truthfully(after_ms: int) -> None:
    """I11: not sent only if RUN did not leave; and in the end the pump stands."""
    bench = WireBench().ready()
    bench.submit(1, RUN)
    bench.go(after_ms)
    has_left = "RUN" in bench.sent
    is_done = any(isinstance(event, Ended) for event in bench.events)
    bench.submit(2, Halt())
    bench.go(300)
    expected = Outcome.CONFIRMED if is_done else Outcome.UNKNOWN if has_left else Outcome.NOT_SENT
    assert bench.outcome(1) is expected
    assert bench.outcome(2) is Outcome.CONFIRMED
    assert bench.pump.letter in "SP"


def test_a_second_halt_joins_the_first() -> None:
    bench = running()
    for n in (1, 2, 3):
        bench.submit(n, Halt())
    bench.go(100)
    assert {bench.outcome(n) for n in (1, 2, 3)} == {Outcome.CONFIRMED}
    assert bench.sent.count("STP") == 1


def test_a_halt_after_the_proof_is_a_halt_of_its_own() -> None:
    """What was read before it was asked for proves nothing about it."""
    bench = running()
    bench.submit(1, Halt())
    bench.go(2 * TURNAROUND_MS + 1)
    assert bench.sent[-1] == "RAT"
    bench.submit(2, Halt())
    assert bench.outcome(1) is Outcome.CONFIRMED
    bench.go(100)
    assert bench.outcome(2) is Outcome.CONFIRMED
    assert bench.sent.count("STP") == 2


def test_halts_without_number_are_all_answered_and_few_are_kept() -> None:
    bench = running()
    bench.pump.is_mute = True
    for n in range(100):
        bench.submit(n, Halt())
    assert len([e for e in bench.events if isinstance(e, Ended)]) == 100 - HALTS_MAX
    bench.go(2_000)
    assert {bench.outcome(n) for n in range(100)} == {Outcome.UNKNOWN}


def test_a_stop_whose_answer_is_lost_is_resolved_by_a_readback_in_its_own_turn() -> None:
    """Faults row 1: the pump did stop."""
    bench = running()
    bench.pump.lose_reply.append("STP")
    bench.submit(1, Halt())
    bench.go(EXCHANGE_MS)
    bench.go(150)
    assert bench.sent == ["STP", "STP", "VER", "DIS", "RAT"]
    assert bench.outcome(1) is Outcome.CONFIRMED
    assert bench.reports[-1].report.motion is Motion.HALTED


@pytest.mark.parametrize("every_ms", [100, 190, 200, 210, 250])
def test_halts_in_quick_succession_do_not_push_the_readback_away(every_ms: int) -> None:
    """Faults row 1: halts that come as fast as answers time out once kept the status from ever being read."""
    bench = running()
    bench.pump.lose_reply += ["STP"] * 4
    for n in range(1, 11):
        bench.submit(n, Halt())
        bench.go(every_ms)
    assert bench.outcome(1) is Outcome.CONFIRMED
    assert bench.reports[-1].report.motion is Motion.HALTED


def test_a_lost_stop_repeated_by_the_caller_stops_the_pump_within_a_second() -> None:
    """Faults row 2; T_s."""
    bench = running()
    bench.pump.lose_request += ["STP", "STP"]
    for n in range(1, 5):
        bench.submit(n, Halt())
        bench.go(250)
    assert {bench.outcome(n) for n in range(1, 5)} == {Outcome.CONFIRMED}
    assert bench.pump.letter in "SP"


def test_a_stop_that_is_ignored_is_refused_with_what_the_pump_says() -> None:
    """Faults row 4."""
    bench = running()
    bench.pump.is_stop_ignored = True
    bench.submit(1, Halt())
    bench.go(200)
    assert bench.outcome(1) is Outcome.REFUSED
    assert bench.sent.count("STP") == 3


@pytest.mark.parametrize("frame_text", ["VOL17.50", "RAT26.25MH"])
def test_a_lost_answer_to_a_setting_of_a_start_is_unknown_and_nothing_is_started(frame_text: str) -> None:
    bench = WireBench().ready()
    bench.submit(1, RUN)
    while frame_text not in bench.sent:
        bench.go(1)
    bench.drop_answers()
    bench.go(600)
    assert "RUN" not in bench.sent
    assert bench.outcome(1) is Outcome.UNKNOWN
    assert bench.reports[-1].report.motion is Motion.HALTED


def test_the_lost_answer_to_run_is_unknown_and_the_readback_says_that_it_runs() -> None:
    bench = WireBench().ready()
    bench.pump.lose_reply.append("RUN")
    bench.submit(1, RUN)
    bench.go(600)
    assert bench.outcome(1) is Outcome.UNKNOWN
    assert bench.reports[-1].report.motion is Motion.INFUSING
    assert bench.sent.count("RUN") == 1


def test_a_garbled_readback_is_read_again() -> None:
    """Faults row 25."""
    bench = running()
    bench.pump.garble += ["DIS"]
    bench.submit(1, Poll())
    bench.go(400)
    assert bench.sent == ["DIS", "VER", "DIS", "RAT"]
    assert len(bench.reports) == 1


def test_a_poll_reads_more_every_fourth_and_eighth_time() -> None:
    bench = WireBench().ready()
    rounds = []
    for n in range(8):
        bench.forget()
        bench.submit(n, Poll())
        bench.go(100)
        rounds.append(bench.sent)
    assert rounds[2] == ["DIS", "RAT"]
    assert rounds[3] == ["DIS", "DIA", "RAT"]
    assert rounds[7] == ["DIS", "DIA", "VOL", "SAF", "RAT"]
    assert len(bench.reports) == 1


def test_a_poll_on_a_busy_line_is_dropped() -> None:
    bench = WireBench().ready()
    for n in range(5):
        bench.submit(n, Poll())
    bench.go(300)
    assert len(bench.reports) == 1


def test_too_many_commands_are_not_sent() -> None:
    bench = WireBench().ready()
    bench.pump.is_mute = True
    for n in range(QUEUE_MAX + 3):
        bench.submit(n, RUN)
    assert [e.outcome for e in bench.events if isinstance(e, Ended)] == [Outcome.NOT_SENT] * 2


def test_an_unasked_alarm_is_followed_by_a_readback() -> None:
    """Faults row 10: a stall is told by the pump itself."""
    bench = running()
    bench.pump.letter = "S"
    bench.pump.alarm = "S"
    bench.receive(frame("00A?S"))
    bench.go(200)
    [reported] = bench.reports
    assert reported.report.alarms == (PumpAlarm.STALL,)
    assert reported.report.motion is Motion.HALTED


def test_no_run_goes_on_over_an_alarm() -> None:
    bench = WireBench().ready()
    bench.submit(1, RUN)
    bench.go(12)
    bench.pump.alarm = "S"
    bench.go(300)
    assert bench.outcome(1) is Outcome.REFUSED
    assert "stall" in bench.ended(1).detail
    assert "RUN" not in bench.sent
    assert bench.reports[-1].report.alarms == (PumpAlarm.STALL,)


def test_a_stop_answered_by_an_alarm_is_repeated_at_once() -> None:
    bench = running()
    bench.pump.alarm = "E"
    bench.submit(1, Halt())
    bench.go(TURNAROUND_MS)
    assert bench.sent == ["STP", "STP"]
    bench.go(100)
    assert bench.outcome(1) is Outcome.CONFIRMED
    assert bench.reports[-1].report.alarms == (PumpAlarm.PROGRAM,)


def test_nothing_is_sent_that_nobody_asked_for_so_the_pump_stops_itself() -> None:
    """Design law 7: the lease is renewed by completed cycles of the caller only."""
    bench = running()
    bench.go(1_700)
    assert bench.sent == []
    bench.go(400)
    assert bench.pump.letter == "S"
    assert bench.reports[-1].report.alarms == (PumpAlarm.HOST_SILENT,)


def test_polls_keep_the_lease() -> None:
    bench = running()
    for n in range(20):
        bench.submit(n, Poll())
        bench.go(250)
    assert bench.pump.letter == "I"


def test_a_pump_that_falls_silent_is_given_up_in_a_second_and_a_half() -> None:
    bench = running()
    bench.pump.is_mute = True
    bench.submit(1, Poll())
    bench.go(1_000)
    assert not [e for e in bench.events if isinstance(e, LinkDown)]
    bench.go(500)
    assert [type(event) for event in bench.events] == [LinkDown]


@pytest.mark.parametrize("after_ms", [0, 20, 45, 60])
def test_a_line_lost_in_the_middle_ends_everything_truthfully(after_ms: int) -> None:
    """Faults row 19; I11."""
    bench = WireBench().ready()
    bench.submit(1, RUN)
    bench.submit(2, Configure(26_590))
    bench.go(after_ms)
    has_written = any(word in bench.sent for word in ("PHN1", "VOL17.50", "RAT26.25MH", "RUN"))
    bench.lose("unplugged")
    bench.go(1)
    expected = Outcome.UNKNOWN if has_written else Outcome.NOT_SENT
    if not any(isinstance(e, Ended) and e.outcome is Outcome.CONFIRMED for e in bench.events):
        assert bench.outcome(1) is expected
    assert bench.outcome(2) is Outcome.NOT_SENT
    assert isinstance(bench.events[-1], LinkDown)
    bench.submit(3, Halt())
    assert bench.outcome(3) is Outcome.NOT_SENT


def test_after_a_reopening_an_old_setting_cannot_be_started_with() -> None:
    bench = running()
    bench.lose("unplugged")
    bench.open()
    assert bench.protocol.phase is Phase.UP
    bench.pump.letter = "S"
    bench.protocol.approve(Approval(1_000_000, 17_500_000))
    bench.forget()
    bench.submit(1, RUN)
    bench.go(200)
    assert bench.outcome(1) is Outcome.REFUSED


def test_bytes_one_by_one_and_echoed_make_no_difference() -> None:
    """Faults rows 23, 26."""
    bench = WireBench().ready()
    bench.submit(1, Poll())
    bench.receive(frame("0DIS"))
    for byte in frame("00SI0.125W0.000ML"):
        bench.receive(bytes((byte,)))
    bench.go(100)
    assert bench.reports[0].report.infused_nl == 125_000


def test_another_pump_after_a_lost_answer_is_a_wrong_pump() -> None:
    """Faults row 21: the cables were swapped while the line was up."""
    bench = running()
    bench.pump.version = "NE500V2.19"
    bench.pump.lose_reply.append("DIS")
    bench.submit(1, Poll())
    bench.go(400)
    [down] = bench.events
    assert isinstance(down, LinkDown)
    assert down.is_wrong_pump
    assert bench.sent == ["DIS", "VER"]


def test_a_read_that_is_never_answered_ends_its_command_though_the_pump_answers_others() -> None:
    bench = WireBench().ready()
    bench.pump.lose_reply += ["DIA"] * 3
    bench.submit(1, Configure(26_590))
    bench.go(1_500)
    assert bench.outcome(1) is Outcome.NOT_SENT
    assert "DIA had no answer" in bench.ended(1).detail
    assert bench.protocol.phase is Phase.UP


def test_an_alarm_met_while_a_doubt_is_ended_stops_a_run_too() -> None:
    bench = WireBench().ready()
    bench.pump.lose_reply.append("VOL")
    bench.submit(1, RUN)
    bench.go(100)
    bench.pump.alarm = "S"
    bench.go(600)
    assert bench.outcome(1) is Outcome.REFUSED
    assert "RUN" not in bench.sent


def test_a_halt_whose_last_readback_is_lost_is_still_confirmed_by_the_first() -> None:
    bench = running()
    bench.pump.lose_reply += ["RAT"] * 3
    bench.submit(1, Halt())
    bench.go(1_500)
    assert bench.outcome(1) is Outcome.CONFIRMED


ACTS = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from([frame("00S"), frame("00A?T"), frame("00I?NA"), frame("00SI0.125W0.000ML"), b"\x02"]),
        st.sampled_from([Halt(), Poll(), RUN, Configure(26_590), Run(1_000_000, 1), Adjust(1_000_000)]),
        st.integers(1, 300),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(ACTS)
def test_whatever_happens_each_command_ends_once_and_a_halt_gets_through(acts: list[object]) -> None:
    bench = WireBench().ready()
    submitted = []
    for n, act in enumerate(acts, 1000):
        if isinstance(act, bytes):
            bench.receive(act)
        elif isinstance(act, int):
            bench.go(act)
        else:
            bench.submit(n, act)
            submitted += [] if isinstance(act, Poll) else [n]
    bench.go(3_000)
    if bench.protocol.phase is not Phase.UP:
        bench.lose("closed")
        bench.open()
    for n in (1, 2, 3, 4):
        bench.submit(n, Halt())
        bench.go(500)
    for n in submitted:
        bench.ended(n)
    assert bench.outcome(4) is Outcome.CONFIRMED
    assert bench.pump.letter in "SP"
