"""When the socket of a session is watched for writing, and when no longer."""

import asyncio
import contextlib
import os
import socket

from feed_ear import Ear, WallClock, running
from scripted_broker import PUBLISH, ScriptedBroker
from vitals_payloads import encode, vitals

from pumpd.shell.feeds.arrivals import Arrival, SamplesArrived
from pumpd.shell.feeds.mqtt import BrokerSettings, MqttFeed
from pumpd.shell.feeds.routing import BedBinding

BED = BedBinding("bed-1", lambda _bed: "tok-1", frozenset({"monitor-1"}))
VITALS = "pumpd/v1/vitals/bed-1/monitor-1"


def descriptor_to(port: int) -> int:
    """The number of this process's socket that is connected to a port."""
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError), socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as one:
            if one.getpeername() == ("127.0.0.1", port):
                return number
    raise AssertionError(f"nothing is connected to port {port}")


async def test_a_session_lost_behind_a_message_leaves_its_descriptor_to_whoever_opens_the_next() -> None:
    """A watch set on the number of a closed socket struck the next connection: a nurse's, that was then never read."""
    ear, clock, loop = Ear(), WallClock(), asyncio.get_running_loop()
    opened: list[socket.socket] = []
    watched: list[int] = []

    def look() -> None:
        watched.extend(one.fileno() for one in opened if loop.remove_writer(one.fileno()))

    def open_some() -> None:
        opened.extend(one for _ in range(8) for one in socket.socketpair())
        loop.call_soon(look)

    def listener(arrival: Arrival) -> None:
        ear(arrival)
        if isinstance(arrival, SamplesArrived):
            loop.call_soon(open_some)  # the next turn: the end of the session is read in this one

    async with ScriptedBroker() as broker:
        feed = MqttFeed(BrokerSettings("127.0.0.1", broker.port), (BED,), clock, listener, "site-1")
        async with running(feed):
            await broker.until(PUBLISH)
            await ear.until_link(True)
            ours = descriptor_to(broker.port)
            broker.deliver(VITALS, encode(vitals(1, clock.wall_ms() - 1_000, hr=60)), mid=7)
            broker.hang_up()
            await ear.until_link(False)
            await ear.until_link(True, times=2)
    assert ours in [one.fileno() for one in opened], "somebody else has the number now"
    assert not watched
    for one in opened:
        one.close()
