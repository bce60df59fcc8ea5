"""Limits against the published table of facts/protocols.md 2 ("Rate range")."""

from fractions import Fraction

import pytest

from drivers.contract import WatchdogKind
from drivers.harvard import codec
from drivers.harvard.capabilities import ELEVEN_ELITE, LEGATO, capabilities, limits, limits_agree

#: um, nl/min, ml/min
TABLE = [(4_608, "2.553", "2.652"), (14_430, "25.03", "25.99"), (26_590, "85.05", "88.32")]


@pytest.mark.parametrize(("diameter_um", "least", "most"), TABLE)
def test_every_rate_offered_lies_within_the_table(diameter_um: int, least: str, most: str) -> None:
    slowest, fastest = limits(diameter_um, ELEVEN_ELITE)
    assert Fraction(least) * 60 * Fraction(999, 1000) <= slowest
    assert fastest <= Fraction(most) * 60 * 10**6
    assert limits_agree((Fraction(least) * 60, Fraction(most) * 60 * 10**6), diameter_um, ELEVEN_ELITE)


def test_the_limits_of_another_diameter_are_not_taken_for_these() -> None:
    found = codec.parse_limits(b"25.0404 nl/min to 26.0035 ml/min")
    assert found is not None
    assert limits_agree(found, 14_427, LEGATO)
    assert not limits_agree(found, 14_500, LEGATO)


def test_the_bound_is_the_lease_and_the_lowest_rate_moves_a_target_by_two_steps_in_it() -> None:
    short, long = capabilities(26_590, 2), capabilities(26_590, 10)
    assert (short.watchdog, short.watchdog_bound_ms) == (WatchdogKind.VOLUME_TARGET, 2000)
    assert short.rate_min_nl_h == 360_000
    assert long.rate_min_nl_h == 72_000


def test_each_limit_offered_can_be_said() -> None:
    for diameter_um in (1_000, 4_608, 14_430, 26_590, 33_000):
        offered = capabilities(diameter_um, 2)
        assert codec.say_rate(offered.rate_min_nl_h)
        assert codec.say_rate(offered.rate_max_nl_h)


def test_a_syringe_that_the_model_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 100-33000"):
        capabilities(40_000, 2)
    assert capabilities(40_000, 2, LEGATO).rate_max_nl_h > 0


@pytest.mark.parametrize("tenths", [4, 20, 25, 131, 262, 263, 999, 5_001, 52_940])
def test_every_tenth_of_a_millilitre_an_hour_can_be_set_as_it_stands(tenths: int) -> None:
    """An order is settled on tenths and on the pump's steps both: where these do not hold each other, 26.2 mL/h
    became 26.1, and 2.0 mL/h became 1.8 and was refused."""
    rate_nl_h = tenths * 100_000
    assert capabilities(26_590, 2).floor_rate(rate_nl_h) == rate_nl_h
    assert codec.say_rate(rate_nl_h) is not None
