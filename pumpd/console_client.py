"""The other end of the console socket, for terminals, scripts, test benches and the panel.

Theory of operation. Blocking sockets of the standard library and nothing else, so that a pause from a
terminal costs milliseconds even on a small box. One request, one connection: a client that dies leaves
nothing half said, and request ids need no bookkeeping. `request` connects and sends before it returns, never
lazily: a pause must not wait for somebody to iterate. What cannot be known is said so: when no readback
arrives in time the reply is `not_confirmed`, and no error, because the pause may well have happened (design
law 4).
"""

import errno
import json
import os
import select
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

from pumpd.console_words import LISTENING_EVERY_S, LISTENING_VERB, LOWERING_VERBS, MOVING_VERBS, is_final

#: Link time a moving verb may take to be confirmed, s: the daemon says `not_confirmed` at 1.0.
CONFIRM_S = 1.5
#: Time for a PIN to be judged and an act to be accepted, s: the daemon's own bound is 10.
ANSWER_S = 15.0
#: Nothing heard for so long means that nothing is known, s: the daemon sends a state at least every second.
SILENT_S = 2.0

_MAX_REPLY_BYTES = 1_048_576
_LISTENER_ID = "listening"


class ConsoleUnreachable(Exception):
    """The daemon cannot be talked to. The message says why and what to do about it.

    Attributes:
        was_sent: the request may have reached the daemon, so it may have taken effect.
    """

    def __init__(self, message: str, was_sent: bool = False) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class ConsoleClient:
    """Speaks to the daemon behind one socket path. Holds no connection; safe to share between threads.

    Args:
        path: of the socket, e.g. "/run/pumpd/console.sock".
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def request(
        self,
        verb: str,
        channel: str | None = None,
        by: str | None = None,
        pin: str | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Sends one request at once, and gives its replies up to the last word.

        Args:
            verb: any but "watch".
            channel: None: the only one the daemon has.
            by: the person's name.
            pin: for order, verify, start, resume and restore.
            args: of the verb, as contracts.md of the console has them.

        Returns:
            Reply objects. For verbs that move the pump the last is `confirmed`, or `refused`, or
            `not_confirmed` after `CONFIRM_S`. The iterator raises `ConsoleUnreachable` when the daemon goes
            away.

        Raises:
            ConsoleUnreachable: before anything was sent, unless its `was_sent` says otherwise.
        """
        line = _Line(self.path)
        line.send(verb, channel, by, pin, args)
        replies = _replies(line, verb)
        next(replies)  # up to its `try`: from here on, closing or forgetting it closes the connection
        return replies

    def status(self, channel: str | None = None) -> dict[str, Any]:
        """The newest state.

        Raises:
            ConsoleUnreachable: no daemon, or it refused to tell.
        """
        for reply in self.request("status", channel):
            if reply.get("state"):
                state: dict[str, Any] = reply["state"]
                return state
            if reply.get("stage") == "refused":
                raise ConsoleUnreachable("; ".join(map(str, reply.get("reasons") or ["refused"])))
        raise ConsoleUnreachable("the daemon told no state; its log says why", was_sent=True)

    def watch(self, channel: str | None = None, listener: str = "") -> "Watch":
        """Begins to watch; iterate over the result for states, or `poll` it with a time limit.

        Args:
            channel: None: the only one.
            listener: name of a screen that somebody can see; it says so on this connection for as long as the
                states are read. "": nobody need be looking.

        Raises:
            ConsoleUnreachable: no daemon.
        """
        line = _Line(self.path)
        line.send("watch", channel, None, None, None)
        return Watch(line, channel, listener)


