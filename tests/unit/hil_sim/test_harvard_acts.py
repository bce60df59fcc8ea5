"""Faults of the family by name."""

import pytest

from hil_sim.pumps.harvard import HarvardPump
from hil_sim.world import World


def test_a_touched_screen_and_a_lost_poll_mode_can_be_injected() -> None:
    pump = HarvardPump()
    world = World(pump=pump)
    pump.polled = "on"
    world.inject("screen_touched")
    world.receive(b"@irate\r", 1.0)
    assert world.due(1.0) == []
    world.inject("poll_mode_lost")
    world.receive(b"@irate\r", 2.0)
    assert world.due(2.0) == [b"\n1 ml/min\r\n:"]


def test_a_word_is_lost_by_its_name_in_capitals() -> None:
    world = World(pump=HarvardPump())
    world.inject("request_lost", command="STP", count=1)
    world.receive(b"@stp\r", 1.0)
    assert world.due(1.0) == []
    world.receive(b"@stp\r", 2.0)
    assert world.due(2.0) == [b"\n:"]


def test_another_family_has_no_such_fault() -> None:
    with pytest.raises(ValueError, match="only a Harvard pump"):
        World().inject("screen_touched")
