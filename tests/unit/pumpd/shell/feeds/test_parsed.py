"""What numbers can mean, at each limit (facts/clinical.md 4, row 57)."""

import pytest

from interlocks.vocabulary import CUFF, Signal
from pumpd.shell.feeds.parsed import bad_reading, good_reading, together
from pumpd.shell.feeds.screening import RefusedError


def test_a_heart_that_stands_still_is_a_value() -> None:
    assert good_reading(Signal.HR, 0).value == 0.0
    assert bad_reading(Signal.HR).value is None


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        (Signal.SYS, 29),
        (Signal.SYS, 301),
        (Signal.DIA, 9),
        (Signal.DIA, 221),
        (Signal.HR, -1),
        (Signal.SPO2, 100.1),
        (Signal.BUTTON, 0.5),
    ],
)
def test_what_no_sensor_means_is_refused(signal: Signal, value: float) -> None:
    with pytest.raises(RefusedError, match="outside"):
        good_reading(signal, value)


def verdict(has_pulse: bool = False, **values: float) -> str:
    """Refused with which word, or of which kind the values are."""
    readings = tuple(good_reading(Signal(name), value) for name, value in values.items())
    try:
        held = together(readings, has_pulse)
    except RefusedError as refusal:
        return str(refusal.reason)
    assert [one.signal for one in held] == [one.signal for one in readings]
    cuff = {one.is_suspect for one in held if one.signal in CUFF}
    assert not any(one.is_suspect for one in held if one.signal not in CUFF)
    return "suspect" if cuff == {True} else "good" if cuff in ({False}, set()) else "mixed"


def test_a_cuff_reading_is_whole() -> None:
    assert verdict(hr=70) == "good"
    assert verdict(sys=120, dia=80, map=93, hr=70) == "good"
    assert verdict(sys=120) == verdict(map=90) == verdict(hr=70, has_pulse=True) == "cuff_incomplete"
    assert verdict(sys=120, dia=120) == verdict(sys=80, dia=120) == "implausible"


@pytest.mark.parametrize(
    ("sys", "dia", "mean", "is_suspect"),
    [
        (120, 105, None, False),
        (120, 106, None, True),
        (200, 80, None, False),
        (200, 79, None, True),
        (230, 100, None, True),
        (251, 140, None, True),
        (250, 140, None, False),
        (200, 151, None, True),
        (59, 40, None, True),
        (60, 40, None, False),
        (55, 29, None, True),
        (120, 80, 108, False),
        (120, 80, 109, True),
        (128, 82, 81, True),
    ],
)
def test_what_is_hardly_possible_is_suspect_as_a_whole_and_never_missing(
    sys: float, dia: float, mean: float | None, is_suspect: bool
) -> None:
    """BP3, BP4, HZ-21: refused, a crisis of 230/100 left 146/86 standing for ten minutes. Clinical.md 4's limits."""
    values = {"sys": sys, "dia": dia, "hr": 70.0} | ({} if mean is None else {"map": mean})
    assert verdict(**values) == ("suspect" if is_suspect else "good")


def test_a_signal_twice_is_none() -> None:
    with pytest.raises(RefusedError, match="two values"):
        together((good_reading(Signal.HR, 70), good_reading(Signal.HR, 71)), has_pulse=False)
