"""Stands that came again and again."""

import pytest
from rule_scene import Scene

from interlocks.alerts import AlertedTimes
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Alert, Stamp, Truth

ANY = MaxAge(0, Clock.LINK)
ALL = AlertedTimes(3, 600_000)
OCCLUDED = AlertedTimes(3, 600_000, "LP1")
NOW = Stamp(700_000, 700_000)


def stood(*ms: int, by: str = "BP3") -> Scene:
    return Scene((), now=NOW, alerts=tuple(Alert(one, (by, "HR2")) for one in ms))


@pytest.mark.parametrize(
    ("ms", "answer"),
    [
        ((), Truth.FALSE),
        ((600_000, 700_000), Truth.FALSE),
        ((100_000, 600_000, 700_000), Truth.TRUE),
        ((99_999, 600_000, 700_000), Truth.FALSE),
        ((100_000, 600_000, 700_001), Truth.ERROR),
    ],
)
def test_stands_count_for_their_window(ms: tuple[int, ...], answer: Truth) -> None:
    """CY1; clinical.md 3.3: three in ten minutes. A stand that is yet to come is no stand."""
    assert ALL.truth(stood(*ms).situation(), ANY) is answer
    assert OCCLUDED.truth(stood(*ms, by="LP1").situation(), ANY) is answer


def test_only_the_stands_of_the_named_row_count() -> None:
    """LP2: the same occlusion, three times."""
    assert OCCLUDED.truth(stood(500_000, 600_000, 700_000).situation(), ANY) is Truth.FALSE


def test_stands_are_said_with_their_number() -> None:
    situation = stood(99_000, 600_000, 700_000, by="LP1").situation()
    said = "delivery brought to a stand by LP1 2 times within 10 min, limit 3"
    assert OCCLUDED.sentence(situation) == OCCLUDED.wanted(situation) == said
    assert ALL.sentence(situation) == "delivery brought to a stand 2 times within 10 min, limit 3"
    assert ALL.samples(situation) == ()
    assert ALL.is_timed()