class Watch:
    """The stream of states of one channel. A context manager; iterating blocks from state to state.

    Attributes:
        listener: name of a screen that somebody can see now; "" while nobody is looking.
    """

    def __init__(self, line: "_Line", channel: str | None = None, listener: str = "") -> None:
        self._line = line
        self._channel = channel
        self.listener = listener
        self._spoken_s = -LISTENING_EVERY_S

    def poll(self, timeout_s: float | None) -> dict[str, Any] | None:
        """The next state, or None when there was none within `timeout_s` (None: wait on).

        Raises:
            ConsoleUnreachable: the daemon went away, or refused; also when it cannot tell its state.
        """
        until_s = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            self._speak_up()
            left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
            reply = self._line.receive(left_s)
            if reply is None:
                return None
            if reply.get("id") != _LISTENER_ID:  # whether it counts is the daemon's alarm to raise, not ours
                break
        state = reply.get("state")
        if reply.get("stage") != "state" or not isinstance(state, dict):
            self.close()
            raise ConsoleUnreachable("; ".join(map(str, reply.get("reasons") or ["the stream ended"])))
        return state

    def _speak_up(self) -> None:
        """Between two states at the latest, and they come every second: what is not read is not looked at."""
        now_s = time.monotonic()
        if self.listener and now_s - self._spoken_s >= LISTENING_EVERY_S:
            self._spoken_s = now_s
            args = {"listener": self.listener}
            self._line.send(LISTENING_VERB, self._channel, None, None, args, request_id=_LISTENER_ID)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            state = self.poll(None)
            if state is not None:
                yield state

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the stream."""
        self._line.close()


def _replies(line: "_Line", verb: str) -> Iterator[dict[str, Any]]:
    is_moving = verb in MOVING_VERBS
    deadline_s = time.monotonic() + (CONFIRM_S if verb in LOWERING_VERBS else ANSWER_S)
    is_accepted = was_doubted = False
    try:
        yield {}
        while True:
            reply = line.receive(max(0.0, deadline_s - time.monotonic()))
            if reply is None:
                break
            stage = str(reply.get("stage"))
            yield reply
            if is_final(verb, stage):
                return
            was_doubted = was_doubted or stage == "not_confirmed"
            if stage == "accepted" and is_moving and not is_accepted:
                is_accepted = True
                deadline_s = time.monotonic() + CONFIRM_S
    finally:
        line.close()
    if is_moving and (is_accepted or verb in LOWERING_VERBS):
        if not was_doubted:
            what = "the pump has not confirmed" if is_accepted else "the daemon has not answered"
            reasons = [f"{what} within {CONFIRM_S} s"]
            yield {"id": "1", "stage": "not_confirmed", "reasons": reasons, "state": None}
        return
    raise ConsoleUnreachable(
        f"the daemon has not answered within {ANSWER_S:.0f} s: see what the daemon printed", was_sent=True
    )


class _Line:
    """One connection, framed into JSON objects."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._received = bytearray()
        try:
            self._socket.settimeout(CONFIRM_S)
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise ConsoleUnreachable(_remedy(path, error)) from error

    def send(
        self,
        verb: str,
        channel: str | None,
        by: str | None,
        pin: str | None,
        args: Mapping[str, Any] | None,
        request_id: str = "1",
    ) -> None:
        request: dict[str, Any] = {"id": request_id, "verb": verb, "args": dict(args or {})}
        request |= {k: v for k, v in (("channel", channel), ("by", by), ("pin", pin)) if v is not None}
        try:
            self._socket.sendall(json.dumps(request).encode("ascii") + b"\n")
        except BrokenPipeError:
            return  # closed at the other end, perhaps with a refusal that still waits to be read
        except OSError as error:
            self.close()
            raise ConsoleUnreachable(f"the daemon does not take requests: {error}", was_sent=True) from error

    def receive(self, timeout_s: float | None) -> dict[str, Any] | None:
        """The next object, or None after `timeout_s`."""
        until_s = None if timeout_s is None else time.monotonic() + timeout_s
        while (end := self._received.find(b"\n")) < 0:
            left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
            if not select.select([self._socket], [], [], left_s)[0]:
                return None
            try:
                chunk = self._socket.recv(65_536)
            except OSError:
                chunk = b""
            if not chunk or len(self._received) > _MAX_REPLY_BYTES:
                self.close()
                raise ConsoleUnreachable(
                    "the daemon closed the connection: see what the daemon printed", was_sent=True
                )
            self._received += chunk
        text = bytes(self._received[:end])
        del self._received[: end + 1]
        try:
            reply = json.loads(text)
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            self.close()
            raise ConsoleUnreachable("what answers at this socket is not pumpd's console", was_sent=True)
        return reply

    def close(self) -> None:
        self._socket.close()


def _remedy(path: str, error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            if os.path.isdir(os.path.dirname(path) or "."):
                return f"pumpd is not running (there is no {path}): start it with `pumpd run`"
            return (
                f"the socket path is wrong or pumpd never ran here: {os.path.dirname(path)} does not exist; "
                "check --socket or PUMPD_SOCKET, or start it with `pumpd run`"
            )
        case errno.ECONNREFUSED if not _is_socket(path):
            return f"{path} is not a socket: check --socket or PUMPD_SOCKET"
        case errno.ECONNREFUSED:
            return f"pumpd is not running, it left {path} behind: start it with `pumpd run`"
        case errno.EACCES | errno.EPERM:
            return (
                f"no permission to use {path}: join the group {_group_of(path)} "
                "(`sudo usermod -aG GROUP NAME`, then log in again)"
            )
        case errno.ENOTDIR:
            return f"the socket path is wrong: a part of {path} is not a directory"
        case errno.EAGAIN:
            return f"pumpd runs but does not answer at {path}: see what the daemon printed"
    if isinstance(error, TimeoutError):
        return f"pumpd runs but does not answer at {path}: see what the daemon printed"
    return f"cannot use {path}: {error.strerror or error}"


def _is_socket(path: str) -> bool:
    import stat

    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _group_of(path: str) -> str:
    import grp

    try:
        return grp.getgrgid(os.stat(path).st_gid).gr_name
    except (OSError, KeyError):
        return "that owns it (see `ls -l` as root)"
