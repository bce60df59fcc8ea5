"""Our own punctuality."""

import pytest
from rule_scene import Scene

from interlocks.cycles import TickLate
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Truth

LATE = TickLate(500)


@pytest.mark.parametrize(
    ("gap_ms", "answer"), [(0, Truth.FALSE), (500, Truth.FALSE), (501, Truth.TRUE), (-1, Truth.ERROR)]
)
def test_a_cycle_is_late_after_its_limit(gap_ms: int, answer: Truth) -> None:
    """WD1 of clinical.md 3.2."""
    situation = Scene((), tick_gap_ms=gap_ms).situation()
    assert LATE.truth(situation, MaxAge(0, Clock.LINK)) is answer


def test_a_late_cycle_says_by_how_much() -> None:
    situation = Scene((), tick_gap_ms=730).situation()
    assert LATE.sentence(situation) == "control cycle 730 ms after the one before, limit 500 ms"
    assert LATE.wanted(situation) == LATE.sentence(situation)
    assert LATE.samples(situation) == ()
    assert LATE.is_timed()
