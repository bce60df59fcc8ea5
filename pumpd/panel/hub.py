"""One bed's newest state, fanned out to however many browsers look at it.

Theory of operation. The link hands over a state; it is turned into a view once per language somebody reads, and the
same bytes go to every reader's queue. A queue is short: a reader who does not take what it is given is dropped, and
its browser connects again and gets a whole view, so nobody is ever shown an old one late. A browser may hold a few
streams at a time; one too many ends its oldest, because a browser has six connections to a host and the pause button
needs one of them.

Every message says how old its state is, so a reader greys by the age of what is known and not by the age of the
message.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from pumpd.panel.history import History
from pumpd.panel.words import Words

View = Mapping[str, Any]
MakeView = Callable[[Mapping[str, Any], "Bed", Words], View]

QUEUED = 32
PER_BROWSER, READERS = 3, 64
#: How often a bed without news says so.
LOST_EVERY_S = 1.0


class Bed:
    """What is known of one bed.

    Attributes:
        key: in addresses.
        state: the newest, {} before the first.
        reason: why there is no news; "" while there is.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.state: dict[str, Any] = {}
        self.reason = "not connected yet"
        self.history = History()
        self._heard_s: float | None = None

    def heard(self, state: dict[str, Any]) -> None:
        """A state has come."""
        self.state, self.reason, self._heard_s = state, "", time.monotonic()
        self.history.add(state)

    def lost(self, reason: str) -> None:
        """The daemon is gone."""
        self.reason = reason
        self.history.lost()

    def age_ms(self) -> int | None:
        """Of the newest state; None: there never was one."""
        return None if self._heard_s is None else int((time.monotonic() - self._heard_s) * 1000)


class Reader:
    """One stream to one browser: take messages until None."""

    def __init__(self, browser: str, beds: frozenset[str], words: Words) -> None:
        self.browser = browser
        self.beds = beds
        self.words = words
        self.goodbye = ""
        self._queue: deque[bytes] = deque()
        self._is_news = asyncio.Event()

    async def take(self) -> bytes | None:
        """The next message; None: this stream is over, `goodbye` says why."""
        while not self._queue and not self.goodbye:
            self._is_news.clear()
            await self._is_news.wait()
        return None if self.goodbye else self._queue.popleft()

    def give(self, message: bytes) -> None:
        """Leave a message; too many waiting end the stream."""
        if len(self._queue) >= QUEUED:
            self.end("slow")
        else:
            self._queue.append(message)
            self._is_news.set()

    def end(self, goodbye: str) -> None:
        """No more for this reader."""
        self.goodbye = self.goodbye or goodbye
        self._is_news.set()


class Hub:
    """All beds and all readers.

    Args:
        beds: by key.
        make_view: a state in somebody's words, JSON-ready.
    """

    def __init__(self, beds: Mapping[str, Bed], make_view: MakeView) -> None:
        self.beds = beds
        self._make_view = make_view
        self._readers: list[Reader] = []

    def heard(self, key: str, state: dict[str, Any]) -> None:
        """A state of a bed has come."""
        self.beds[key].heard(state)
        self._publish(key)

    def lost(self, key: str, reason: str) -> None:
        """A bed's daemon is gone."""
        self.beds[key].lost(reason)
        self._publish(key)

    def join(self, browser: str, beds: frozenset[str], words: Words) -> Reader:
        """A new reader, who is given everything at once."""
        own = [one for one in self._readers if one.browser == browser]
        if len(own) >= PER_BROWSER:
            self.leave(own[0], "another")
        elif len(self._readers) >= READERS:
            self.leave(self._readers[0], "another")
        reader = Reader(browser, beds, words)
        self._readers.append(reader)
        for key in sorted(beds):
            reader.give(self._message(key, words))
        return reader

    def leave(self, reader: Reader, goodbye: str = "gone") -> None:
        """A reader goes, or must."""
        reader.end(goodbye)
        if reader in self._readers:
            self._readers.remove(reader)

    def close(self) -> None:
        """End every stream."""
        for reader in list(self._readers):
            self.leave(reader, "closing")

    async def keep_saying_lost(self) -> None:
        """While a bed is without news, say so and how long."""
        while True:
            await asyncio.sleep(LOST_EVERY_S)
            for key, bed in self.beds.items():
                if bed.reason:
                    self._publish(key)

    def _publish(self, key: str) -> None:
        made: dict[str, bytes] = {}
        for reader in list(self._readers):
            if key in reader.beds:
                lang = reader.words.lang
                if lang not in made:
                    made[lang] = self._message(key, reader.words)
                reader.give(made[lang])
                if reader.goodbye:
                    self.leave(reader)

    def _message(self, key: str, words: Words) -> bytes:
        bed = self.beds[key]
        told: dict[str, Any] = {"bed": key, "age_ms": bed.age_ms(), "lost": bed.reason}
        if bed.state:
            told |= {"view": self._make_view(bed.state, bed, words)}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
