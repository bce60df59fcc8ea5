"""Modbus turns against the simulator's pump: written little, read back all, halted whatever happens."""

import pytest
from modbus_bench import CHONRY, DEFAULT, NARROW, RESUMING, ModbusBench

from drivers.contract import (
    Adjust,
    Configure,
    Halt,
    LinkDown,
    LinkUp,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    Run,
)
from drivers.line.turns import Refused
from drivers.modbus.binding import Binding
from drivers.modbus.turns import Pulse

RUN = Run(26_250_000, 17_500_000)
KINDS = [(DEFAULT, False), (DEFAULT, True), (NARROW, False), (NARROW, True)]


@pytest.fixture(params=KINDS, ids=["rtu", "tcp", "narrow-rtu", "narrow-tcp"])
def bench(request: pytest.FixtureRequest) -> ModbusBench:
    text, is_tcp = request.param
    made = ModbusBench(text, is_tcp=is_tcp).ready()
    assert made.do(90, Configure(26_590)) is Outcome.CONFIRMED
    return made.forget()


def infusing(bench: ModbusBench) -> ModbusBench:
    assert bench.do(91, RUN) is Outcome.CONFIRMED
    return bench.forget()


def test_the_opening_reads_who_it_is_first_and_arms_the_watchdog() -> None:
    bench = ModbusBench().open()
    assert bench.sent[0] == "IDENTITY"
    assert bench.sent.count("WATCHDOG") == 1
    [up] = [e for e in bench.events if isinstance(e, LinkUp)]
    assert (up.identity.model, up.identity.firmware, up.identity.serial) == ("PUMPD-1", "1.2", "40217")
    assert bench.reports[0].watchdog_ms == 2000
    assert bench.reports[0].alarms == (PumpAlarm.RESET,)


@pytest.mark.parametrize(
    "binding", [Binding("PUMPD-2"), Binding("PUMPD-1", serial="7"), Binding("PUMPD-1", firmware="2.")]
)
def test_a_stranger_is_told_nothing_but_identity(binding: Binding) -> None:
    """Faults row 21."""
    bench = ModbusBench(binding=binding).open()
    assert bench.sent == ["IDENTITY"]
    [down] = [e for e in bench.events if isinstance(e, LinkDown)]
    assert down.is_wrong_pump
    assert "40217" in down.reason


def test_a_run_is_read_back_before_it_starts(bench: ModbusBench) -> None:
    assert bench.do(1, RUN) is Outcome.CONFIRMED
    start = bench.sent.index("RUN")
    written = [word for word in bench.sent[:start] if word in ("RATE", "VOLUME_TARGET")]
    assert written == ["VOLUME_TARGET", "RATE"]
    assert all(word.startswith("READ_") for word in bench.sent[start - 2 : start])
    assert bench.pump.is_moving
    assert bench.pump.memory.target_nl == pytest.approx(17_500_000)


def test_settings_that_agree_are_not_written_again(bench: ModbusBench) -> None:
    assert bench.do(1, Configure(26_590)) is Outcome.CONFIRMED
    assert not {"DIAMETER", "WATCHDOG", "DIRECTION", "ALARM_RESET"} & set(bench.sent)


def test_the_rate_is_changed_by_one_request_and_read_back(bench: ModbusBench) -> None:
    infusing(bench)
    assert bench.do(1, Adjust(13_120_000)) is Outcome.CONFIRMED
    assert bench.sent.count("RATE") == 1
    assert bench.reports[-1].rate_nl_h == 13_120_000


def test_only_a_resting_pump_is_started_and_only_a_running_one_changed(bench: ModbusBench) -> None:
    assert bench.do(1, Adjust(13_120_000)) is Outcome.REFUSED
    infusing(bench)
    assert bench.do(2, RUN) is Outcome.REFUSED
    assert bench.do(3, Configure(26_590)) is Outcome.REFUSED


@pytest.mark.parametrize("run", [Run(26_250_001, 10**6), Run(26_250_000, 999), Run(0, 10**6)])
def test_what_cannot_be_said_exactly_is_refused(bench: ModbusBench, run: Run) -> None:
    assert bench.do(1, run) is Outcome.REFUSED
    assert not {"RATE", "RUN"} & set(bench.sent)


def test_a_rate_acknowledged_and_not_taken_is_not_believed(bench: ModbusBench) -> None:
    """Faults row 35."""
    bench.pump.quirks.is_rate_ignored = True
    assert bench.do(1, RUN) is Outcome.REFUSED
    assert "rate reads back 0" in bench.ended(1).detail
    assert "RUN" not in bench.sent


