"""Which function writes what, where a device lacks some."""

import pytest
from modbus_bench import DEFAULT, NARROW

from drivers.line.turns import Risk
from drivers.modbus import asks
from drivers.modbus.parse_map import parse_map


@pytest.mark.parametrize(("text", "functions"), [(DEFAULT, (5, 6, 16, 5)), (NARROW, (5, 16, 16, 5))])
def test_the_shortest_function_the_device_has_is_used(text: str, functions: tuple[int, ...]) -> None:
    layout = parse_map(text)
    built = (
        asks.switch(layout, "direction", 0),
        asks.set_number(layout, "watchdog", (2,)),
        asks.set_number(layout, "rate", (0, 26250)),
        asks.stop(layout),
    )
    assert tuple(ask.request.function for ask in built) == functions


def test_coils_are_written_by_15_where_5_is_missing() -> None:
    layout = parse_map(DEFAULT.replace("4, 5, 6,", "4, 6,"))
    assert asks.stop(layout).request.function == 15


def test_a_32_bit_value_goes_in_one_request_in_the_maps_word_order() -> None:
    big = asks.set_number(parse_map(DEFAULT), "rate", (1, 2)).request
    little = asks.set_number(parse_map(NARROW), "rate", (1, 2)).request
    assert (big.values, little.values, big.count) == ((1, 2), (2, 1), 2)


def test_a_stop_is_a_halt_and_says_so_in_words() -> None:
    ask = asks.stop(parse_map(DEFAULT))
    assert (ask.is_halt, ask.risk) == (True, Risk.DELIVERY)
    assert ask.text == b"run (coil 0 = 0000)"
