"""Arrivals are facts: nobody changes them afterwards, and old news is not a failed reading."""

import dataclasses

import pytest

from interlocks.vocabulary import Stamp
from pumpd.shell.feeds.arrivals import OLD_NEWS, LinkChanged, RejectReason


def test_an_arrival_cannot_be_changed() -> None:
    arrival = LinkChanged(True, "subscribed", Stamp(1, 1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        arrival.is_up = False  # type: ignore[misc]


def test_the_word_of_a_reason_is_its_name() -> None:
    assert all(reason.value == reason.name.lower() for reason in RejectReason)


def test_a_reading_that_failed_is_never_taken_for_old_news() -> None:
    """clinical.md 4: three rejects in a row are an alarm; these must count towards it."""
    failing = {RejectReason.BAD_QUALITY, RejectReason.IMPLAUSIBLE, RejectReason.LATE, RejectReason.FUTURE}
    assert not failing & OLD_NEWS