@pytest.mark.parametrize("code", [1, 2, 3, 4, 6])
def test_an_exception_is_a_refusal_in_words(bench: ModbusBench, code: int) -> None:
    """Faults row 34."""
    bench.pump.quirks.exception, bench.pump.quirks.exception_word = code, "RATE"
    assert bench.do(1, RUN) is Outcome.REFUSED
    assert f"exception {code}" in bench.ended(1).detail


@pytest.mark.parametrize("code", [5, 10, 11])
def test_an_exception_that_leaves_it_open_is_unknown(bench: ModbusBench, code: int) -> None:
    bench.pump.quirks.exception, bench.pump.quirks.exception_word = code, "RUN"
    assert bench.do(1, RUN) is Outcome.UNKNOWN


def test_a_start_refused_by_the_pump_is_refused_and_read_back(bench: ModbusBench) -> None:
    bench.pump.quirks.exception, bench.pump.quirks.exception_word = 4, "RUN"
    assert bench.do(1, RUN) is Outcome.REFUSED
    assert bench.reports[-1].motion is Motion.HALTED


def test_a_halt_whose_answer_or_request_is_lost_still_halts(bench: ModbusBench) -> None:
    """Faults rows 1 and 2; T_s = 1 s."""
    infusing(bench).mute_on.append("STOP")
    assert bench.do(1, Halt(), 1000) is Outcome.CONFIRMED
    bench.forget()
    infusing(bench).deaf_to.append("STOP")
    assert bench.do(2, Halt(), 1000) is Outcome.CONFIRMED
    assert not bench.pump.is_moving


@pytest.mark.parametrize("quirk", ["refused_na", "refused_com", "ignored_honest"])
def test_a_pump_that_does_not_stop_is_never_called_halted(bench: ModbusBench, quirk: str) -> None:
    """Faults rows 3 and 4."""
    infusing(bench).pump.quirks.stop = quirk  # type: ignore[assignment]
    assert bench.do(1, Halt(), 1000) is Outcome.REFUSED
    assert bench.sent.count("STOP") == 3


def test_with_a_hung_poll_the_stop_is_on_the_wire_in_200_ms(bench: ModbusBench) -> None:
    """Faults F1, row 36: pymodbus's own client took 11.92 s."""
    infusing(bench).deaf_to += ["READ_HOLDING", "READ_INPUT"]
    began = bench.now
    bench.submit(0, Poll())
    bench.submit(1, Halt())
    bench.go(1000)
    assert next(at for at, word in bench.words if word == "STOP") - began <= 200
    assert bench.outcome(1) is Outcome.CONFIRMED


def test_a_late_answer_is_never_taken_for_another(bench: ModbusBench) -> None:
    """Faults F2, row 32: it comes while the next question is out, and after a doubt the pump first says who it is."""
    has_inputs = 4 in bench.layout.functions
    infusing(bench).late_on["READ_INPUT" if has_inputs else "READ_HOLDING"] = 230
    bench.submit(0, Poll())
    bench.go(700)
    assert "IDENTITY" in bench.sent
    counters = [report.infused_nl for report in bench.reports]
    assert counters == sorted(counters)
    assert all(report.motion is Motion.INFUSING for report in bench.reports)


def test_a_lost_start_is_unknown_and_sent_once(bench: ModbusBench) -> None:
    """Faults F3, row 37."""
    bench.mute_on.append("RUN")
    assert bench.do(1, RUN, 1200) is Outcome.UNKNOWN
    assert bench.sent.count("RUN") == 1
    assert bench.reports[-1].motion is Motion.INFUSING


def test_when_the_caller_falls_silent_the_pump_stands_and_says_why(bench: ModbusBench) -> None:
    """Design law 7; the alarm is told once, reset with the next start, and the start succeeds."""
    infusing(bench).go(2100)
    assert not bench.pump.is_moving
    bench.submit(0, Poll())
    bench.go(100)
    bench.submit(0, Poll())
    bench.go(100)
    assert [report.alarms for report in bench.reports] == [(PumpAlarm.HOST_SILENT,), ()]
    assert bench.do(1, RUN) is Outcome.CONFIRMED
    assert "ALARM_RESET" in bench.sent


def test_a_new_alarm_ends_a_run_under_way(bench: ModbusBench) -> None:
    """Faults row 10."""
    bench.submit(1, RUN)
    bench.go(3)
    bench.pump.motor.alarms.add("stall")
    bench.go(600)
    assert bench.outcome(1) is Outcome.REFUSED
    assert "RUN" not in bench.sent
    assert bench.reports[-1].alarms == (PumpAlarm.STALL,)


def test_an_answer_out_of_somebodys_memory_is_not_believed(bench: ModbusBench) -> None:
    """Faults row 39: the heartbeat stands still."""
    infusing(bench)
    bench.submit(0, Poll())
    bench.go(100)
    bench.pump.quirks.frozen = {}
    for _ in range(3):
        bench.submit(0, Poll())
        bench.go(100)
    assert len(bench.reports) == 2  # the honest one, and the first of the frozen ones


