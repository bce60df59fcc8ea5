"""Several pumps on one line: one exchange at a time, halts first, nobody starved, each pump its own gate, queue and
events."""

import itertools

import pytest
from chain_bench import ChainBench
from contract.fake_new_era import frame
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Run,
)
from drivers.line.exchange import EXCHANGE_MS
from drivers.line.phase import Phase
from drivers.line.shared import REOPEN_FIRST_MS, REOPEN_MAX_MS, SILENCE_SLACK_MS

RUN = Run(26_250_000, 17_500_000)
LEASE_MS = 2000


def running() -> ChainBench:
    bench = ChainBench().ready()
    for pump in (1, 2):
        bench.submit(pump, 1, RUN)
    bench.go(400)
    assert [bench.outcome(pump, 1) for pump in (1, 2)] == [Outcome.CONFIRMED] * 2
    return bench.forget()


def test_both_pumps_come_up_each_with_its_own_identity() -> None:
    bench = ChainBench().open()
    for pump in (1, 2):
        [up] = [event for event in bench.events[pump] if isinstance(event, LinkUp)]
        assert up.identity.address == pump
        assert len(bench.reports(pump)) == 1


def test_never_are_two_questions_on_the_wire() -> None:
    """Each answer takes 5 ms; no frame leaves sooner than that after another."""
    bench = running()
    for n in range(2, 12):
        for pump in (1, 2):
            bench.submit(pump, n, Poll())
        bench.go(100)
    times = [at for at, _, _ in bench.wire]
    assert len(times) > 40
    assert all(later - earlier >= 5 for earlier, later in itertools.pairwise(times))


def test_the_pumps_take_turns() -> None:
    bench = running()
    for pump in (1, 2):
        bench.submit(pump, 2, Poll())
    bench.go(100)
    assert [(whose, word) for _, whose, word in bench.wire] == [
        (1, "DIS"),
        (2, "DIS"),
        (1, "RAT"),
        (2, "RAT"),
    ]


@pytest.mark.parametrize("elapsed_ms", [0, 50, 199])
def test_a_halt_for_one_pump_leaves_as_soon_as_the_others_hung_exchange_is_over(elapsed_ms: int) -> None:
    """I9, T_q: 200 ms at most, whoever hangs and whatever waits."""
    bench = running()
    bench.pumps[1].is_mute = True
    bench.submit(1, 2, Poll())
    bench.submit(1, 3, Adjust(1_000_000))
    bench.submit(2, 2, Adjust(1_000_000))
    bench.go(elapsed_ms)
    asked = bench.now
    bench.submit(2, 3, Halt())
    bench.go(EXCHANGE_MS)
    [(at, word)] = bench.sent(2)[:1]
    assert (at - asked, word) == (EXCHANGE_MS - elapsed_ms, "STP")
    assert bench.outcome(2, 2) is Outcome.NOT_SENT
    bench.go(100)
    assert bench.outcome(2, 3) is Outcome.CONFIRMED
    assert bench.pumps[2].letter in "SP"


def test_a_halt_goes_before_what_another_pump_has_waited_longer_for() -> None:
    bench = running()
    for n in range(2, 5):
        bench.submit(1, n, Adjust(n * 1_000_000))
    bench.submit(2, 2, Halt())
    bench.go(30)
    assert [whose for _, whose, _ in bench.wire][:2] == [1, 2]
    assert bench.wire[1][2] == "STP"


@pytest.mark.parametrize(("speaking", "halted"), [(1, 2), (2, 1)])
def test_a_halt_that_waits_for_anothers_answer_leaves_in_the_stack_that_read_it(
    speaking: int, halted: int
) -> None:
    """Not at the next timer."""
    bench = running()
    bench.submit(speaking, 2, Poll())
    asked = bench.now
    bench.submit(halted, 2, Halt())
    bench.hear(frame(f"0{speaking}II0.125W0.000ML"))
    assert bench.wire == [(asked, speaking, "DIS"), (asked, halted, "STP")]


def test_a_halt_drops_its_own_pumps_work_and_no_other() -> None:
    bench = running()
    bench.submit(1, 2, Adjust(13_120_000))
    bench.submit(2, 2, Adjust(13_120_000))
    bench.submit(2, 3, Halt())
    bench.go(200)
    assert bench.outcome(1, 2) is Outcome.CONFIRMED
    assert (bench.outcome(2, 2), bench.outcome(2, 3)) == (Outcome.NOT_SENT, Outcome.CONFIRMED)
    assert (bench.pumps[1].letter, bench.pumps[2].letter) == ("I", "P")


