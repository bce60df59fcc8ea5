"""Bytes between pump and host: faults rows 1, 2, 23-25."""

import random

from hil_sim.wire import Tamper, Wire


def a_wire(*tampers: Tamper) -> Wire:
    wire = Wire(random.Random(7).random)
    wire.tampers.extend(tampers)
    return wire


def test_an_undisturbed_answer_is_due_at_once_and_once() -> None:
    wire = a_wire()
    wire.send("", b"abc", 10.0)

    assert wire.due(10.0) == [b"abc"]
    assert wire.due(10.0) == []
    assert wire.taken(b"RUN\r") == b"RUN\r"


def test_a_lost_answer_may_be_limited_to_a_command_and_a_number() -> None:
    """faults row 1."""
    wire = a_wire(Tamper("lose_reply", command="STP", left=1))
    for command in ("", "STP", "STP"):
        wire.send(command, command.encode() or b"-", 0.0)

    assert wire.due(0.0) == [b"-", b"STP"]


def test_the_bare_status_query_can_be_meant_alone() -> None:
    wire = a_wire(Tamper("lose_reply", command=""))
    for command in ("", "DIS"):
        wire.send(command, command.encode() or b"-", 0.0)

    assert wire.due(0.0) == [b"DIS"]


def test_a_lost_request_never_reaches_the_pump() -> None:
    """faults row 2."""
    wire = a_wire(Tamper("lose_request", command="STP", left=1))

    assert wire.taken(b"DIS\r") == b"DIS\r"
    assert wire.taken(b"STP\r") == b""
    assert wire.taken(b"STP\r") == b"STP\r"


def test_a_late_answer_holds_back_those_behind_it() -> None:
    """faults row 24."""
    wire = a_wire(Tamper("delay_reply", left=1, ms=400.0))
    wire.send("", b"old", 0.0)
    wire.send("", b"new", 100.0)

    assert wire.due(399.0) == []
    assert wire.due(400.0) == [b"old", b"new"]


def test_a_split_answer_comes_in_two_pieces() -> None:
    """faults row 23."""
    wire = a_wire(Tamper("split_reply", ms=50.0))
    wire.send("", b"abcdef", 0.0)

    assert wire.due(0.0) == [b"abc"]
    assert wire.due(49.0) == []
    assert wire.due(50.0) == [b"def"]


def test_a_garbled_answer_differs_by_one_bit() -> None:
    """faults row 25."""
    wire = a_wire(Tamper("garble_reply"))
    wire.send("", b"abcdef", 0.0)
    (got,) = wire.due(0.0)

    assert sum((a ^ b).bit_count() for a, b in zip(got, b"abcdef", strict=True)) == 1


def test_noise_hits_its_share_of_bytes_both_ways() -> None:
    """faults row 25."""
    wire = a_wire(Tamper("noise", rate=0.1))
    wire.send("", bytes(5000), 0.0)
    (got,) = wire.due(0.0)

    assert 400 < sum(b != 0 for b in got) < 600
    assert 400 < sum(b != 0 for b in wire.taken(bytes(5000))) < 600


def test_tampers_compose() -> None:
    wire = a_wire(Tamper("delay_reply", ms=10.0), Tamper("split_reply", ms=5.0))
    wire.send("", b"abcd", 0.0)

    assert (wire.due(9.0), wire.due(10.0), wire.due(15.0)) == ([], [b"ab"], [b"cd"])


def test_a_cleared_line_forgets_what_was_on_it() -> None:
    wire = a_wire()
    wire.send("", b"abc", 0.0)
    wire.clear()

    assert wire.due(0.0) == []
