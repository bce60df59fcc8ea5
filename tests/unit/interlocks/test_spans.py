"""The course of a session, to the millisecond."""

import pytest
from rule_scene import Scene

from interlocks.silences import Technical
from interlocks.situation import Clock, MaxAge
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Course, Truth

ANY = MaxAge(0, Clock.LINK)
HOUR = ElapsedOver(3_600_000)
DOUBLE = ElapsedOverPlan(200)
HALF_HOUR = PausedOver(1_800_000)
PLAN_MS = 2_400_000


@pytest.mark.parametrize(
    ("condition", "course", "answer"),
    [
        (HOUR, Course(3_600_000, PLAN_MS), Truth.FALSE),
        (HOUR, Course(3_600_001, PLAN_MS), Truth.TRUE),
        (DOUBLE, Course(4_800_000, PLAN_MS), Truth.FALSE),
        (DOUBLE, Course(4_800_001, PLAN_MS), Truth.TRUE),
        (HALF_HOUR, Course(4_000_000, PLAN_MS, 1_800_000), Truth.FALSE),
        (HALF_HOUR, Course(4_000_000, PLAN_MS, 1_800_001), Truth.TRUE),
    ],
)
def test_a_course_is_judged_at_its_limit(condition: Technical, course: Course, answer: Truth) -> None:
    """VT2; clinical.md 2.2: run time 60 min, twice the plan, 30 min of standing."""
    assert condition.truth(Scene((), course=course).situation(), ANY) is answer  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "course",
    [Course(-1, PLAN_MS), Course(1, PLAN_MS, -1), Course(1, PLAN_MS, 2), Course(1, -1), Course(1, 0)],
)
@pytest.mark.parametrize("condition", [HOUR, DOUBLE, HALF_HOUR])
def test_a_course_that_cannot_be_is_an_error(condition: Technical, course: Course) -> None:
    assert condition.truth(Scene((), course=course).situation(), ANY) is Truth.ERROR  # type: ignore[attr-defined]


def test_before_the_start_nothing_has_lasted() -> None:
    situation = Scene((), course=Course()).situation()
    assert {condition.truth(situation, ANY) for condition in (HOUR, DOUBLE, HALF_HOUR)} == {Truth.FALSE}


def test_a_span_is_said_in_minutes() -> None:
    situation = Scene((), course=Course(4_806_000, PLAN_MS, 1_806_000)).situation()
    assert HOUR.sentence(situation) == "session lasts 80.1 min, limit 60.0 min"
    assert DOUBLE.wanted(situation) == "session lasts 80.1 min, limit 80.0 min (200 % of the plan)"
    assert HALF_HOUR.sentence(situation) == "delivery stood for 30.1 min in total, limit 30.0 min"
    assert HOUR.samples(situation) == ()
    assert HOUR.is_timed(), "no sample comes when an hour is over"


@pytest.mark.parametrize(("elapsed_ms", "said"), [(62_999, "1.0 min"), (63_001, "1.1 min")])
def test_minutes_are_rounded_to_a_tenth(elapsed_ms: int, said: str) -> None:
    situation = Scene((), course=Course(elapsed_ms, PLAN_MS)).situation()
    assert HOUR.sentence(situation) == f"session lasts {said}, limit 60.0 min"
