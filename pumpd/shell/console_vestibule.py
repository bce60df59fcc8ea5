"""Clients for whom there is no room: heard once, for a pause.

Theory of operation. The number of clients is bounded, and idle ones may take all of the room; whoever comes then must be
able to pause and stop all the same (law 6, facts/faults.md rows 76 and 98). Such a client waits in the vestibule. What
can only lower is handed on as from any other; anything else is answered with why there is no room, and so is saying
nothing for a second. The vestibule is bounded too: when it is full, whoever has waited longest without being owed an
answer leaves. A line that came with the connection has been read by then (`console_door`).
"""

import asyncio
from collections.abc import Callable, Iterable

from pumpd.console_words import LOWERING_VERBS
from pumpd.shell.console_acts import ConsoleLimits
from pumpd.shell.console_connection import Connection


class Vestibule:
    """Who waits, oldest first, and why.

    Args:
        refuse: tells (client, reason).
        limits: how many, and for how long.
    """

    def __init__(self, refuse: Callable[[Connection, str], None], limits: ConsoleLimits) -> None:
        self._refuse = refuse
        self._limits = limits
        self._waiting: dict[Connection, tuple[str, asyncio.TimerHandle]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, connection: Connection) -> bool:
        return connection in self._waiting

    def enter(self, connection: Connection, reason: str) -> None:
        """One more; `reason`: what it is told if it wants more than a pause."""
        if len(self._waiting) >= self._limits.crowded:
            self._turn_out(_idlest(self._waiting) or next(iter(self._waiting)))
        timer = asyncio.get_running_loop().call_later(self._limits.crowded_s, self._time_up, connection)
        self._waiting[connection] = (reason, timer)

    def leave(self, connection: Connection) -> None:
        """It is gone, or was never here."""
        waited = self._waiting.pop(connection, None)
        if waited is not None:
            waited[1].cancel()

    def objection(self, connection: Connection, verb: str) -> str:
        """Why this client is not served with this verb; "" it is."""
        waited = self._waiting.get(connection)
        return "" if waited is None or verb in LOWERING_VERBS else waited[0]

    def make_room(self, everybody: Iterable[Connection]) -> None:
        """Who wants nothing leaves: first somebody of the vestibule, then who has watched longest."""
        crowded = _idlest(self._waiting)
        if crowded is not None:
            self._turn_out(crowded)
        elif (idle := _idlest(one for one in everybody if one not in self._waiting)) is not None:
            idle.abort()

    def _time_up(self, connection: Connection) -> None:
        reason, _ = self._waiting[connection]
        if connection.pending:  # a pause that waits for the pump's word is told it
            timer = asyncio.get_running_loop().call_later(self._limits.crowded_s, self._time_up, connection)
            self._waiting[connection] = (reason, timer)
        else:
            self._turn_out(connection)

    def _turn_out(self, connection: Connection) -> None:
        reason, _ = self._waiting[connection]
        self.leave(connection)
        if not connection.used_ids:
            self._refuse(connection, reason)
        connection.close()


def _idlest(connections: Iterable[Connection]) -> Connection | None:
    """The oldest one that is owed nothing."""
    return next((one for one in connections if not (one.pending or one.is_checking)), None)
