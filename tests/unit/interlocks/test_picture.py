"""The newest sample per signal, and how old it is."""

import pytest

from interlocks.picture import Picture, observe, renewed
from interlocks.vocabulary import Sample, Signal, Stamp

START = Stamp(0, 0)


def sample(
    value: float,
    measured_ms: int,
    *,
    seq: int = 1,
    signal: Signal = Signal.SYS,
    received: Stamp = START,
    source: str = "monitor-1",
) -> Sample:
    return Sample(signal, value, measured_ms, received, source, seq)


def value(picture: Picture, signal: Signal = Signal.SYS) -> float | None:
    newest = picture.newest(signal)
    return None if newest is None else newest.value


def test_a_signal_never_seen_has_no_sample_and_no_age() -> None:
    empty = Picture()
    assert empty.newest(Signal.SYS) is None
    assert empty.age_ms(Signal.SYS, Stamp(9, 9)) is None
    assert empty.age_link_ms(Signal.SYS, Stamp(9, 9)) is None
    assert empty.cuff_measured_ms() is None


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        (sample(2.0, 1001, seq=2), 2.0),
        (sample(2.0, 1001, seq=0), 2.0),  # a rebooted device counts from nothing again
        (sample(2.0, 1000, seq=2), 2.0),
        (sample(2.0, 1000, seq=1), 1.0),  # the same one again
        (sample(2.0, 1000, seq=0), 1.0),
        (sample(2.0, 999, seq=2), 1.0),
        (
            sample(2.0, 1000, seq=9, source="monitor-2"),
            1.0,
        ),  # whose numbers say nothing about the first one's
    ],
)
def test_only_new_information_replaces_a_sample(second: Sample, kept: float) -> None:
    """Faults row 55, I4: late and repeated samples change nothing."""
    first = observe(Picture(), [sample(1.0, 1000)])
    assert value(observe(first, [second])) == kept


def test_an_event_without_news_leaves_the_very_same_picture() -> None:
    picture = observe(Picture(), [sample(1.0, 1000)])
    assert observe(picture, [sample(9.0, 900)]) is picture
    assert renewed(picture, picture) == frozenset()


def test_renewed_names_what_an_event_brought() -> None:
    before = observe(Picture(), [sample(1.0, 1000), sample(2.0, 1000, signal=Signal.HR)])
    after = observe(before, [sample(1.0, 1001, seq=2), sample(3.0, 1001, signal=Signal.DIA)])
    assert renewed(before, after) == {Signal.SYS, Signal.DIA}


def test_age_is_the_worse_of_the_device_time_and_the_arrival() -> None:
    """Faults rows 47 and 64: neither a backlog nor a clock ahead makes a sample younger."""
    late = observe(Picture(), [sample(1.0, 1000, received=Stamp(9000, 9000))])
    assert late.age_ms(Signal.SYS, Stamp(10_000, 10_000)) == 9000
    ahead = observe(Picture(), [sample(1.0, 3_600_000, received=Stamp(1000, 1000))])
    assert ahead.age_ms(Signal.SYS, Stamp(10_000, 10_000)) == 9000
    assert late.age_link_ms(Signal.SYS, Stamp(10_000, 10_000)) == 1000


def test_the_newest_cuff_reading_is_named_by_its_time() -> None:
    picture = observe(
        Picture(),
        [sample(1.0, 1000), sample(2.0, 2000, signal=Signal.DIA), sample(3.0, 9000, signal=Signal.HR)],
    )
    assert picture.cuff_measured_ms() == 2000
