"""What is assumed of the fields, in each of its phrasings."""

from decimal import Decimal

from hil_sim.pumps.alaris_words import COMMS_FAILURE, Style


def test_plain() -> None:
    style = Style()
    assert style.state(True, None) == "INF^INFUSING"
    assert style.state(False, COMMS_FAILURE) == "INF^STOPPED^COMMUNICATIONS FAILURE"
    assert style.rate(Decimal("26.2")) == "INF_RATE^26.2^ml/h"
    assert style.rate(Decimal(10)) == "INF_RATE^10.0^ml/h"
    assert style.acknowledge("INF_RATE^10.0^ml/h") == "INF_RATE^10.0^ml/h"
    assert style.refuse("INF_RATE^0.0^ml/h", "OUT OF RANGE") == "INF_RATE^REFUSED^OUT OF RANGE"


def test_the_counter_shows_whole_steps_only() -> None:
    assert Style().volume(1_234_999.9) == "INF_VI^1.234^ml"
    assert Style(volume_decimals=1).volume(199_999.0) == "INF_VI^0.1^ml"
    assert Style(volume_decimals=0).volume(1_999_999.0) == "INF_VI^1^ml"
    assert Style().volume(0.0) == "INF_VI^0.000^ml"


def test_other_phrasings() -> None:
    style = Style(is_unit_first=True, acknowledges="ok", stopped="ON HOLD", refused="ERROR")
    assert style.volume(12_500_000) == "INF_VI^ml^12.500"
    assert style.rate(Decimal("26.2")) == "INF_RATE^ml/h^26.2"
    assert style.state(False, None) == "INF^ON HOLD"
    assert style.acknowledge("INF_RATE^10.0^ml/h") == "INF_RATE^OK"
    assert style.refuse("INF_STOP", "X") == "INF_STOP^ERROR^X"
    assert Style(acknowledges="bare").acknowledge("REMOTE_CFG^ENABLED^0701") == "REMOTE_CFG"
