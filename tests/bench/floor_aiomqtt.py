"""A floor: asyncio, aiomqtt and a write to the port, as one would write it in an afternoon.

Theory of operation. One task listens to the broker, one polls the pumps, a reader on each port throws the answers away.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

import aiomqtt
from bench.floor import POLL_S, POLLS, STOP, TOPIC, is_over, open_ports


def _drain(fd: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(fd, 4096)


async def _poll(ports: dict[str, int]) -> None:
    while True:
        for fd in ports.values():
            for poll in POLLS:
                os.write(fd, poll)
                await asyncio.sleep(POLL_S / len(ports) / len(POLLS))


async def serve(broker_port: int, ports: dict[str, int]) -> None:
    """Listen until killed."""
    loop = asyncio.get_running_loop()
    for fd in ports.values():
        loop.add_reader(fd, _drain, fd)
    polling = asyncio.create_task(_poll(ports))
    async with aiomqtt.Client("127.0.0.1", broker_port, socket_options=[(6, 1, 1)]) as client:
        await client.subscribe(TOPIC, qos=1)
        print("READY", flush=True)
        async for message in client.messages:
            if is_over(message.payload):
                os.write(ports[message.topic.value.split("/")[3]], STOP)
    polling.cancel()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), open_ports(Path(sys.argv[2]), int(sys.argv[3]))))
