"""The steps of a daemon's life: what it does that outlives it.

Theory of operation. A process that is killed leaves its memory behind and takes nothing along: what remains are bytes on
the pump's wire, records on the disk, messages at the broker and lines on a screen. So the steps at which it may die are
the instants just behind each of these: a frame written, a message published, a line shown, a commit begun (its records
are lost) and a commit ended (they are there, and nobody has been told). An event that is decided and leads to none of
them changes nothing that survives: dying before it and dying behind it is the same death. "Between record and wire" is
the step behind the commit, "between wire and record" the step behind the frame.

While a commit is under way SQLite may have finished it or not when the process dies, so a step in that time has a twin in
which the records are there; and as the head file is written behind the commit, a commit that has ended has a twin in
which the head is still the old one. Half a commit there is not: WAL frames without their commit mark are none.

`Stepping` is the bench's wires with an ear; everything passes through as it is.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil_sim.bench.line import MemoryTransport
from hil_sim.bench.seat import MakeSeat, Seat, Wires, daemon_of
from pumpd.inprocess.journal import LoopJournal
from pumpd.inprocess.seat import Seat as PumpdSeat

_NUMBERS = re.compile(rb"\d+(\.\d+)?")

#: A step's kind, and what tells it from others of its kind.
Ear = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Twin:
    """How the disk is found after a death.

    Attributes:
        is_kept: a commit under way was finished.
        is_head_old: the head file is older than the newest commit.
    """

    is_kept: bool = False
    is_head_old: bool = False


def word_of(frame: bytes) -> str:
    """A frame without numbers, checks and running marks, so that the same question a second later is the same."""
    if frame[:1] == b"\x02":  # New Era's frame: length, text, two bytes of check
        frame = frame[2:-3]
    if (
        not frame.isascii() or b"\0" in frame
    ):  # Modbus: function and address, behind TCP's header or RTU's unit
        is_tcp = frame[2:4] == b"\0\0" and int.from_bytes(frame[4:6], "big") == len(frame) - 6
        return (frame[7:10] if is_tcp else frame[1:4]).hex()
    text = _NUMBERS.sub(b"#", frame)
    return "".join(char for char in text.decode("ascii") if char.isprintable())[:24]


class Stepping:
    """The bench's wires, told behind every effect. `journal` is set by whoever knows it."""

    def __init__(self, straight: Wires, ear: Ear) -> None:
        self._straight = straight
        self._ear = ear
        self.began_commit: Callable[[], None] = lambda: None

    def chance(self) -> float:
        return self._straight.chance()

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self._straight.publish(topic, payload, qos, retain)
        self._ear("says", topic.split("/")[2])

    def disk_s(self) -> float:
        took_s = self._straight.disk_s()
        self.began_commit()
        return took_s

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        out = await self._straight.connect(port, baud, protocol)
        assert isinstance(out, MemoryTransport)
        straight = out.carry

        def carry(frame: bytes) -> None:
            straight(frame)
            self._ear("wire", word_of(frame))

        out.carry = carry
        return out


class Insight:
    """One life of our own daemon, seen from inside: its journal, and what it knew at each record.

    Attributes:
        known: by the number of a recorded decision, the channel's state behind it; the newest few.
    """

    KEPT = 400

    def __init__(self, seat: Seat) -> None:
        assert isinstance(seat, PumpdSeat)
        self._seat = seat
        self.known: dict[int, Any] = {}
        self._is_heard = False

    @property
    def journal(self) -> LoopJournal:
        return self._seat._machine.journal_made

    @property
    def channel(self) -> Any:
        """The kernel's one channel: policy and state."""
        (channel,) = self._seat._daemon._kernel._channels.values()
        return channel

    def hear_commits(self, ear: Ear) -> None:
        """A commit begins now; from the first on, each is told when it has ended too."""
        if not self._is_heard:
            self._is_heard = True
            journal, write, append = self.journal, self.journal._write_batch, self.journal.append

            def written(batch: list[Any]) -> None:
                write(batch)
                ear("commit ends", _kinds(batch))

            def appended(kind: str, *rest: Any, **more: Any) -> int:
                seq = append(kind, *rest, **more)
                self.known[seq] = self.channel.state
                if len(self.known) > self.KEPT:
                    del self.known[next(iter(self.known))]
                return seq

            journal._write_batch, journal.append = written, appended  # type: ignore[method-assign]
        ear("commit begins", _kinds(list(self.journal._queue)))


def _kinds(batch: list[Any]) -> str:
    return " ".join(sorted({record.kind for record in batch}))


def stepping(ear: Ear, born: Callable[[Insight], None]) -> MakeSeat:
    """Makes the real daemon on listening wires; `born` is told of each life."""

    def make(
        site: Mapping[str, Any],
        folder: Path,
        wires: Wires,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> Seat:
        ours = Stepping(wires, ear)
        seat = daemon_of("pumpd")(site, folder, ours, monotonic_ns, wall_ns)
        insight = Insight(seat)
        ours.began_commit = lambda: insight.hear_commits(ear)
        born(insight)
        return seat

    return make
