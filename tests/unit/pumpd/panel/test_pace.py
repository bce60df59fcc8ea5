"""Buckets empty and fill; an id counts once."""

from pumpd.panel.pace import Once, Pace


def test_a_burst_is_allowed_then_one_for_each_interval() -> None:
    pace = Pace(3, 1.0)
    assert [pace.may("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert pace.may("b", 0.0)
    assert not pace.may("a", 0.9)
    assert pace.may("a", 1.1)


def test_who_asked_longest_ago_is_forgotten_first() -> None:
    pace = Pace(1, 0.0, keys=2)
    assert [pace.may(key, 0.0) for key in ("a", "b", "a", "c", "b")] == [True, True, False, True, True]


def test_an_id_is_first_once_and_only_so_many_are_kept() -> None:
    once = Once(kept=2)
    assert [once.is_first(key) for key in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]
