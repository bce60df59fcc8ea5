"""The verbs both ends agree on."""

import pytest

from pumpd.config import Alarms
from pumpd.console_words import (
    CARE_PIN_VERBS,
    CARE_VERBS,
    CONSULTING_VERBS,
    EPOCH_VERBS,
    LISTENING_EVERY_S,
    LOWERING_VERBS,
    MORE_ORDER_TEXTS,
    MOVING_VERBS,
    NAMED_VERBS,
    ORDER_TEXTS,
    PIN_VERBS,
    READING_VERBS,
    SCALES,
    VERBS,
    is_final,
)
from pumpd.core.attendance import SCALES as CORE_SCALES
from pumpd.core.order import ALWAYS_FIELDS, CLINIC_FIELDS


def test_nothing_that_lowers_delivery_asks_for_a_pin() -> None:
    """Design law 6; requirements 3.1 (30): stop works at any time."""
    assert not LOWERING_VERBS & PIN_VERBS
    assert {"pause", "stop"} == LOWERING_VERBS


def test_everything_that_can_raise_delivery_asks_for_a_pin_and_a_name() -> None:
    """Design law 1, faults row 81."""
    assert {"order", "verify", "start", "resume", "restore"} == PIN_VERBS - CARE_PIN_VERBS
    assert PIN_VERBS <= NAMED_VERBS <= VERBS


@pytest.mark.parametrize("verb", sorted(MOVING_VERBS))
def test_accepted_is_not_the_last_word_where_the_pump_must_move(verb: str) -> None:
    """Design law 5: a write is never evidence."""
    assert not is_final(verb, "accepted")
    assert not is_final(verb, "not_confirmed")
    assert is_final(verb, "confirmed")


def test_what_is_only_read_asks_for_nothing_and_ends_with_end() -> None:
    assert CONSULTING_VERBS < READING_VERBS <= VERBS
    assert not READING_VERBS & (NAMED_VERBS | MOVING_VERBS | EPOCH_VERBS)
    assert all(is_final(verb, "end") and not is_final(verb, "state") for verb in READING_VERBS)


def test_the_texts_of_an_order_are_the_core_s() -> None:
    """The client may not import the core; two tables must not part."""
    assert set(ORDER_TEXTS) == set(ALWAYS_FIELDS)
    assert set(CLINIC_FIELDS) | {"weight_basis", "previous_weight_kg", "override_reason"} == set(
        MORE_ORDER_TEXTS
    )


def test_accepted_is_the_last_word_where_nothing_moves() -> None:
    verbs = ("order", "verify", "acknowledge", "measure", "score", "present", "quiet", "listening")
    assert all(is_final(verb, "accepted") for verb in verbs)


def test_whatever_a_stale_screen_could_press_into_motion_again_names_its_epoch() -> None:
    """Faults rows 69, 72. A start has no epoch: what it would find changed, it checks anew."""
    assert (PIN_VERBS & MOVING_VERBS) | {"verify"} == EPOCH_VERBS - CARE_VERBS


def test_the_care_moves_nothing_and_what_a_start_or_a_closing_rests_on_asks_for_a_pin() -> None:
    """Facts/clinical.md 1 row 19; what is only written down must not wait for a PIN."""
    assert {"checklist", "prime", "observe", "sign_off", "close", "handover"} == CARE_PIN_VERBS
    assert {"event", "given", "note"} == CARE_VERBS - PIN_VERBS
    assert not CARE_VERBS & (MOVING_VERBS | LOWERING_VERBS)
    assert CARE_VERBS <= NAMED_VERBS
    assert CARE_PIN_VERBS - {"handover"} == EPOCH_VERBS & CARE_VERBS, (
        "a handover is of the bed, not of a screen"
    )
    assert all(is_final(verb, "accepted") for verb in CARE_VERBS)


def test_a_score_a_presence_and_a_wish_for_quiet_say_who_and_a_listener_need_not() -> None:
    assert {"score", "present", "quiet", "acknowledge"} <= NAMED_VERBS - PIN_VERBS
    assert "listening" in VERBS - NAMED_VERBS


def test_the_scales_are_the_core_s() -> None:
    """The client may not import the core; two tables must not part."""
    assert {scale.value: bounds for scale, bounds in CORE_SCALES.items()} == SCALES


def test_two_words_of_a_listener_may_be_lost_before_it_is_missed() -> None:
    assert Alarms().listener_within_s >= LISTENING_EVERY_S * 3
