"""An error about a port says which port (a ward has eight of them)."""

from drivers.errors import PortBusy, PortError


def test_the_sentence_begins_with_the_port() -> None:
    error = PortError("/dev/ttyUSB3", "permission denied")
    assert str(error) == "/dev/ttyUSB3: permission denied"
    assert (error.port, error.reason) == ("/dev/ttyUSB3", "permission denied")


def test_a_busy_port_is_a_port_error() -> None:
    assert isinstance(PortBusy("/dev/ttyUSB3", "held"), PortError)
