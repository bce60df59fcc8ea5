"""What each request does to the pump, and which exception it draws."""

import struct

import pytest
from modbus_bench import DEFAULT, NARROW
from modbus_vectors import REQUESTS, Golden

from hil_sim.pumps import modbus_registers as registers
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import read_layout
from hil_sim.pumps.modbus_registers import Refusal


@pytest.fixture
def pump() -> ModbusPump:
    made = ModbusPump(read_layout(DEFAULT), is_tcp=True)
    made.motor.alarms.clear()
    return made


def write(pump: ModbusPump, address: int, *words: int) -> bytes:
    body = struct.pack(f">HHB{len(words)}H", address, len(words), 2 * len(words), *words)
    return registers.carry_out(pump, 16, body)


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda g: g.name)
def test_golden_requests_have_their_words(pump: ModbusPump, golden: Golden) -> None:
    assert registers.word_of(pump, golden.function, golden.pdu[1:]) == golden.word


def test_settings_are_kept_and_read_back(pump: ModbusPump) -> None:
    write(pump, 0, 0, 26_250)
    write(pump, 2, 0, 17_500)
    write(pump, 4, 26_590)
    assert (pump.memory.rate_nl_h, pump.memory.target_nl) == (pytest.approx(26.25e6), pytest.approx(17.5e6))
    assert float(pump.memory.diameter_mm) == pytest.approx(26.59)
    read = registers.carry_out(pump, 3, struct.pack(">HH", 0, 5))
    assert read == bytes((3, 10)) + struct.pack(">5H", 0, 26_250, 0, 17_500, 26_590)


def test_half_a_number_is_in_force_when_it_is_written_in_halves(pump: ModbusPump) -> None:
    """Faults row 40, the other way round: this is why the driver writes 32 bits with one request."""
    write(pump, 0, 0, 26_250)
    write(pump, 0, 1)
    assert pump.memory.rate_nl_h == pytest.approx((65_536 + 26_250) * 1000)


@pytest.mark.parametrize(
    ("function", "body", "code"),
    [
        (7, "0000 0000", 1),
        (3, "0064 0001", 2),
        (3, "0000 0000", 3),
        (5, "0000 1234", 3),
        (16, "0000 0002 04 FFFF FFFF", 3),
        (5, "0000 FF00", 4),
        (6, "0004 0000", 3),
        (6, "0063 0001", 2),
    ],
)
def test_what_cannot_be_is_an_exception(pump: ModbusPump, function: int, body: str, code: int) -> None:
    with pytest.raises(Refusal) as refused:
        registers.carry_out(pump, function, bytes.fromhex(body))
    assert refused.value.code == code


def test_a_running_pump_takes_a_rate_and_nothing_else(pump: ModbusPump) -> None:
    write(pump, 0, 0, 26_250)
    registers.carry_out(pump, 5, b"\0\0\xff\0")
    assert pump.is_moving
    write(pump, 0, 0, 13_120)
    for address in (2, 4):
        with pytest.raises(Refusal) as refused:
            write(pump, address, *((0, 1) if address == 2 else (26_590,)))
        assert refused.value.code == registers.BUSY
    registers.carry_out(pump, 5, b"\0\0\0\0")
    assert not pump.is_moving


def test_function_23_writes_first_and_reads_then(pump: ModbusPump) -> None:
    body = bytes.fromhex("0006 0005 0006 0001 02 0101")
    assert registers.carry_out(pump, 23, body)[2:4] == b"\1\1"


def test_coils_are_written_by_15_as_well() -> None:
    narrow = ModbusPump(read_layout(NARROW), is_tcp=False)
    registers.carry_out(narrow, 15, bytes.fromhex("0003 0001 01 01"))
    assert narrow.motor.alarms == set()


def test_a_torn_value_is_far_from_the_true_one(pump: ModbusPump) -> None:
    pump.quirks.is_torn = True
    assert registers.registers(pump)["input", 5] == 1
    pump.quirks.is_torn = False
    assert registers.registers(pump)["input", 5] == 0
