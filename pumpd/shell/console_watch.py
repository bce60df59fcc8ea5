"""State lines to everybody who watches one channel.

Theory of operation. The kernel says "changed" as often as it likes, from inside a decision, and that costs it
one timer at most: nothing is read, encoded or sent in its stack, since a halt may be on its way to the wire
(design law 6). The stream then sends at most every `min_gap_s` to each client; what is only another sample or
readback, ten a second of them, waits for `leisure_gap_s`, because no eye reads faster and encoding costs more than
deciding. At least every `heartbeat_s` something is sent, so that a client can take silence for what it is (law 3).
The state is encoded once for all watchers, however many.
"""

import asyncio
from collections.abc import Callable

import structlog

from pumpd.shell.console_acts import ConsoleLimits
from pumpd.shell.console_connection import Connection

_log = structlog.get_logger(__name__)


class StateStream:
    """The watchers of one channel.

    Args:
        encode: the newest state as JSON text, in bytes; may raise, which costs one line and is logged.
        limits: of pace.
    """

    def __init__(self, encode: Callable[[], bytes], limits: ConsoleLimits) -> None:
        self._encode = encode
        self._limits = limits
        self._watchers: dict[Connection, tuple[bytes, float]] = {}  # opening of the line, last sent at
        self._timer: asyncio.TimerHandle | None = None

    def join(self, connection: Connection, request_id_json: bytes) -> None:
        """Adds a watcher and sends it the state at once.

        Args:
            connection: of the client.
            request_id_json: the client's own id, as JSON text.
        """
        opening = b'{"id":' + request_id_json + b',"stage":"state","reasons":[],"state":'
        self._watchers[connection] = (opening, asyncio.get_running_loop().time())
        self._send_to({connection: self._watchers[connection]})
        if self._timer is None:
            self._schedule(self._limits.heartbeat_s)

    def leave(self, connection: Connection) -> None:
        """Removes a watcher, or nobody."""
        self._watchers.pop(connection, None)
        if not self._watchers and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def publish(self, *, is_leisurely: bool = False) -> None:
        """The state has changed. Cheap, and safe to call from inside a decision.

        Args:
            is_leisurely: only numbers moved; nothing that a person would act upon.
        """
        if not self._watchers:
            return
        newest_s = max(sent_s for _, sent_s in self._watchers.values())
        due_s = newest_s + (self._limits.leisure_gap_s if is_leisurely else self._limits.min_gap_s)
        if self._timer is None or due_s < self._timer.when():
            self._schedule(due_s - asyncio.get_running_loop().time())

    def _schedule(self, delay_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, delay_s), self._beat)

    def _beat(self) -> None:
        self._timer = None
        self._send_to(dict(self._watchers))
        if self._watchers:
            self._schedule(self._limits.heartbeat_s)

    def _send_to(self, watchers: dict[Connection, tuple[bytes, float]]) -> None:
        try:
            state = self._encode()
        except Exception:
            # A state that cannot be told must not look like a state: the watchers go grey after two
            # seconds of silence, the reason stands in the log, and the next beat tries again.
            _log.exception("console_state_unavailable")
            return
        now_s = asyncio.get_running_loop().time()
        for connection, (opening, _) in watchers.items():
            self._watchers[connection] = (opening, now_s)
            connection.send_state(opening + state + b"}\n")
