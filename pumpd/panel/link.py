"""The panel's end of the console socket: one stream of states per bed, and one short connection per act.

Theory of operation. The console's client blocks, so it lives in threads, and what it hears is handed to the event
loop whole. One thread per bed watches, however many browsers look; when the daemon goes away it says so with the
reason and tries again, a little later each time but never later than two seconds, for ever. Acts go through three
small pools: one for what can only lower, which nothing else may occupy; one for what waits for a PIN to be judged;
and one for the rest.

The daemon is told that somebody listens exactly while a browser has said within the last seconds that it shows this
bed and is lit.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pumpd.console_client import SILENT_S, ConsoleClient, ConsoleUnreachable
from pumpd.console_words import LOWERING_VERBS, PIN_VERBS

State = dict[str, Any]
#: A browser says every five seconds that it is lit; one word may be lost.
LISTENS_FOR_S = 11.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 2.0
_TURN_S = 0.5


class BedLink:
    """Watches one bed.

    Args:
        client: of the console.
        channel: None: the only one the daemon has.
        listener: what the daemon calls this panel.
        on_state: called in the event loop with each state.
        on_lost: called in the event loop with the reason.
    """

    def __init__(
        self,
        client: ConsoleClient,
        channel: str | None,
        listener: str,
        on_state: Callable[[State], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self._client = client
        self._channel = channel
        self._listener = listener
        self._on_state = on_state
        self._on_lost = on_lost
        self._is_over = threading.Event()
        self._lit_until_s = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._live, name=f"watch {channel or 'bed'}", daemon=True)

    def start(self) -> None:
        """Begin, from inside the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """End soon; the thread looks twice a second."""
        self._is_over.set()

    def is_lit(self) -> None:
        """Somebody can see this bed now."""
        self._lit_until_s = time.monotonic() + LISTENS_FOR_S

    def _live(self) -> None:
        wait_s = _FIRST_WAIT_S
        while not self._is_over.is_set():
            try:
                self._watch()
                wait_s = _FIRST_WAIT_S
            except ConsoleUnreachable as gone:
                self._tell(self._on_lost, str(gone))
            self._is_over.wait(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    def _watch(self) -> None:
        with self._client.watch(self._channel) as states:
            heard_s = time.monotonic()
            while not self._is_over.is_set():
                states.listener = self._listener if time.monotonic() < self._lit_until_s else ""
                state = states.poll(_TURN_S)
                now_s = time.monotonic()
                if state is not None:
                    heard_s = now_s
                    self._tell(self._on_state, state)
                elif now_s - heard_s > SILENT_S:
                    # A daemon that hangs keeps its socket: only a new connection tells whether it lives.
                    self._tell(self._on_lost, f"the daemon has said nothing for {now_s - heard_s:.0f} s")
                    return

    def _tell(self, what: Callable[[Any], None], told: Any) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(what, told)
        except RuntimeError:
            self._is_over.set()  # the loop has closed: nobody is left to tell


class Acts:
    """Carries acts to the daemon, each on a connection of its own."""

    def __init__(self, client: ConsoleClient) -> None:
        self._client = client
        self._lowering = ThreadPoolExecutor(8, "lowering")
        self._proving = ThreadPoolExecutor(8, "proving")
        self._plain = ThreadPoolExecutor(4, "plain")

    async def ask(
        self, verb: str, channel: str | None, by: str | None, pin: str | None, args: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Every reply up to the last word, oldest first, never empty.

        Raises:
            ConsoleUnreachable: the daemon cannot be asked.
        """
        if verb in LOWERING_VERBS:
            pool = self._lowering
        else:
            pool = self._proving if pin is not None or verb in PIN_VERBS else self._plain

        def work() -> list[dict[str, Any]]:
            return list(self._client.request(verb, channel, by, pin, args))

        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def close(self) -> None:
        """Wait for nobody."""
        for pool in (self._lowering, self._proving, self._plain):
            pool.shutdown(wait=False, cancel_futures=True)
