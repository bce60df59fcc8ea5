"""A console with a listener that writes down what it hears, and raw clients to speak to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pumpd.shell.console import Console
from pumpd.shell.console_acts import ConsoleLimits, PersonAct

PINS = {"nina": "123456", "omar": "654321"}

ORDER = {
    "patient": "tok-4711",
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
}

ARGS: dict[str, dict[str, Any]] = {
    "order": ORDER,
    "derive": ORDER,
    "checklist": {"epoch": 12, "answers": {"pregnancy": "no"}},
    "prime": {"epoch": 12, "volume_ml": "1.5", "disconnected": True, "air_free": True},
    "observe": {"epoch": 12, "moaas": 5, "dissociation": 0},
    "sign_off": {"epoch": 12, "note": "as at home"},
    "close": {"epoch": 12, "escort": "her brother"},
    "event": {"code": "nausea", "severity": "mild"},
    "given": {"drug": "ondansetron", "dose": "4 mg"},
    "note": {"text": "asked for water"},
    "verify": {"epoch": 12},
    "start": {"epoch": 12},
    "resume": {"epoch": 12},
    "restore": {"epoch": 12},
    "score": {"scale": "rass", "value": -2},
    "listening": {"listener": "panel"},
}


async def check_pin(name: str, pin: str) -> frozenset[str] | None:
    """Two known people."""
    return frozenset({"nurse"}) if PINS.get(name) == pin else None


async def until(is_true: Callable[[], bool]) -> None:
    """Lets the loop turn until a claim holds."""
    async with asyncio.timeout(10):
        while not is_true():  # noqa: ASYNC110 - what the console holds has no event of its own
            await asyncio.sleep(0)


class Bench:
    """A console under test. `script` answers an act, from inside the listener."""

    def __init__(
        self,
        path: Path,
        authenticate: Callable[[str, str], Awaitable[frozenset[str] | None]] = check_pin,
        limits: ConsoleLimits | None = None,
        channels: tuple[str, ...] = ("bed-1",),
        script: Callable[["Bench", PersonAct], None] | None = None,
    ) -> None:
        self.path = path
        self.heard: list[PersonAct] = []
        self.refused: list[tuple[str, str, str]] = []
        self.clients: list[RawClient] = []
        self.state: dict[str, Any] = {"channel": "bed-1", "word": "INFUSING", "epoch": 12}
        self.consulted: list[tuple[str, str, dict[str, Any]]] = []
        self.known: dict[str, Any] = {"derivation": {"steps": [], "problems": [], "programme": None}}
        self._script = script
        self.console = Console(
            path,
            0o660,
            self._hear,
            authenticate,
            lambda channel: {**self.state, "channel": channel},
            channels,
            consult=self._consult,
            on_refused=lambda *told: self.refused.append(told),
            limits=limits,
        )

    def _consult(self, channel: str, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
        self.consulted.append((channel, verb, dict(args)))
        return self.known

    def _hear(self, act: PersonAct) -> None:
        self.heard.append(act)
        if self._script is not None:
            self._script(self, act)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Bench"]:
        """Runs the console until the block ends."""
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self.console.run())
            ready = tasks.create_task(self.console.listening.wait())
            await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if running.done():
                await running
            try:
                yield self
            finally:
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
                for client in self.clients:
                    await client.close()

    async def client(self) -> "RawClient":
        """Connects."""
        self.clients.append(RawClient(*await asyncio.open_unix_connection(str(self.path))))
        return self.clients[-1]


class RawClient:
    """Writes any bytes, reads reply objects."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, *lines: bytes | dict[str, Any]) -> None:
        """Sends lines; a dictionary becomes JSON and gets its newline."""
        for line in lines:
            self.writer.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")

    async def reply(self, timeout_s: float = 20.0) -> dict[str, Any]:
        """The next reply; EOFError when the console has closed."""
        async with asyncio.timeout(timeout_s):
            line = await self.reader.readline()
        if not line:
            raise EOFError
        reply: dict[str, Any] = json.loads(line)
        return reply

    async def ask(self, *lines: bytes | dict[str, Any]) -> dict[str, Any]:
        """Sends, and reads one reply."""
        self.say(*lines)
        return await self.reply()

    async def until_closed(self, timeout_s: float = 60.0) -> bytes:
        """Everything up to the end of the connection."""
        async with asyncio.timeout(timeout_s):
            text = b""
            with suppress(ConnectionResetError):  # the console closes without reading the rest of a flood
                while chunk := await self.reader.read(65_536):
                    text += chunk
            return text

    async def close(self) -> None:
        """Hangs up."""
        self.writer.transport.abort()
        with suppress(OSError):
            await self.writer.wait_closed()


def request(verb: str, request_id: str = "a1", **fields: Any) -> dict[str, Any]:
    """A well-formed request by nina, with her PIN; keywords replace or add keys."""
    args: dict[str, Any] = ARGS.get(verb, {})
    base = {
        "id": request_id,
        "verb": verb,
        "channel": "bed-1",
        "by": "nina",
        "pin": PINS["nina"],
        "args": args,
    }
    return base | fields
