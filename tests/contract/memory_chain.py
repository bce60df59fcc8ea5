"""Several fake pumps on one line: what is said is heard by all, and each answers for itself."""

from contract.fake_new_era import FakeNewEra


class FakeChain:
    """Stands where a `FakeNewEra` stands."""

    def __init__(self, *pumps: FakeNewEra) -> None:
        self.pumps = pumps

    def feed(self, chunk: bytes, now: int) -> bytes:
        """Requests in, answers out."""
        return b"".join(pump.feed(chunk, now) for pump in self.pumps)

    def tick(self, now: int) -> bytes:
        """Watchdogs."""
        return b"".join(pump.tick(now) for pump in self.pumps)
