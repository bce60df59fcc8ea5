"""How often a PIN may be guessed.

Theory of operation. A PIN is short, so the number of guesses is its whole strength. Five wrong ones in a row
lock the name for 60 s; after that every further wrong one locks it again, twice as long, up to an hour. A
right PIN forgets everything. Hammering one name for an hour gets about ten guesses judged (faults 6 asks for
at most 20). The name is locked whether or not anybody has it, so the answer does not tell who works here. The
count lives in memory: a restart of the daemon forgets it, and nobody without root can restart the daemon. A
pause asks for no PIN and never comes here.

Pure: the caller brings the time, in seconds of link time.
"""

from dataclasses import dataclass

_FREE_TRIES = 5
_FIRST_LOCK_S = 60.0
_LONGEST_LOCK_S = 3600.0
_MAX_NAMES = 1024


@dataclass(slots=True)
class _Count:
    wrong: int = 0
    last_s: float = 0.0
    locked_until_s: float = 0.0


class Lockout:
    """Wrong PINs counted by name."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def wait_s(self, name: str, now_s: float) -> float:
        """Seconds until a PIN of `name` is judged again; 0.0: now."""
        count = self._counts.get(name)
        return max(0.0, count.locked_until_s - now_s) if count else 0.0

    def passed(self, name: str) -> None:
        """The PIN was right."""
        self._counts.pop(name, None)

    def failed(self, name: str, now_s: float) -> tuple[int, float]:
        """The PIN was wrong.

        Returns:
            Tries left before a lock, and the length in seconds of the lock that begins now (0.0: none yet).
        """
        if name not in self._counts and len(self._counts) >= _MAX_NAMES:
            self._forget_least()
        count = self._counts.setdefault(name, _Count())
        count.wrong += 1
        count.last_s = now_s
        if count.wrong < _FREE_TRIES:
            return _FREE_TRIES - count.wrong, 0.0
        # The exponent is bounded: 2.0**1100 would overflow, and the ceiling is reached at 6.
        lock_s = min(_LONGEST_LOCK_S, _FIRST_LOCK_S * 2.0 ** min(count.wrong - _FREE_TRIES, 10))
        count.locked_until_s = now_s + lock_s
        return 0, lock_s

    def _forget_least(self) -> None:
        # Invented names must not push out a name that is under attack, so the least guessed goes first.
        least = min(self._counts, key=lambda name: (self._counts[name].wrong, self._counts[name].last_s))
        del self._counts[least]
