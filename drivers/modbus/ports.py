"""Parity for a serial line, on top of `drivers.transport`, which opens every port 8N1.

Theory of operation. The port is opened and claimed as every other and then set to the parity that the device wants,
before a byte is sent. A pseudo terminal has no parity: the kernel drops it silently the first time and refuses the
same setting the second (facts/protocols.md 0), so there a refusal means nothing; on a real port it is the reason not
to open it.
"""

import asyncio
import os
import termios

import serial

from drivers import transport as lines
from drivers.errors import PortError

PARITIES = {"N": serial.PARITY_NONE, "E": serial.PARITY_EVEN, "O": serial.PARITY_ODD}


def with_parity(connect: lines.Connect, parity: str) -> lines.Connect:
    """`connect`, with this parity (N, E or O) on a serial device; on TCP it is the serial server's affair."""
    if parity == "N":
        return connect

    async def connect_with_parity(port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        transport = await connect(port, baud, protocol)
        device: serial.Serial | None = transport.get_extra_info("serial")
        if device is None:
            return transport
        try:
            device.parity = PARITIES[parity]
        except (termios.error, OSError, ValueError) as error:
            if not os.path.realpath(port).startswith("/dev/pts/"):
                lines.abort(transport)
                raise PortError(port, f"parity {parity} cannot be set: {error}") from error
        return transport

    return connect_with_parity
