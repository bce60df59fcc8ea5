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


Idle = Callable[[str, dict[str, Any]], str]


def obey(world: World, line: bytes, why_idle: Idle = lambda _name, _params: "") -> dict[str, Any]:
    """Carry out one control line; never raises.

    Args:
        world: to be obeyed in.
        line: one JSON object.
        why_idle: says why a fault or event would do nothing here; "" when it bites.
    """
    try:
        wanted = json.loads(line)
        if not isinstance(wanted, dict):
            raise ValueError("not an object")
        return _obey(world, wanted, why_idle)
    except (ValueError, TypeError) as error:
        return {"ok": False, "error": str(error)}


def _obey(world: World, wanted: dict[str, Any], why_idle: Idle) -> dict[str, Any]:
    verb = wanted.pop("do", None)
    if verb == "truth":
        motions = [{"link_ms": at, "t_s": t_s, "rate_nl_h": rate} for at, t_s, rate in world.motions]
        return {"ok": True, **world.truth(), "motions": motions}
    if verb == "list":
        return {"ok": True, "faults": faults.describe()}
    name = wanted.pop("name", None)
    if verb == "clear":
        if name is not None and name not in faults.FAULTS and name not in faults.EVENTS:
            raise ValueError(f"unknown fault {name!r}; hil-sim faults lists all")
        return {"ok": True, "cleared": world.clear(name)}
    if verb not in ("fault", "event"):
        raise ValueError(f"unknown do: {verb!r}; known: truth, list, fault, event, clear")
    for_s = _span_s(wanted.pop("for_s", None))
    if not isinstance(name, str):
        raise ValueError(f"{verb} needs a name")
    if idle := why_idle(name, wanted):
        raise ValueError(f"{name}: {idle}")
    if verb == "fault":
        world.inject(name, for_s=for_s, **wanted)
    else:
        world.event(name, for_s=for_s, **wanted)
    return {"ok": True, "t_s": round(world.treatment_s, 3)}


def _span_s(given: object) -> float | None:
    """Read `for_s`: treatment s above 0, or nothing."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0.0 < given < math.inf:
        raise ValueError(f"for_s is a number of treatment seconds above 0, not {given!r}")
    return float(given)


async def listen(
    path: Path, world: World, catch_up: Callable[[], object], why_idle: Idle = lambda _name, _params: ""
) -> asyncio.Server:
    """Open the control socket.

    Args:
        path: of the socket; an old one there is replaced.
        world: to be looked at and harmed.
        catch_up: brings the world to the present before each order.
        why_idle: see `obey`.

    Raises:
        ValueError: something else than a socket lies there.
        OSError: it cannot be opened.
    """
    if path.exists() and not path.is_socket():
        raise ValueError(f"--control: {path} is there and is no socket")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"--control {path}: there is no folder {path.parent}")

    async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                catch_up()
                writer.write(json.dumps(obey(world, line, why_idle)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    path.unlink(missing_ok=True)
    return await asyncio.start_unix_server(serve_client, path, limit=LINE_BYTES_MAX)
