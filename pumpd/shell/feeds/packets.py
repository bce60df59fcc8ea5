"""How many packets of the broker's are read in one turn of the loop.

Theory of operation. The client library reads one. A turn also serves every pump whose answer has come, so with many
beds a crossing stood in the kernel's socket buffer for as many turns as messages were in front of it, while the processor
was free half of the time: a quarter of a second with 64 beds and vital signs at 10 Hz (docs/speed.md). Here a turn
takes what is there, but no more than a few: the pumps and the control cycle are not kept waiting by a storm.
"""

import select
from typing import Final

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

PACKETS_AT_ONCE: Final = 8


def read_several(client: Client) -> None:
    """Let each `loop_read` of this client take up to `PACKETS_AT_ONCE` packets, as long as there are bytes to read.

    What TLS has decrypted and not yet handed out is no byte in the socket; aiomqtt reads on while there is some.
    """
    read_one = client.loop_read

    def loop_read(max_packets: int = 1) -> MQTTErrorCode:
        code = read_one(max_packets)
        for _ in range(PACKETS_AT_ONCE - 1):
            if code is not MQTTErrorCode.MQTT_ERR_SUCCESS or not _has_more(client):
                break
            code = read_one(max_packets)
        return code

    client.loop_read = loop_read  # type: ignore[method-assign]  # the library offers no number


def _has_more(client: Client) -> bool:
    sock = client.socket()
    if sock is None:  # a packet may have ended the session
        return False
    waiting = select.poll()  # `select.select` takes no descriptor beyond 1023
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(0))
