"""Which requests start a cuff; the wire itself is tested against a real broker in tests/hil."""

import pytest

from hil_sim.monitors.publish import wants_nibp


def test_the_specified_request_is_one() -> None:
    assert wants_nibp(b'{"v":1,"want":"nibp","reason":"BP1","seq":3}')


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"nibp",
        b'{"v":2,"want":"nibp"}',
        b'{"v":1,"want":"spo2"}',
        b'["v",1,"want","nibp"]',
        b"\xff\xfe",
        b"[" * 4000,
        b'{"v":1,"want":"nibp","pad":"' + b"x" * 5000 + b'"}',
        None,
        3.5,
    ],
)
def test_anything_else_is_none(payload: object) -> None:
    """Faults row 59: nonsense on a topic is not a command."""
    assert not wants_nibp(payload)
