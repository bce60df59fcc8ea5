"""A counter that each of our starts begins anew, told as one that only another hand can make fall."""

from drivers.chemyx.counter import Counter


def test_a_new_driver_tells_what_the_pump_shows_and_that_no_start_of_its_own_cleared_anything() -> None:
    """Row 91: the account holds it against what the pump showed before, and not against a sum that is gone."""
    counter = Counter()
    assert [counter.read(shown) for shown in (5_000, 6_000)] == [(5_000, 0), (6_000, 0)]


def test_what_our_start_cleared_is_kept() -> None:
    counter = Counter()
    counter.read(9_000)
    counter.starting(9_000)
    assert counter.read(0, is_just_started=True) == (9_000, 9_000)
    assert counter.read(500) == (9_500, 9_000)


def test_a_start_that_was_not_carried_out_changes_nothing() -> None:
    counter = Counter()
    counter.starting(9_000)
    assert [counter.read(9_000), counter.read(9_100)] == [(9_000, 0), (9_100, 0)]


def test_a_pump_that_does_not_clear_is_not_counted_twice() -> None:
    counter = Counter()
    counter.starting(9_000)
    assert counter.read(9_050, is_just_started=True) == (9_050, 0)


def test_after_a_start_whose_answer_was_lost_the_higher_sum_is_taken() -> None:
    """Row 37, I14: it was cleared and has given more than stood there."""
    counter = Counter()
    counter.starting(1_000)
    assert counter.read(7_000) == (8_000, 1_000)


def test_a_counter_that_another_hand_clears_falls() -> None:
    """Row 12."""
    counter = Counter()
    before = counter.read(9_000)
    assert counter.read(100).since(before) == -8_900
