"""The certificates that the daemon shows or trusts, while it runs: told a month before one of them ends.

Theory of operation. Nobody notices a certificate before the day it ends, and on that day no monitor is heard any more
(facts/faults.md row 43). So the files are looked at once an hour, in a thread, because a disk may hang and the loop may
not, and by the wall clock as it stands, which is what certificates go by even if it was wrong at the start. The listener
hears of changes only. The broker's own certificate lies on the broker; `pumpd doctor` asks it for one.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pumpd.certificates import DAYS_SOON, NoCertificate, ends_in_file
from pumpd.config import Broker

LOOK_EVERY_S = 3_600.0


def files_of(broker: Broker) -> dict[str, Path]:
    """The certificates that this configuration names, by their keys; none without TLS."""
    named = {"broker.ca_file": broker.ca_file, "broker.cert_file": broker.cert_file}
    return {key: Path(path) for key, path in named.items() if path is not None}


class WallClock(Protocol):
    """The clock, as far as certificates need it."""

    def real_wall_ms(self) -> int: ...


class CertificateWatch:
    """Looks at some files for as long as `run` runs.

    Args:
        files: by the configuration's key of each.
        listener: hears in words which ends first, or cannot be read; "" when there is nothing to say any more.
        clock: asked for the machine's own wall clock, which may step.
        every_s: between two looks.
    """

    def __init__(
        self,
        files: Mapping[str, Path],
        listener: Callable[[str], None],
        clock: WallClock,
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._files = files
        self._listener = listener
        self._clock = clock
        self._every_s = every_s
        self._told = ""

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            now = datetime.fromtimestamp(self._clock.real_wall_ms() / 1000, UTC)
            seen = await asyncio.to_thread(told, self._files, now)
            if seen != self._told:
                self._told = seen
                self._listener(seen)
            await asyncio.sleep(self._every_s)


def told(files: Mapping[str, Path], now: datetime) -> str:
    """What a person should do about these files; "" nothing."""
    ends: list[tuple[datetime, str]] = []
    for key, path in files.items():
        try:
            ends.append((ends_in_file(path), key))
        except OSError as error:
            return f"the certificate in {key} cannot be read: {error.strerror}"
        except NoCertificate as error:
            return f"the certificate in {key} cannot be read: {error}"
    soonest, key = min(ends)
    if soonest > now + timedelta(days=DAYS_SOON):
        return ""
    if soonest > now:
        return f"the certificate in {key} ends on {soonest:%Y-%m-%d}: have a new one made"
    return (
        f"the certificate in {key} ended on {soonest:%Y-%m-%d}: have a new one made, no monitor may be heard"
    )
