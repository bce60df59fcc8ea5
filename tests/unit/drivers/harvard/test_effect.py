"""The second opinion on every line that leaves."""

import pytest

from drivers.gate import EffectKind
from drivers.harvard import codec
from drivers.harvard.effect import effect_of


@pytest.mark.parametrize(
    ("frame", "kind", "value"),
    [
        (b"@stp\r", EffectKind.HALTS, 0),
        (b"12:stp\r", EffectKind.HALTS, 0),
        (b"@irun\r", EffectKind.STARTS, 0),
        (b"12irate 437.5 ul/min\r", EffectKind.SETS_RATE, 26_250_000),
        (b"3@irate 1 ml/min\r", EffectKind.SETS_RATE, 60_000_000),
        (b"@tvolume 14.583 ul\r", EffectKind.SETS_VOLUME, 14_583),
        (b"@tvolume 17.5 ml\r", EffectKind.SETS_VOLUME, 17_500_000),
        (b"@tvolume 0.00001 nl\r", EffectKind.SETS_VOLUME, 1),
        (b"@ctvolume\r", EffectKind.SETS_VOLUME, 0),
        (b"@civolume\r", EffectKind.RESCALES, 0),
        (b"@diameter 26.590\r", EffectKind.RESCALES, 0),
        (b"@load qs i\r", EffectKind.RESCALES, 0),
        (b"@irate lim\r", EffectKind.HARMLESS, 0),
        (b"@poll on\r", EffectKind.HARMLESS, 0),
        (b"@irate max\r", EffectKind.FORBIDDEN, 0),
        (b"@run\r", EffectKind.FORBIDDEN, 0),
        (b"@wrun\r", EffectKind.FORBIDDEN, 0),
        (b"@rrun\r", EffectKind.FORBIDDEN, 0),
        (b"@wrate 1 ml/min\r", EffectKind.FORBIDDEN, 0),
        (b"@poll off\r", EffectKind.UNKNOWN, 0),
        (b"@nvram on\r", EffectKind.UNKNOWN, 0),
        (b"@irate 26.2 ml/hr\r", EffectKind.SETS_RATE, 26_200_000),
        (b"@irate 600.1 ul/hr\r", EffectKind.SETS_RATE, 600_100),
        (b"@irate 5 ml/h\r", EffectKind.UNKNOWN, 0),
        (b"@irate 5 ml/day\r", EffectKind.UNKNOWN, 0),
        (b"@irate 5\r", EffectKind.UNKNOWN, 0),
        (b"@tvolume 1 l\r", EffectKind.UNKNOWN, 0),
        (b"@irun\r@irun\r", EffectKind.UNKNOWN, 0),
        (b"@stp", EffectKind.UNKNOWN, 0),
        (b"\xff\r", EffectKind.UNKNOWN, 0),
    ],
)
def test_each_line_is_known_for_what_it_does(frame: bytes, kind: EffectKind, value: int) -> None:
    effect = effect_of(frame)
    assert (effect.kind, effect.value) == (kind, value)


@pytest.mark.parametrize("value", [360_000, 26_200_000, 26_250_000, 599_990_000, 5_294_100_000])
def test_encoder_and_gate_agree_on_rates_though_they_share_no_code(value: int) -> None:
    assert effect_of(b"@irate " + (codec.say_rate(value) or b"") + b"\r").value == value


@pytest.mark.parametrize("value", [1, 999, 14_583, 1_234_560, 17_500_000, 99_999_900])
def test_encoder_and_gate_agree_on_volumes(value: int) -> None:
    assert effect_of(b"@tvolume " + (codec.say_volume(value) or b"") + b"\r").value == value