def test_two_halts_at_once_both_leave_one_after_the_other() -> None:
    bench = running()
    bench.pumps[1].is_mute = True
    bench.submit(1, 2, Halt())
    bench.submit(2, 2, Halt())
    bench.go(300)
    assert bench.sent(1)[0][1] == bench.sent(2)[0][1] == "STP"
    assert bench.sent(2)[0][0] - bench.sent(1)[0][0] == EXCHANGE_MS
    assert bench.outcome(2, 2) is Outcome.CONFIRMED


def test_a_repetition_after_an_alarm_gives_way_to_a_neighbours_halt() -> None:
    bench = running()
    bench.pumps[1].letter = "S"
    bench.pumps[1].alarm = "S"
    bench.submit(1, 2, Poll())
    bench.submit(2, 2, Halt())
    bench.go(300)
    assert [(whose, word) for _, whose, word in bench.wire][:2] == [(1, "DIS"), (2, "STP")]
    assert bench.outcome(2, 2) is Outcome.CONFIRMED
    assert bench.reports(1)[-1].report.alarms == (PumpAlarm.STALL,)


def test_an_approval_holds_for_its_own_pump_alone() -> None:
    bench = ChainBench().open()
    bench.seats[1].protocol.approve(Approval(26_250_000, 17_500_000))
    bench.forget()
    for pump in (1, 2):
        bench.submit(pump, 1, RUN)
    bench.go(400)
    assert (bench.outcome(1, 1), bench.outcome(2, 1)) == (Outcome.CONFIRMED, Outcome.REFUSED)
    assert bench.pumps[2].letter == "S"


def test_an_unasked_alarm_is_heard_by_its_own_pump_in_the_middle_of_anothers_question() -> None:
    """Faults rows 10, 31."""
    bench = running()
    bench.pumps[2].letter, bench.pumps[2].alarm = "S", "S"
    bench.submit(1, 2, Poll())
    bench.go(1)
    bench.hear(frame("02A?S"))
    bench.go(200)
    assert [one.report.alarms for one in bench.reports(1)] == [()]
    assert [one.report.alarms for one in bench.reports(2)] == [(PumpAlarm.STALL,)]
    assert bench.reports(2)[0].report.motion is Motion.HALTED


def test_a_dead_address_does_not_starve_its_neighbour() -> None:
    """Every exchange is bounded, and in the quiet after it the neighbour has the line for itself."""
    bench = running()
    bench.pumps[1].is_mute = True
    told: list[int] = []
    for n in range(2, 82):
        before = len(bench.reports(2))
        for pump in (1, 2):
            bench.submit(pump, n, Poll())
        bench.go(250)
        told += [bench.now] * (len(bench.reports(2)) - before)
    gaps = [later - earlier for earlier, later in itertools.pairwise(told)]
    assert max(gaps) <= 750
    assert bench.pumps[2].letter == "I"
    assert [type(event) for event in bench.events[2] if isinstance(event, LinkDown)] == []
    assert any(isinstance(event, LinkDown) for event in bench.events[1])


def test_a_pump_that_falls_silent_is_known_to_be_so_within_its_lease() -> None:
    """Faults row 38, beside a neighbour that keeps the line busy."""
    bench = running()
    bench.pumps[1].is_mute = True
    start = bench.now
    while not any(isinstance(event, LinkDown) for event in bench.events[1]):
        assert bench.now - start <= LEASE_MS
        for pump in (1, 2):
            bench.submit(pump, 2, Poll())
        bench.go(50)


def test_a_silent_pump_is_left_alone_until_its_lease_is_over_while_the_other_goes_on() -> None:
    bench = running()
    bench.pumps[1].is_mute = True
    bench.submit(1, 2, Poll())
    bench.go(1500)
    given_up = bench.now
    assert bench.seats[1].protocol.phase is Phase.OVER
    bench.forget()
    bench.go(LEASE_MS + SILENCE_SLACK_MS + 50)
    first = bench.sent(1)[0]
    assert first[1] == "SAF2"
    assert first[0] - given_up > LEASE_MS
    assert not bench.line.is_over


def test_a_pump_that_comes_back_comes_up_again_while_the_other_never_noticed() -> None:
    """Faults row 20."""
    bench = running()
    bench.pumps[1].is_mute = True
    bench.submit(1, 2, Poll())
    bench.go(1500)
    bench.pumps[1].is_mute = False
    bench.go(LEASE_MS + SILENCE_SLACK_MS + 500)
    assert [type(e).__name__ for e in bench.events[1] if isinstance(e, LinkUp | LinkDown)] == [
        "LinkDown",
        "LinkUp",
    ]
    assert not [e for e in bench.events[2] if isinstance(e, LinkDown)]


