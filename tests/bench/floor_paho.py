"""A floor: paho's own loop, the stop written in its callback; polls and answers between two turns of it.

Theory of operation. paho alone, without asyncio: `select` on its socket and on the ports, `loop_read` when the broker
spoke. There is little that Python can leave out after this but the library itself.
"""

import os
import select
import sys
from pathlib import Path
from time import monotonic
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

import paho.mqtt.client as mqtt
from bench.floor import POLL_S, POLLS, STOP, TOPIC, is_over, open_ports


def serve(broker_port: int, ports: dict[str, int]) -> None:
    """Listen until killed."""

    def heard(_client: mqtt.Client, _seat: Any, message: mqtt.MQTTMessage) -> None:
        if is_over(message.payload):
            os.write(ports[message.topic.split("/")[3]], STOP)

    def subscribed(*_: Any) -> None:
        print("READY", flush=True)

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message, client.on_subscribe = heard, subscribed
    client.on_connect = lambda *_: client.subscribe(TOPIC, qos=1)
    client.connect("127.0.0.1", broker_port)
    broker = client.socket()
    broker.setsockopt(6, 1, 1)  # TCP_NODELAY
    poll = select.epoll()
    for fd in (broker.fileno(), *ports.values()):
        poll.register(fd, select.EPOLLIN)
    turns = [(fd, words) for fd in ports.values() for words in POLLS]
    gap_s, due_s, turn = POLL_S / len(turns), monotonic(), 0
    while True:
        for fd, _ in poll.poll(max(0.0, due_s - monotonic())):
            if fd == broker.fileno():
                client.loop_read()
            else:
                os.read(fd, 4096)
        while client.want_write():
            client.loop_write()
        if monotonic() >= due_s:
            os.write(*turns[turn])
            turn, due_s = (turn + 1) % len(turns), max(due_s + gap_s, monotonic())
            client.loop_misc()


if __name__ == "__main__":
    serve(int(sys.argv[1]), open_ports(Path(sys.argv[2]), int(sys.argv[3])))
