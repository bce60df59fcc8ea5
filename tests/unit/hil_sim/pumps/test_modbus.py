"""The Modbus pump's face: who is answered, when it stops by itself, what its faults do."""

from decimal import Decimal

import pytest
from modbus_bench import CHONRY, DEFAULT, RESUMING
from modbus_vectors import REQUESTS

from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import read_layout

GOLDEN = {frame.name: frame.whole for frame in REQUESTS}
READ_STATUS = bytes.fromhex("0001 0000 0006 01 04 0000 0008")


def pump(text: str = DEFAULT) -> ModbusPump:
    made = ModbusPump(read_layout(text), is_tcp=True)
    made.motor.alarms.clear()
    return made


def running(text: str = DEFAULT) -> ModbusPump:
    made = pump(text)
    made.memory.rate_nl_h, made.memory.safe_s = 36e6, 2.0
    made.receive(bytes.fromhex("0002 0000 0006 01 05 0000 FF00"), 0.0)
    assert made.is_moving
    made.take_replies()
    return made


def test_it_starts_with_the_reset_alarm_standing() -> None:
    assert ModbusPump(read_layout(DEFAULT), is_tcp=True).alarm == "reset"


def test_only_its_own_unit_is_answered() -> None:
    one = pump()
    one.receive(READ_STATUS.replace(b"\x01\x04", b"\x02\x04"), 0.0)
    assert one.output() == b""
    one.receive(READ_STATUS, 0.0)
    assert one.output()[6:9] == bytes((1, 4, 16))
    one.receive(GOLDEN["stop"], 0.0)  # RTU on a TCP port is noise
    assert one.output() == b""


def test_silence_stops_it_and_any_request_keeps_it_going() -> None:
    one = running()
    for now in range(0, 5000, 500):
        one.receive(READ_STATUS, float(now))
        one.advance(0.5, float(now))
    assert one.is_moving
    one.advance(1.9, 6400.0)
    assert one.is_moving
    one.advance(0.2, 6600.0)
    assert (one.is_moving, one.alarm, one.letter()) == (False, "host_silent", "S")


def test_a_dead_watchdog_never_expires() -> None:
    one = running()
    one.quirks.is_watchdog_dead = True
    one.advance(1.0, 100_000.0)
    assert one.is_moving


@pytest.mark.parametrize("by_quirk", [False, True])
def test_a_resuming_pump_goes_on_with_the_next_query_unless_that_is_a_stop(by_quirk: bool) -> None:
    """facts/protocols.md 6, ProMinent."""
    for first, is_moving in ((READ_STATUS, True), (bytes.fromhex("0002 0000 0006 01 05 0000 0000"), False)):
        one = running(DEFAULT if by_quirk else RESUMING)
        one.quirks.has_self_restart = by_quirk
        one.advance(1.0, 3000.0)
        assert (one.is_moving, one.alarm) == (False, None)
        one.receive(first, 3100.0)
        assert one.is_moving is is_moving


def test_a_power_cut_takes_watchdog_nonce_and_counter_and_leaves_the_settings() -> None:
    """Faults rows 6 and 8."""
    one = running()
    one.advance(1.0, 100.0)
    one.cut_power(200.0, 100.0, wakes_running=True)
    one.receive(READ_STATUS, 250.0)
    assert one.output() == b""
    one.advance(0.1, 301.0)
    assert (one.alarm, one.memory.safe_s, one.motor.infused_nl) == ("reset", 0.0, pytest.approx(1000))
    assert one.is_moving
    assert one.memory.rate_nl_h == 36e6


def test_a_device_that_must_be_enabled_first_does_not_run_before() -> None:
    one = pump(CHONRY)
    one.memory.rate_nl_h = 36e6
    start = bytes.fromhex("0002 0000 0006 01 05 0001 FF00")
    one.receive(start, 0.0)
    assert one.output()[-2:] == b"\x85\x04"
    one.receive(bytes.fromhex("0003 0000 0009 01 10 0000 0001 02 0001"), 1.0)
    one.receive(start, 2.0)
    assert one.is_moving


@pytest.mark.parametrize(("quirk", "claims"), [("ignored_lying", False), ("ignored_honest", True)])
def test_an_ignored_stop_is_acknowledged_and_the_plunger_goes_on(quirk: str, claims: bool) -> None:
    """Faults row 4."""
    one = running()
    one.quirks.stop = quirk  # type: ignore[assignment]
    one.receive(bytes.fromhex("0002 0000 0006 01 05 0000 0000"), 10.0)
    assert one.output()[-5:] == b"\x05\0\0\0\0"
    assert (one.is_moving, one.claims_motion) == (True, claims)


def test_the_keypad_and_the_end_of_the_barrel() -> None:
    one = running()
    one.press_stop()
    assert not one.is_moving
    one.press_run()
    assert one.letter() == "I"
    one.turn_rate(Decimal("5"))
    assert one.memory.rate_nl_h == 5e6
    one.turn_diameter_um(21_590)
    assert one.memory.diameter_mm == Decimal("21.59")
    one.clear_counters()
    one.hit_the_end()
    assert one.alarm == "stall"
    one.forget_settings()
    assert one.memory.rate_nl_h == 0.0
    assert one.memory.address == 1


def test_a_frozen_pump_repeats_itself_under_new_transaction_numbers() -> None:
    """Faults row 39."""
    one = running()
    one.quirks.frozen = {}
    first = _answer(one, READ_STATUS)
    later = _answer(one, b"\0\x07" + READ_STATUS[2:])
    assert later == b"\0\x07" + first[2:]


def _answer(one: ModbusPump, request: bytes) -> bytes:
    one.receive(request, 0.0)
    return one.output()
