"""The verbs both ends agree on."""

import pytest

from pumpd.console_words import LOWERING_VERBS, MOVING_VERBS, NAMED_VERBS, PIN_VERBS, VERBS, is_final


def test_nothing_that_lowers_delivery_asks_for_a_pin() -> None:
    """Design law 6; requirements 3.1 (30): stop works at any time."""
    assert not LOWERING_VERBS & PIN_VERBS
    assert {"pause", "stop"} == LOWERING_VERBS


def test_everything_that_can_raise_delivery_asks_for_a_pin_and_a_name() -> None:
    """Design law 1, faults row 81."""
    assert {"order", "verify", "start", "resume"} == PIN_VERBS
    assert PIN_VERBS <= NAMED_VERBS <= VERBS


@pytest.mark.parametrize("verb", sorted(MOVING_VERBS))
def test_accepted_is_not_the_last_word_where_the_pump_must_move(verb: str) -> None:
    """Design law 5: a write is never evidence."""
    assert not is_final(verb, "accepted")
    assert not is_final(verb, "not_confirmed")
    assert is_final(verb, "confirmed")


def test_accepted_is_the_last_word_where_nothing_moves() -> None:
    assert all(is_final(verb, "accepted") for verb in ("order", "verify", "acknowledge", "measure"))
