"""An Alaris pump stopped without its driver, with remote control or without."""

from halt_bytes import first_words, golden, options_agree

from drivers.alaris import halt
from drivers.alaris.framing import ESC
from drivers.line.halting import PortSettings


def test_the_first_words_are_the_golden_stop_behind_an_escape() -> None:
    """Half a request of a dead daemon must not swallow it (facts/protocols.md 5)."""
    assert first_words("alaris") == ESC + golden("alaris", "stop")


def test_the_port_is_set_as_the_only_way_there_is() -> None:
    options_agree("alaris")
    assert halt.settings_from(halt.DEFAULTS) == PortSettings(38400)
