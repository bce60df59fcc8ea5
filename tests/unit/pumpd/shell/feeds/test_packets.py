"""How many messages one turn of the loop hears, of a broker that has many."""

import asyncio
from collections import Counter

from feed_ear import WallClock, running
from scripted_broker import PUBLISH, ScriptedBroker
from vitals_payloads import encode, vitals

from pumpd.shell.feeds.arrivals import Arrival, SamplesArrived
from pumpd.shell.feeds.mqtt import BrokerSettings, MqttFeed
from pumpd.shell.feeds.packets import PACKETS_AT_ONCE
from pumpd.shell.feeds.routing import BedBinding

BED = BedBinding("bed-1", lambda _bed: "tok-1", frozenset({"monitor-1"}))
VITALS = "pumpd/v1/vitals/bed-1/monitor-1"


def feed_for(port: int, listener: object, clock: WallClock) -> MqttFeed:
    return MqttFeed(BrokerSettings("127.0.0.1", port), (BED,), clock, listener, "site-1")  # type: ignore[arg-type]


async def test_a_turn_of_the_loop_hears_several_messages_and_not_a_whole_storm() -> None:
    """A crossing behind others waits for one turn of the loop, and the pumps wait for no storm (decision 0036)."""
    clock, loop, turn, heard = WallClock(), asyncio.get_running_loop(), 0, Counter[int]()
    everything = asyncio.Event()

    def count_turns() -> None:
        nonlocal turn, counting
        turn += 1
        counting = loop.call_soon(count_turns)

    def listener(arrival: Arrival) -> None:
        if isinstance(arrival, SamplesArrived):
            heard[turn] += 1
            if heard.total() == 30:
                everything.set()

    counting = loop.call_soon(count_turns)
    async with ScriptedBroker() as broker, running(feed_for(broker.port, listener, clock)):
        await broker.until(PUBLISH)
        begin_ms = clock.wall_ms() - 1_000
        for n in range(30):
            broker.deliver(VITALS, encode(vitals(n + 1, begin_ms + n, hr=60 + n)))
        async with asyncio.timeout(10):
            await everything.wait()
    counting.cancel()
    assert max(heard.values()) == PACKETS_AT_ONCE, heard
