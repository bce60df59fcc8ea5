"""A counter that we clear does not fall; one that somebody else clears does (faults row 12)."""

from fractions import Fraction

from drivers.harvard.counter import Counter


def test_what_we_clear_is_kept() -> None:
    counter = Counter()
    assert counter.read(Fraction(500)) == 500
    counter.clearing(Fraction(500))
    assert counter.read(Fraction(0)) == 500
    assert counter.read(Fraction("20.9")) == 520


def test_a_clear_that_never_arrived_is_not_counted_twice() -> None:
    counter = Counter()
    counter.clearing(Fraction(500))
    assert counter.read(Fraction(500)) == 500
    assert counter.read(Fraction(510)) == 510


def test_what_another_hand_clears_falls() -> None:
    counter = Counter()
    counter.clearing(Fraction(500))
    counter.read(Fraction(0))
    assert (counter.read(Fraction(300)), counter.read(Fraction(0))) == (800, 500)
