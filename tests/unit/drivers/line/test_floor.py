"""Who speaks next on a shared line."""

from dataclasses import dataclass

from drivers.line.floor import Floor


@dataclass(eq=False)
class Voice:
    """A speaker as the test wants it."""

    is_waiting: bool = True
    wants_halt: bool = False
    speaks_until: int | None = None

    def is_ready(self, now: int) -> bool:
        return self.is_waiting


def floor_of(*voices: Voice) -> Floor:
    floor = Floor()
    for voice in voices:
        floor.join(voice)
    return floor


def test_a_pump_alone_has_the_floor_whenever_it_asks() -> None:
    voice = Voice()
    floor = floor_of(voice)
    floor.note(voice)
    assert floor.next(0) is voice


def test_nobody_speaks_while_somebody_speaks_and_no_longer_than_its_exchange_lasts() -> None:
    """A speaker that never says it has finished does not keep the line."""
    waiting = Voice()
    floor = floor_of(waiting, Voice(is_waiting=False, speaks_until=200))
    assert floor.next(199) is None
    assert floor.taken_until == 200
    assert floor.next(200) is waiting


def test_the_one_who_has_been_silent_longest_speaks_next() -> None:
    first, second, third = Voice(), Voice(), Voice(is_waiting=False)
    floor = floor_of(first, second, third)
    order = []
    for _ in range(4):
        speaker = floor.next(0)
        assert isinstance(speaker, Voice)
        floor.note(speaker)
        order.append(speaker)
    assert order == [first, second, first, second]


def test_a_halt_speaks_before_all_who_wait_longer() -> None:
    """I9."""
    halting = Voice(wants_halt=True)
    floor = floor_of(Voice(), Voice(), halting)
    assert floor.next(0) is halting


def test_one_knows_of_a_neighbours_halt_and_not_of_its_own() -> None:
    halting, other = Voice(wants_halt=True), Voice()
    floor = floor_of(halting, other)
    assert floor.is_halt_waiting(other)
    assert not floor.is_halt_waiting(halting)


def test_a_rest_holds_everybody_a_halt_too() -> None:
    floor = floor_of(Voice(wants_halt=True))
    floor.rest(5)
    assert floor.next(4) is None
    assert floor.next(5) is not None


def test_who_has_left_holds_nothing() -> None:
    gone, stays = Voice(speaks_until=200), Voice()
    floor = floor_of(gone, stays)
    floor.leave(gone)
    assert floor.next(0) is stays


def test_a_line_is_shared_from_the_second_on() -> None:
    first = Voice()
    floor = floor_of(first, Voice())
    assert floor.is_shared
    floor.leave(first)
    assert not floor.is_shared
