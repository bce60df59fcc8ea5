"""A counter that we clear does not fall; one that somebody else clears does (faults row 12)."""

from fractions import Fraction

from drivers.harvard.counter import Counter


def test_a_new_driver_begins_at_nothing_wherever_the_pump_stands() -> None:
    """Rows 12, 91: what a dead daemon had cleared is missing, so the next must not go on as if nothing were."""
    counter = Counter()
    assert counter.read(Fraction(500)) == 0
    assert counter.read(Fraction(540)) == 40
    counter.clearing(Fraction(540))
    assert counter.read(Fraction(0)) == 40


def test_what_we_clear_is_kept() -> None:
    counter = Counter()
    assert counter.read(Fraction(0)) == 0
    assert counter.read(Fraction(500)) == 500
    counter.clearing(Fraction(500))
    assert counter.read(Fraction(0)) == 500
    assert counter.read(Fraction("20.9")) == 520


def test_a_clear_that_never_arrived_is_not_counted_twice() -> None:
    counter = Counter()
    counter.read(Fraction(0))
    counter.clearing(Fraction(500))
    assert counter.read(Fraction(500)) == 500
    assert counter.read(Fraction(510)) == 510


def test_what_another_hand_clears_falls() -> None:
    counter = Counter()
    counter.read(Fraction(0))
    counter.clearing(Fraction(500))
    counter.read(Fraction(0))
    assert (counter.read(Fraction(300)), counter.read(Fraction(0))) == (800, 500)
