"""A counter that we clear does not fall; one that somebody else clears does (faults row 12)."""

from fractions import Fraction

from drivers.harvard.counter import Counter


def test_a_new_driver_tells_what_the_pump_shows_and_that_it_cleared_nothing() -> None:
    """Rows 12, 91: the account holds it against what the pump showed before, and not against a sum that is gone."""
    counter = Counter()
    assert counter.read(Fraction(500)) == (500, 0)
    counter.clearing(Fraction(540))
    assert counter.read(Fraction(0)) == (540, 540)


def test_what_we_clear_is_kept() -> None:
    counter = Counter()
    assert counter.read(Fraction("500.6")) == (500, 0)
    counter.clearing(Fraction("500.6"))
    assert counter.read(Fraction(0)) == (500, 500)
    assert counter.read(Fraction("20.9")) == (520, 500)


def test_a_clear_that_never_arrived_is_not_counted_twice() -> None:
    counter = Counter()
    counter.read(Fraction(0))
    counter.clearing(Fraction(500))
    assert counter.read(Fraction(500)) == (500, 0)
    assert counter.read(Fraction(510)) == (510, 0)


def test_what_another_hand_clears_falls() -> None:
    counter = Counter()
    counter.clearing(Fraction(500))
    before = counter.read(Fraction(300))
    assert counter.read(Fraction(0)).since(before) == -300
