"""The embedded broker: bound where it is told, quiet, ended by cancelling."""

import asyncio
import socket

import aiomqtt
import pytest

from hil_sim.broker import run_broker


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_it_carries_a_message_and_ends_when_cancelled(capfd: pytest.CaptureFixture[str]) -> None:
    port, ready = free_port(), asyncio.Event()
    broker = asyncio.create_task(run_broker("127.0.0.1", port, on_ready=lambda where: ready.set()))
    async with asyncio.timeout(10.0):
        await ready.wait()
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe("pumpd/v1/vitals/#", qos=1)
            await client.publish("pumpd/v1/vitals/bed-1/monitor-1", b"{}", qos=1)
            message = await anext(client.messages)
    assert (message.topic.value, message.payload) == ("pumpd/v1/vitals/bed-1/monitor-1", b"{}")
    broker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await broker
    assert capfd.readouterr() == ("", "")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


async def test_a_taken_port_is_an_error_not_a_silent_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="cannot listen"):
            await run_broker("127.0.0.1", taken.getsockname()[1])
