"""Runs, leases and gaps, measured on the simulated plunger (design law 7, faults row 91)."""

from itertools import pairwise

import pytest
from harvard_bench import POLL_MS, RUN, HarvardBench, bound

from drivers.contract import Adjust, Motion, Outcome, Poll, PumpAlarm, Run
from drivers.harvard.binding import LeaseForm
from hil_sim.pumps.harvard import Nature
from hil_sim.pumps.harvard_motor import TargetCounts, TargetRunning

LEASE_MS = 2000
#: nl per ms at 26.25 ml/h
FLOW = 26_250_000 / 3_600_000

NATURES: list[tuple[TargetCounts, TargetRunning, LeaseForm]] = [
    ("clear", "taken", LeaseForm.FROM_CLEAR),
    ("start", "taken", LeaseForm.FROM_CLEAR),
    ("setting", "taken", LeaseForm.FROM_SETTING),
    ("clear", "refused", LeaseForm.REARMED),
    ("start", "refused", LeaseForm.REARMED),
    ("setting", "refused", LeaseForm.REARMED),
    ("clear", "deferred", LeaseForm.REARMED),
    ("start", "deferred", LeaseForm.REARMED),
]


def a_pump(counts: TargetCounts, running: TargetRunning) -> Nature:
    return Nature(target_counts=counts, target_running=running)


@pytest.mark.parametrize(("counts", "running", "form"), NATURES)
def test_every_meaning_of_a_target_is_found_out(
    counts: TargetCounts, running: TargetRunning, form: LeaseForm
) -> None:
    bench = HarvardBench(a_pump(counts, running)).running().poll(5000)
    assert bench.dialect.lease.form is form
    assert bench.reports[-1].report.motion is Motion.INFUSING
    assert [a for r in bench.reports for a in r.report.alarms] == []


@pytest.mark.parametrize(("counts", "running", "form"), NATURES)
@pytest.mark.parametrize("lost_at_ms", [0, 100, 700, 1300, 1600, 1900, 2300, 5100])
def test_whenever_the_host_is_lost_the_plunger_stands_within_the_lease(
    counts: TargetCounts, running: TargetRunning, form: LeaseForm, lost_at_ms: int
) -> None:
    """Also in the midst of the experiment; and no more is given than one lease at the running rate."""
    bench = HarvardBench(a_pump(counts, running)).running()
    if lost_at_ms:
        bench.poll(lost_at_ms)
    began_mm, began_ms = bench.given_mm, bench.now
    bench.submit(Poll())
    bench.go(30)  # the last poll is cut off in its middle
    bench.protocol.lost("killed", bench.now)
    bench.go(LEASE_MS)
    assert not bench.pump.is_moving, f"it ran on for {bench.now - began_ms} ms"
    given_nl = (bench.given_mm - began_mm) * 555.297 * 1000
    assert given_nl <= FLOW * (LEASE_MS + 30) + 10


@pytest.mark.parametrize(
    ("counts", "running", "gaps"), [("clear", "taken", 1), ("setting", "taken", 0), ("clear", "refused", 9)]
)
def test_the_flow_has_no_more_gaps_than_the_form_needs(
    counts: TargetCounts, running: TargetRunning, gaps: int
) -> None:
    """Twenty seconds. At 10 ms an exchange a seam is seven of them, one to see it, and two rests of 5 ms at most."""
    bench = HarvardBench(a_pump(counts, running)).running().poll(20_000)
    assert len(bench.gaps_ms) == gaps
    assert max(bench.gaps_ms, default=0) <= 7 * 10 + 10 + 2 * 5


@pytest.mark.parametrize(("counts", "running", "form"), NATURES)
def test_a_run_ends_at_its_volume_and_is_not_called_an_expired_lease(
    counts: TargetCounts, running: TargetRunning, form: LeaseForm
) -> None:
    bench = HarvardBench(a_pump(counts, running)).running(Run(26_250_000, 60_000)).poll(12_000)
    report = bench.reports[-1].report
    assert report.motion is Motion.HALTED
    least_nl = 60_000 - 4_000 if form is LeaseForm.FROM_SETTING else 59_998
    assert least_nl <= report.infused_nl <= 60_000
    assert [a for r in bench.reports for a in r.report.alarms] == []