def test_a_wrong_pump_at_one_address_is_told_nothing_and_the_other_is_served() -> None:
    """Faults row 21."""
    bench = ChainBench("NE500", "NE1000").open(REOPEN_MAX_MS - 100)
    assert bench.seats[2].protocol.phase is Phase.UP
    assert [word for _, word in bench.sent(1)] == ["SAF2", "VER"]
    [down] = bench.events[1]
    assert isinstance(down, LinkDown)
    assert down.is_wrong_pump


def test_only_when_no_pump_is_left_is_the_line_over() -> None:
    bench = running()
    bench.pumps[1].is_mute = bench.pumps[2].is_mute = True
    for pump in (1, 2):
        bench.submit(pump, 2, Poll())
    bench.go(3500)
    assert bench.line.is_over
    assert bench.line.take_pause_ms() == LEASE_MS + SILENCE_SLACK_MS


def test_a_lost_port_is_lost_for_all_and_opened_again_soon() -> None:
    """Faults row 19."""
    bench = running()
    bench.submit(1, 2, Adjust(1_000_000))
    bench.turn(lambda: bench.line.lost("unplugged", bench.now))
    assert bench.outcome(1, 2) is Outcome.NOT_SENT
    assert [type(bench.events[pump][-1]) for pump in (1, 2)] == [LinkDown] * 2
    assert bench.line.next_deadline() is None
    assert bench.line.take_pause_ms() == REOPEN_FIRST_MS
    assert bench.line.take_pause_ms() == 2 * REOPEN_FIRST_MS


def test_who_leaves_ends_alone() -> None:
    bench = running()
    bench.submit(1, 2, Adjust(1_000_000))
    bench.turn(lambda: bench.line.leave(bench.seats[1], "the driver was stopped", bench.now))
    bench.submit(2, 2, Halt())
    bench.go(EXCHANGE_MS + 100)
    assert isinstance(bench.events[1][-1], LinkDown)
    assert bench.outcome(2, 2) is Outcome.CONFIRMED
    bench.turn(lambda: bench.line.take(bench.seats[1], bench.now))
    bench.go(300)
    assert bench.seats[1].protocol.phase is Phase.UP


@pytest.mark.parametrize("port_words", ["", "this port is set to 9600 baud, 8N1"])
def test_whom_nobody_answers_reads_what_the_port_is_set_to(port_words: str) -> None:
    """Faults row 28: a pump at another speed looks like none."""
    bench = ChainBench()
    bench.line._settings = port_words
    bench.pumps[1].is_mute = True
    bench.open(2_000)
    [down] = [event for event in bench.events[1] if isinstance(event, LinkDown)]
    assert "baud rate" in down.reason
    assert down.reason.endswith(port_words)
    bench.turn(lambda: bench.line.lost("unplugged", bench.now))
    assert [event.reason for event in bench.events[2] if isinstance(event, LinkDown)] == ["unplugged"]


ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([1, 2]),
            st.sampled_from([Halt(), Poll(), RUN, Adjust(1_000_000), Configure(26_590)]),
        ),
        st.tuples(st.sampled_from([1, 2]), st.sampled_from(["mute", "heal", "lose"])),
        st.integers(1, 300),
        st.sampled_from([frame("01S"), frame("02A?T"), b"\x02", frame("01I?NA")]),
    ),
    max_size=20,
)


@settings(max_examples=40)
@given(ACTS)
def test_whatever_happens_each_command_ends_once_and_both_halts_get_through(acts: list[object]) -> None:
    bench = ChainBench().ready()
    submitted: list[tuple[int, int]] = []
    for n, act in enumerate(acts, 1000):
        match act:
            case bytes():
                bench.hear(act)
            case int():
                bench.go(act)
            case (int(pump), str(fault)):
                bench.pumps[pump].is_mute = fault == "mute"
                bench.pumps[pump].lose_reply += ["DIS"] if fault == "lose" else []
            case (int(pump), command):
                bench.submit(pump, n, command)
                submitted += [] if isinstance(command, Poll) else [(pump, n)]
    for pump in (1, 2):
        bench.pumps[pump].is_mute = False
    bench.go(6000)
    for n in (1, 2, 3, 4):
        for pump in (1, 2):
            bench.submit(pump, n, Halt())
        bench.go(500)
    for pump, n in submitted:
        ends = [e for e in bench.events[pump] if isinstance(e, Ended) and e.command_id == n]
        assert len(ends) == 1
    if not bench.line.is_over:
        assert [bench.outcome(pump, 4) for pump in (1, 2)] == [Outcome.CONFIRMED] * 2
        assert {bench.pumps[pump].letter for pump in (1, 2)} <= {"S", "P"}
