"""Ages and durations on the two clocks."""

from interlocks.situation import Clock, MaxAge, elapsed_ms
from interlocks.vocabulary import Sample, Signal, Stamp

OLD = Sample(Signal.HR, 70.0, 0, Stamp(60_000, 1000), "monitor-1", 1)


def test_elapsed_is_measured_on_the_named_clock() -> None:
    assert elapsed_ms(Clock.TREATMENT, Stamp(100, 10), Stamp(700, 20)) == 600
    assert elapsed_ms(Clock.LINK, Stamp(100, 10), Stamp(700, 20)) == 10


def test_link_age_ignores_the_device_time() -> None:
    assert not MaxAge(1000, Clock.LINK).is_exceeded(OLD, Stamp(120_000, 2000))
    assert MaxAge(1000, Clock.LINK).is_exceeded(OLD, Stamp(120_000, 2001))


def test_treatment_age_is_the_worse_of_both() -> None:
    assert MaxAge(60_000, Clock.TREATMENT).is_exceeded(OLD, Stamp(60_001, 1001))
    assert not MaxAge(60_001, Clock.TREATMENT).is_exceeded(OLD, Stamp(60_001, 1001))
    assert MaxAge(60_001, Clock.TREATMENT).is_exceeded(OLD, Stamp(60_001, 61_002))
