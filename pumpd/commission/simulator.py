"""What a simulator says is really so, over its control socket: newline-delimited JSON, one answer to each line.

Theory of operation. Only the wire is known here, none of the simulator's code. Its truth replaces scale, gauge and
stopwatch: `patient_nl` is what has left the end of the line, `line_mmhg` what a gauge would show, and the instants are
link ms on this machine's monotonic clock. A simulator may run faster than life: then its own seconds (`t_s`) are the
measurement's, and only what the pump's watchdog does is in real time.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any, Self

ANSWER_S = 5.0
#: How far treatment may run ahead of life in one look, s; anything finer than half a minute is fine enough.
LOOK_S = 0.02

Truth = dict[str, Any]


class SimulatorGone(Exception):
    """The control socket does not answer, or refuses; `str()` says what it said."""


class Simulator:
    """One open control socket."""

    def __init__(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    @classmethod
    async def opened(cls, path: str) -> Self:
        """Raises SimulatorGone."""
        try:
            reader, writer = await asyncio.open_unix_connection(path)
        except OSError as error:
            raise SimulatorGone(f"{path}: no simulator listens here ({error.strerror or error})") from None
        return cls(path, reader, writer)

    async def ask(self, **order: object) -> Truth:
        """One order, one answer. Raises SimulatorGone."""
        try:
            async with self._turn, asyncio.timeout(ANSWER_S):
                self._writer.write(json.dumps(order).encode() + b"\n")
                await self._writer.drain()
                line = await self._reader.readline()
        except (OSError, TimeoutError) as error:
            raise SimulatorGone(f"{self._path}: {error or 'no answer'}") from None
        if not line:
            raise SimulatorGone(f"{self._path}: the simulator ended")
        answer: Truth = json.loads(line)
        if not answer.get("ok"):
            raise SimulatorGone(f"{self._path}: {answer.get('error')}")
        return answer

    async def truth(self) -> Truth:
        """What is so now: nl, nl/h, mmHg, treatment s, link ms."""
        return await self.ask(do="truth")

    async def until_settled(self, seconds: float) -> Truth:
        """Let so many of its own seconds pass, and tell what is so then."""
        truth = await self.truth()
        end_s = truth["t_s"] + seconds
        while truth["t_s"] < end_s:
            await asyncio.sleep(LOOK_S)
            truth = await self.truth()
        return truth

    async def speed(self) -> float:
        """Its seconds per second of life, as near as a tenth of a second tells."""
        before = await self.truth()
        await asyncio.sleep(0.1)
        after = await self.truth()
        return float((after["t_s"] - before["t_s"]) / (after["link_ms"] - before["link_ms"]) * 1000.0)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


def last_start_s(truth: Truth) -> float:
    """Its own time, s, at which the plunger was last set in motion. Raises SimulatorGone: it never was."""
    motions = truth["motions"]
    for index in reversed(range(len(motions))):
        stood_nl_h = motions[index - 1]["rate_nl_h"] if index else 0.0
        if motions[index]["rate_nl_h"] > 0 and stood_nl_h <= 0:
            return float(motions[index]["t_s"])
    raise SimulatorGone("the plunger has not moved")
