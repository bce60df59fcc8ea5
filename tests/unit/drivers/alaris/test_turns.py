"""The sequences, against the simulator's face on one clock: what is asked, in which order, and what is refused."""

import pytest
from alaris_bench import APPROVAL, BOUND, RUN, SERIAL, SYRINGE_UM, AlarisBench

from drivers.alaris.binding import Binding
from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    Halt,
    LinkUp,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    Run,
)
from hil_sim.pumps.alaris_frames import frame
from hil_sim.pumps.alaris_words import Style

REMOTE = ["REMOTE_CFG^ENABLED^0701", "REMOTE_CTRL^ENABLED^0701"]
LOOK = ["INF_VI", "INF_RATE", "INF"]

STYLES = [
    Style(),
    Style(acknowledges="ok", is_unit_first=True, infusing="RUNNING", stopped="ON HOLD"),
    Style(acknowledges="bare", infusing="STARTED", stopped="Stop", refused="ERROR", volume_decimals=4),
]


@pytest.mark.parametrize("style", STYLES)
def test_a_treatment_is_the_same_however_the_pump_phrases_it(style: Style) -> None:
    bench = AlarisBench(style).infusing()
    bench.poll(4)
    assert bench.reports[-1].motion is Motion.INFUSING
    assert bench.do(Adjust(13_100_000)) is Outcome.CONFIRMED
    assert bench.do(Halt()) is Outcome.CONFIRMED
    assert not bench.pump.is_moving


def test_the_opening_asks_who_is_there_before_anything_is_written() -> None:
    """I12, faults row 21."""
    bench = AlarisBench().opened()
    assert bench.sent == ["INST_SERIALNO", *REMOTE, *LOOK]
    [up] = [event for event in bench.events if isinstance(event, LinkUp)]
    assert (up.identity.model, up.identity.serial) == ("Alaris", SERIAL)
    assert bench.reports[0].watchdog_ms == 15_000


@pytest.mark.parametrize("serial", ["8003-00418", "8003-0041", "8003-004177"])
def test_any_other_serial_number_is_another_pump(serial: str) -> None:
    bench = AlarisBench(bound=Binding(serial, SYRINGE_UM, 1_200_000_000)).opened()
    assert bench.sent == ["INST_SERIALNO"]
    assert [down.is_wrong_pump for down in bench.downs] == [True]


def test_another_serial_number_makes_another_code() -> None:
    bench = AlarisBench(bound=Binding("8003-09999", SYRINGE_UM, 1_200_000_000))
    bench.pump.quirks.version = "8003-09999"
    bench.opened()
    assert bench.downs == []
    assert bench.sent[1].startswith("REMOTE_CFG^ENABLED^")
    assert bench.sent[1] != REMOTE[0]


def test_a_pump_without_remote_control_is_not_up_and_the_reason_is_said() -> None:
    bench = AlarisBench()
    bench.pump.quirks.is_remote_disabled = True
    bench.opened()
    assert not [event for event in bench.events if isinstance(event, LinkUp)]
    assert "REMOTE DISABLED" in bench.downs[0].reason
    assert "2.3.6" in bench.downs[0].reason


def test_a_run_reads_rate_and_counter_between_writing_and_starting() -> None:
    """I14: nothing starts on a number that has not been read back."""
    bench = AlarisBench().ready()
    assert bench.do(RUN) is Outcome.CONFIRMED
    assert bench.sent == [
        *(*REMOTE, *LOOK, "INF_RATE^26.2^ml/h", "INF_VI", "INF_RATE", "INF", "INF_START", *LOOK),
    ]
    assert "this driver, not the pump, halts it" in bench.detail


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (Run(26_250_000, 17_500_000), "tenths of a ml/h"),
        (Run(0, 17_500_000), "tenths of a ml/h"),
        (Run(26_200_000, 4_639), "cannot be watched over"),
        (Run(26_200_000, 0), "cannot be watched over"),
        (Run(26_300_000, 17_500_000), "approved are 26200000 nl/h"),
        (
            Run(26_200_000, 17_500_001),
            "INF_START would start with 17500001 nl, approved are 1 to 17500000 nl",
        ),
    ],
)
def test_a_run_that_cannot_be_right_is_refused_with_the_reason(command: Run, why: str) -> None:
    bench = AlarisBench().ready()
    assert bench.do(command) is Outcome.REFUSED
    assert why in bench.detail
    assert "INF_START" not in bench.sent


