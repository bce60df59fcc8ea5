"""Which turn belongs to what; the turns themselves are tested in test_turns.py."""

from itertools import islice, pairwise

from modbus_bench import CHONRY, RESUMING, ModbusBench

from drivers.contract import Adjust, Configure, Halt, Poll, Run
from drivers.modbus.dialect import UNWATCHED_PAUSE_MS, _nonces


def test_the_lease_is_the_watchdogs_and_a_pause_where_there_is_none() -> None:
    assert ModbusBench().dialect.lease_ms == 2000
    assert ModbusBench(CHONRY).dialect.lease_ms == UNWATCHED_PAUSE_MS


def test_a_poll_writes_nothing_and_takes_two_requests() -> None:
    bench = ModbusBench().ready()
    bench.submit(0, Poll())
    bench.go(100)
    assert bench.sent == ["READ_HOLDING", "READ_INPUT"]


def test_only_what_adds_drug_ends_on_an_alarm() -> None:
    ends = ModbusBench().dialect.ends_on_alarm
    assert [ends(c) for c in (Run(1, 1), Adjust(1), Configure(1), Halt(), Poll())] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_nonces_are_16_bits_never_0_and_never_twice_running() -> None:
    numbers = list(islice(_nonces(), 70_000))
    assert 0 not in numbers
    assert max(numbers) == 0xFFFF
    assert all(a != b for a, b in pairwise(numbers))


def test_a_nonce_is_not_used_again_after_the_line_was_opened_anew() -> None:
    bench = ModbusBench().open()
    first = bench.pump.memory.nonce
    bench.lose()
    bench.open()
    assert bench.pump.memory.nonce not in (0, first)


def test_a_resuming_pump_that_is_spoken_to_in_time_is_not_halted() -> None:
    bench = ModbusBench(RESUMING).ready()
    for _ in range(4):
        bench.go(1000)
        bench.submit(0, Poll())
    assert "STOP" not in bench.sent
