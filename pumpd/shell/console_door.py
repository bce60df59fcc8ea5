"""Where clients of the console come in, also when the process has no file descriptor left.

Theory of operation. A pause needs a connection, and a connection needs a descriptor (facts/faults.md row 98). When all of
them are gone, a plain server takes nobody in any more and the one press that matters waits for ever. So one descriptor is
kept in reserve, for `/dev/null`. It is given up for the client at the door, who is then crowded: heard for a pause or a
stop, told so otherwise, and turned out. If even that one is gone, somebody who wants nothing has to leave, and the door is
tried again after a moment. The reserve is taken anew before the next client, as soon as there is one to take.

Few are taken in at a time, so that each has been heard before so many newer ones have come that it would have to go.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from functools import partial

import structlog

_log = structlog.get_logger(__name__)

AT_ONCE = 4
#: Long enough for the loop to close who was turned out, short enough for a press.
AGAIN_S = 0.02
NO_DESCRIPTOR = "the daemon has no file descriptor left: only pause and stop are heard"


class Door:
    """Takes clients in from a listening socket. All methods belong to the loop's thread.

    Args:
        listening: not blocking; closed by whoever opened it.
        admit: the protocol of one more client; its argument: why only a pause is heard of it, "" for everything.
        make_room: have somebody leave who wants nothing.
    """

    def __init__(
        self,
        listening: socket.socket,
        admit: Callable[[str], asyncio.BufferedProtocol],
        make_room: Callable[[], None],
    ) -> None:
        self._listening = listening
        self._admit = admit
        self._make_room = make_room
        self._loop = asyncio.get_running_loop()
        self._reserve: int | None = None
        self._again: asyncio.TimerHandle | None = None
        self._arriving: set[asyncio.Task[None]] = set()
        self._is_scarce = False

    def open(self) -> None:
        """Begin to take clients in."""
        self._keep_reserve()
        self._loop.add_reader(self._listening, self._answer)

    def close(self) -> None:
        """Take nobody in any more."""
        self._loop.remove_reader(self._listening)
        if self._again is not None:
            self._again.cancel()
        for task in self._arriving:
            task.cancel()
        self._give_up_reserve()

    def _answer(self) -> None:
        for number in range(AT_ONCE):
            has_reserve = self._keep_reserve()
            try:
                client, _ = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # accept(2) wants the descriptor before it looks for a client: only of the first is it known that there
                # is one, and for nobody the reserve is not given up.
                if number == 0:
                    self._answer_scarce(error, has_reserve=has_reserve)
                return
            self._is_scarce = False
            self._take_in(client, "")

    def _answer_scarce(self, error: OSError, *, has_reserve: bool) -> None:
        if not self._is_scarce:
            self._is_scarce = True
            _log.critical("console_has_no_descriptor", reason=str(error))
        if has_reserve:
            self._give_up_reserve()
            try:
                client, _ = self._listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                self._keep_reserve()  # the client has gone
                return
            except OSError:
                pass  # another thread was quicker
            else:
                self._take_in(client, NO_DESCRIPTOR)
                return
        self._make_room()
        # Nobody can be taken in now, and the socket would wake us without end.
        self._loop.remove_reader(self._listening)
        self._again = self._loop.call_later(AGAIN_S, self._loop.add_reader, self._listening, self._answer)

    def _take_in(self, client: socket.socket, crowded: str) -> None:
        client.setblocking(False)
        task = self._loop.create_task(self._connect(client, crowded), name="console/arrival")
        self._arriving.add(task)
        task.add_done_callback(partial(self._arrived, client))

    def _arrived(self, client: socket.socket, task: asyncio.Task[None]) -> None:
        self._arriving.discard(task)
        if task.cancelled():  # perhaps before it began: then nobody else knows the socket
            client.close()

    async def _connect(self, client: socket.socket, crowded: str) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: self._admit(crowded), client)
        except OSError:
            client.close()

    def _keep_reserve(self) -> bool:
        if self._reserve is None:
            try:
                self._reserve = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                return False
        return True

    def _give_up_reserve(self) -> None:
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
