"""Parity on serial lines, and the pty that does not have it."""

import asyncio
import contextlib
import os
import termios

import pytest
import serial

from drivers import transport as lines
from drivers.errors import PortError
from drivers.modbus.ports import with_parity


class FakeDevice:
    """A serial device that takes a parity, or does not."""

    is_open = False

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses
        self.set_to = ""

    @property
    def parity(self) -> str:
        return self.set_to

    @parity.setter
    def parity(self, wanted: str) -> None:
        if self._refuses:
            raise termios.error(22, "Invalid argument")
        self.set_to = wanted


class FakeTransport(asyncio.Transport):
    """Knows its device."""

    def __init__(self, device: FakeDevice | None) -> None:
        super().__init__({"serial": device})
        self.is_aborted = False

    def is_closing(self) -> bool:
        return self.is_aborted

    def abort(self) -> None:
        self.is_aborted = True


class Ending(asyncio.Protocol):
    """Knows when its line has gone."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


def connecting(transport: FakeTransport) -> lines.Connect:
    async def connect(_port: str, _baud: int, _protocol: asyncio.Protocol) -> asyncio.Transport:
        return transport

    return connect


async def test_the_parity_is_set_before_anybody_may_write() -> None:
    device = FakeDevice(refuses=False)
    await with_parity(connecting(FakeTransport(device)), "E")("/dev/ttyS0", 19200, asyncio.Protocol())
    assert device.set_to == serial.PARITY_EVEN


async def test_a_real_port_that_refuses_it_is_not_opened() -> None:
    transport = FakeTransport(FakeDevice(refuses=True))
    with pytest.raises(PortError, match="/dev/ttyS0: parity E cannot be set"):
        await with_parity(connecting(transport), "E")("/dev/ttyS0", 19200, asyncio.Protocol())
    assert transport.is_aborted


async def test_a_pty_that_refuses_it_has_none_anyway() -> None:
    """facts/protocols.md 0: termios.error 22 on every second opening."""
    master, slave = os.openpty()
    try:
        for _ in range(3):
            path = os.ttyname(slave)
            end = Ending()
            transport = await with_parity(lines.connect, "E")(path, 19200, end)
            lines.abort(transport)
            async with asyncio.timeout(2):
                await end.closed.wait()
    finally:
        for fd in (master, slave):
            with contextlib.suppress(OSError):
                os.close(fd)


async def test_no_parity_and_tcp_are_left_as_they_are() -> None:
    connect = connecting(FakeTransport(None))
    assert with_parity(connect, "N") is connect
    assert await with_parity(connect, "O")("tcp:localhost:502", 0, asyncio.Protocol())
