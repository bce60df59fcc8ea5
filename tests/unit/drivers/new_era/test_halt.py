"""A New Era pump stopped without its driver."""

import pytest
from halt_bytes import first_words, golden, options_agree

from drivers.line.halting import HaltingLine, PortSettings
from drivers.new_era import halt


def test_the_first_words_are_the_golden_stop() -> None:
    """Faults I9: nothing is asked before it."""
    assert first_words("new_era") == golden("new_era", "stop", "safe")


def test_a_pump_in_basic_mode_is_told_in_a_line() -> None:
    assert first_words("new_era", protocol="basic") == b"0STP\r"


def test_a_pump_that_left_safe_mode_is_told_in_a_line_once_packets_have_stayed_unanswered() -> None:
    """Faults row 6: a reset takes it out of safe mode, and whoever stops it cannot know."""
    line = HaltingLine([halt.dialects_from(halt.DEFAULTS)])
    line.opened(0)
    said = [line.take_output()]
    for now in range(1, 900):
        line.tick(now)
        said.append(line.take_output())
    spoken = [frame for frame in said if frame]
    assert spoken[:2] == [golden("new_era", "stop", "safe")] * 2
    assert b"0STP\r" in spoken


def test_the_address_and_the_speed_are_those_of_the_table() -> None:
    options_agree("new_era")
    assert first_words("new_era", address=12).startswith(b"\x02\x0912STP")
    assert halt.settings_from({**halt.DEFAULTS, "baud": 9600}) == PortSettings(9600)
    with pytest.raises(ValueError, match="address"):
        halt.dialects_from({**halt.DEFAULTS, "address": 100})
