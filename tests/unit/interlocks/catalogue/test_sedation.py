"""Sedation, entry by entry, on either scale."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.sedation import ROWS, SE0, SE1, SE2, SE3
from interlocks.vocabulary import Demand, Priority, Signal

MOAAS, RASS = Signal.MOAAS, Signal.RASS
MINUTE = 60_000


@pytest.mark.parametrize(
    ("scale", "score", "demands"),
    [
        (MOAAS, 5, (Demand.NONE, Demand.NONE, Demand.NONE)),
        (MOAAS, 4, (Demand.NONE, Demand.NONE, Demand.NONE)),
        (MOAAS, 3, (Demand.SLOW, Demand.NONE, Demand.NONE)),
        (MOAAS, 2, (Demand.SLOW, Demand.PAUSE, Demand.NONE)),
        (MOAAS, 1, (Demand.SLOW, Demand.PAUSE, Demand.STOP)),
        (MOAAS, 0, (Demand.SLOW, Demand.PAUSE, Demand.STOP)),
        (RASS, 4, (Demand.SLOW, Demand.PAUSE, Demand.NONE)),
        (RASS, 3, (Demand.SLOW, Demand.PAUSE, Demand.NONE)),
        (RASS, 2, (Demand.SLOW, Demand.NONE, Demand.NONE)),
        (RASS, 1, (Demand.NONE, Demand.NONE, Demand.NONE)),
        (RASS, -1, (Demand.NONE, Demand.NONE, Demand.NONE)),
        (RASS, -2, (Demand.SLOW, Demand.NONE, Demand.NONE)),
        (RASS, -3, (Demand.SLOW, Demand.PAUSE, Demand.NONE)),
        (RASS, -4, (Demand.SLOW, Demand.PAUSE, Demand.STOP)),
        (RASS, -5, (Demand.SLOW, Demand.PAUSE, Demand.STOP)),
    ],
)
def test_one_entry_is_enough_on_either_scale(
    scale: Signal, score: float, demands: tuple[Demand, ...]
) -> None:
    """Clinical.md 3.2 SE1, SE2, SE3, every score there is."""
    scene = Scene(ROWS)
    scene.hear_at(MINUTE, {scale: score})
    assert tuple(scene.demand(name) for name in ("SE1", "SE2", "SE3")) == demands


def test_the_slow_ends_with_one_good_score_and_a_person() -> None:
    scene = Scene((SE1,))
    scene.hear({MOAAS: 3})
    scene.hear_at(MINUTE, {MOAAS: 4})
    assert scene.finding("SE1").is_releasable, "no acknowledgement wanted"
    scene.release()
    assert scene.demand("SE1") is Demand.NONE


@pytest.mark.parametrize(("gap_ms", "is_clear"), [(299_999, False), (300_000, True)])
def test_the_pause_ends_with_two_good_scores_five_minutes_apart(gap_ms: int, is_clear: bool) -> None:
    scene = Scene((SE2,))
    scene.hear({MOAAS: 2})
    scene.acknowledge()
    scene.hear_at(MINUTE, {MOAAS: 4})
    assert not scene.finding("SE2").is_releasable
    scene.hear_at(MINUTE + gap_ms, {MOAAS: 5})
    assert scene.finding("SE2").is_releasable is is_clear


def test_a_bad_score_between_two_good_ones_starts_the_proof_again() -> None:
    scene = Scene((SE2,))
    scene.hear({RASS: -3})
    scene.acknowledge()
    scene.hear_at(1 * MINUTE, {RASS: 0})
    scene.hear_at(3 * MINUTE, {RASS: -2})
    scene.hear_at(6 * MINUTE, {RASS: 0})
    assert not scene.finding("SE2").is_releasable
    scene.hear_at(11 * MINUTE, {RASS: 1})
    assert scene.finding("SE2").is_releasable


def test_a_scale_used_once_long_ago_with_a_good_score_is_in_nobodys_way() -> None:
    scene = Scene((SE2,))
    scene.hear({RASS: 0})
    scene.hear_at(30 * MINUTE, {MOAAS: 2})
    scene.acknowledge()
    scene.hear_at(31 * MINUTE, {MOAAS: 5})
    scene.hear_at(36 * MINUTE, {MOAAS: 5})
    assert scene.finding("SE2").is_releasable


def test_what_one_scale_found_the_other_cannot_talk_away() -> None:
    scene = Scene((SE2,))
    scene.hear({RASS: -3})
    scene.acknowledge()
    for minute in (1, 6, 30, 35):
        scene.hear_at(minute * MINUTE, {MOAAS: 5})
        assert not scene.finding("SE2").is_releasable
    assert "sedation score RASS >= -1 (now -3)" in scene.finding("SE2").blocks_because
    scene.hear_at(36 * MINUTE, {RASS: 0})
    scene.hear_at(41 * MINUTE, {MOAAS: 5})
    assert scene.finding("SE2").is_releasable, "both scales may prove it together"


def test_no_score_is_prompted_after_10_min_and_pauses_after_20() -> None:
    scene = Scene((SE0,))
    scene.at(600_000)
    assert scene.demand("SE0") is Demand.NONE
    scene.at(600_001)
    assert (scene.demand("SE0"), scene.finding("SE0").priority) == (Demand.ADVISE, Priority.LOW)
    scene.at(1_200_000)
    assert scene.demand("SE0") is Demand.ADVISE
    scene.at(1_200_001)
    assert (scene.demand("SE0"), scene.finding("SE0").priority) == (Demand.PAUSE, Priority.MEDIUM)
    assert not scene.finding("SE0").is_silence, "nobody came; that is no lost monitor"


@pytest.mark.parametrize("scale", [MOAAS, RASS])
def test_a_score_on_either_scale_ends_the_prompt(scale: Signal) -> None:
    scene = Scene((SE0,))
    scene.at(600_001)
    scene.hear({scale: 0})
    assert scene.demand("SE0") is Demand.NONE
    scene.at(1_200_001)
    assert scene.demand("SE0") is Demand.NONE
    scene.at(1_200_002)
    assert scene.demand("SE0") is Demand.ADVISE


def test_a_paused_session_waits_for_a_score_and_a_person() -> None:
    scene = Scene((SE0,))
    scene.at(1_200_001)
    scene.release()
    assert scene.demand("SE0") is Demand.PAUSE
    scene.hear({MOAAS: 5})
    assert scene.demand("SE0") is Demand.PAUSE
    scene.release()
    assert scene.demand("SE0") is Demand.NONE


def test_nothing_clears_the_stop() -> None:
    scene = Scene((SE3,))
    scene.hear({MOAAS: 1})
    for minute in range(1, 30):
        scene.hear_at(minute * MINUTE, {MOAAS: 5})
    scene.acknowledge()
    scene.release()
    assert scene.demand("SE3") is Demand.STOP
