"""Units of somebody else's numbers."""

import pytest

from interlocks.vocabulary import ENTERED, UNIT, Signal
from pumpd.core.measured_units import SCALES, meaning


def test_every_signal_that_can_be_measured_comes_in_its_own_unit_unchanged() -> None:
    for signal in Signal:
        if signal not in ENTERED:
            assert SCALES[UNIT[signal]][UNIT[signal]] == 1


def test_a_kilopascal_is_seven_and_a_half_millimetres_of_mercury() -> None:
    """NIST SP 811: 1 mmHg = 133.3224 Pa."""
    assert SCALES["mm[Hg]"]["kPa"] * 16.0 == pytest.approx(120.01, abs=0.005)


@pytest.mark.parametrize(
    "said", ["", "sys", "sys Pa", "sys mmhg", "pulse bpm", "moaas {score}", "presence 1"]
)
def test_what_is_not_a_signal_and_its_unit_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"signals are|comes in"):
        meaning(said)
