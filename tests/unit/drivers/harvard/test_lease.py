"""What a target is taken to mean, and where the lease stands (design law 7; facts/protocols.md 2, "[?]")."""

from fractions import Fraction

import pytest

from drivers.contract import PumpAlarm
from drivers.harvard.binding import LeaseForm
from drivers.harvard.codec import Reply
from drivers.harvard.lease import Lease

RATE = 36_000_000  # 10 nl/ms, 20 000 nl in a lease of 2 s
AT_TARGET = Reply(None, "T*", b"")


def begun(form: LeaseForm, left_nl: int = 1_000_000) -> Lease:
    lease = Lease(2000, form)
    lease.begin(RATE, left_nl, lease.first_target(RATE, left_nl))
    return lease


def test_the_first_target_is_one_lease_or_the_run_if_that_is_less() -> None:
    lease = Lease(2000, LeaseForm.PROVE)
    assert lease.first_target(RATE, 1_000_000) == 20_000
    assert lease.first_target(RATE, 7_000) == 7_000
    assert Lease(2000, LeaseForm.PROVE, pace=10).first_target(RATE, 1_000_000) == 200_000


def test_from_clear_it_stays_a_lease_ahead_of_the_plunger_and_ends_exactly_at_the_limit() -> None:
    lease = begun(LeaseForm.FROM_CLEAR, 50_000)
    assert lease.next_target(Fraction(2_500)) == 22_500
    lease.written(22_500, Fraction(2_500))
    assert not lease.is_last
    assert lease.next_target(Fraction(40_000)) == 50_000
    lease.written(50_000, Fraction(40_000))
    assert lease.is_last
    assert lease.next_target(Fraction(45_000)) is None


def test_from_setting_it_is_a_lease_each_time_and_never_ends_beyond_the_limit() -> None:
    lease = begun(LeaseForm.FROM_SETTING, 50_000)
    assert lease.next_target(Fraction(2_500)) == 20_000
    last = lease.next_target(Fraction(40_000))
    assert last is not None
    assert 40_000 + last + 2_000 <= 50_000  # 200 ms of flow may pass before it arrives
    lease.written(last, Fraction(40_000))
    assert lease.next_target(Fraction(41_000)) is None


def test_a_lower_rate_brings_the_target_nearer() -> None:
    lease = begun(LeaseForm.FROM_CLEAR)
    lease.rate_nl_h = RATE // 4
    assert lease.next_target(Fraction(2_500)) == 7_500


@pytest.mark.parametrize(
    ("counter", "probe"), [(2_499, None), (2_500, 15_000), (10_000, 15_000), (10_001, None)]
)
def test_the_experiment_is_made_between_an_eighth_and_a_half(counter: int, probe: int | None) -> None:
    assert begun(LeaseForm.PROVE).next_target(Fraction(counter)) == probe


def test_a_stop_at_the_experiments_target_says_from_clear() -> None:
    lease = begun(LeaseForm.PROVE)
    lease.probed(15_000)
    lease.is_watching = True
    assert lease.stopped(Fraction(15_000))
    assert lease.form is LeaseForm.FROM_CLEAR


def test_running_past_it_says_from_setting_until_a_stop_at_the_old_target_disproves_that() -> None:
    lease = begun(LeaseForm.PROVE)
    lease.probed(15_000)
    lease.passed(Fraction(15_100))
    assert lease.form is LeaseForm.FROM_SETTING
    lease.is_watching = True
    assert lease.stopped(Fraction(20_000))
    assert lease.form is LeaseForm.REARMED


def test_a_stop_out_of_sight_or_at_the_end_is_not_gone_on_from() -> None:
    lease = begun(LeaseForm.REARMED)
    assert not lease.stopped(Fraction(20_000))
    short = begun(LeaseForm.REARMED, 20_000)
    short.is_watching = True
    assert not short.stopped(Fraction(20_000))


def test_a_target_that_was_not_the_runs_end_is_a_lease_run_out() -> None:
    lease = begun(LeaseForm.FROM_CLEAR)
    assert lease.alarm_of(AT_TARGET) is PumpAlarm.HOST_SILENT
    lease.is_watching = True
    assert lease.alarm_of(AT_TARGET) is None
    assert begun(LeaseForm.FROM_CLEAR, 20_000).alarm_of(AT_TARGET) is None
    assert lease.alarm_of(Reply(None, "*", b"")) is PumpAlarm.STALL


def test_what_no_target_allows_is_known() -> None:
    lease = begun(LeaseForm.FROM_CLEAR)
    lease.passed(Fraction(5_000))
    assert not lease.is_wrong(Fraction(5_000))
    assert lease.is_wrong(Fraction(4_999)), "the counter that the end is counted on fell"
    assert lease.is_wrong(Fraction(22_201)), "200 ms and two steps beyond the target"
    assert not lease.is_wrong(Fraction(22_000))
    lease.end()
    assert not lease.is_wrong(Fraction(0))


def test_a_rate_whose_lease_is_less_than_two_steps_is_not_fine_enough() -> None:
    lease = Lease(2000, LeaseForm.PROVE)
    assert lease.is_fine_enough(360_000, 17_500_000)
    assert not lease.is_fine_enough(359_000, 17_500_000)


def test_a_line_opened_anew_knows_nothing() -> None:
    lease = begun(LeaseForm.PROVE)
    lease.refused()
    lease.renew_knowledge()
    assert (lease.form, lease.piece) == (LeaseForm.PROVE, None)


def test_a_stop_at_the_old_target_in_the_midst_of_the_experiment_says_rearmed() -> None:
    lease = begun(LeaseForm.PROVE)
    lease.probed(15_000)
    lease.is_watching = True
    assert lease.stopped(Fraction(20_000))
    assert lease.form is LeaseForm.REARMED
