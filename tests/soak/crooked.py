"""Daemons with a planted defect: the real one behind wires that spoil what it does. The oracle must find each.

Theory of operation. A seat is made of the real daemon and of wires of our own: what is written to the pump passes through
`Crooked.written`, so a defect of the last step (a stop that queues, a start that nobody asked for) can be planted without
touching the daemon.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hil_sim.bench.line import MemoryTransport
from hil_sim.bench.seat import MakeSeat, Seat, Wires, daemon_of

AGAIN_S = 5.0
QUEUED_S = 0.4


class Crooked:
    """The bench's wires, bent. `written` is what becomes of a frame."""

    def __init__(self, straight: Wires) -> None:
        self._straight = straight
        self._out: asyncio.Transport | None = None

    def chance(self) -> float:
        return self._straight.chance()

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self._straight.publish(topic, payload, qos, retain)

    def disk_s(self) -> float:
        return self._straight.disk_s()

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        out = await self._straight.connect(port, baud, protocol)
        assert isinstance(out, MemoryTransport)
        self._out, straight = out, out.carry
        out.carry = lambda frame: self.written(straight, frame)
        return out

    def written(self, write: Callable[[bytes], None], frame: bytes) -> None:
        """Straight."""
        write(frame)

    @staticmethod
    def later(wait_s: float, write: Callable[[bytes], None], frame: bytes) -> None:
        asyncio.get_running_loop().call_later(wait_s, write, frame)


class StopQueues(Crooked):
    """A stop waits behind something."""

    def written(self, write: Callable[[bytes], None], frame: bytes) -> None:
        if b"STP" in frame:
            self.later(QUEUED_S, write, frame)
        else:
            write(frame)


class GoesOn(Crooked):
    """What was stopped is started again after a while, as by a retry that nobody called off."""

    def __init__(self, straight: Wires) -> None:
        super().__init__(straight)
        self._run = b""

    def written(self, write: Callable[[bytes], None], frame: bytes) -> None:
        write(frame)
        if b"RUN" in frame:
            self._run = frame
        elif b"STP" in frame and self._run:
            self.later(AGAIN_S, write, self._run)
            self._run = b""


class EarlyDisk(Crooked):
    """A commit is taken for done before the disk has it: what the daemon waits for is not what the bench's disk does."""

    def disk_s(self) -> float:
        return min(super().disk_s(), 0.001)


def crooked(bend: type[Crooked]) -> Callable[[], MakeSeat]:
    """Makes the real daemon on bent wires."""

    def make(
        site: Mapping[str, Any],
        folder: Path,
        wires: Wires,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> Seat:
        return daemon_of("pumpd")(site, folder, bend(wires), monotonic_ns, wall_ns)

    return lambda: make
