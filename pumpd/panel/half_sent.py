"""Connections that begin a request and do not finish it: closed after a while, and never so many that nurses are shut out.

Theory of operation. The web server keeps a connection for as long as somebody likes to send a request letter by letter, and
answers 503 to everybody once there are too many (facts/faults.md rows 75 and 76). A panel's request is a few hundred bytes
and comes at once. So a connection whose request is not there within ten seconds is closed, and one machine may hold only
so many: enough for a room of screens behind one address, few enough to leave places for others.
"""

import asyncio
from collections import Counter
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

WITHIN_S = 10.0
#: Of one address; a browser opens six, and three streams at most are kept for each (`hub`).
MOST_FROM_ONE = 128
#: Of all.
MOST = 512


class Impatient(H11Protocol):
    """The web server's own protocol, with an end to waiting. Shared by all connections of this process: `held`."""

    held: Counter[str] = Counter()  # noqa: RUF012 - of the process, as the server's own limit is

    _waiting: asyncio.TimerHandle | None = None
    _from = ""

    def connection_made(self, transport: Any) -> None:
        """One more, if there is room."""
        super().connection_made(transport)
        self._from = self.client[0] if self.client else ""
        self.held[self._from] += 1
        if self.held[self._from] > MOST_FROM_ONE:
            transport.abort()
            return
        self._waiting = self.loop.call_later(WITHIN_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """One less."""
        if self._waiting is not None:
            self._waiting.cancel()
        self.held[self._from] -= 1
        if self.held[self._from] <= 0:
            del self.held[self._from]
        super().connection_lost(exc)

    def _give_up(self) -> None:
        """No request has come. Between two requests of one connection the server's own, shorter patience counts."""
        if cast("object | None", self.cycle) is None:
            self.transport.abort()
