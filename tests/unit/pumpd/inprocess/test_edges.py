"""The daemon's edges inside a bench."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from drivers.errors import PortError
from hil_sim.bench.loop import JumpingLoop
from pumpd.clock import Clock
from pumpd.inprocess.edges import BusFeed, InnerMachine
from pumpd.shell.feeds.arrivals import Arrival, LinkChanged, SampleRefused
from pumpd.shell.feeds.routing import BedBinding


class Wires:
    """A bench's wires: nothing answers, everything is written down."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes, bool]] = []

    def chance(self) -> float:
        return 0.5

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        raise OSError("no such device")

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self.said.append((topic, payload, retain))

    def disk_s(self) -> float:
        return 0.0


def on_loop(story: Coroutine[Any, Any, None]) -> None:
    loop = JumpingLoop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()


def feed_of(wires: Wires, heard: list[Arrival]) -> BusFeed:
    clock = Clock(1, monotonic_ns=lambda: 0, wall_ns=lambda: 1_795_345_200_000_000_000)
    bed = BedBinding("bed-1", lambda _: "tok-4711", frozenset({"monitor-1"}))
    return BusFeed(wires, (bed,), clock, heard.append, "bench")


def test_nothing_is_said_while_the_broker_is_away_and_a_session_begins_with_being_alive() -> None:
    wires, heard = Wires(), list[Arrival]()
    feed = feed_of(wires, heard)
    feed.publish("pumpd/v1/state/bed-1", b"{}", retain=True)
    feed.link(True, "subscribed")
    feed.publish("pumpd/v1/state/bed-1", b"{}", retain=True)
    feed.link(False, "connection reset")
    assert wires.said == [("pumpd/v1/alive/bench", b"online", True), ("pumpd/v1/state/bed-1", b"{}", True)]
    assert [(one.is_up, one.reason) for one in heard if isinstance(one, LinkChanged)] == [
        (True, "subscribed"),
        (False, "connection reset"),
    ]


def test_what_arrives_is_judged_by_the_real_router() -> None:
    """Faults row 46: retained vital signs are never samples."""
    heard: list[Arrival] = []
    feed = feed_of(Wires(), heard)
    assert feed.topics == ("pumpd/v1/vitals/bed-1/+", "pumpd/v1/status/bed-1/+")
    feed.heard("pumpd/v1/vitals/bed-1/monitor-1", b"{}", is_retained=True)
    (refused,) = heard
    assert isinstance(refused, SampleRefused)


def test_a_port_that_cannot_be_had_is_the_driver_s_own_error() -> None:
    async def story() -> None:
        machine = InnerMachine(Wires())
        assert machine.connect is not None
        with pytest.raises(PortError, match="no such device"):
            await machine.connect("/virtual/pump", 19200, asyncio.Protocol())

    on_loop(story())


def test_a_boot_is_named_by_the_bench_s_seed() -> None:
    assert InnerMachine(Wires()).boot() == "80000000"
