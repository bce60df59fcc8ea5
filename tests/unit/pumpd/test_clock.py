"""Clock: one reading of the wall, integers from there on."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlocks.vocabulary import Stamp
from pumpd.clock import Clock, boottime_ns

NOON_MS = 1_795_345_200_000


class TwoDials:
    """A wall clock and a monotonic clock that a test turns by hand."""

    def __init__(self, wall_ms: int = NOON_MS, mono_ms: int = 5_000_000) -> None:
        self.wall_ns = wall_ms * 1_000_000
        self.mono_ns = mono_ms * 1_000_000

    def pass_ms(self, real_ms: int) -> None:
        self.wall_ns += real_ms * 1_000_000
        self.mono_ns += real_ms * 1_000_000

    def step_wall_ms(self, step_ms: int) -> None:
        self.wall_ns += step_ms * 1_000_000

    def clock(self, speed: Fraction | float = 1, epoch_ms: int | None = None) -> Clock:
        return Clock(speed, epoch_ms, monotonic_ns=lambda: self.mono_ns, wall_ns=lambda: self.wall_ns)


def test_both_stamps_are_zero_when_the_process_starts() -> None:
    assert TwoDials().clock(speed=60).stamp() == Stamp(0, 0)


def test_at_speed_one_both_stamps_count_real_milliseconds() -> None:
    dials = TwoDials()
    clock = dials.clock()
    dials.pass_ms(1_234)
    assert clock.stamp() == Stamp(ms=1_234, link_ms=1_234)


def test_speed_scales_treatment_time_and_never_link_time() -> None:
    dials = TwoDials()
    clock = dials.clock(speed=60)
    dials.pass_ms(1_500)
    assert clock.stamp() == Stamp(ms=90_000, link_ms=1_500)
    assert clock.wall_ms() == NOON_MS + 90_000


@pytest.mark.parametrize("step_ms", [3_600_000, -3_600_000, -NOON_MS])
def test_a_step_of_the_wall_clock_changes_no_stamp_and_is_reported_as_a_jump(step_ms: int) -> None:
    """faults row 88, I23: wall clock an hour forwards, an hour back, 1970."""
    dials = TwoDials()
    clock = dials.clock()
    dials.pass_ms(10_000)
    dials.step_wall_ms(step_ms)
    assert clock.stamp() == Stamp(10_000, 10_000)
    assert clock.wall_ms() == NOON_MS + 10_000
    assert clock.wall_jump_ms() == step_ms
    assert clock.real_wall_ms() == NOON_MS + 10_000 + step_ms


def test_a_steady_wall_clock_has_not_jumped() -> None:
    dials = TwoDials()
    clock = dials.clock(speed=60)
    dials.pass_ms(86_400_000)
    assert clock.wall_jump_ms() == 0


def test_to_ms_is_the_inverse_of_the_treatment_wall_clock() -> None:
    dials = TwoDials()
    clock = dials.clock(speed=Fraction(7, 3), epoch_ms=NOON_MS - 40_000)
    dials.pass_ms(9_999)
    assert clock.to_ms(clock.wall_ms()) == clock.stamp().ms


def test_an_instant_before_the_process_started_is_negative() -> None:
    assert TwoDials().clock().to_ms(NOON_MS - 250) == -250


def test_two_processes_started_apart_agree_on_the_treatment_wall_clock() -> None:
    """Contract of --speed and --epoch-ms: same E and S, same T, whenever each was started."""
    dials = TwoDials()
    first = dials.clock(speed=60, epoch_ms=NOON_MS - 1_000)
    dials.pass_ms(7_321)
    second = dials.clock(speed=60, epoch_ms=NOON_MS - 1_000)
    dials.pass_ms(811)
    assert first.wall_ms() == second.wall_ms() == NOON_MS - 1_000 + 60 * (1_000 + 7_321 + 811)


@given(st.lists(st.integers(0, 10**13), max_size=30), st.fractions(1, 10_000, max_denominator=1000))
def test_time_never_runs_backwards_and_never_drifts_from_the_exact_product(
    gaps_ns: list[int], speed: Fraction
) -> None:
    dials = TwoDials()
    clock = dials.clock(speed=speed)
    last = clock.stamp()
    for gap_ns in gaps_ns:
        dials.mono_ns += gap_ns
        now = clock.stamp()
        assert now.ms >= last.ms
        assert now.link_ms >= last.link_ms
        last = now
    assert last.ms == sum(gaps_ns) * speed // 1_000_000


@pytest.mark.parametrize("speed", [0, 0.5, -1, float("nan"), float("inf"), Fraction(999, 1000)])
def test_a_speed_below_one_or_not_finite_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        TwoDials().clock(speed=speed)


@pytest.mark.parametrize("epoch_ms", [-1, NOON_MS + 1])
def test_an_epoch_outside_1970_to_now_is_refused(epoch_ms: int) -> None:
    with pytest.raises(ValueError, match="epoch"):
        TwoDials().clock(epoch_ms=epoch_ms)


def test_the_clock_cannot_be_altered_after_construction() -> None:
    with pytest.raises(AttributeError):
        TwoDials().clock().speed = Fraction(2)  # type: ignore[misc]


def test_the_real_source_counts_on_through_a_suspend_where_the_system_can() -> None:
    """faults row 89: the reading lies between two readings of CLOCK_BOOTTIME itself."""
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    assert before <= boottime_ns() <= time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def test_a_clock_on_the_machines_own_sources_has_not_jumped_and_is_near_the_real_wall() -> None:
    clock = Clock()
    assert abs(clock.wall_jump_ms()) <= 1_000
    assert abs(clock.wall_ms() - clock.real_wall_ms()) <= 1_000
