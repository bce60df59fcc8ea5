"""Stops without a daemon: what is said, when, and what it takes to be believed. On a virtual clock of milliseconds."""

import itertools

from toy_family import MOTIONS, CarefulDialect, ToyDialect, ToyPump

from drivers.contract import Motion
from drivers.line.halting import ROUND_MS, SECOND_LOOK_MS, SILENCE_SLACK_MS, HaltingLine

LEASE_MS = ToyDialect.lease_ms


class UnleasedDialect(CarefulDialect):
    """Nothing ends its run."""

    lease_ms = 0


class Desk:
    """A line of toys on a virtual clock; an answer takes 2 ms."""

    def __init__(self, *dialects: ToyDialect) -> None:
        self.line = HaltingLine([(one,) for one in dialects or (CarefulDialect(),)])
        self.pump = ToyPump()
        self.pump.sign = ">"
        self.now = 0
        self.words: list[tuple[int, str]] = []
        self.obeys = True
        self.flows_nl_ms = 0.0
        self._due: list[tuple[int, bytes]] = []

    def open(self) -> "Desk":
        self.line.opened(self.now)
        self._flush()
        return self

    def go(self, ms: int) -> "Desk":
        for _ in range(ms):
            self.now += 1
            self.pump.values["vol"] += int(self.flows_nl_ms)
            for chunk in [chunk for at, chunk in self._due if at == self.now]:
                self.line.receive(chunk, self.now)
            self.line.tick(self.now)
            self._flush()
        return self

    def _flush(self) -> None:
        for word in self.line.take_output().decode().split("\r")[:-1]:
            self.words.append((self.now, word))
            if word == "stop" and not self.obeys:
                self._due.append((self.now + 2, b">\r"))
            else:
                self._due.append((self.now + 2, self.pump.answer(word)))

    def said(self, word: str) -> list[int]:
        return [at for at, one in self.words if one == word]

    def longest_silence_ms(self) -> int:
        times = [at for at, _ in self.words]
        return max(late - early for early, late in itertools.pairwise(times))


def test_stop_is_the_first_word_and_two_looks_apart_confirm() -> None:
    """Laws 4 and 5, faults I9: nothing is asked before it, and one readback is not enough."""
    desk = Desk().open()
    assert desk.words == [(0, "stop")]
    desk.go(SECOND_LOOK_MS - 10)
    assert not desk.line.is_done
    desk.go(60)
    assert desk.line.is_done
    assert MOTIONS[desk.pump.sign] is Motion.HALTED
    assert "read back twice" in desk.line.pumps[0].said


def test_nothing_but_stops_and_reads_ever_leaves() -> None:
    """Law 1: the gate has no approval here."""
    desk = Desk()
    desk.obeys = False
    desk.open().go(20_000)
    assert {word for _, word in desk.words} == {"stop", "vol", "rate"}


def test_a_pump_that_says_it_stands_and_counts_on_is_not_believed() -> None:
    """Row 4, law 5: the volume must agree."""
    desk = Desk(UnleasedDialect())
    desk.flows_nl_ms = 1.0
    desk.open().go(3_000)
    assert not desk.line.is_done
    assert "its counter goes from" in desk.line.pumps[0].said


def test_a_pump_that_hears_and_does_not_obey_is_left_alone_for_its_lease_again_and_again() -> None:
    """Decision 0002: our words would keep its lease alive."""
    desk = Desk()
    desk.obeys = False
    desk.open().go(12_000)
    assert desk.longest_silence_ms() >= LEASE_MS + SILENCE_SLACK_MS - 10
    rounds = [at for at in desk.said("stop") if at % (ROUND_MS + LEASE_MS + SILENCE_SLACK_MS) < 20]
    assert len(rounds) >= 3, "a second of stops begins each round"
    assert desk.line.bound_ms == 2 * ROUND_MS + LEASE_MS + SILENCE_SLACK_MS


def test_a_pump_without_a_lease_is_told_without_a_pause() -> None:
    desk = Desk(UnleasedDialect())
    desk.obeys = False
    desk.open().go(12_000)
    assert desk.longest_silence_ms() <= 250
    assert desk.line.bound_ms == 2 * ROUND_MS


def test_a_pump_that_stands_at_last_is_confirmed_in_a_later_round() -> None:
    desk = Desk()
    desk.obeys = False
    desk.open().go(3_000)
    desk.pump.sign = ":"
    desk.go(3_000)
    assert desk.line.is_done


def test_a_pump_that_was_seen_standing_is_looked_at_again_without_a_silence() -> None:
    desk = Desk().open()
    desk.go(100)
    desk.pump.deaf_to += ["vol"] * 4
    desk.go(2_500)
    assert desk.line.is_done


def test_a_silent_pump_is_told_stop_at_least_four_times_a_second() -> None:
    """Faults I10."""
    desk = Desk(UnleasedDialect())
    desk.pump.deaf_to += ["stop", "vol", "rate"] * 200
    desk.open().go(4_000)
    stops = desk.said("stop")
    assert max(late - early for early, late in itertools.pairwise(stops)) <= 250
    assert desk.line.pumps[0].stops_sent == len(stops)
    assert "no answer" in desk.line.pumps[0].said


def test_a_line_that_was_opened_again_begins_with_a_stop_and_forgets_what_it_saw() -> None:
    desk = Desk().open()
    desk.go(100)
    before = len(desk.words)
    desk.pump.sign = ">"
    desk.open()
    assert desk.words[before][1] == "stop"
    desk.go(SECOND_LOOK_MS - 10)
    assert not desk.line.is_done, "the look before the line was lost does not count"


def test_on_a_shared_line_one_question_is_on_the_wire_at_a_time_and_all_are_stopped() -> None:
    """Row 31: the toys have no address, so both hear both; what counts is who may speak."""
    desk = Desk(CarefulDialect(), CarefulDialect()).open()
    assert desk.words == [(0, "stop")], "the second waits for the floor"
    desk.go(2_000)
    assert desk.line.is_done
    assert [pump.stops_sent for pump in desk.line.pumps] == [2, 2]
