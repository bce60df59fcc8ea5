"""The dose as an interval: counted, widened where it cannot be known, compared with the command (law 4, I15)."""

from dataclasses import replace

import pytest
from channel_bench import ML, MS_PER_H, STEPS
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import Motion, PumpReport
from interlocks.vocabulary import Stamp
from pumpd.core.account import (
    READBACK_AGE_MS,
    Account,
    after_restart,
    anchored,
    count,
    counter_fell,
    flow,
    frozen_s,
    high_nl,
    is_creeping,
    running_ms,
)

RATE = 36 * ML  # 10 nl in each ms
LEASE = 2_000
START = Stamp(10_000, 10_000)


def report(infused_nl: int, motion: Motion = Motion.INFUSING) -> PumpReport:
    return PumpReport(motion, infused_nl, RATE)


def at(ms: int, link_ms: int | None = None) -> Stamp:
    return Stamp(START.ms + ms, START.link_ms + (ms if link_ms is None else link_ms))


def begun(counter_nl: int = 5 * ML) -> Account:
    return anchored(report(counter_nl, Motion.HALTED), START)


def high(account: Account, now: Stamp, fastest_nl_h: int = RATE) -> int:
    return high_nl(account, now, fastest_nl_h=fastest_nl_h, lease_ms=LEASE, steps=STEPS)


# -- counting --------------------------------------------------------------------------------------------------


