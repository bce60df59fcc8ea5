"""Opening a line so that nobody else is on it, and closing it so that nothing lingers.

Theory of operation. A serial port on Linux belongs to whoever opens it, so it is claimed twice: `flock` keeps
out other programs that ask politely (a second pumpd, a vendor's tool built on pyserial), TIOCEXCL makes the
kernel refuse the rest. Root passes TIOCEXCL, which is one more reason to run without it (facts/ecosystem.md
1, measured). What stood in the input buffer before we came is thrown away: it answers no question of ours
(faults row 24).

Opening blocks (USB adapters take their time), so it happens in a thread; a cancellation meanwhile closes the
port that the thread still brings home. `abort()`, never `close()`: `close()` waits for a peer that may never
read again, and a halt must not stand in that queue. The write buffer's high water is 64 bytes, a few frames:
more waiting than that means that nobody takes our bytes, and the driver gives the line up instead of queueing
behind it.

A descriptor that is always ready to be read and never has anything would have the loop call its reader for ever, at
full load, and every other pump of the daemon would pay (faults row 29). So empty reads are counted, and the port that
goes on with them is closed like one that was pulled.

Every port opens with 8 data bits, no parity and one stop bit, which is all that most pumps know. A family whose pumps
can be set otherwise wraps `connect` with `with_frame`: the open port is set to the parity and the stop bits that the
pump has before a byte is sent. A pseudo terminal has neither: the kernel drops them silently the first time and
refuses the same setting the second (facts/protocols.md 0), so there a refusal means nothing; on a real port it is
the reason not to open it.

`tcp:HOST:PORT` is a pump behind a serial server. Nobody can be locked out there from this side: give the
serial server one client only.
"""

import asyncio
import contextlib
import fcntl
import os
import re
import socket
import termios
from collections.abc import Awaitable, Callable

import serial
import serial_asyncio_fast

from drivers.errors import PortAddressError, PortBusy, PortError

HIGH_WATER_BYTES = 64
TCP_CONNECT_S = 2.0
CLOSED_BY_ABORT_S = 1.0
EMPTY_READS_MAX = 16

#: How the driver gets its line; a test may put a line in memory here. Raises PortError.
Connect = Callable[[str, int, asyncio.Protocol], Awaitable[asyncio.Transport]]

PARITIES = {"N": serial.PARITY_NONE, "E": serial.PARITY_EVEN, "O": serial.PARITY_ODD}
STOP_BITS = {1: serial.STOPBITS_ONE, 2: serial.STOPBITS_TWO}

_TCP = re.compile(r"tcp:(?P<host>[^:\[\]]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})")


def parse_tcp(port: str) -> tuple[str, int] | None:
    """Host and number of a `tcp:HOST:PORT` address, None for a device path.

    Raises:
        PortAddressError: it begins with `tcp:` and names no host and port 1-65535.
    """
    if not port.startswith("tcp:"):
        return None
    match = _TCP.fullmatch(port)
    number = int(match["port"]) if match else 0
    if match is None or not 1 <= number <= 65535:
        raise PortAddressError(f"{port!r}: write it as tcp:HOST:PORT, with a port from 1 to 65535")
    return match["host"].strip("[]"), number


