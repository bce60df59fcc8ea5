"""The gate's second opinion on finished Modbus frames: every function, every address, every value that matters."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_bench import CHONRY, DEFAULT, NARROW
from modbus_vectors import REQUESTS, Golden

from drivers.contract import Approval
from drivers.gate import Effect, EffectKind, Gate
from drivers.modbus import codec
from drivers.modbus.codec import Request
from drivers.modbus.effect import effect_of
from drivers.modbus.parse_map import parse_map

LAYOUT = parse_map(DEFAULT)
PASSING = {EffectKind.HARMLESS, EffectKind.HALTS}


def judged(request: Request, text: str = DEFAULT, unit: int = 1) -> Effect:
    return effect_of(codec.frame(request, unit, 7, is_tcp=True), parse_map(text), 1, is_tcp=True)


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda g: g.name)
def test_golden_frames_have_the_golden_effects(golden: Golden) -> None:
    effect = effect_of(golden.whole, LAYOUT, golden.unit, is_tcp=golden.is_tcp)
    assert (effect.kind, effect.value) == (EffectKind(golden.effect), golden.effect_value)


def test_of_all_single_writes_only_the_named_ones_are_let_through() -> None:
    """Deny by default: every coil, every register 0-400, with the values that are most likely to do something."""
    passing = set()
    for address in range(400):
        for value in (0, 1, 2, 0xFFFF):
            for function in (5, 6, 15, 16):
                if function in (5, 15) and value > 1:
                    continue
                kind = judged(Request(function, address, 1, (value,))).kind
                if kind in PASSING:
                    passing.add(("coil" if function in (5, 15) else "holding", address, value))
    nonces = {("holding", 6, value) for value in (0, 1, 2, 0xFFFF)}
    watchdogs = {("holding", 5, value) for value in (1, 2, 0xFFFF)}
    assert passing == nonces | watchdogs | {("coil", 0, 0), ("coil", 1, 0), ("coil", 3, 1)}


def test_starting_withdrawing_and_clearing_are_what_they_are() -> None:
    assert judged(Request(5, 0, 1, (1,))).kind is EffectKind.STARTS
    assert judged(Request(15, 0, 1, (1,))).kind is EffectKind.STARTS
    assert judged(Request(5, 1, 1, (1,))).kind is EffectKind.FORBIDDEN
    assert judged(Request(5, 2, 1, (1,))).kind is EffectKind.FORBIDDEN
    assert judged(Request(16, 4, 1, (26590,))).kind is EffectKind.RESCALES


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (Request(16, 0, 1, (26250,)), "half a number"),
        (Request(6, 1, 1, (26250,)), "the other half"),
        (Request(16, 1, 2, (1, 1)), "across two numbers"),
        (Request(16, 0, 4, (0, 26250, 0, 17500)), "two at once"),
        (Request(15, 0, 2, (0, 0)), "two coils at once"),
        (Request(23, 6, 5, (26250,), 1), "a write hidden in a read"),
        (Request(23, 6, 5, (2,), 5), "a watchdog hidden in a read"),
        (Request(6, 300, 1, (0,)), "no meaning"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_is_not_exactly_one_point_is_unknown(request_: Request, why: str) -> None:
    assert judged(request_).kind is EffectKind.UNKNOWN, why


def test_another_units_frame_and_a_broadcast_are_unknown() -> None:
    assert judged(Request(5, 0, 1, (0,)), unit=2).kind is EffectKind.UNKNOWN
    assert judged(Request(5, 0, 1, (0,)), unit=0).kind is EffectKind.UNKNOWN


@given(st.integers(0, 2**32 - 1))
def test_its_arithmetic_agrees_with_the_maps_though_they_share_none(raw: int) -> None:
    """And a rate above the approval is refused, one at it or below is not."""
    high, low = raw >> 16, raw & 0xFFFF
    effect = judged(Request(16, 0, 2, (high, low)))
    assert effect == Effect(EffectKind.SETS_RATE, effect.wording, raw * 1000)
    assert judged(Request(16, 0, 2, (low, high)), NARROW).value == raw * 1000
    assert effect.value == LAYOUT.numbers["rate"].scale.value_of((high, low))
    gate = Gate()
    gate.approve(Approval(26_250_000, 1))
    assert (gate.refusal(effect) is None) == (raw * 1000 <= 26_250_000)


@given(st.floats(min_value=0, max_value=1000, width=32))
def test_a_float_counts_as_the_next_larger_whole_value(value: float) -> None:
    words = struct.unpack(">HH", struct.pack(">f", value))
    effect = judged(Request(16, 5, 2, words), CHONRY)
    assert effect.kind is EffectKind.SETS_RATE
    assert 0 <= effect.value - value * 60_000_000 < 1.0001


@pytest.mark.parametrize(
    "words", [(0x7FC0, 0), (0x7F80, 0), (0xC000, 0)], ids=["nan", "infinite", "negative"]
)
def test_a_float_that_is_no_rate_is_unknown(words: tuple[int, int]) -> None:
    assert judged(Request(16, 5, 2, words), CHONRY).kind is EffectKind.UNKNOWN


@given(st.binary(max_size=40))
def test_no_frame_makes_it_raise_and_only_a_sound_one_has_an_effect(raw: bytes) -> None:
    for is_tcp in (False, True):
        assert isinstance(effect_of(raw, LAYOUT, 1, is_tcp=is_tcp), Effect)


def test_a_bad_check_or_length_is_unknown() -> None:
    good = codec.frame(Request(5, 0, 1, (0,)), 1, 0, is_tcp=False)
    assert effect_of(good, LAYOUT, 1, is_tcp=False).kind is EffectKind.HALTS
    assert effect_of(good[:-1] + b"\0", LAYOUT, 1, is_tcp=False).kind is EffectKind.UNKNOWN
    tcp = codec.frame(Request(5, 0, 1, (0,)), 1, 1, is_tcp=True)
    assert effect_of(tcp + b"\0", LAYOUT, 1, is_tcp=True).kind is EffectKind.UNKNOWN
