"""A pump of the "ultra" command set stopped without its driver."""

from halt_bytes import first_words, options_agree

from drivers.harvard import halt
from drivers.line.halting import PortSettings


def test_the_first_words_are_the_stop_as_the_tape_has_it() -> None:
    """tests/vectors/harvard.toml, tape: `@stp`."""
    assert first_words("harvard") == b"@stp\r"


def test_a_pump_in_a_chain_is_called_by_its_address() -> None:
    assert first_words("harvard", address=12, addressing="digits") == b"12stp\r"
    assert first_words("harvard", address=12, addressing="colon") == b"12:stp\r"


def test_the_defaults_are_those_of_the_table() -> None:
    options_agree("harvard")
    assert halt.settings_from(halt.DEFAULTS) == PortSettings(115200)
