"""What a map offers to those who read with it."""

from modbus_bench import CHONRY, DEFAULT, NARROW

from drivers.modbus.layout import Block, Space
from drivers.modbus.parse_map import parse_map


def test_the_newest_of_all_that_is_read_is_the_motion() -> None:
    layout = parse_map(DEFAULT)
    assert layout.motion_reads() == (Block(Space.INPUT, 0, 8),)
    assert layout.all_reads()[-1] == Block(Space.INPUT, 0, 8)
    assert [block.space for block in layout.poll_reads()] == [Space.HOLDING, Space.INPUT]


def test_without_a_status_word_coil_and_flow_say_the_motion() -> None:
    layout = parse_map(CHONRY)
    assert [block.space for block in layout.motion_reads()] == [Space.COIL, Space.INPUT]
    assert layout.poll_reads() == layout.all_reads()
    assert layout.why_not_run.endswith("knows no volume limit and no volume counter")


def test_words_are_ordered_as_the_map_says() -> None:
    assert parse_map(DEFAULT).ordered((1, 2)) == (1, 2)
    assert parse_map(NARROW).ordered((1, 2)) == (2, 1)


def test_a_block_holds_only_what_lies_in_it_whole() -> None:
    layout = parse_map(DEFAULT)
    counter = layout.numbers["counter"]
    assert Block(Space.INPUT, 5, 2).holds(counter)
    assert not Block(Space.INPUT, 5, 1).holds(counter)
    assert not Block(Space.HOLDING, 5, 2).holds(counter)
    assert Space.INPUT.read_function == 4
    assert not Space.INPUT.is_bits