def test_the_pumps_counter_is_counted_from_where_it_stood_at_the_start() -> None:
    account = count(begun(), report(5 * ML + 2_500), at(250), RATE, LEASE)
    assert (account.best_nl, account.low_nl, account.expected_nl) == (2_500, 2_500, 2_500)
    account = count(account, report(5 * ML + 4_000), at(500), RATE // 2, LEASE)
    assert (account.best_nl, account.expected_nl) == (4_000, 3_750)


def test_an_account_without_an_anchor_takes_the_first_report_as_its_anchor_and_counts_nothing() -> None:
    account = count(Account(), report(7_000), at(0), RATE, LEASE)
    assert (account.counter_nl, account.best_nl, account.expected_nl, account.counted_at) == (
        7_000,
        0,
        0,
        at(0),
    )
    assert high(Account(), at(0)) == 0


@given(st.lists(st.tuples(st.integers(1, 3_000), st.integers(0, 60 * ML)), max_size=30))
def test_the_integral_of_the_command_is_never_rounded_on_the_way(steps: list[tuple[int, int]]) -> None:
    account, ms = begun(), 0
    for wait_ms, commanded in steps:
        ms += wait_ms
        account = count(account, report(5 * ML), at(ms), commanded, lease_ms=10**9)
    assert account.expected_nl_h_ms == sum(wait * rate for wait, rate in steps)


@pytest.mark.parametrize(
    ("link_ms", "ran_ms"), [(1_999, 1_999), (2_000, 2_000), (2_001, 2_000), (10_000, 2_000)]
)
def test_a_silent_pump_ran_at_most_for_its_lease(link_ms: int, ran_ms: int) -> None:
    assert running_ms(START, at(link_ms), LEASE) == ran_ms


def test_the_lease_is_link_time_and_what_ran_is_treatment_time() -> None:
    assert running_ms(START, at(40_000, link_ms=4_000), LEASE) == 20_000  # ten times faster than life
    assert running_ms(at(5), START, LEASE) == 0


# -- what cannot be known ----------------------------------------------------------------------------------------


def test_row_10_a_cleared_counter_leaves_a_gap_as_wide_as_the_command_could_fill() -> None:
    before = count(begun(), report(5 * ML + 2_500), at(250), RATE, LEASE)
    cleared = report(1_000)
    assert counter_fell(before, cleared)
    account = count(before, cleared, at(500), RATE, LEASE)
    assert account.best_nl == 3_500  # what stands on it now came since
    unread_nl = READBACK_AGE_MS * 10  # the counter last seen was itself so old, at 10 nl in a ms
    assert account.over_nl == unread_nl + 1_500  # 2 500 could have run since, 1 000 are on the counter
    assert account.low_nl == 2_500  # and the counter may have fallen to an older value
    after = count(account, report(3_500), at(750), RATE, LEASE)
    assert (after.best_nl, after.over_nl, after.short_nl) == (6_000, unread_nl + 1_500, 1_000)


def test_a_counter_that_fell_at_a_rate_set_by_hand_leaves_a_gap_as_wide_as_that_rate() -> None:
    account = count(begun(), report(0), at(250), RATE, LEASE, fastest_nl_h=4 * RATE)
    assert account.over_nl == 4 * 10 * (250 + READBACK_AGE_MS)
    slowly = count(begun(), report(0), at(250), RATE, LEASE, fastest_nl_h=0)
    assert slowly.over_nl == 10 * (250 + READBACK_AGE_MS)


def test_a_counter_that_fell_to_an_older_reading_proves_nothing_at_the_low_end() -> None:
    account = count(begun(15 * ML), report(10 * ML), at(250), RATE, LEASE)
    assert account.low_nl == 0
    assert high(account, at(250), 0) >= 10 * ML


def test_an_equal_or_higher_counter_has_not_fallen() -> None:
    assert not counter_fell(begun(), report(5 * ML))
    assert not counter_fell(begun(), report(5 * ML + 1))
    assert counter_fell(begun(), report(5 * ML - 1))
    assert not counter_fell(Account(), report(0))


def test_the_high_end_grows_while_the_pump_is_silent_and_stops_with_its_lease() -> None:
    account = count(begun(), report(5 * ML + 2_500), at(250), RATE, LEASE)
    step, unread = 1_000, READBACK_AGE_MS * 10
    assert high(account, at(250)) == 2_500 + step + unread
    assert high(account, at(1_250)) == 2_500 + step + unread + 10_000
    assert high(account, at(2_250)) == 2_500 + step + unread + 20_000
    assert high(account, at(60_000)) == 2_500 + step + unread + 20_000
    assert high(account, at(60_000), fastest_nl_h=0) == 2_500 + step


@pytest.mark.parametrize(
    ("counter_nl", "step_nl"), [(0, 0), (1, 1_000), (10 * ML - 1, 1_000), (10 * ML, 10_000)]
)
def test_a_counter_may_stand_anywhere_within_the_step_it_shows(counter_nl: int, step_nl: int) -> None:
    assert high(begun(counter_nl), START, fastest_nl_h=0) == step_nl


def test_totals_and_counter_survive_a_restart_and_the_gap_is_a_whole_lease() -> None:
    before = count(begun(), report(5 * ML + 2_500), at(250), RATE, LEASE)
    account = after_restart(before, is_start_open=False)
    assert (account.best_nl, account.counter_nl, account.counted_at, account.points) == (
        2_500,
        before.counter_nl,
        None,
        (),
    )
    assert high(account, Stamp(0, 0)) == 2_500 + 1_000 + 20_000
    seen = count(account, report(5 * ML + 9_500), Stamp(50, 50), RATE, LEASE)
    assert (seen.best_nl, seen.expected_nl) == (
        9_500,
        9_500,
    )  # what moved is taken as commanded, up to a lease
    much = count(account, report(6 * ML), Stamp(50, 50), RATE, LEASE)
    assert much.best_nl - much.expected_nl == ML - 22_500


def told(infused_nl: int, cleared_nl: int, motion: Motion = Motion.INFUSING) -> PumpReport:
    """By a driver that clears the pump's counter."""
    return PumpReport(motion, infused_nl, RATE, cleared_nl=cleared_nl)


def after_a_dead_driver(shown_nl: int, *, is_start_open: bool = False) -> Account:
    """It had cleared 4 mL from the counter, 9 mL in all were given when the daemon ended, and the pump shows `shown_nl`."""
    before = count(anchored(told(0, 0, Motion.HALTED), START), told(9 * ML, 4 * ML), at(250), RATE, LEASE)
    return after_restart(replace(before, cleared_nl=9 * ML - shown_nl), is_start_open=is_start_open)


def test_over_a_restart_the_count_goes_on_from_what_the_pump_itself_shows() -> None:
    """Law 4, row 91: a sum that died with its driver is neither missing from the dose nor given a second time."""
    account = count(after_a_dead_driver(5 * ML), told(5 * ML + 7_000, 0), Stamp(50, 50), RATE, LEASE)
    # The last driver may have begun a piece of its lease anew, and not lived to tell.
    assert (account.best_nl, account.over_nl, account.short_nl) == (9 * ML + 7_000, 40_000, 0)
    after = count(account, told(5 * ML + 9_000, 0), Stamp(100, 100), RATE, LEASE)
    assert after.best_nl == 9 * ML + 9_000


def test_over_a_restart_at_rest_nothing_is_in_doubt() -> None:
    account = count(after_a_dead_driver(5 * ML), told(5 * ML, 0, Motion.HALTED), Stamp(50, 50), 0, LEASE)
    assert (account.best_nl, account.over_nl, account.short_nl) == (9 * ML, 0, 0)
    assert not counter_fell(after_a_dead_driver(5 * ML), told(5 * ML, 0))


def test_a_counter_that_hardly_stood_above_nothing_hides_no_more_than_that() -> None:
    account = count(after_a_dead_driver(3_000), told(8_000, 0), Stamp(50, 50), RATE, LEASE)
    assert (account.best_nl, account.over_nl) == (9 * ML + 5_000, 3_000)


@pytest.mark.parametrize(("is_start_open", "over_nl"), [(False, 0), (True, 5 * ML)])
def test_a_start_under_way_when_the_daemon_died_may_have_begun_the_counter_anew(
    is_start_open: bool, over_nl: int
) -> None:
    """A pump without a lease goes on to its end and can pass what it had shown."""
    before = after_a_dead_driver(5 * ML, is_start_open=is_start_open)
    account = count(before, told(6 * ML, 0), Stamp(50, 50), RATE, 10**9, end_nl=17 * ML)
    assert (account.best_nl, account.over_nl, account.is_start_open) == (10 * ML, over_nl, False)
    ended = count(before, told(6 * ML, 0), Stamp(50, 50), RATE, 10**9, end_nl=12 * ML)
    assert ended.over_nl == min(over_nl, 2 * ML)
    again = count(after_restart(account, is_start_open=False), told(7 * ML, 0), Stamp(9, 9), RATE, LEASE)
    assert again.over_nl == over_nl + 40_000


def test_two_restarts_before_any_readback_forget_no_start() -> None:
    account = after_restart(after_a_dead_driver(5 * ML, is_start_open=True), is_start_open=False)
    assert account.is_start_open


def test_a_counter_cleared_while_no_daemon_was_there_may_have_run_for_a_lease_before() -> None:
    """Soak seed 713: where the lease is a target, clearing the counter moves it away, and the pump goes on."""
    before = after_a_dead_driver(5 * ML)
    cleared = told(3 * ML, 0)
    assert counter_fell(before, cleared)
    account = count(before, cleared, Stamp(50, 50), RATE, LEASE, steps=STEPS)
    assert account.best_nl == 9 * ML + 3 * ML
    assert account.over_nl == (LEASE + READBACK_AGE_MS) * 10 + STEPS[0].step


def test_what_a_driver_cleared_is_not_given_once_more_when_the_counter_falls() -> None:
    """Row 12: of a sum of 9 mL, 4 mL are the driver's own, and only what stands on the counter can be new."""
    running = count(anchored(told(0, 0, Motion.HALTED), START), told(9 * ML, 4 * ML), at(250), RATE, LEASE)
    account = count(running, told(4 * ML + 1_000, 4 * ML), at(500), RATE, LEASE)
    assert (account.best_nl, account.short_nl) == (9 * ML + 1_000, 1_000)


# -- motion at rest, windows -------------------------------------------------------------------------------------


def test_motion_between_two_halted_reports_adds_up_and_a_running_report_ends_it() -> None:
    account = begun()
    for step, expected in ((1, 400), (2, 800)):
        account = count(account, report(5 * ML + 400 * step, Motion.HALTED), at(250 * step), 0, LEASE)
        assert account.moved_halted_nl == expected
    assert count(account, report(5 * ML + 900), at(750), RATE, LEASE).moved_halted_nl == 0


def test_the_last_drops_before_a_halted_report_are_no_motion_at_rest() -> None:
    running = count(begun(), report(5 * ML + 2_500), at(250), RATE, LEASE)
    assert count(running, report(5 * ML + 4_000, Motion.HALTED), at(500), RATE, LEASE).moved_halted_nl == 0


def flow_at(account: Account, ms: int) -> tuple[int, int, int, int, bool]:
    seen = flow(
        account,
        at(ms),
        fastest_nl_h=RATE,
        lease_ms=LEASE,
        steps=STEPS,
        vtbi_nl=17 * ML,
        is_running=True,
        silent_since=at(ms - 300),
    )
    assert (seen.vtbi_nl, seen.is_running, seen.report_age_link_ms) == (17 * ML, True, 300)
    assert seen.excess_total_nl == account.best_nl - account.expected_nl
    return (
        seen.delivered_60s_nl,
        seen.commanded_60s_nl,
        seen.delivered_120s_nl,
        seen.commanded_120s_nl,
        seen.is_full_120s,
    )


def ran_for(seconds: int, percent: int = 100) -> Account:
    account = begun()
    for quarter in range(1, seconds * 4 + 1):
        moved_nl = 2_500 * quarter * percent // 100
        account = count(account, report(5 * ML + moved_nl), at(250 * quarter), RATE, LEASE)
    return account


def test_I15_the_windows_compare_delivered_with_commanded_over_60_and_120_seconds() -> None:
    account = ran_for(150, percent=80)
    assert flow_at(account, 150_000) == (480_000, 600_000, 960_000, 1_200_000, True)


@pytest.mark.parametrize(("seconds", "is_full"), [(119, False), (120, True)])
def test_the_long_window_is_full_after_120_seconds_and_not_before(seconds: int, is_full: bool) -> None:
    assert flow_at(ran_for(seconds), seconds * 1000)[4] is is_full


def test_the_memory_of_points_is_bounded() -> None:
    account = ran_for(600)
    assert len(account.points) <= 126
    assert account.points[0].ms <= at(600_000).ms - 120_000


def test_before_any_report_there_is_no_flow() -> None:
    seen = flow(
        Account(),
        START,
        fastest_nl_h=0,
        lease_ms=LEASE,
        steps=STEPS,
        vtbi_nl=1,
        is_running=False,
        silent_since=None,
    )
    assert (seen.delivered_60s_nl, seen.commanded_120s_nl, seen.is_full_120s, seen.report_age_link_ms) == (
        0,
        0,
        False,
        None,
    )


@given(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(0, 10**9))
def test_low_best_and_high_are_in_order(best_nl: int, short_nl: int, over_nl: int) -> None:
    account = replace(begun(), best_nl=best_nl, short_nl=short_nl, over_nl=over_nl)
    assert 0 <= account.low_nl <= account.best_nl <= high(account, at(100))


def test_one_hour_at_a_rate_is_that_rate() -> None:
    assert count(begun(), report(5 * ML), at(MS_PER_H), RATE, lease_ms=MS_PER_H).expected_nl == RATE


def test_a_counter_that_fell_takes_what_its_step_hid_with_it() -> None:
    before = count(begun(), report(5 * ML + 2_000), at(250), 0, LEASE)
    assert count(before, report(0), at(500), 0, LEASE, steps=STEPS).over_nl == STEPS[0].step
    assert count(before, report(0), at(500), 0, LEASE).over_nl == 0


def test_a_first_halted_readback_may_be_newer_than_the_counter_it_came_with() -> None:
    """Law 4: stopped between the two questions of one readback; the next one settles it."""
    running = count(begun(), report(5 * ML), at(100), RATE, LEASE)
    stopped = count(running, report(5 * ML, Motion.HALTED), at(250), RATE, LEASE)
    assert stopped.unread_nl == READBACK_AGE_MS * 10
    assert count(stopped, report(5 * ML, Motion.HALTED), at(500), RATE, LEASE).unread_nl == 0


# -- a counter that lies -----------------------------------------------------------------------------------------


def frozen_for(ms: int, commanded_nl_h: int = RATE) -> Account:
    account = count(begun(), report(5 * ML + 2_500), at(0), commanded_nl_h, LEASE)
    return count(account, report(5 * ML + 2_500), at(ms), commanded_nl_h, lease_ms=10**6)


@pytest.mark.parametrize(("ms", "seconds"), [(1_999, 0), (2_000, 2), (3_500, 3)])
def test_row_16_a_counter_that_stands_still_for_two_seconds_under_way_is_frozen(
    ms: int, seconds: int
) -> None:
    assert frozen_s(frozen_for(ms), at(ms), STEPS) == seconds


def test_a_counter_that_could_not_have_moved_three_of_its_steps_is_not_called_frozen() -> None:
    slow_nl_h = 3_000 * MS_PER_H // 10_000  # three steps in ten seconds
    assert frozen_s(frozen_for(9_999, slow_nl_h), at(9_999), STEPS) == 0
    assert frozen_s(frozen_for(10_000, slow_nl_h), at(10_000), STEPS) == 10


def test_a_pump_at_rest_has_no_frozen_counter() -> None:
    account = count(frozen_for(1_000), report(5 * ML + 2_500, Motion.HALTED), at(60_000), 0, LEASE)
    assert frozen_s(account, at(60_000), STEPS) == 0
    assert frozen_s(Account(), START, STEPS) == 0


@pytest.mark.parametrize(("moved_nl", "is_creep"), [(1_999, False), (2_000, True)])
def test_row_4_a_counter_that_rises_by_two_steps_at_rest_is_a_motor_that_turns(
    moved_nl: int, is_creep: bool
) -> None:
    account = count(begun(), report(5 * ML + moved_nl, Motion.HALTED), at(250), 0, LEASE)
    assert is_creeping(account, STEPS) is is_creep
