"""Opening ports for real, on ptys and sockets: claimed, emptied, explained, let go (faults rows 19, 22, 24)."""

import asyncio
import contextlib
import os
import pty
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

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