def test_a_halt_is_not_proven_by_a_frozen_answer(bench: ModbusBench) -> None:
    bench.pump.quirks.frozen = {}
    bench.submit(0, Poll())
    bench.go(100)
    bench.pump.motor.is_running = True
    bench.pump.quirks.stop = "ignored_honest"
    assert bench.do(1, Halt(), 1000) is not Outcome.CONFIRMED


def test_a_withdrawing_pump_is_not_started(bench: ModbusBench) -> None:
    bench.submit(1, RUN)
    bench.pump.memory.direction, bench.pump.motor.is_withdrawing = 1, True
    bench.go(600)
    assert bench.outcome(1) is Outcome.REFUSED
    assert "direction" in bench.ended(1).detail


def test_a_pump_that_resumes_is_halted_before_it_is_asked_anything() -> None:
    """facts/protocols.md 6, ProMinent."""
    bench = ModbusBench(RESUMING).ready()
    bench.do(90, Configure(26_590))
    infusing(bench).lose()
    bench.go(3000)
    assert not bench.pump.is_moving  # its own watchdog
    bench.forget().open()
    assert bench.sent[0] == "STOP"
    assert not bench.pump.is_moving
    assert bench.reports[-1].motion is Motion.HALTED


def test_left_alone_on_an_open_line_it_is_halted_first_as_well() -> None:
    bench = ModbusBench(RESUMING).ready()
    bench.do(90, Configure(26_590))
    infusing(bench).go(2500)
    bench.submit(0, Poll())
    bench.go(200)
    assert bench.sent[0] == "STOP"
    assert bench.reports[-1].motion is Motion.HALTED
    assert not bench.pump.is_moving


def test_without_the_flag_such_a_pump_would_have_gone_on() -> None:
    """So the two tests above can fail."""
    bench = ModbusBench().ready()
    bench.pump.quirks.has_self_restart = True
    bench.do(90, Configure(26_590))
    infusing(bench).go(2500)
    bench.submit(0, Poll())
    bench.go(200)
    assert bench.pump.is_moving


def test_a_device_without_limit_and_counter_is_read_and_halted_and_never_run() -> None:
    bench = ModbusBench(CHONRY).ready()
    assert bench.pump.memory.is_enabled
    assert bench.do(1, RUN) is Outcome.REFUSED
    assert "no volume limit and no volume counter" in bench.ended(1).detail
    bench.pump.memory.rate_nl_h = 60_000_000.0
    bench.pump.motor.alarms.clear()
    bench.pump.motor.is_running = True
    bench.submit(0, Poll())
    bench.go(100)
    assert (bench.reports[-1].motion, bench.reports[-1].rate_nl_h) == (Motion.INFUSING, 60_000_000)
    assert bench.do(2, Halt()) is Outcome.CONFIRMED
    assert not bench.pump.is_moving


def test_a_device_that_forgot_remote_control_is_enabled_again_to_be_halted() -> None:
    bench = ModbusBench(CHONRY).ready()
    bench.pump.memory.rate_nl_h, bench.pump.motor.is_running = 60_000_000.0, True
    bench.pump.memory.is_enabled = False
    assert bench.do(1, Halt(), 1000) is Outcome.CONFIRMED


def test_a_counter_torn_once_is_read_again_and_nobody_hears_of_it(bench: ModbusBench) -> None:
    """Faults row 40: one word of another moment makes the volume leap by 6.55 mL; the next reading does not."""
    infusing(bench)
    bench.submit(0, Poll())
    bench.go(200)
    true_nl = bench.reports[-1].infused_nl
    bench.pump.quirks.is_torn, bench.pump.quirks.torn_left = True, 1
    bench.submit(0, Poll())
    bench.go(200)
    assert bench.pump.quirks.torn_left == 0
    assert true_nl <= bench.reports[-1].infused_nl <= true_nl + 10_000


def test_a_counter_that_leaps_twice_is_believed(bench: ModbusBench) -> None:
    """Faults row 40, I14: what the pump says and says again is told, so that over-delivery is not argued away."""
    infusing(bench)
    bench.submit(0, Poll())
    bench.go(200)
    before_nl = bench.reports[-1].infused_nl
    bench.pump.motor.infused_nl += 400_000
    bench.submit(0, Poll())
    bench.go(200)
    assert bench.reports[-1].infused_nl >= before_nl + 400_000


def test_a_heartbeat_must_move() -> None:
    pulse = Pulse()
    pulse.check(7)
    pulse.check(8)
    pulse.check(None)
    with pytest.raises(Refused):
        pulse.check(8)
