"""Opening ports for real, on ptys and sockets: claimed, emptied, explained, let go (faults rows 19, 22, 24)."""

import asyncio
import contextlib
import os
import pty
import subprocess
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers import transport
from drivers.errors import PortAddressError, PortBusy, PortError


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """The far side of a pty and the device path of the near one."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    with contextlib.suppress(OSError):
        os.close(master)


class Ear(asyncio.Protocol):
    def __init__(self) -> None:
        self.heard = bytearray()
        self.has_heard = asyncio.Event()
        self.closed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self.has_heard.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


@pytest.mark.parametrize(
    ("text", "address"),
    [("tcp:10.0.0.5:4001", ("10.0.0.5", 4001)), ("tcp:[::1]:4001", ("::1", 4001)), ("/dev/ttyUSB0", None)],
)
def test_an_address_is_a_host_and_a_number_or_a_device(text: str, address: tuple[str, int] | None) -> None:
    assert transport.parse_tcp(text) == address


@pytest.mark.parametrize(
    "text", ["tcp:", "tcp:host", "tcp:host:0", "tcp:host:65536", "tcp:a:b:1", "tcp:h:1x"]
)
def test_a_bad_address_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(PortAddressError, match="tcp:HOST:PORT"):
        transport.parse_tcp(text)


async def test_a_bad_address_is_a_port_error_for_who_connects() -> None:
    with pytest.raises(PortError, match="tcp:HOST:PORT"):
        await transport.connect("tcp:nowhere", 19200, Ear())


def test_a_missing_device_is_named() -> None:
    with pytest.raises(PortError, match="/dev/no-such-pump: no such device"):
        transport.open_port("/dev/no-such-pump", 19200)


def test_what_is_no_terminal_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    with pytest.raises(PortError, match=str(plain)):
        transport.open_port(str(plain), 19200)


def test_a_second_opener_is_refused_and_the_first_goes_on(line: tuple[int, str]) -> None:
    master, path = line
    first = transport.open_port(path, 19200)
    with pytest.raises(PortBusy, match="another program holds this port"):
        transport.open_port(path, 19200)
    first.write(b"still mine")
    assert os.read(master, 64) == b"still mine"
    first.close()


def test_a_second_process_is_refused(line: tuple[int, str]) -> None:
    _, path = line
    first = transport.open_port(path, 19200)
    script = (
        "import sys; from drivers import transport, errors\n"
        "try: transport.open_port(sys.argv[1], 19200)\n"
        "except errors.PortBusy as e: print(e); raise SystemExit(7)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done
    assert path in done.stdout
    first.close()


def test_a_port_can_be_opened_again_and_again(line: tuple[int, str]) -> None:
    _, path = line
    for _ in range(3):
        transport.open_port(path, 19200).close()


def test_stale_input_is_thrown_away(line: tuple[int, str]) -> None:
    """Faults row 24."""
    master, path = line
    keep_open = os.open(path, os.O_RDWR | os.O_NOCTTY)
    os.write(master, b"stale")
    port = transport.open_port(path, 19200)
    assert port.in_waiting == 0
    port.close()
    os.close(keep_open)


async def test_abort_frees_the_port_even_with_a_peer_that_does_not_read(line: tuple[int, str]) -> None:
    """Faults row 27: close() would wait for ever here."""
    _, path = line
    ear = Ear()
    wire = await transport.connect(path, 19200, ear)
    wire.write(b"x" * 200_000)
    assert wire.get_write_buffer_size() > transport.HIGH_WATER_BYTES
    transport.abort(wire)
    transport.abort(wire)
    async with asyncio.timeout(2):
        await ear.closed.wait()
    transport.open_port(path, 19200).close()


async def test_an_unplugged_line_is_heard_of(line: tuple[int, str]) -> None:
    """Faults row 19."""
    master, path = line
    ear = Ear()
    await transport.connect(path, 19200, ear)
    await asyncio.sleep(0)
    os.close(master)
    async with asyncio.timeout(2):
        await ear.closed.wait()


async def test_an_opening_that_is_cancelled_leaves_no_port_claimed(line: tuple[int, str]) -> None:
    _, path = line
    task = asyncio.create_task(transport.connect(path, 19200, Ear()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2):
        while True:
            try:
                transport.open_port(path, 19200).close()
            except PortBusy:
                await asyncio.sleep(0)
            else:
                break


async def test_a_pump_behind_a_serial_server_is_reached() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(64))
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    ear = Ear()
    wire = await transport.connect(f"tcp:127.0.0.1:{port}", 19200, ear)
    wire.write(b"hello")
    async with asyncio.timeout(2):
        await ear.closed.wait()
    assert ear.heard == b"hello"
    server.close()
    await server.wait_closed()


async def test_a_refused_connection_names_the_port() -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(PortError, match=f"tcp:127.0.0.1:{port}: cannot be connected: Connection refused"):
        await transport.connect(f"tcp:127.0.0.1:{port}", 19200, Ear())


class FakeDevice:
    """A serial device that takes a parity, or does not."""

    is_open = False

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses
        self.set_to = ""
        self.stopbits: float = serial.STOPBITS_ONE

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


def connecting(opened: FakeTransport) -> transport.Connect:
    async def connect(_port: str, _baud: int, _protocol: asyncio.Protocol) -> asyncio.Transport:
        return opened

    return connect


async def test_the_parity_is_set_before_anybody_may_write() -> None:
    device = FakeDevice(refuses=False)
    await transport.with_frame(connecting(FakeTransport(device)), "E", 1)(
        "/dev/ttyS0", 19200, asyncio.Protocol()
    )
    assert device.set_to == serial.PARITY_EVEN


@pytest.mark.parametrize(
    ("parity", "stop_bits", "set_to"),
    [("E", 1, (serial.PARITY_EVEN, 1)), ("O", 1, (serial.PARITY_ODD, 1)), ("N", 2, (serial.PARITY_NONE, 2))],
)
async def test_parity_and_stop_bits_are_set_as_the_site_says(
    parity: str, stop_bits: int, set_to: tuple[str, int]
) -> None:
    """facts/protocols.md 0: Modbus devices come with 8E1, 8N1 and 8N2."""
    device = FakeDevice(refuses=False)
    connect = transport.with_frame(connecting(FakeTransport(device)), parity, stop_bits)
    await connect("/dev/ttyS0", 19200, asyncio.Protocol())
    assert (device.set_to, device.stopbits) == set_to


async def test_a_real_port_that_refuses_it_is_not_opened() -> None:
    opened = FakeTransport(FakeDevice(refuses=True))
    with pytest.raises(PortError, match="/dev/ttyS0: parity E with 1 stop bits cannot be set"):
        await transport.with_frame(connecting(opened), "E", 1)("/dev/ttyS0", 19200, asyncio.Protocol())
    assert opened.is_aborted


@pytest.mark.parametrize("frame", [("E", 1), ("O", 1), ("N", 2)])
async def test_a_pty_that_refuses_it_has_none_anyway(frame: tuple[str, int]) -> None:
    """facts/protocols.md 0: termios.error 22 on every second opening."""
    master, slave = os.openpty()
    try:
        for _ in range(3):
            path = os.ttyname(slave)
            end = Ear()
            opened = await transport.with_frame(transport.connect, *frame)(path, 19200, end)
            transport.abort(opened)
            async with asyncio.timeout(2):
                await end.closed.wait()
    finally:
        for fd in (master, slave):
            with contextlib.suppress(OSError):
                os.close(fd)


async def test_no_parity_and_tcp_are_left_as_they_are() -> None:
    connect = connecting(FakeTransport(None))
    assert transport.with_frame(connect, "N", 1) is connect
    assert await transport.with_frame(connect, "O", 2)("tcp:localhost:502", 0, asyncio.Protocol())


def test_a_port_that_is_read_for_nothing_again_and_again_gives_up_saying_so() -> None:
    """Faults row 29."""
    master, slave = os.openpty()
    tty.setraw(slave)
    port = transport.open_port(os.ttyname(slave), 19200)
    for _ in range(transport.EMPTY_READS_MAX - 1):
        assert port.read(64) == b""
    with pytest.raises(serial.SerialException, match="16 times and empty"):
        port.read(64)
    port.close()
    for fd in (master, slave):
        os.close(fd)