def test_after_a_refused_limit_the_next_halt_and_run_are_free_of_it() -> None:
    bench = AlarisBench().ready()
    assert bench.do(Run(26_200_000, 17_500_001)) is Outcome.REFUSED
    assert bench.do(Halt()) is Outcome.CONFIRMED
    assert bench.do(RUN) is Outcome.CONFIRMED


@pytest.mark.parametrize("after_ms", range(0, 40, 3))
def test_a_halt_at_any_moment_of_a_start_stops_and_leaves_no_limit_stated(after_ms: int) -> None:
    """I9."""
    bench = AlarisBench().ready()
    run = bench.submit(RUN)
    bench.go(after_ms)
    assert bench.do(Halt(), 1000) is Outcome.CONFIRMED
    assert not bench.pump.is_moving
    end = bench.end(run)
    assert end is not None
    assert (
        end.outcome is (Outcome.UNKNOWN if "INF_START" in bench.sent else Outcome.NOT_SENT) or after_ms > 35
    )
    bench.protocol.approve(Approval(26_200_000, 1))
    assert bench.poll().downs == []
    assert bench.reports[-1].motion is Motion.HALTED


def test_without_an_approval_nothing_starts() -> None:
    bench = AlarisBench().opened()
    assert bench.do(Configure(SYRINGE_UM)) is Outcome.CONFIRMED
    assert bench.do(RUN) is Outcome.REFUSED
    assert not bench.pump.is_moving


def test_a_running_pump_is_not_run_and_a_standing_one_not_adjusted() -> None:
    bench = AlarisBench().infusing()
    assert bench.do(RUN) is Outcome.REFUSED
    assert bench.do(Halt()) is Outcome.CONFIRMED
    assert bench.do(Adjust(13_100_000)) is Outcome.REFUSED
    assert not bench.pump.is_moving


def test_another_syringe_is_refused_because_nobody_can_set_it() -> None:
    bench = AlarisBench().ready()
    assert bench.do(Configure(21_590)) is Outcome.REFUSED
    assert bench.sent == []
    assert "26590 um" in bench.detail


def test_a_counter_that_is_coarser_than_bound_is_refused() -> None:
    bench = AlarisBench(Style(volume_decimals=1)).opened()
    bench.protocol.approve(APPROVAL)
    assert bench.do(Configure(SYRINGE_UM)) is Outcome.REFUSED
    assert "steps of 100000 nl" in bench.detail
    assert bench.do(RUN) is Outcome.REFUSED


def test_a_counter_of_tenths_is_watched_one_whole_step_earlier() -> None:
    bound = Binding(SERIAL, SYRINGE_UM, 1_200_000_000, 100_000)
    bench = AlarisBench(Style(volume_decimals=1), bound).infusing(Run(26_200_000, 300_000))
    while bench.pump.is_moving:
        bench.poll()
    assert 150_000 < bench.pump.motor.infused_nl <= 300_000


def test_a_poll_renews_one_half_of_remote_control_and_the_next_the_other() -> None:
    bench = AlarisBench().infusing()
    bench.poll(2)
    assert bench.sent == [*LOOK, REMOTE[1], *LOOK, REMOTE[0]]


def test_a_poll_whose_renewal_is_lost_has_told_what_it_read() -> None:
    bench = AlarisBench().infusing()
    bench.mute_after = [REMOTE[1]]
    bench.poll(1, every_ms=600)
    assert [report.motion for report in bench.reports] == [Motion.INFUSING]
    assert bench.downs == []


def test_control_lost_while_polled_is_taken_back_by_the_next_polls() -> None:
    bench = AlarisBench().infusing()
    bench.go(5_000)
    bench.poll(3)
    assert bench.forget().do(Halt()) is Outcome.CONFIRMED
    assert bench.sent[:2] == ["INF_STOP", "INF"]


def test_a_halt_without_control_takes_it_and_stops_in_the_same_turn() -> None:
    bench = AlarisBench().infusing()
    bench.go(5_000)
    assert bench.do(Halt(), 200) is Outcome.CONFIRMED
    assert bench.sent == ["INF_STOP", "INF", *REMOTE, "INF_STOP", "INF", *LOOK]


def test_a_halt_that_is_not_obeyed_is_never_called_done() -> None:
    """I10, faults rows 3, 4."""
    bench = AlarisBench().infusing()
    bench.pump.quirks.stop = "ignored_honest"
    assert bench.do(Halt()) is Outcome.REFUSED
    assert bench.sent.count("INF_STOP") == 3
    assert "INF^INFUSING" in bench.detail


