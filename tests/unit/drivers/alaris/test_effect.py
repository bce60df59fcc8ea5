"""The second opinion on every outgoing frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.alaris.effect import effect_of
from drivers.alaris.framing import wrap
from drivers.gate import Effect, EffectKind

KINDS = [
    (b"INF_STOP", EffectKind.HALTS, 0),
    (b"INF_START", EffectKind.STARTS, 0),
    (b"INF", EffectKind.HARMLESS, 0),
    (b"INF_VI", EffectKind.HARMLESS, 0),
    (b"INF_RATE", EffectKind.HARMLESS, 0),
    (b"INST_SERIALNO", EffectKind.HARMLESS, 0),
    (b"REMOTE_CFG^ENABLED^0701", EffectKind.HARMLESS, 0),
    (b"REMOTE_CTRL^ENABLED^0701", EffectKind.HARMLESS, 0),
    (b"INF_RATE^26.2^ml/h", EffectKind.SETS_RATE, 26_200_000),
    (b"INF_RATE^0.1^ml/h", EffectKind.SETS_RATE, 100_000),
    (b"INF_RATE^26.2^ml/min", EffectKind.UNKNOWN, 0),
    (b"INF_RATE^26.25^ml/h", EffectKind.UNKNOWN, 0),
    (b"INF_RATE^26.2", EffectKind.UNKNOWN, 0),
    (b"INF_VI^0", EffectKind.UNKNOWN, 0),
    (b"INF_BOLUS", EffectKind.UNKNOWN, 0),
    (b"INF_START^NOW", EffectKind.UNKNOWN, 0),
    (b"REMOTE_CTRL^DISABLED^0701", EffectKind.UNKNOWN, 0),
]


@pytest.mark.parametrize(("text", "kind", "value"), KINDS)
@pytest.mark.parametrize("before", [b"", b"\x1b"])
def test_a_frame_does_what_its_bytes_say(before: bytes, text: bytes, kind: EffectKind, value: int) -> None:
    effect = effect_of(before + wrap(text))
    assert (effect.kind, effect.value) == (kind, value)


@pytest.mark.parametrize("host_limit_nl", [None, 17_500_000, 0, -1])
def test_a_start_carries_the_limit_at_which_the_driver_halts(host_limit_nl: int | None) -> None:
    """Whether 0, less or none may start is for the gate to say."""
    effect = effect_of(wrap(b"INF_START"), host_limit_nl)
    assert effect == Effect(EffectKind.STARTS, "INF_START", host_limit_nl=host_limit_nl)


@pytest.mark.parametrize("text", [row[0] for row in KINDS if row[1] is not EffectKind.STARTS])
def test_no_other_frame_is_shown_as_more_than_its_bytes_say(text: bytes) -> None:
    assert effect_of(wrap(text), 17_500_000) == effect_of(wrap(text))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"!INF_STOP|CD57",
        b"!INF_STOP|CD58\r",
        b"\x1b\x1b!INF|4961\r",
        b"INF|4961\r",
        b"!INF|4961\r!INF|4961\r",
    ],
)
def test_a_malformed_frame_has_no_known_effect(frame: bytes) -> None:
    assert effect_of(frame).kind is EffectKind.UNKNOWN


@given(st.binary(max_size=60))
def test_only_the_words_that_are_ours_are_known(text: bytes) -> None:
    known = {row[0] for row in KINDS if row[1] is not EffectKind.UNKNOWN}
    effect = effect_of(wrap(text))
    assert effect.kind is EffectKind.UNKNOWN or text in known or text.startswith((b"INF_RATE^", b"REMOTE_C"))
