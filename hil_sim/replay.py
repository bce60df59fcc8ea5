"""The pump's side of a tape, for whoever asks the same questions: what to answer to these bytes now.

Theory of operation. A tape is cut into exchanges: what the host said, and what the pump said until the host spoke again.
Requests are expected in their order, byte for byte. A host that polls is never in step with a recording, so requests that
the tape has often are polls: they may come more often (the newest answer is given again) or less often (what is left of
them is passed over). Everything else that is not as on the tape is told with both in hexadecimal digits, and gets no
answer, for an invented one would prove nothing. Modbus TCP numbers its requests anew each time; there the two bytes are
given back.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hil_sim.tape import HOST, Said, Tape, readable

#: A pause in what the host says that ends a request, link ms: far longer than between two pieces of one.
QUIET_MS = 50.0
#: What of a request did not arrive within so long does not come any more, link ms.
PATIENCE_MS = 500.0
POLLED_AT_LEAST = 3
#: Of the most frequent request's count: a poll has at least this share.
POLL_SHARE = 0.2
COUNTED_BYTES = {"modbus-tcp": 2}


@dataclass(frozen=True, slots=True)
class Exchange:
    """`request` of the host at `ms` on the tape; each of `replies` so many link ms after its end."""

    ms: float
    request: bytes
    replies: tuple[tuple[float, bytes], ...] = ()

    @property
    def answer(self) -> tuple[tuple[float, bytes], ...]:
        """The answer proper: without what the pump said later, unasked."""
        first = self.replies[0][0] if self.replies else 0.0
        return tuple(one for one in self.replies if one[0] - first <= QUIET_MS)


@dataclass(slots=True)
class Tally:
    """How a replay went: requests as on the tape, polls beyond it, polls passed over, requests that differ."""

    agreed: int = 0
    repeated: int = 0
    passed_over: int = 0
    differed: int = 0


@dataclass(slots=True)
class Player:
    """Answers as the tape does.

    Attributes:
        tally: so far.
        complaints: one sentence for each request that differs, until somebody takes them.
    """

    tape: Tape
    tally: Tally = field(default_factory=Tally)
    complaints: list[str] = field(default_factory=list)
    _exchanges: list[Exchange] = field(init=False)
    _polls: set[bytes] = field(init=False)
    _counted: int = field(init=False)
    _next: int = 0
    _newest: dict[bytes, Exchange] = field(default_factory=dict)
    _heard: bytes = b""
    _heard_ms: float = 0.0

    def __post_init__(self) -> None:
        self._counted = COUNTED_BYTES.get(self.tape.pump, 0)
        self._exchanges = exchanges_of(self.tape.said)
        counts = Counter(self._key(one.request) for one in self._exchanges)
        often = max(POLLED_AT_LEAST, POLL_SHARE * max(counts.values(), default=0))
        self._polls = {key for key, count in counts.items() if count >= often}

    @property
    def is_empty(self) -> bool:
        """Nothing was ever asked."""
        return not self._exchanges

    @property
    def left(self) -> int:
        """Requests of the tape that are still to come, polls not counted."""
        return sum(self._key(one.request) not in self._polls for one in self._exchanges[self._next :])

    def hear(self, chunk: bytes, now_ms: float) -> list[tuple[float, bytes]]:
        """The host says this: what to say, each so many link ms from now."""
        if self._heard and now_ms - self._heard_ms > PATIENCE_MS:
            self._complain()
        self._heard += chunk
        self._heard_ms = now_ms
        answers: list[tuple[float, bytes]] = []
        while self._heard:
            found = self._find()
            if found is None:
                if not self._may_go_on():
                    self._complain()
                break
            exchange, replies = found
            asked, self._heard = self._heard[: len(exchange.request)], self._heard[len(exchange.request) :]
            answers += self._numbered(asked, replies)
        return answers

    def _find(self) -> tuple[Exchange, tuple[tuple[float, bytes], ...]] | None:
        """What was heard as an exchange, and what to answer."""
        for ahead in range(self._next, len(self._exchanges)):
            exchange = self._exchanges[ahead]
            if self._is_heard(exchange):
                self.tally.agreed += 1
                self.tally.passed_over += ahead - self._next
                self._next = ahead + 1
                self._newest[self._key(exchange.request)] = exchange
                return exchange, exchange.replies
            if self._key(exchange.request) not in self._polls:
                break
        for key, exchange in self._newest.items():
            if key in self._polls and self._is_heard(exchange):
                self.tally.repeated += 1
                return exchange, exchange.answer
        return None

    def _is_heard(self, exchange: Exchange) -> bool:
        key = self._key(exchange.request)
        return len(self._heard) >= len(exchange.request) and self._key(self._heard)[: len(key)] == key

    def _may_go_on(self) -> bool:
        """It is the beginning of something on the tape."""
        said = self._key(self._heard)
        return any(
            len(self._heard) < len(one.request) and self._key(one.request).startswith(said)
            for one in self._exchanges
        )

    def _complain(self) -> None:
        asked, self._heard = self._heard, b""
        self.tally.differed += 1
        wanted = next(
            (one for one in self._exchanges[self._next :] if self._key(one.request) not in self._polls), None
        )
        there = (
            f"the tape, at {wanted.ms / 1000.0:.3f} s, has {shown(wanted.request)}"
            if wanted is not None
            else "the tape has nothing more than polls"
        )
        self.complaints.append(f"differs: asked {shown(asked)}; {there}")

    def _key(self, request: bytes) -> bytes:
        return request[self._counted :]

    def _numbered(self, asked: bytes, replies: Sequence[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
        """The replies with the number that this request was given."""
        if not self._counted:
            return list(replies)
        return [
            (after_ms, asked[: self._counted] + piece[self._counted :] if index == 0 else piece)
            for index, (after_ms, piece) in enumerate(replies)
        ]


def exchanges_of(said: Sequence[Said]) -> list[Exchange]:
    """Cut a tape into exchanges. What a pump said before it was asked anything is nobody's answer and is left out."""
    found: list[Exchange] = []
    is_open, ended_ms = False, 0.0
    for one in said:
        if one.by == HOST:
            if is_open and one.ms - ended_ms <= QUIET_MS:
                found[-1] = Exchange(found[-1].ms, found[-1].request + one.chunk)
            else:
                found.append(Exchange(one.ms, one.chunk))
            is_open, ended_ms = True, one.ms
        elif found:
            last = found[-1]
            found[-1] = Exchange(last.ms, last.request, (*last.replies, (one.ms - ended_ms, one.chunk)))
            is_open = False
    return found


def shown(chunk: bytes) -> str:
    """Bytes in both ways."""
    return f"[{chunk.hex(' ')}] '{readable(chunk)}'"
