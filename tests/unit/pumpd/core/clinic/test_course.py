"""What the care remembers, how it ages, what of it a screen rests on."""

from dataclasses import replace

import pytest

from pumpd.core.clinic.course import (
    ENDED,
    LOG_KEPT,
    Care,
    Closing,
    Observation,
    Prime,
    SignOff,
    aged,
    logged,
    seen,
)
from pumpd.core.session import Phase

SET = Observation(15, 900_000, 1, "nina", 120, 80, 70, 98, 5, 0)


@pytest.mark.parametrize("phase", list(Phase))
def test_the_time_after_the_end_counts_after_the_end_only(phase: Phase) -> None:
    after = aged(Care(since_end_ms=500), phase, 100)
    assert after.since_end_ms == (600 if phase in ENDED else 500)


def test_it_counts_until_somebody_closes_and_never_backwards() -> None:
    closed = Care(since_end_ms=500, closing=Closing("nina", "a brother", 1))
    assert aged(closed, Phase.COMPLETED, 100) is closed
    assert aged(Care(), Phase.COMPLETED, -100) == Care()
    assert aged(Care(), Phase.COMPLETED, 0) == Care()


def test_the_log_keeps_its_newest_lines() -> None:
    """Every queue is bounded; the journal has the rest."""
    care = Care()
    for number in range(LOG_KEPT + 3):
        care = logged(care, "note", f"line {number}", "nina", number)
    assert len(care.log) == LOG_KEPT == 200
    assert (care.log[0].text, care.log[-1].text) == ("line 3", f"line {LOG_KEPT + 2}")


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": (("pregnancy", "no"),)},
        {"prime": Prime("nina", 1)},
        {"observations": (SET,)},
        {"sign_off": SignOff("dora", "known", 1)},
        {"closing": Closing("nina", "a brother", 1)},
    ],
)
def test_an_act_of_the_course_makes_an_older_screen_stale(changes: dict[str, object]) -> None:
    assert seen(replace(Care(), **changes)) != seen(Care())  # type: ignore[arg-type]


def test_a_note_a_handover_and_the_time_make_no_screen_stale() -> None:
    later = aged(logged(replace(Care(), nurse="omar"), "note", "text", "nina", 1), Phase.STOPPED, 900)
    assert seen(later) == seen(Care())


def test_a_set_that_falls_short_of_nothing_is_recovered() -> None:
    assert SET.is_recovered
    assert not replace(SET, short_of=("dissociation 2: needs 0",)).is_recovered
