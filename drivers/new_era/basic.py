"""Basic mode: nothing is believed that was said once.

Theory of operation. Answers in basic mode carry no check, so a flipped bit can turn one good number into another. What
the protocol has (address, status letter, shape, no echo between STX and ETX) does not see that. So `seen_twice` puts
every question of a turn twice and hands the answer on only if both agree; what differs is asked anew, three rounds in
all, and then the turn ends without a belief. Between the two stands another question, so that one answer that comes
twice cannot vouch for itself.

The counter of a moving pump may differ between two readings. It must not fall, nor rise by more than the rate, read
twice around it, gives in `MOVED_WITHIN_MS`; so a garbled counter that passes is off by less than a step of the display
and half a second of flow. While the pump purges, its motion is what counts, and no counter bounds it.

Writes go out once: a write is never evidence, and what it did is read back, twice. VER is the wire's: see `wire.py`.
An alarm cannot be asked for twice, the answer takes it away; but whichever letter it has, every alarm holds a session.
"""

from collections.abc import Callable, Generator
from functools import partial

from drivers.line.turns import Ask, Ending, Refused, Unanswered
from drivers.new_era import codec
from drivers.new_era.codec import Reply
from drivers.new_era.turns import READ_DIRECTION, READ_DISPENSED, READ_RATE, Turn

ROUNDS = 3
#: Two readings of the counter lie so far apart at most, link ms: what takes longer is asked anew.
MOVED_WITHIN_MS = 500
MS_PER_H = 3_600_000

Steps = Generator[Ask, Reply, Reply]
Pair = Generator[Ask, Reply, tuple[Reply, Reply]]


def seen_twice(turn: Turn) -> Turn:
    """The same turn, each of whose answers has been given twice."""
    go_on: Callable[[], Ask] = partial(next, turn)
    rate: Reply | None = None  # read with the counter just now
    while True:
        try:
            ask = go_on()
        except StopIteration as end:
            ending: Ending = end.value
            return ending
        known, rate = rate, None
        try:
            if ask.is_write or ask.proves_identity:
                reply = yield ask
            elif ask == READ_RATE and known is not None:
                reply = known
            elif ask == READ_DISPENSED:
                reply, rate = yield from _counter()
            else:
                reply = yield from _setting(ask)
        except Unanswered as loss:
            go_on = partial(turn.throw, loss)
        else:
            go_on = partial(turn.send, reply)


def _setting(ask: Ask) -> Steps:
    between = READ_DIRECTION if ask == READ_RATE else READ_RATE
    for _ in range(ROUNDS):
        first = yield ask
        yield between
        second = yield ask
        if (first.letter, first.text) == (second.letter, second.text):
            return second
    raise Refused(_differs(ask, first, second))


def _counter() -> Pair:
    """DIS, and the RAT that was read with it."""
    for _ in range(ROUNDS):
        first = yield READ_DISPENSED
        rate = yield READ_RATE
        second = yield READ_DISPENSED
        again = yield READ_RATE
        letters = {first.letter, rate.letter, second.letter, again.letter}
        if len(letters) == 1 and rate.text == again.text and is_flow(first, second, rate):
            return second, again
    raise Refused(_differs(READ_DISPENSED, first, second))


def is_flow(first: Reply, second: Reply, rate: Reply) -> bool:
    """A pump with this letter and this rate can have counted from one reading to the other."""
    before, after = codec.parse_dispensed(first.text), codec.parse_dispensed(second.text)
    rate_nl_h, step_nl = codec.parse_rate(rate.text), codec.dispensed_step(second.text)
    if before is None or after is None or rate_nl_h is None or step_nl is None:
        return False
    if first.text[-2:] != second.text[-2:]:
        return False
    if first.letter == "X":
        return True
    most_nl = rate_nl_h * MOVED_WITHIN_MS // MS_PER_H + step_nl
    moved = {"I": (most_nl, 0), "W": (0, most_nl)}.get(first.letter, (0, 0))
    return all(0 <= late - early <= most for early, late, most in zip(before, after, moved, strict=True))


def _differs(ask: Ask, first: Reply, second: Reply) -> str:
    said = " and ".join(f"{one.letter}{one.text.decode('ascii')}" for one in (first, second))
    return (
        f"{ask.text.decode('ascii')} was answered {ROUNDS} times with two that disagree, the last time {said}"
    )