def test_a_lease_that_ran_out_is_told_and_nothing_starts_again() -> None:
    bench = HarvardBench().running().poll(4000).forget()
    bench.go(3000)
    bench.poll(2000)
    assert [a for r in bench.reports for a in r.report.alarms] == [PumpAlarm.HOST_SILENT]
    assert "irun" not in bench.sent
    assert not bench.pump.is_moving


@pytest.mark.parametrize("at_ms", [300, 1400, 2500])
def test_a_stop_at_the_keypad_stays_a_stop(at_ms: int) -> None:
    """Faults row 15: also where the next piece would begin."""
    bench = HarvardBench(a_pump("clear", "refused")).running().poll(at_ms)
    bench.pump.press_stop()
    bench.forget().poll(3000)
    assert "irun" not in bench.sent
    assert not bench.pump.is_moving


def test_the_counter_reported_does_not_fall_where_we_clear_it() -> None:
    """Row 12: over a halt and a second run, and over every seam of a run in pieces."""
    bench = HarvardBench(a_pump("clear", "refused")).running().poll(7000)
    assert bench.halt() is Outcome.CONFIRMED
    assert bench.do(RUN) is Outcome.CONFIRMED
    bench.poll(5000)
    told = [r.report.infused_nl for r in bench.reports]
    assert told == sorted(told)
    assert abs(told[-1] - bench.given_mm * 555.297 * 1000) <= FLOW * POLL_MS * 3


def test_a_counter_cleared_by_another_hand_ends_the_run() -> None:
    """The end is counted on it: twice the volume would be given otherwise."""
    bench = HarvardBench().running().poll(6000)
    bench.pump.clear_counters()
    bench.forget().poll(400)
    assert not bench.pump.is_moving
    assert [a for r in bench.reports for a in r.report.alarms] == [PumpAlarm.PROGRAM]


def test_a_form_stated_wrongly_is_stopped_at_the_limit_while_the_host_lives() -> None:
    bench = HarvardBench(a_pump("setting", "taken"), bound(lease_form=LeaseForm.FROM_CLEAR))
    bench.running(Run(26_250_000, 60_000)).poll(14_000)
    assert not bench.pump.is_moving
    assert bench.given_mm * 555.297 * 1000 <= 60_000 + FLOW * (200 + POLL_MS + 100)


def test_one_misread_counter_stops_nothing() -> None:
    """A flipped digit upwards is read again, and does not move the target."""
    bench = HarvardBench().running().poll(4000)
    bench.submit(Poll())
    bench.go(15)
    bench._under_way.clear()
    bench.receive(b"\n900 ul\r\n>\x11")
    bench.poll(1000)
    assert bench.pump.is_moving
    assert float(bench.pump.memory.target_nl or 0) < 60_000


def test_the_whole_of_a_run_passes_the_gate_before_its_first_piece() -> None:
    bench = HarvardBench().ready(Run(26_250_000, 1_000_000))
    assert bench.do(Run(26_250_000, 1_000_010)) is Outcome.REFUSED
    assert bench.do(Run(26_250_000, 1_000_000)) is Outcome.CONFIRMED


@pytest.mark.parametrize("run", [Run(13_120_500, 1_000_000), Run(26_250_000, 0), Run(12_000, 17_500_000)])
def test_what_cannot_be_said_exactly_is_refused(run: Run) -> None:
    bench = HarvardBench().ready(Run(30_000_000, 20_000_000))
    assert bench.do(run) is Outcome.REFUSED
    assert "irun" not in bench.sent


