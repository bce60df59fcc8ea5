"""Looking at the truth and doing harm from outside: the control socket and the truth file.

Both speak newline-delimited JSON. The socket answers one line to each line; an order it does not understand
is refused with the reason and does nothing, for a fault that was not injected must not look like one that
was survived.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from hil_sim import faults
from hil_sim.world import World

LINE_BYTES_MAX = 65_536


class TruthFile:
    """One JSON line for each second of treatment time and one for each event."""

    def __init__(self, path: Path, world: World) -> None:
        self._world = world
        self._file: TextIO = path.open("w", encoding="utf-8", buffering=1)
        self._next_s = 0.0
        world.observe(self.on_event)

    def tick(self) -> None:
        """Write a line if a second has passed."""
        if self._world.treatment_s >= self._next_s:
            self._next_s = math.floor(self._world.treatment_s) + 1.0
            self._write(None)

    def on_event(self, sentence: str) -> None:
        self._write(sentence)

    def close(self) -> None:
        self._file.close()

    def _write(self, sentence: str | None) -> None:
        if not self._file.closed:
            self._file.write(json.dumps({**self._world.truth(), "event": sentence}) + "\n")


def obey(world: World, line: bytes) -> dict[str, Any]:
    """Carry out one control line; never raises."""
    try:
        wanted = json.loads(line)
        if not isinstance(wanted, dict):
            raise ValueError("not an object")
        return _obey(world, wanted)
    except (ValueError, TypeError) as error:
        return {"ok": False, "error": str(error)}


def _obey(world: World, wanted: dict[str, Any]) -> dict[str, Any]:
    verb = wanted.pop("do", None)
    if verb == "truth":
        motions = [{"link_ms": at, "t_s": t_s, "rate_nl_h": rate} for at, t_s, rate in world.motions]
        return {"ok": True, **world.truth(), "motions": motions}
    if verb == "list":
        return {"ok": True, "faults": faults.describe()}
    name = wanted.pop("name", None)
    if verb == "clear":
        return {"ok": True, "cleared": world.clear(name)}
    for_s = wanted.pop("for_s", None)
    for_s = None if for_s is None else float(for_s)
    if not isinstance(name, str):
        raise ValueError(f"{verb} needs a name")
    if verb == "fault":
        world.inject(name, for_s=for_s, **wanted)
    elif verb == "event":
        world.event(name, for_s=for_s, **wanted)
    else:
        raise ValueError(f"unknown do: {verb!r}; known: truth, list, fault, event, clear")
    return {"ok": True, "t_s": round(world.treatment_s, 3)}


async def listen(path: Path, world: World, catch_up: Callable[[], object]) -> asyncio.Server:
    """Open the control socket; `catch_up` brings the world to the present before each order."""

    async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                catch_up()
                writer.write(json.dumps(obey(world, line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    path.unlink(missing_ok=True)
    return await asyncio.start_unix_server(serve_client, path, limit=LINE_BYTES_MAX)
