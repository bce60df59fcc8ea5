"""How often a browser may ask: a bucket of tokens for each, and not more browsers than memory.

Theory of operation. A person presses a few buttons a minute; what asks faster is a stuck key or an attack, and every act
behind it costs the daemon a PIN check. Pause and stop have a bucket of their own, so that nothing else a browser did can
keep it from pausing.
"""

from collections import OrderedDict


class Pace:
    """Buckets by key.

    Args:
        burst: asked at once at most.
        per_s: refilled per second.
        keys: remembered at most; the one that asked longest ago is forgotten.
    """

    def __init__(self, burst: int, per_s: float, keys: int = 256) -> None:
        self._burst = burst
        self._per_s = per_s
        self._keys = keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def may(self, key: str, now_s: float) -> bool:
        """Take a token; False: too often. `now_s`: monotonic."""
        left, at_s = self._buckets.pop(key, (float(self._burst), now_s))
        left = min(float(self._burst), left + (now_s - at_s) * self._per_s)
        is_allowed = left >= 1.0
        self._buckets[key] = (left - 1.0 if is_allowed else left, now_s)
        while len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return is_allowed


class Once:
    """Ids of acts already asked, so that a double press asks once.

    Args:
        kept: ids remembered at most.
    """

    def __init__(self, kept: int = 1024) -> None:
        self._kept = kept
        self._seen: OrderedDict[str, None] = OrderedDict()

    def is_first(self, key: str) -> bool:
        """Whether this id has not been asked before; from now on it has."""
        if key in self._seen:
            return False
        self._seen[key] = None
        while len(self._seen) > self._kept:
            self._seen.popitem(last=False)
        return True
