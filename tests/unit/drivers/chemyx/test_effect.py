import pytest

from drivers.chemyx.effect import effect_of
from drivers.gate import EffectKind


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("stop", EffectKind.HALTS, 0),
        ("pause", EffectKind.HALTS, 0),
        ("pump status", EffectKind.HARMLESS, 0),
        ("view parameter", EffectKind.HARMLESS, 0),
        ("set delay 0", EffectKind.HARMLESS, 0),
        ("set delay 5", EffectKind.UNKNOWN, 0),
        ("set units 0", EffectKind.RESCALES, 0),
        ("set diameter 20.000", EffectKind.RESCALES, 0),
        ("set rate 26.250000", EffectKind.SETS_RATE, 26_250_000),
        ("set volume 17.5", EffectKind.SETS_VOLUME, 17_500_000),
        ("set volume -17.5", EffectKind.FORBIDDEN, 0),
        ("set rate 1,2", EffectKind.UNKNOWN, 0),
        ("start", EffectKind.STARTS, 0),
        ("restart", EffectKind.UNKNOWN, 0),
        ("1 start", EffectKind.UNKNOWN, 0),
        ("hexw2 1 0 26.59 1 1 0 start", EffectKind.UNKNOWN, 0),
    ],
)
def test_what_each_line_would_do_in_ml_per_hour(line: str, kind: EffectKind, value: int) -> None:
    effect = effect_of(line.encode() + b"\r", 1)
    assert (effect.kind, effect.value) == (kind, value)


def test_an_unknown_unit_is_taken_for_the_largest_and_a_fraction_is_rounded_up() -> None:
    assert effect_of(b"set rate 1.000000\r", None).value == 60_000_000
    assert effect_of(b"set volume 1\r", None).value == 1_000_000
    assert effect_of(b"set rate 0.000001\r", 3).value == 1


def test_a_line_without_an_end_is_unknown() -> None:
    assert effect_of(b"stop", 1).kind is EffectKind.UNKNOWN
    assert effect_of(b"\xff\r", 1).kind is EffectKind.UNKNOWN