class ClaimedPort(serial.Serial):
    """A serial port that gives up when it is called to read and finds nothing, again and again."""

    empty_reads = 0

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes. Raises SerialException for the last of `EMPTY_READS_MAX` empty reads in a row."""
        found: bytes = super().read(size)
        self.empty_reads = 0 if found else self.empty_reads + 1
        if self.empty_reads >= EMPTY_READS_MAX:
            raise serial.SerialException(
                f"ready to be read {EMPTY_READS_MAX} times and empty: a broken adapter, or another reader on the port"
            )
        return found


def open_port(path: str, baud: int) -> serial.Serial:
    """Open and claim a serial device, 8N1. Blocking: call it in a thread.

    Raises:
        PortBusy: another process holds it.
        PortError: it cannot be opened or set up.
    """
    if not os.path.exists(path):
        raise PortError(path, "no such device; is the cable plugged in?")
    try:
        port = ClaimedPort(path, baud, timeout=0, write_timeout=0, exclusive=True)
    except (
        OSError,
        ValueError,
        termios.error,
    ) as error:  # SerialException is an OSError, termios.error is not
        raise _explain(path, error) from error
    try:
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
        # FTDI adapters otherwise add up to 16 ms. A pty and some adapters know no such thing, which each of these says.
        with contextlib.suppress(ValueError, OSError, NotImplementedError):
            port.set_low_latency_mode(True)
        port.reset_input_buffer()
    except (OSError, termios.error) as error:
        port.close()
        raise _explain(path, error) from error
    return port


def _explain(path: str, error: BaseException) -> PortError:
    text = str(error)
    number = getattr(error, "errno", None)
    if number in (11, 16) or "exclusively lock" in text or "busy" in text.lower():
        return PortBusy(path, "another program holds this port; see who with `fuser` and stop it first")
    if number == 13 or "Permission denied" in text:
        return PortError(
            path, "permission denied; this account must be in the port's group (dialout on Debian)"
        )
    if number == 25 or "Inappropriate ioctl" in text:
        return PortError(path, "this is no serial port; name the device, best one of /dev/serial/by-path")
    return PortError(path, f"cannot be opened: {text or type(error).__name__}")


async def connect(port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
    """Open `port` (a device path or `tcp:HOST:PORT`) and tie `protocol` to it.

    Raises:
        PortError: with one sentence naming the port.
    """
    try:
        address = parse_tcp(port)
    except PortAddressError as error:
        raise PortError(port, str(error)) from error
    if address is not None:
        return await _connect_tcp(port, address, protocol)
    loop = asyncio.get_running_loop()
    opening = loop.run_in_executor(None, open_port, port, baud)
    try:
        device = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise
    transport, _ = await serial_asyncio_fast.connection_for_serial(loop, lambda: protocol, device)
    transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
    return transport


def with_frame(connect: Connect, parity: str, stop_bits: int) -> Connect:
    """`connect`, with this parity (N, E or O) and 1 or 2 stop bits; on TCP they are the serial server's affair."""
    if (parity, stop_bits) == ("N", 1):
        return connect

    async def connect_framed(port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        transport = await connect(port, baud, protocol)
        device: serial.Serial | None = transport.get_extra_info("serial")
        if device is None:
            return transport
        try:
            device.parity = PARITIES[parity]
            device.stopbits = STOP_BITS[stop_bits]
        except (termios.error, OSError, ValueError) as error:
            if not os.path.realpath(port).startswith("/dev/pts/"):
                abort(transport)
                raise PortError(
                    port, f"parity {parity} with {stop_bits} stop bits cannot be set: {error}"
                ) from error
        return transport

    return connect_framed


def _close_unwanted(opening: "asyncio.Future[serial.Serial]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


async def _connect_tcp(port: str, address: tuple[str, int], protocol: asyncio.Protocol) -> asyncio.Transport:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(TCP_CONNECT_S):
            transport, _ = await loop.create_connection(lambda: protocol, *address)
    except TimeoutError as error:
        raise PortError(port, f"no answer to the connection in {TCP_CONNECT_S:g} s") from error
    except OSError as error:
        raise PortError(
            port,
            f"cannot be connected: {os.strerror(error.errno) if error.errno and error.errno > 0 else error}",
        ) from error
    raw: socket.socket | None = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
    return transport


def abort(transport: asyncio.Transport) -> None:
    """Drop the line now and everything still to be written on it. Safe to call again."""
    if transport.is_closing():
        return
    device: serial.Serial | None = transport.get_extra_info("serial")
    if device is not None and device.is_open:
        # The kernel's mark outlives our descriptor where somebody else holds the terminal open (the far side
        # of a pty does), and would then lock us out of our own port.
        with contextlib.suppress(OSError, termios.error):
            fcntl.ioctl(device.fileno(), termios.TIOCNXCL)
    transport.abort()
