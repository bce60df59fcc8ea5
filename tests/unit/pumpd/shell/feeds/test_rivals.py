"""Who has a name to itself (facts/faults.md row 62, I16)."""

from interlocks.vocabulary import Stamp
from pumpd.shell.feeds.rivals import ALONE_AFTER_MS, MOST_RIVALS, Rivals


def at(link_ms: int) -> Stamp:
    return Stamp(7 * link_ms, link_ms)  # treatment time is another clock


def begun() -> Rivals:
    rivals = Rivals()
    rivals.begin("new", 10, "old", 900, at(0))
    return rivals


def test_there_are_none_until_two_are_heard() -> None:
    assert not Rivals().are_there
    assert begun().are_there


def test_one_has_the_name_to_itself_when_the_other_was_silent_for_more_than_a_minute() -> None:
    rivals = begun()
    assert rivals.hear("old", 901, at(ALONE_AFTER_MS)) is None
    assert rivals.hear("old", 902, at(ALONE_AFTER_MS + 1)) == 901
    assert not rivals.are_there


def test_old_news_of_one_does_not_keep_it_alive_and_proves_nothing() -> None:
    rivals = begun()
    for link_ms in range(0, ALONE_AFTER_MS, 1000):
        rivals.hear("new", 10, at(link_ms))  # delivered again and again
    assert rivals.hear("old", 900, at(ALONE_AFTER_MS + 1)) is None
    assert rivals.hear("old", 901, at(ALONE_AFTER_MS + 1)) == 900


def test_a_third_one_is_a_rival_too() -> None:
    rivals = begun()
    assert rivals.hear("third", 1, at(50_000)) is None
    assert rivals.hear("old", 901, at(ALONE_AFTER_MS + 1)) is None
    assert rivals.hear("old", 902, at(50_000 + ALONE_AFTER_MS + 1)) == 901


def test_nobody_is_alone_who_has_just_come() -> None:
    rivals = begun()
    assert rivals.hear("third", 1, at(10 * ALONE_AFTER_MS)) is None
    assert rivals.hear("third", 2, at(10 * ALONE_AFTER_MS)) == 1


def test_memory_is_bounded() -> None:
    rivals = begun()
    for n in range(100):
        assert rivals.hear(f"boot-{n}", n, at(n)) is None
    assert len(rivals._heard) == MOST_RIVALS
