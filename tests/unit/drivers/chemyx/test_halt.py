"""A Chemyx pump stopped without its driver."""

from halt_bytes import first_words, options_agree

from drivers.chemyx import halt
from drivers.line.halting import PortSettings


def test_the_first_words_are_the_stop_of_the_vectors() -> None:
    assert first_words("chemyx") == b"stop\r"


def test_the_defaults_are_those_of_the_table() -> None:
    options_agree("chemyx")
    assert halt.settings_from({**halt.DEFAULTS, "baud": 9600}) == PortSettings(9600)