@pytest.mark.parametrize("rate_nl_h", [2_000_000, 13_100_000, 26_200_000, 26_250_000])
def test_a_rate_by_the_hour_is_commanded_run_and_reported_as_it_was_ordered(rate_nl_h: int) -> None:
    """26.2 mL/h is 436.6666.. ul/min: the pump writes it rounded, and it is still the rate of the order."""
    bench = HarvardBench().ready(Run(30_000_000, 20_000_000))
    assert bench.do(Run(rate_nl_h, 1_000_000)) is Outcome.CONFIRMED
    assert bench.pump.memory.rate_nl_h == rate_nl_h
    assert {one.report.rate_nl_h for one in bench.forget().poll(2000).reports} == {rate_nl_h}
    assert bench.do(Adjust(rate_nl_h // 2 - rate_nl_h // 2 % 100_000)) is Outcome.CONFIRMED


def test_a_lower_rate_shortens_the_lead_in_the_same_turn() -> None:
    bench = HarvardBench().running().poll(5000)
    assert bench.do(Adjust(2_625_000)) is Outcome.CONFIRMED
    bench.go(LEASE_MS)
    assert not bench.pump.is_moving


def test_a_run_of_another_hand_is_neither_extended_nor_adjusted() -> None:
    bench = HarvardBench().ready()
    bench.pump.press_run()
    bench.poll(1000)
    assert bench.do(Adjust(13_120_000)) is Outcome.REFUSED
    assert not any(line.startswith("tvolume ") for line in bench.sent)


def test_a_start_whose_answer_is_lost_is_never_extended() -> None:
    """I11."""
    bench = HarvardBench().ready()
    bench.lose_replies.append(b"@irun\r")
    assert bench.do(RUN) is Outcome.UNKNOWN
    bench.poll(2500)
    assert not bench.pump.is_moving
    assert bench.sent.count("irun") == 1


def watched(bench: HarvardBench, within_ms: int = 4000) -> HarvardBench:
    """Up to the moment when the poll stays with the pump."""
    for at in range(within_ms):
        if at % POLL_MS == 0:
            bench.submit(Poll())
        if bench.dialect.lease.is_watching:
            return bench
        bench.go(1)
    raise AssertionError("never watched")


def test_a_stop_at_the_keypad_under_our_eyes_begins_no_seam() -> None:
    """Faults row 15."""
    bench = watched(HarvardBench(a_pump("clear", "refused")).running()).forget()
    bench.pump.press_stop()
    bench.go(500)
    assert not {"civolume", "irun"} & set(bench.sent)
    assert not bench.pump.is_moving


def test_a_stop_at_the_keypad_within_the_seam_ends_it() -> None:
    """The prompt read last before the start is no longer that of our own target."""
    bench = watched(HarvardBench(a_pump("clear", "refused")).running()).forget()
    while "civolume" not in bench.sent:
        bench.go(1)
    bench.pump.press_stop()
    bench.go(500)
    assert "irun" not in bench.sent
    assert not bench.pump.is_moving


@pytest.mark.parametrize("turnaround_ms", [0, 1, 5, 20, 50])
def test_a_target_is_met_under_our_eyes_however_fast_the_wire(turnaround_ms: int) -> None:
    """A watch is so long in time, not in questions, and does not fill the wire."""
    bench = HarvardBench()
    bench.turnaround_ms = turnaround_ms
    bench.running().poll(3000)
    assert bench.dialect.lease.form is LeaseForm.FROM_CLEAR
    assert bench.pump.is_moving
    assert max(bench.sent.count("ivolume"), 1) <= 12 + 600 / 5


def test_while_it_is_watched_the_line_rests_between_questions_and_otherwise_not() -> None:
    bench = HarvardBench(a_pump("clear", "refused")).running()
    bench.turnaround_ms = 0
    watched(bench).forget().go(100)
    times = [at for at, _ in bench.wire]
    assert min(after - at for at, after in pairwise(times[1:])) >= 5
    assert bench.do(Adjust(13_120_000)) is Outcome.CONFIRMED


def test_a_rate_that_is_not_taken_starts_nothing() -> None:
    """Faults row 5."""
    bench = HarvardBench().ready()
    bench.pump.quirks.is_rate_ignored = True
    assert bench.do(RUN) is Outcome.REFUSED
    assert "irun" not in bench.sent


def test_a_target_that_is_not_taken_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = HarvardBench().ready()
    monkeypatch.setattr(bench.pump.motor, "set_target", lambda volume_nl: True)
    assert bench.do(RUN) is Outcome.REFUSED
    assert "irun" not in bench.sent


def test_a_counter_that_does_not_clear_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = HarvardBench().running().poll(1000)
    assert bench.halt() is Outcome.CONFIRMED
    monkeypatch.setattr(bench.pump.motor, "clear_infused", lambda: None)
    bench.forget()
    assert bench.do(RUN) is Outcome.REFUSED
    assert "irun" not in bench.sent


def test_a_target_that_was_written_and_does_not_read_back_is_not_taken_for_the_runs_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A write is never evidence (law 5): the stop at the old target is a lease run out, not a run completed."""
    bench = HarvardBench(binding=bound(lease_form=LeaseForm.FROM_CLEAR)).running(Run(26_250_000, 20_000))
    monkeypatch.setattr(bench.pump.motor, "set_target", lambda volume_nl: True)
    bench.poll(4000)
    assert not bench.pump.is_moving
    assert [a for r in bench.reports for a in r.report.alarms] == [PumpAlarm.HOST_SILENT]
