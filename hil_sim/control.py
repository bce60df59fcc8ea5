"""Looking at the truth and doing harm from outside: the control socket and the truth file.

Both speak newline-delimited JSON. The socket answers one line to each line; an order it does not understand
is refused with the reason and does nothing, for a fault that was not injected must not look like one that
was survived. The truth file is written by a thread of its own: while the machine's disk takes nothing for a second, a
pump answers all the same.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from threading import Thread
from typing import Any, TextIO

from hil_sim import faults
from hil_sim.world import World

LINE_BYTES_MAX = 65_536
#: Half an hour at five times life: a disk that takes nothing for longer will not take more.
LINES_WAITING_MAX = 10_000


class TruthFile:
    """One JSON line for each second of treatment time and one for each event.

    Every method raises OSError when what was told before could not be written.
    """

    def __init__(self, path: Path, world: World) -> None:
        self._world = world
        self._next_s = 0.0
        self._failure: OSError | None = None
        self._is_open = True
        self._waiting: Queue[str | None] = Queue(LINES_WAITING_MAX)
        file = path.open("w", encoding="utf-8", buffering=1)
        self._writer = Thread(target=self._write_on, args=(file,), name="truth", daemon=True)
        self._writer.start()
        world.observe(self.on_event)

    def tick(self) -> None:
        """Write a line if a second has passed."""
        if self._world.treatment_s >= self._next_s:
            self._next_s = math.floor(self._world.treatment_s) + 1.0
            self._tell(None)

    def on_event(self, sentence: str) -> None:
        self._tell(sentence)

    def close(self) -> None:
        """Wait until all is written; what happens later is not."""
        self._is_open = False
        self._waiting.put(None)
        self._writer.join()
        self._raise_failure()

    def _tell(self, sentence: str | None) -> None:
        if not self._is_open:
            return
        self._raise_failure()
        try:
            self._waiting.put_nowait(json.dumps({**self._world.truth(), "event": sentence}) + "\n")
        except Full:
            raise OSError(f"the truth file's disk has taken nothing for {LINES_WAITING_MAX} lines") from None

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write_on(self, file: TextIO) -> None:
        """The thread: to the end; after a failure it only takes what still comes."""
        with suppress(OSError), file:
            while (line := self._waiting.get()) is not None:
                if self._failure is None:
                    try:
                        file.write(line)
                    except OSError as error:
                        self._failure = error


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
