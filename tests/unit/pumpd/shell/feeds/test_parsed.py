"""What numbers can mean, at each limit (facts/clinical.md 4, row 57)."""

import pytest

from interlocks.vocabulary import Signal
from pumpd.shell.feeds.parsed import bad_reading, check_together, good_reading
from pumpd.shell.feeds.screening import RefusedError


def test_a_heart_that_stands_still_is_a_value() -> None:
    assert good_reading(Signal.HR, 0).value == 0.0
    assert bad_reading(Signal.HR).value is None


@pytest.mark.parametrize(
    ("signal", "value"),
    [(Signal.SYS, 59), (Signal.SYS, 251), (Signal.HR, -1), (Signal.SPO2, 100.1), (Signal.BUTTON, 0.5)],
)
def test_what_no_sensor_means_is_refused(signal: Signal, value: float) -> None:
    with pytest.raises(RefusedError, match="outside"):
        good_reading(signal, value)


def refused(has_pulse: bool = False, **values: float) -> str:
    readings = tuple(good_reading(Signal(name), value) for name, value in values.items())
    try:
        check_together(readings, has_pulse)
    except RefusedError as refusal:
        return str(refusal.reason)
    return ""


def test_a_cuff_reading_is_whole_and_of_an_artery() -> None:
    assert refused(hr=70) == ""
    assert refused(sys=120, dia=80, map=93) == ""
    assert refused(sys=120) == refused(map=90) == refused(hr=70, has_pulse=True) == "cuff_incomplete"
    assert refused(sys=120, dia=106) == refused(sys=200, dia=79) == "implausible"
    assert refused(sys=120, dia=105) == refused(sys=200, dia=80) == ""
    assert refused(sys=120, dia=80, map=110) == "implausible"


def test_a_signal_twice_is_none() -> None:
    with pytest.raises(RefusedError, match="two values"):
        check_together((good_reading(Signal.HR, 70), good_reading(Signal.HR, 71)), has_pulse=False)
