"""Breath after breath: the time since the last one (clinical.md 3.2, RR2)."""

import itertools

import pytest

from hil_sim.patient.breathing import Breathing


def gaps(chest: Breathing, seconds: float, rate: float, dt_s: float = 0.1) -> list[float]:
    seen = []
    for _ in range(round(seconds / dt_s)):
        chest.advance(dt_s, rate)
        seen.append(chest.gap_s)
    return seen


def test_at_fifteen_a_minute_the_gap_never_exceeds_four_seconds() -> None:
    seen = gaps(Breathing(), 60.0, 15.0)
    assert max(seen) == pytest.approx(4.0, abs=0.11)
    assert sum(after < before for before, after in itertools.pairwise(seen)) == 15


def test_without_breath_the_gap_grows_and_the_first_breath_ends_it() -> None:
    chest = Breathing()
    gaps(chest, 2.0, 15.0)
    before_s = chest.gap_s
    assert gaps(chest, 20.0, 0.0)[-1] == pytest.approx(before_s + 20.0)
    assert gaps(chest, 0.1, 15.0) == [pytest.approx(0.1)]


def test_one_long_step_ends_where_many_short_ones_do() -> None:
    long, short = Breathing(), Breathing()
    long.advance(61.0, 15.0)
    gaps(short, 61.0, 15.0)
    assert long.gap_s == pytest.approx(short.gap_s, abs=1e-6)
