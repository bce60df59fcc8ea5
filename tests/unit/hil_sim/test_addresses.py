"""Addresses as they are typed."""

import pytest

from hil_sim.addresses import read_broker


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:1883", ("127.0.0.1", 1883)),
        (":1", ("127.0.0.1", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("broker.ward:8883", ("broker.ward", 8883)),
    ],
)
def test_host_and_port_are_read(text: str, address: tuple[str, int]) -> None:
    assert read_broker(text) == address


@pytest.mark.parametrize("text", ["", "1883", "host:", "host:0", "host:65536", "host:x", "host:-1", "::"])
def test_what_is_none_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=f"--broker is HOST:PORT, not '{text}'"):
        read_broker(text)
