"""`hil-sim tap FILE --pump ... --listen ...`: between a real pump and whoever drives it, writing down what passes.

Theory of operation. A tap is a wire with a pencil: bytes go on in the call in which they came, unchanged, and are noted
on a tape (`hil_sim.tape`) that `replay` can play without the pump. The pump is reached as it is, on a serial port or
through a serial server; the host meets it where `--listen` says. When the pump's side is gone the tap ends, and says so.
"""

import argparse
import asyncio
import contextlib
import os
import termios
import time
import tty
from pathlib import Path
from typing import Protocol

from hil_sim.serve import READ_BYTES, Port, make_port, until_signalled
from hil_sim.tape import HOST, PUMP, TapeFile

DEFAULT_BAUD = 19200


class Far(Protocol):
    """The pump's side."""

    def write(self, chunk: bytes) -> None: ...
    def close(self) -> None: ...


class Tap:
    """The two sides, joined. `gone` is set when the pump's side has ended."""

    def __init__(self, listen: str) -> None:
        self._tape: TapeFile | None = None
        self._far: Far | None = None
        self.near: Port = make_port(listen, self._host_said)
        self.gone = asyncio.Event()

    async def open(self, pump: str, tape: Path, family: str) -> None:
        """Reach the pump, only then begin the tape (there may be an older one), then let the host in.

        Raises:
            ValueError: no such baud rate.
            OSError: pump, file or port cannot be opened.
        """
        self._far = await _reach(pump, self)
        self._tape = TapeFile(tape, family)
        await self.near.open()

    def pump_said(self, chunk: bytes) -> None:
        """Bytes from the pump."""
        self._note(PUMP, chunk)
        self.near.write(chunk)

    def close(self) -> None:
        """Let go of both sides."""
        self.near.close()
        if self._far is not None:
            self._far.close()
        if self._tape is not None:
            self._tape.close()

    def _note(self, by: str, chunk: bytes) -> None:
        if self._tape is not None:
            self._tape.note(by, chunk, time.monotonic() * 1000.0)

    def _host_said(self, chunk: bytes) -> None:
        self._note(HOST, chunk)
        if self._far is not None:
            self._far.write(chunk)


class _SerialFar:
    """A serial port, 8N1, raw."""

    def __init__(self, path: str, baud: int, tap: Tap) -> None:
        speed = getattr(termios, f"B{baud}", None)
        if speed is None:
            raise ValueError(f"--pump {path}@{baud}: no such baud rate")
        self._tap = tap
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            tty.setraw(self._fd)
            settings = termios.tcgetattr(self._fd)
            settings[2] |= termios.CLOCAL | termios.CREAD
            settings[4] = settings[5] = speed
            termios.tcsetattr(self._fd, termios.TCSANOW, settings)
        except termios.error as error:
            os.close(self._fd)
            raise OSError(f"--pump {path}: no serial port ({error.args[-1]})") from error
        asyncio.get_running_loop().add_reader(self._fd, self._readable)

    def write(self, chunk: bytes) -> None:
        # What a full port does not take is lost, as it would be on the wire.
        with contextlib.suppress(BlockingIOError):
            os.write(self._fd, chunk)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)

    def _readable(self) -> None:
        try:
            chunk = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if chunk:
            self._tap.pump_said(chunk)
        else:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._tap.gone.set()


class _TcpFar(asyncio.Protocol):
    """A serial server, or a pump with a network of its own."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap

    def data_received(self, data: bytes) -> None:
        self._tap.pump_said(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._tap.gone.set()


async def _reach(pump: str, tap: Tap) -> Far:
    if pump.startswith("tcp:"):
        host, colon, port = pump.removeprefix("tcp:").rpartition(":")
        if not colon or not port.isdecimal():
            raise ValueError(f"--pump is PATH, PATH@BAUD or tcp:HOST:PORT, not {pump!r}")
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: _TcpFar(tap), host, int(port))
        return transport
    path, at, baud = pump.rpartition("@")
    if at and baud.isdecimal():
        return _SerialFar(path, int(baud), tap)
    return _SerialFar(pump, DEFAULT_BAUD, tap)


async def _serve(options: argparse.Namespace) -> bool:
    """Tap until told to end; whether the pump's side was there to the last."""
    tap = Tap(options.listen)
    try:
        await tap.open(options.pump, Path(options.tape), options.family)
        print(f"READY pump={tap.near.name}", flush=True)
        ends = [asyncio.create_task(until_signalled()), asyncio.create_task(tap.gone.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        return not tap.gone.is_set()
    finally:
        tap.close()


def run(options: argparse.Namespace) -> int:
    """Tap; the exit status: 0 ended by a signal, 1 the pump's side is gone.

    Raises:
        ValueError: an address is none.
        OSError: file, pump or port cannot be opened.
    """
    if asyncio.run(_serve(options)):
        return 0
    print(f"the pump's side is gone: {options.pump}")
    return 1