@pytest.mark.parametrize("lost", ["deaf_to", "mute_after"])
def test_a_stop_whose_answer_stays_away_is_settled_in_its_own_turn(lost: str) -> None:
    """Faults rows 1, 2."""
    bench = AlarisBench().infusing()
    getattr(bench, lost).append("INF_STOP")
    assert bench.do(Halt(), 1000) is Outcome.CONFIRMED
    assert not bench.pump.is_moving


def test_the_limit_halts_at_a_poll_and_no_poll_means_no_limit() -> None:
    bench = AlarisBench().infusing(Run(26_200_000, 20_000))
    while bench.pump.is_moving:
        bench.poll()
    assert 13_000 < bench.pump.motor.infused_nl <= 20_000
    assert bench.reports[-1].motion is Motion.HALTED


def test_a_stop_at_the_limit_that_is_lost_is_said_again_at_the_next_poll() -> None:
    bench = AlarisBench().infusing(Run(26_200_000, 20_000))
    bench.deaf_to = ["INF_STOP"]
    while bench.pump.is_moving:
        bench.poll(1, every_ms=500)
    assert bench.sent.count("INF_STOP") == 2
    assert bench.pump.motor.infused_nl <= 20_000 + 26_200_000 * 500 // 3_600_000


def test_a_counter_cleared_during_the_run_halts_it() -> None:
    """Faults row 12: the limit has nothing left to count with."""
    bench = AlarisBench().infusing()
    bench.poll(8)
    bench.pump.clear_counters()
    bench.poll()
    assert not bench.pump.is_moving


def test_the_watchdog_is_told_as_absent_for_what_was_not_started_from_here() -> None:
    """facts/protocols.md 5: "if the infusion was started over serial"."""
    bench = AlarisBench().infusing()
    assert bench.poll().reports[-1].watchdog_ms == 15_000
    bench.pump.press_stop()
    bench.poll()
    bench.pump.press_run()
    assert bench.poll().reports[-1].watchdog_ms == 0
    bench.pump.turn_rate(bench.pump.motor.rate_ml_h / 2)
    assert bench.do(Adjust(26_200_000)) is Outcome.REFUSED
    assert bench.do(Adjust(10_000_000)) is Outcome.CONFIRMED


def test_no_run_goes_over_an_alarm() -> None:
    bench = AlarisBench().infusing()
    bench.until(lambda: not bench.pump.is_moving, 15_100)
    bench.poll()
    assert bench.reports[-1].alarms == (PumpAlarm.HOST_SILENT,)
    assert bench.do(RUN) is Outcome.REFUSED
    assert "INF_START" not in bench.sent
    assert bench.do(Halt()) is Outcome.CONFIRMED


def test_a_state_that_cannot_be_read_is_refused_in_the_pumps_own_words() -> None:
    bench = AlarisBench(Style(stopped="GEREED")).opened()
    assert bench.downs[0].reason == "the pump's state cannot be read from INF^GEREED"


@pytest.mark.parametrize(
    ("said", "instead", "why"),
    [
        ("INF_VI^0.000^ml", "INF_VI^0.000", "no volume in ml"),
        ("INF_RATE^0.0^ml/h", "INF_RATE^0.0^ml/min", "no rate in ml/h"),
        ("INF_RATE^0.0^ml/h", "INF_RATE^INVALID", "was answered INF_RATE^INVALID"),
    ],
)
def test_a_number_that_cannot_be_read_keeps_the_line_down(said: str, instead: str, why: str) -> None:
    bench = AlarisBench()
    bench.between = lambda answer: answer.replace(frame(said), frame(instead))
    bench.opened()
    assert why in bench.downs[0].reason


def test_a_rate_acknowledged_and_not_taken_starts_nothing_and_changes_nothing() -> None:
    """Faults row 5."""
    bench = AlarisBench().infusing()
    bench.pump.quirks.is_rate_ignored = True
    assert bench.do(Adjust(13_100_000)) is Outcome.REFUSED
    assert bench.do(Halt()) is Outcome.CONFIRMED
    bench.pump.turn_rate(bench.pump.motor.rate_ml_h * 2)
    assert bench.do(RUN) is Outcome.REFUSED
    assert "reads back 52400000 nl/h" in bench.detail
    assert not bench.pump.is_moving


def test_an_answer_to_a_write_that_comes_twice_is_no_readback() -> None:
    """Faults row 26: between a rate and its readback stands another question."""
    bench = AlarisBench().infusing()
    bench.pump.quirks.is_rate_ignored = True
    echo = frame("INF_RATE^13.1^ml/h")
    bench.between = lambda answer: answer * 2 if answer == echo else answer
    assert bench.do(Adjust(13_100_000)) is Outcome.REFUSED


