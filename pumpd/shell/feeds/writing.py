"""When the loop watches a session's socket for room to write.

Theory of operation. The client library asks the loop for that in a later turn, by the descriptor's number. Between the
asking and that turn the session may end (a message to acknowledge and the end of the stream can be read in one go) and
the kernel gives the number to the next socket that anybody opens: a nurse's, at the door. The loop then watches her
connection for a session that is gone, spends its whole time on it, and does not read the connection that gets the number
after hers. So the watch is set in the very call that asks for it. Only what connects, which is a thread, must leave it to
the loop, and the loop looks whether it is still the same socket.
"""

import asyncio
import threading
from typing import TYPE_CHECKING

import aiomqtt
from paho.mqtt.client import Client

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike


def watch_at_once(session: aiomqtt.Client) -> None:
    """Let this session's socket be watched for writing only as long as it is the session's. Call it in the loop."""
    client = session._client
    loop, of_loop = asyncio.get_running_loop(), threading.get_ident()

    def write() -> None:
        try:
            client.loop_write()
        except Exception as broken:  # the library takes any for the end of the connection
            if not session._disconnected.done():
                session._disconnected.set_exception(broken)

    def watch(sock: "SocketLike") -> None:
        if client.socket() is sock:
            loop.add_writer(sock.fileno(), write)

    def asked(_client: Client, _userdata: object, sock: "SocketLike") -> None:
        if threading.get_ident() == of_loop:
            watch(sock)
        else:
            loop.call_soon_threadsafe(watch, sock)

    client.on_socket_register_write = asked
