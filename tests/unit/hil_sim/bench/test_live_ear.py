"""What a daemon says on a real broker reaches the recorder; what an earlier life left there does not."""

import asyncio

import aiomqtt
import pytest
from patience import until
from real_mosquitto import Mosquitto, free_port

from hil_sim.bench.live_ear import find_broker, listen_to_daemon

ALARM = "pumpd/v1/alarm/bed-1/delivery"


@pytest.mark.mosquitto
@pytest.mark.parametrize(("hears_retained", "heard"), [(False, [b"new"]), (True, [b"old", b"new"])])
async def test_retained_messages_are_of_an_earlier_life(
    mosquitto: Mosquitto, hears_retained: bool, heard: list[bytes]
) -> None:
    said: list[bytes] = []
    subscribed = asyncio.Event()
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as daemon:
        await daemon.publish(ALARM, b"old", qos=1, retain=True)
        listening = asyncio.create_task(
            listen_to_daemon(
                ("127.0.0.1", mosquitto.port),
                "bed-1",
                lambda _topic, payload: said.append(payload),
                subscribed,
                hears_retained=hears_retained,
            )
        )
        async with asyncio.timeout(10):
            await subscribed.wait()
            await daemon.publish("pumpd/v1/alarm/bed-2/delivery", b"another bed", qos=1)
            await daemon.publish("pumpd/v1/vitals/bed-1/monitor-1", b"not the daemon", qos=1)
            await daemon.publish(ALARM, b"new", qos=1)
            await until(lambda: b"new" in said)
        listening.cancel()
        await asyncio.wait([listening])
    assert said == heard


async def test_a_broker_that_is_away_is_an_error() -> None:
    with pytest.raises(OSError):
        await find_broker(("127.0.0.1", free_port()))
