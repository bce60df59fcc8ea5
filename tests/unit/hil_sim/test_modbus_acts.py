"""The faults that only a Modbus pump has, by name."""

import pytest

from hil_sim.faults import FAULTS
from hil_sim.modbus_maps import make_modbus_pump
from hil_sim.world import World

READ = bytes.fromhex("01 04 00 00 00 08 F1 CC")


def world(pump: str = "modbus-rtu") -> World:
    return World(pump=make_modbus_pump(pump, "pumpd-default", 0))


def ask(one: World, request: bytes = READ) -> bytes:
    one.receive(request, one.link_ms + 1)
    return b"".join(one.due(one.link_ms))


def test_an_honest_pump_answers() -> None:
    assert ask(world())[:3] == bytes((1, 4, 16))


@pytest.mark.parametrize(
    ("name", "at", "honest"),
    [("other_unit", 0, 1), ("exception", 1, 4), ("bad_crc", -1, None), ("torn_value", 14, 0)],
)
def test_each_fault_shows_and_ends(name: str, at: int, honest: int | None) -> None:
    one = world()
    before = ask(one)[at]
    one.inject(name)
    assert ask(one)[at] != before
    assert one.clear(name) == 1
    assert honest in (None, ask(one)[at])


def test_an_exception_can_be_for_some_requests_and_for_so_many() -> None:
    one = world()
    one.inject("exception", code=6, command="READ_INPUT", count=1)
    assert ask(one)[:3] == bytes((1, 0x84, 6))
    assert ask(one)[1] == 4
    with pytest.raises(ValueError, match=r"exception\.code"):
        one.inject("exception", code=12)


def test_a_request_is_lost_by_its_word() -> None:
    one = world()
    one.inject("request_lost", command="READ_INPUT", count=1)
    assert ask(one) == b""
    assert ask(one) != b""


def test_self_restart_is_the_pumps() -> None:
    one = world()
    one.inject("self_restart")
    assert one.pump.quirks.has_self_restart  # type: ignore[attr-defined]


def test_another_family_has_none_of_them() -> None:
    with pytest.raises(ValueError, match="only a Modbus pump"):
        World().inject("other_unit")


def test_no_name_is_another_things_too() -> None:
    """The tables are one: a second `wrong_unit` would quietly have replaced the monitor's."""
    summaries = [
        FAULTS[name].summary for name in ("exception", "other_unit", "torn_value", "bad_crc", "self_restart")
    ]
    assert all(summary.startswith("Modbus") for summary in summaries)
    assert not FAULTS["wrong_unit"].summary.startswith("Modbus")