def test_a_pump_exchanged_while_it_stands_is_found_out_by_its_code() -> None:
    bench = AlarisBench().ready()
    bench.pump.quirks.version = "8003-09999"
    bench.submit(RUN)
    bench.go(50)
    assert [down.is_wrong_pump for down in bench.downs] == [True]
    assert "INF_RATE^26.2^ml/h" not in bench.sent


def test_remote_control_taken_away_while_it_runs_is_told_and_the_polls_go_on() -> None:
    bench = AlarisBench().infusing()
    bench.pump.quirks.is_remote_disabled = True
    bench.poll(4)
    assert len(bench.reports) == 4
    assert bench.downs == []
    assert bench.do(Adjust(13_100_000)) is Outcome.REFUSED
    assert bench.do(Halt()) is Outcome.REFUSED


def test_a_power_cut_is_told_as_a_pump_at_rest_whose_counter_has_fallen() -> None:
    """Faults row 6: the family has no word for it that is known."""
    bench = AlarisBench().infusing()
    bench.poll(4)
    bench.pump.cut_power(bench.now, 100.0)
    bench.poll(8)
    assert (bench.reports[-1].motion, bench.reports[-1].infused_nl) == (Motion.HALTED, 0)
    assert bench.do(RUN) is Outcome.CONFIRMED


def test_the_readback_after_a_loss_writes_nothing() -> None:
    bench = AlarisBench().ready()
    bench.mute_after = ["INF_START"]
    assert bench.do(RUN) is Outcome.UNKNOWN
    started = bench.sent.index("INF_START")
    bench.go(300)
    assert set(bench.sent[started + 1 :]) <= {"INST_SERIALNO", *LOOK}
    assert bench.reports[-1].motion is Motion.INFUSING
    assert bench.sent.count("INF_START") == 1


def test_nothing_is_said_unless_the_caller_asks() -> None:
    """Design law 7."""
    bench = AlarisBench().infusing()
    bench.go(10_000)
    assert bench.sent == []


def test_the_limit_still_holds_after_the_line_was_lost_and_came_back() -> None:
    bench = AlarisBench().infusing(Run(26_200_000, 40_000))
    bench.protocol.lost("unplugged", bench.now)
    bench.go(1_000)
    bench.forget().opened()
    bench.protocol.approve(APPROVAL)
    while bench.pump.is_moving:
        bench.poll()
    assert bench.pump.motor.infused_nl <= 40_000
    assert bench.submit(Poll())


def test_a_rate_turned_at_the_keypad_in_the_middle_of_a_change_is_unknown() -> None:
    """Faults row 15."""
    bench = AlarisBench().infusing()
    order = "INF_RATE^13.1^ml/h"
    bench.between = lambda answer: bench.turn(20) or answer if answer == frame(order) else answer
    assert bench.do(Adjust(13_100_000)) is Outcome.UNKNOWN
    assert "reads back 20000000 nl/h" in bench.detail


def test_a_stop_at_the_keypad_in_the_middle_of_a_change_is_unknown() -> None:
    bench = AlarisBench().infusing()
    bench.between = lambda answer: bench.press_stop() or answer if b"!INF_RATE^13.1" in answer else answer
    assert bench.do(Adjust(13_100_000)) is Outcome.UNKNOWN
    assert "says halted after its rate was changed" in bench.detail


def test_a_start_at_the_keypad_in_the_middle_of_ours_is_not_started_over() -> None:
    bench = AlarisBench().ready()
    bench.between = lambda answer: bench.press_run() or answer if b"!INF_RATE^26.2" in answer else answer
    assert bench.do(RUN) is Outcome.REFUSED
    assert "says infusing before it was started" in bench.detail
    assert "INF_START" not in bench.sent


@pytest.mark.parametrize(("act", "why"), [("press_stop", "says halted"), ("turn", "runs with 20000000 nl/h")])
def test_a_hand_at_the_pump_in_the_moment_of_a_start_makes_it_unknown(act: str, why: str) -> None:
    bench = AlarisBench().ready()
    hand = bench.press_stop if act == "press_stop" else lambda: bench.turn(20)
    bench.between = lambda answer: hand() or answer if b"!INF_START" in answer else answer
    assert bench.do(RUN) is Outcome.UNKNOWN
    assert why in bench.detail


def test_the_bench_is_bound_to_the_pump_it_has() -> None:
    assert BOUND.serial == SERIAL
