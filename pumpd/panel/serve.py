"""The panel's server: a socket of ours, uvicorn on it, and an end that open streams cannot hold up.

Theory of operation. The socket is bound here, so the address that is printed is the one that is served, also with
port 0. uvicorn waits for open connections before it ends, and a stream of events never ends by itself; so when a
signal comes the readers are sent away first. Nothing is written down about single requests: no address with
somebody's name, no body, no PIN.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from pumpd.panel.app import Panel
from pumpd.panel.half_sent import MOST, Impatient

GRACE_S = 1


class _Server(uvicorn.Server):
    """uvicorn, which sends the readers away when it is told to end."""

    def __init__(self, config: uvicorn.Config, panel: Panel, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._panel = panel
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._panel.hub.close()
        super().handle_exit(sig, frame)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, port))
        one.listen(64)
    except OSError:
        one.close()
        raise
    return one


def serve(
    panel: Panel,
    listening: socket.socket,
    ready: Callable[[], None],
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        panel.app,
        http=Impatient,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=MOST,
        h11_max_incomplete_event_size=16_384,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    _Server(config, panel, ready).run(sockets=[listening])
