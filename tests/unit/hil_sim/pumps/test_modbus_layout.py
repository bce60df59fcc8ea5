"""The simulator's own reading of the map files, against the driver's: they share no code and must agree."""

import pytest
from modbus_bench import CHONRY, DEFAULT, NARROW
from modbus_vectors import VECTORS

from drivers.modbus.parse_map import parse_map
from hil_sim.pumps.modbus_layout import read_layout


@pytest.mark.parametrize("text", [DEFAULT, NARROW, CHONRY], ids=["default", "narrow", "chonry"])
def test_every_number_means_the_same_on_both_sides(text: str) -> None:
    driver, device = parse_map(text), read_layout(text)
    assert device.functions == driver.functions
    assert device.low_word_first == driver.is_low_word_first
    for key, number in driver.numbers.items():
        found = device.fields[key]
        assert (found.space, found.address, found.size) == (number.space.value, number.address, number.count)
        if key == "pressure":
            continue
        ours = 60_000_000 if key in ("rate", "actual_rate") else 2_000_000 if key != "diameter" else 26_590
        ours = 2_000 if key == "watchdog" else ours
        theirs = ours / 1000 if key in ("diameter", "watchdog") else float(ours)
        words = number.scale.words_of(ours)
        assert words is not None
        assert found.pack(theirs, low_word_first=device.low_word_first) == list(driver.ordered(words))
        assert found.unpack(
            list(driver.ordered(words)), low_word_first=device.low_word_first
        ) == pytest.approx(theirs)


def test_the_float_of_the_facts_in_both_word_orders() -> None:
    flow = read_layout(CHONRY).fields["actual_rate"]
    [vector] = VECTORS["float"]
    for low_first, text in ((False, vector["big"]), (True, vector["little"])):
        assert flow.pack(360 * 60e6, low_word_first=low_first) == [int(word, 16) for word in text.split()]


def test_a_value_beyond_the_register_stays_at_its_end() -> None:
    field = read_layout(DEFAULT).fields["pressure"]
    assert field.pack(99_999.0, low_word_first=False) == [32_767]
    assert field.pack(-10.0, low_word_first=False) == [0xFF9C]


def test_a_map_without_what_is_needed_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        read_layout('name = "x"')
