"""What was read and what it means, on the safe side."""

import pytest
from modbus_bench import CHONRY, DEFAULT

from drivers.contract import Identity, Motion
from drivers.line.turns import Refused
from drivers.modbus.layout import Block, Space
from drivers.modbus.parse_map import parse_map
from drivers.modbus.view import View, identity_key, identity_of

STATUS = Block(Space.INPUT, 0, 8)
COILS = Block(Space.COIL, 0, 2)


def seen(status: int = 0, actual: int = 0, direction: int = 0) -> View:
    view = View(parse_map(DEFAULT))
    view.take(STATUS, (status, 0b1010, 7, 0, actual, 0, 1250, 0xFFFF))
    view.take(COILS, (0, direction, 0, 0, 0, 0, 0, 0))
    return view


@pytest.mark.parametrize(
    ("status", "actual", "direction", "motion"),
    [
        (0, 0, 0, Motion.HALTED),
        (1, 5, 0, Motion.INFUSING),
        (3, 5, 0, Motion.WITHDRAWING),
        (4, 5, 0, Motion.PURGING),
        (8, 0, 0, Motion.WAITING),
        (0, 5, 0, Motion.INFUSING),
        (1, 5, 1, Motion.WITHDRAWING),
    ],
)
def test_the_moving_one_of_two_stories_is_believed(
    status: int, actual: int, direction: int, motion: Motion
) -> None:
    """A pump that says it stands while its actual rate is above 0 does not stand."""
    assert seen(status, actual, direction).motion() is motion


def test_values_bits_and_pressure_are_taken_from_their_places() -> None:
    view = seen()
    assert view.value("counter") == 125_000
    assert view.value("rate") is None  # not read
    assert view.bits("alarms") == {"stall", "program"}
    assert view.heartbeat() == 7
    assert view.pressure_mmhg() == pytest.approx(-0.1)


def test_a_float_that_is_no_number_is_refused() -> None:
    view = View(parse_map(CHONRY))
    view.take(Block(Space.INPUT, 4, 2), (0x7FC0, 0))
    with pytest.raises(Refused, match="no number"):
        view.value("actual_rate")


def test_who_it_is_comes_from_the_identity_block_without_the_nonce() -> None:
    layout = parse_map(DEFAULT)
    words = (0x0101, 1, 0x0203, 0, 40217)
    assert identity_of(layout, words, 4) == Identity("PUMPD-1", "2.3", 4, "40217")
    assert identity_of(layout, (0, 9, 0, 0, 1), 4).model == "model 9"
    assert identity_key(layout, words) == identity_key(layout, (7, *words[1:]))
    assert identity_key(layout, words) != identity_key(layout, (7, *words[1:-1], 1))


def test_a_model_may_be_text() -> None:
    text = DEFAULT.replace('address = 7, count = 1, form = "number"', 'address = 7, count = 1, form = "text"')
    layout = parse_map(text.replace('"1" = "PUMPD-1"', '"AB" = "Two letters"'))
    assert identity_of(layout, (0, 0x4142, 0, 0, 1), 1).model == "Two letters"


def test_a_device_that_does_not_say_who_it_is_is_taken_for_what_the_map_says() -> None:
    layout = parse_map(CHONRY)
    assert identity_of(layout, (1,), 1) == Identity("WP110", "", 1, "")
    assert identity_key(layout, (1,)) == b""
