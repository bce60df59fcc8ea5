"""The console socket: where people reach the daemon, whatever their client is.

Theory of operation. A Unix stream socket, one JSON object a line. The console knows who may speak and in what
form; what an act means clinically is decided elsewhere, by the listener it hands a `PersonAct` to. Two ways
lead there:

- what needs no PIN (pause, stop, acknowledge, score and the like): from the socket's read to the listener in
  one call stack. Nothing is awaited, so no authentication, no journal and no other client can stand in front
  (design law 6).
- order, verify, start, resume, restore: the PIN is checked first, outside the loop's thread, one check at a
  time over all clients. One at a time makes the count of wrong tries exact and leaves the processor to the
  control cycle; only what can raise delivery waits in that queue. If the client goes away meanwhile, the act
  is dropped: a resume happens completely or not at all (faults row 79).

A request id may be used once per connection, and carries the connection's number from there on, so a replayed
line does nothing (I24) and an answer finds its client or nobody. Who may lead the daemon is settled by a lock
on a file beside the socket, held for life and released by the kernel: a socket file without it is a dead
daemon's.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from pumpd.console_words import (
    CONSULTING_VERBS,
    LISTENING_VERB,
    LOWERING_VERBS,
    MOVING_VERBS,
    PIN_VERBS,
    is_final,
)
from pumpd.shell.console_acts import ConsoleLimits, LineRefused, PersonAct, Request, act_of, read_request
from pumpd.shell.console_connection import Connection
from pumpd.shell.console_door import Door
from pumpd.shell.console_lockout import Lockout
from pumpd.shell.console_socket import ConsoleSocket
from pumpd.shell.console_vestibule import Vestibule
from pumpd.shell.console_watch import StateStream

_log = structlog.get_logger(__name__)

_LOOK_AT_THE_PUMP = "the daemon failed inside: use the pump's own stop key"


class Console:
    """The server. All methods belong to the loop's thread.

    Args:
        path: of the socket.
        mode: permissions of the socket file, e.g. 0o660.
        listener: takes each act; called from the socket's read for what can only lower. Returns at once.
        authenticate: the roles of a name with that PIN, or None. Slow hashing belongs in a thread.
        snapshot: the state of a channel, as JSON-able values; must be cheap.
        channels: all there are.
        consult: answers (channel, verb, args) of `CONSULTING_VERBS` from what is at hand; must be cheap.
        on_refused: hears (by, verb, reason) of every refused or unjudged PIN, for the journal (faults row
        81). limits: what clients may cost.

    Attributes:
        listening: set while clients can connect.
    """

    def __init__(
        self,
        path: Path,
        mode: int,
        listener: Callable[[PersonAct], None],
        authenticate: Callable[[str, str], Awaitable[frozenset[str] | None]],
        snapshot: Callable[[str], dict[str, Any]],
        channels: tuple[str, ...],
        *,
        consult: Callable[[str, str, Mapping[str, Any]], dict[str, Any]],
        on_refused: Callable[[str, str, str], None] | None = None,
        limits: ConsoleLimits | None = None,
    ) -> None:
        self.listening = asyncio.Event()
        self._socket = ConsoleSocket(Path(path), mode)
        self._listener = listener
        self._authenticate = authenticate
        self._snapshot = snapshot
        self._channels = channels
        self._consult = consult
        self._on_refused = on_refused
        self._limits = limits or ConsoleLimits()
        self._lockout = Lockout()
        self._pin_turn = asyncio.Lock()
        self._checks = 0
        self._lowered = dict.fromkeys(channels, 0)
        self._connections: dict[int, Connection] = {}
        self._vestibule = Vestibule(lambda one, reason: self.refuse(one, None, reason), self._limits)
        self._accepted = 0
        self._tasks: asyncio.TaskGroup | None = None
        self._streams = {name: StateStream(self._encoder(name), self._limits) for name in channels}

    async def run(self) -> None:
        """Serves until cancelled.

        Raises:
            ConsoleUnavailable: another daemon serves this path, or the path cannot be used.
        """
        async with self.door(), asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self.listening.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self.listening.clear()
                for connection in tuple(self._connections.values()):
                    connection.close()

    @asynccontextmanager
    async def door(self) -> AsyncIterator[None]:
        """Clients can come in while this is open."""
        with self._socket as listening_socket:
            door = Door(listening_socket, self.admit, self._make_room)
            door.open()
            try:
                yield
            finally:
                door.close()

    def admit(self, crowded: str = "") -> Connection:
        """The protocol of one more client; `crowded`: why only a pause or stop is heard of it."""
        self._accepted += 1
        return Connection(self._accepted, self, self._limits, crowded)

    def answer(
        self,
        request_id: str,
        stage: str,
        reasons: Sequence[str] = (),
        state: dict[str, Any] | None = None,
        problems: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Sends one reply line to the client that asked; never raises, and ignores a client that is gone.

        Args:
            request_id: of the `PersonAct`.
            stage: accepted, refused, confirmed, not_confirmed, state or end.
            reasons: sentences for the person.
            state: JSON-able, or None.
            problems: of an order that is refused, JSON-able.
        """
        number, _, own_id = request_id.partition("/")
        connection = self._connections.get(int(number)) if number.isdecimal() else None
        verb = connection.pending.get(own_id) if connection else None
        if connection is None or verb is None:
            return
        self._reply(connection, own_id, stage, reasons, state, problems)
        if is_final(verb, stage):
            connection.settle(own_id)

    def publish_state(self, channel: str, *, is_leisurely: bool = False) -> None:
        """Tells the watchers of a channel, soon. Costs a timer at most; unknown channels are ignored."""
        stream = self._streams.get(channel)
        if stream is not None:
            stream.publish(is_leisurely=is_leisurely)

    # --- what connections call (`Desk`) --------------------------------------------------------------

    def connected(self, connection: Connection) -> None:
        """Takes a client in; where there is no room it is heard for a pause."""
        self._connections[connection.number] = connection
        served, limit = len(self._connections) - len(self._vestibule), self._limits.clients
        crowded = connection.crowded or (
            f"{limit} clients are connected: close one" if served > limit else ""
        )
        if crowded:
            self._vestibule.enter(connection, crowded)

    def disconnected(self, connection: Connection) -> None:
        """Forgets a client. What it had asked for goes on, except an act still waiting for its PIN."""
        self._connections.pop(connection.number, None)
        self._vestibule.leave(connection)
        for stream in self._streams.values():
            stream.leave(connection)

    def refuse(self, connection: Connection, request_id: str | None, reason: str) -> None:
        """Sends one refusal."""
        self._reply(connection, request_id, "refused", (reason,), None)

    def received(self, connection: Connection, line: bytes) -> None:
        """Acts on one line. Never raises: a client must not be able to end more than its own request."""
        try:
            request = read_request(line, self._channels)
            self._spend(connection, request)
        except LineRefused as refusal:
            self._reply(connection, refusal.request_id, "refused", (refusal.reason,), None, refusal.problems)
            return
        if objection := self._vestibule.objection(connection, request.verb):
            self.refuse(connection, request.id, objection)
            connection.close()
            return
        if request.verb in PIN_VERBS:
            self._begin_check(connection, request)
        elif request.verb == "status":
            self._tell(connection, request, lambda: self._snapshot(request.channel))
        elif request.verb in CONSULTING_VERBS:
            self._tell(
                connection, request, lambda: self._consult(request.channel, request.verb, request.args)
            )
        elif request.verb == "watch":
            self._streams[request.channel].join(connection, json.dumps(request.id).encode())
        elif request.verb == LISTENING_VERB:
            self._note_listener(connection, request)
        else:
            self._hand_on(connection, request, frozenset())

    def _make_room(self) -> None:
        self._vestibule.make_room(self._connections.values())

    # --- inside --------------------------------------------------------------------------------------

    def _spend(self, connection: Connection, request: Request) -> None:
        if request.verb == LISTENING_VERB:
            return  # said every few seconds for days, and means the same each time
        if request.id in connection.used_ids:
            raise LineRefused("this id was used before on this connection: nothing was done", request.id)
        if len(connection.used_ids) >= self._limits.ids:
            if request.verb in LOWERING_VERBS:
                return  # a second pause does no harm; a pause not heard may
            raise LineRefused(f"{self._limits.ids} requests on one connection: connect again", request.id)
        connection.used_ids.add(request.id)

    def _hand_on(self, connection: Connection, request: Request, roles: frozenset[str]) -> None:
        if request.verb in LOWERING_VERBS:
            self._lowered[request.channel] += 1
        connection.pending[request.id] = request.verb
        try:
            self._listener(act_of(connection.number, request, roles))
        except Exception:
            _log.exception("console_listener_failed", verb=request.verb, channel=request.channel)
            # Whether a pause took effect is unknown now, and a refusal would claim to know.
            stage = "not_confirmed" if request.verb in LOWERING_VERBS else "refused"
            self._reply(connection, request.id, stage, (_LOOK_AT_THE_PUMP,), None)
            connection.settle(request.id)

    def _note_listener(self, connection: Connection, request: Request) -> None:
        """A fact and no request: nobody but us has anything to say to it, and its id may repeat."""
        try:
            self._listener(act_of(connection.number, request, frozenset()))
        except Exception:
            _log.exception("console_listener_failed", verb=request.verb, channel=request.channel)
            self.refuse(connection, request.id, "the daemon failed inside: nobody counts as listening")
        else:
            self._reply(connection, request.id, "accepted", (), None)

    def _tell(self, connection: Connection, request: Request, ask: Callable[[], dict[str, Any]]) -> None:
        try:
            state = ask()
        except Exception:
            _log.exception("console_state_unavailable", verb=request.verb)
            self.refuse(connection, request.id, "the state cannot be told: look at the pump")
            return
        self._reply(connection, request.id, "state", (), state)
        self._reply(connection, request.id, "end", (), None)

    def _begin_check(self, connection: Connection, request: Request) -> None:
        if connection.is_checking:
            self._refuse_pin(connection, request, "the PIN of your earlier request is still being checked")
        elif self._checks >= self._limits.checks or self._tasks is None:
            self._refuse_pin(
                connection, request, "too many PINs are being checked: try again in a few seconds"
            )
        else:
            connection.is_checking = True
            self._checks += 1
            self._tasks.create_task(
                self._check(connection, request, self._lowered[request.channel]),
                name=f"pin/{connection.number}",
            )

    async def _check(self, connection: Connection, request: Request, lowered_before: int) -> None:
        try:
            async with asyncio.timeout(self._limits.pin_s), self._pin_turn:
                roles, reason = await self._judge(request)
        except TimeoutError:
            roles, reason = None, f"the PIN could not be checked within {self._limits.pin_s:g} s: try again"
        except Exception:
            _log.exception("console_authentication_failed", by=request.by)
            roles, reason = None, "the PIN could not be checked: the daemon's log says why"
        finally:
            self._checks -= 1
            connection.is_checking = False
        if roles is None:
            self._refuse_pin(connection, request, reason)
        elif request.verb in MOVING_VERBS and self._lowered[request.channel] != lowered_before:
            # Pressed before that pause or stop, judged after it: whoever paused has the last word (law 8).
            reason = "a pause or stop was pressed while your PIN was being checked: look again"
            self.refuse(connection, request.id, reason)
        elif not (connection.is_closed or connection.has_ended):
            self._hand_on(connection, request, roles)

    async def _judge(self, request: Request) -> tuple[frozenset[str] | None, str]:
        loop = asyncio.get_running_loop()
        wait_s = self._lockout.wait_s(request.by, loop.time())
        if wait_s > 0:
            return None, f"{request.by} is locked after wrong PINs: try again in {-int(-wait_s // 1)} s"
        roles = await self._authenticate(request.by, request.pin)
        if roles is not None:
            self._lockout.passed(request.by)
            return roles, ""
        tries, lock_s = self._lockout.failed(request.by, loop.time())
        if lock_s:
            return None, f"name or PIN is wrong: {request.by} is locked for {lock_s:.0f} s"
        return None, f"name or PIN is wrong: {tries} more wrong and {request.by} is locked"

    def _refuse_pin(self, connection: Connection, request: Request, reason: str) -> None:
        self.refuse(connection, request.id, reason)
        if self._on_refused is not None:
            try:
                self._on_refused(request.by, request.verb, reason)
            except Exception:
                _log.exception("console_refusal_not_recorded", by=request.by, verb=request.verb)

    def _encoder(self, channel: str) -> Callable[[], bytes]:
        return lambda: _encode(self._snapshot(channel))

    def _reply(
        self,
        connection: Connection,
        request_id: str | None,
        stage: str,
        reasons: Sequence[str],
        state: dict[str, Any] | None,
        problems: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        reply: dict[str, Any] = {"id": request_id, "stage": stage, "reasons": list(reasons), "state": state}
        reply["problems"] = [dict(one) for one in problems]
        try:
            line = _encode(reply)
        except (TypeError, ValueError, RecursionError):
            # The word matters more than the picture: "confirmed" must not be lost to an odd value in a state.
            _log.exception("console_state_not_json", stage=stage)
            line = _encode({**reply, "reasons": [str(r) for r in reasons], "state": None, "problems": []})
        connection.send(line + b"\n")


def _encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
