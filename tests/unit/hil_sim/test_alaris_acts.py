"""Faults that only an Alaris pump can have."""

import pytest

from hil_sim.pumps.alaris import AlarisPump
from hil_sim.world import World


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("remote_disabled", "is_remote_disabled"), ("reply_broken_off", "is_reply_broken_off")],
)
def test_a_switch_is_on_until_the_fault_ends(name: str, attribute: str) -> None:
    pump = AlarisPump()
    world = World(pump=pump)
    world.inject(name)
    assert getattr(pump.quirks, attribute) is True
    world.clear(name)
    assert getattr(pump.quirks, attribute) is False


def test_another_pump_cannot_have_it() -> None:
    with pytest.raises(ValueError, match="only an Alaris pump"):
        World().inject("remote_disabled")
