"""Two thousand mutated inputs for each family's wire (issue 4; a million each: `./run fuzz`).

The tests would be worthless if nothing were accepted at all, or if a fault went unseen, so that is looked at too.
"""

import random
from dataclasses import replace

import pytest
from fuzz.campaign import Wrong, campaign, held_bytes
from fuzz.mutate import LONGEST, mutated, pieces
from fuzz.targets import TARGETS, new_era

INPUTS = 2_000


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_no_input_raises_is_wrongly_accepted_or_is_kept(name: str) -> None:
    """I11, I17, I20; faults rows 23-26."""
    target = TARGETS[name]()
    assert len(target.seeds) >= 2
    tally = campaign(target, INPUTS)
    assert tally.accepted > INPUTS // 50


def test_a_family_that_believes_what_nobody_said_is_found() -> None:
    target = replace(new_era(), is_real=lambda reply, stream: False)
    with pytest.raises(Wrong, match="which nobody said"):
        campaign(target, 200)


def test_a_reader_that_raises_is_found() -> None:
    def broken(text: bytes) -> object:
        return 1 // len(text)

    with pytest.raises(Wrong, match="ZeroDivisionError"):
        campaign(replace(new_era(), parsers=(broken,)), 500)


def test_what_a_wire_holds_is_counted() -> None:
    class Hoarder:
        def __init__(self) -> None:
            self.kept = [b"x" * 100, {"a": bytearray(50)}]

    assert held_bytes(Hoarder()) == 150


def test_the_same_seed_makes_the_same_inputs() -> None:
    seeds = [b"\x0200S\x03", b"abc"]
    first, second = random.Random(7), random.Random(7)
    assert [mutated(first, seeds) for _ in range(50)] == [mutated(second, seeds) for _ in range(50)]
    data = mutated(first, seeds)
    assert b"".join(pieces(first, data)) == data
    assert len(data) <= LONGEST
