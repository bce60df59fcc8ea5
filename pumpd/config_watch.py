"""The configuration file while the daemon runs: read once, and looked at from then on.

Theory of operation. The daemon runs on what it read at its start. A file that says something else now is a trap: the next
person who reads it believes it, and the next start obeys it (facts/faults.md row 102, I25). So twice a second the file is
looked at, in a thread, because a disk may hang and the loop may not. What counts is what it means: a comment changes
nothing. An editor writes in steps, so a verdict counts when two looks agree on it; that is within a second.

The listener hears of changes only: a reason in words, or "" when the file says again what is in force.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from pumpd.config import Config, ConfigRefused, config_hash, load
from pumpd.config_difference import difference, flat

LOOK_EVERY_S = 0.4
_SHOWN = 12

Look = tuple[int, int, int] | None


class ConfigWatch:
    """Looks at one file for as long as `run` runs.

    Args:
        file: where the configuration was read from.
        config: what was read.
        listener: hears the reason, in words; "" when there is none any more.
        every_s: between two looks.
    """

    def __init__(
        self, file: Path, config: Config, listener: Callable[[str], None], every_s: float = LOOK_EVERY_S
    ) -> None:
        self._file = file
        self._hash = config_hash(config)
        self._keys = flat(config)
        self._listener = listener
        self._every_s = every_s
        self._look: Look = None
        self._verdict = ""
        self._told = ""

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            seen = await asyncio.to_thread(self._seen)
            if seen == self._verdict and seen != self._told:
                self._told = seen
                self._listener(seen)
            self._verdict = seen
            await asyncio.sleep(self._every_s)

    def _seen(self) -> str:
        """What is wrong with the file now; read only when it is not the one that was read last."""
        try:
            found = os.stat(self._file)
        except OSError as error:
            self._look = None
            return f"the configuration file is gone: {self._file}: {error.strerror}"
        look = (found.st_ino, found.st_mtime_ns, found.st_size)
        if look == self._look:
            return self._verdict
        self._look = look
        try:
            now = load(self._file)
        except ConfigRefused as refused:
            self._look = None  # it may be half written
            return f"the configuration file was changed and is refused: {refused.faults[0]}"
        if config_hash(now) == self._hash:
            return ""
        hashes = f"{self._hash[:_SHOWN]} is in force, the file says {config_hash(now)[:_SHOWN]}"
        return f"the configuration file was changed: {hashes}: {difference(self._keys, flat(now))}"
