"""The second opinion on each frame that can leave, and on frames that must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.gate import EffectKind
from drivers.new_era.effect import Scales, effect_of
from drivers.new_era.framing import safe_frame

ML_H = Scales("MH", "ML")


def kind(text: str) -> EffectKind:
    return effect_of(safe_frame(text.encode()), ML_H).kind


@pytest.mark.parametrize("text", ["0STP", "STP", "07STP"])
def test_a_stop_halts_at_any_address(text: str) -> None:
    assert kind(text) is EffectKind.HALTS


@pytest.mark.parametrize(
    "word",
    [
        "DIS",
        "DIA",
        "RAT",
        "VOL",
        "VER",
        "DIR",
        "SAF",
        "SAF2",
        "SAF255",
        "FUN",
        "FUNRAT",
        "FUNSTP",
        "PHN1",
        "PHN2",
        "PF",
        "PF0",
        "DIRINF",
    ],
)
def test_reads_and_safe_settings_are_harmless(word: str) -> None:
    assert kind(f"0{word}") is EffectKind.HARMLESS


@pytest.mark.parametrize("word", ["DIRWDR", "DIRREV", "DIRSTK", "PUR", "PUR1"])
def test_other_directions_and_purge_are_forbidden(word: str) -> None:
    assert kind(f"0{word}") is EffectKind.FORBIDDEN


@pytest.mark.parametrize(
    "word",
    [
        "SAF0",
        "SAF00",
        "SAF1.5",
        "PF1",
        "RUN2",
        "RUN1",
        "RATC",
        "RATI5.000",
        "FUNINC",
        "CLDINF",
        "*RESET",
        "*ADR1",
        "VOLMM",
        "LOC1",
        "STP2",
        "XYZ",
    ],
)
def test_what_is_not_known_is_unknown(word: str) -> None:
    assert kind(f"0{word}") is EffectKind.UNKNOWN


def test_a_run_starts() -> None:
    assert kind("0RUN") is EffectKind.STARTS


@pytest.mark.parametrize("word", ["VOLML", "VOLUL", "DIA26.59"])
def test_units_and_diameter_give_old_numbers_another_meaning(word: str) -> None:
    assert kind(f"0{word}") is EffectKind.RESCALES


@pytest.mark.parametrize(
    ("text", "scales", "value"),
    [
        ("0RAT5.000MH", Scales(), 5_000_000),
        ("0RAT5UH", Scales(), 5_000),
        ("0RAT1.5MM", Scales(), 90_000_000),
        ("0RAT26.25", Scales("MH", ""), 26_250_000),
        ("0RAT26.25", Scales("UM", ""), 1_575_000),
        ("0RAT26.25", Scales(), 1_575_000_000),
    ],
)
def test_a_rate_is_computed_and_without_a_unit_the_worst_is_assumed(
    text: str, scales: Scales, value: int
) -> None:
    effect = effect_of(safe_frame(text.encode()), scales)
    assert (effect.kind, effect.value) == (EffectKind.SETS_RATE, value)


@pytest.mark.parametrize(
    ("scales", "value"), [(Scales("", "ML"), 1_500_000), (Scales("", "UL"), 1_500), (Scales(), 1_500_000)]
)
def test_a_volume_is_computed_in_the_pumps_unit(scales: Scales, value: int) -> None:
    effect = effect_of(safe_frame(b"0VOL1.500"), scales)
    assert (effect.kind, effect.value) == (EffectKind.SETS_VOLUME, value)


@pytest.mark.parametrize("at", range(9))
def test_a_damaged_stop_is_not_taken_for_one(at: int) -> None:
    frame = bytearray(safe_frame(b"0STP"))
    frame[at] ^= 4
    assert effect_of(bytes(frame), ML_H).kind is EffectKind.UNKNOWN


@given(st.binary(max_size=40))
def test_any_bytes_have_some_effect(raw: bytes) -> None:
    assert effect_of(raw, ML_H).kind is EffectKind.UNKNOWN
    effect_of(safe_frame(raw), ML_H)


@pytest.mark.parametrize("word", ["STP", "RUN", "RAT26.25MH", "VOL1.5", "PUR", "SAF2", "SAF0", "DIA26.59"])
def test_a_line_of_basic_mode_does_what_the_packet_does(word: str) -> None:
    text = f"0{word}".encode()
    assert effect_of(text + b"\r", ML_H) == effect_of(safe_frame(text), ML_H)


@pytest.mark.parametrize("raw", [b"0STP", b"STP\r", b"0STP\r\r", b"0ST\xd0\r", b"0STP\r0RUN\r"])
def test_no_other_line_is_known(raw: bytes) -> None:
    assert effect_of(raw, ML_H).kind is EffectKind.UNKNOWN
