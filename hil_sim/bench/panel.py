"""A panel in memory: one client of the daemon's console, as people's programs are.

Theory of operation. Requests and answers are the console's lines of JSON, nothing else; what the daemon shows is the state
it streams to `watch`. The panel says every few seconds that somebody can hear it, as a screen beside the chair does. A
request takes a moment to arrive, drawn from the seed. When the daemon dies the panel is left without a word, and is opened
anew on the next life.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from hil_sim.bench.line import MemoryTransport

LISTENING_EVERY_S = 5.0
LATENCY_S = 0.002

State = dict[str, Any]
Answer = Callable[[str, list[str]], None]


class Admits(Protocol):
    """A daemon, as its panel sees one."""

    def admit(self) -> asyncio.BaseProtocol:
        """One more client of the console: the protocol to tie to a transport."""


class Panel:
    """One client of one channel.

    Args:
        channel: which.
        on_state: hears every state that is shown.
        chance: a number in 0..1 from the seed.

    Attributes:
        state: as shown last; None before the first.
        is_listening: whether it says that somebody can hear it.
        is_away: it is not opened on a new life of the daemon.
    """

    def __init__(self, channel: str, on_state: Callable[[State], None], chance: Callable[[], float]) -> None:
        self._channel = channel
        self._on_state = on_state
        self._chance = chance
        self._transport: MemoryTransport | None = None
        self._unread = b""
        self._asked = 0
        self._waiting: dict[str, Answer] = {}
        self._verbs: dict[str, str] = {}
        #: Hear what people do here: the request's id, its verb, "asked" or the stage of a reply, who or why.
        self.watchers: list[Callable[[str, str, str, list[str]], None]] = []
        self.state: State | None = None
        self.is_listening = True
        self.is_away = False

    @property
    def is_open(self) -> bool:
        """It has a connection."""
        return self._transport is not None

    def open(self, daemon: Admits) -> None:
        """Connect, watch, and say that somebody listens."""
        if self.is_away:
            return
        self._unread = b""
        self._waiting.clear()
        self._verbs.clear()
        protocol = daemon.admit()
        transport = MemoryTransport(protocol, self._said)
        self._transport = transport
        protocol.connection_made(transport)
        self.ask("watch")
        self._listen(transport)

    def leave(self) -> None:
        """The panel is gone, and the daemon is told so by its socket."""
        transport = self._transport
        if transport is not None:
            transport.hang_up(None)
        self.close()

    def close(self) -> None:
        """The daemon is gone."""
        transport, self._transport = self._transport, None
        self.state = None
        if transport is not None:
            transport.mute()

    def ask(
        self,
        verb: str,
        by: str = "",
        pin: str = "",
        args: Mapping[str, Any] | None = None,
        answer: Answer | None = None,
        copies: int = 1,
    ) -> None:
        """Send one request; `answer` hears stage and reasons of every reply. `copies`: the very line so often."""
        transport = self._transport
        if transport is None:
            if answer is not None:
                answer("unreachable", ["no daemon"])
            return
        self._asked += 1
        request: dict[str, Any] = {"id": f"p{self._asked}", "verb": verb, "channel": self._channel}
        if by:
            request["by"] = by
        if pin:
            request["pin"] = pin
        if args:
            request["args"] = dict(args)
        if answer is not None:
            self._waiting[request["id"]] = answer
        line = json.dumps(request).encode() + b"\n"
        if by:
            self._verbs[request["id"]] = verb
            self._tell(request["id"], "asked", [by])
        wait_s = LATENCY_S * (0.5 + self._chance())
        for number in range(copies):
            asyncio.get_running_loop().call_later(wait_s * (1 + number), transport.deliver, line)

    def _listen(self, transport: MemoryTransport) -> None:
        if transport is not self._transport:
            return
        if self.is_listening:
            self.ask("listening", args={"listener": "panel"})
        asyncio.get_running_loop().call_later(LISTENING_EVERY_S, self._listen, transport)

    def _said(self, chunk: bytes) -> None:
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        for line in lines:
            self._read(json.loads(line))

    def _read(self, reply: Mapping[str, Any]) -> None:
        self._tell(str(reply["id"]), reply["stage"], list(reply["reasons"]))
        answer = self._waiting.get(str(reply["id"]))
        if answer is not None:
            answer(reply["stage"], list(reply["reasons"]))
        elif reply["stage"] == "state" and reply["state"] is not None:
            self.state = reply["state"]
            self._on_state(reply["state"])

    def _tell(self, asked: str, stage: str, words: list[str]) -> None:
        if asked in self._verbs:
            for watch in self.watchers:
                watch(asked, self._verbs[asked], stage, words)
