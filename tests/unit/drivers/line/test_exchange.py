"""One question at a time: matching, doubt, repeats, giving up (faults rows 2, 23-27, 31, 32)."""

import pytest

from drivers.contract import PumpAlarm
from drivers.gate import Gate
from drivers.line.exchange import (
    EXCHANGE_MS,
    QUIET_MS,
    Alarmed,
    Answered,
    Barred,
    Dead,
    Exchange,
    Lost,
    Result,
    Stranger,
)
from drivers.line.floor import Floor
from drivers.line.turns import Ask
from drivers.new_era.codec import Reply
from drivers.new_era.framing import safe_frame
from drivers.new_era.turns import READ_DISPENSED, READ_RATE, READ_VERSION, START, STOP, set_lease
from drivers.new_era.wire import NewEraWire

VERSION = b"00SNE1000V3.928"


class Bench:
    """An exchange whose identity is known, and the words it sent."""

    def __init__(self, address: int = 0, *, is_known: bool = True, floor: Floor | None = None) -> None:
        self.line = Exchange(NewEraWire(address), Gate(), 0, floor)
        self.now = 0
        if is_known:
            self.line.trust(Reply(address, "S", VERSION[3:]))

    def want(self, ask: Ask, *, ends_on_alarm: bool = False) -> list[str]:
        self.line.want(ask, self.now, ends_on_alarm=ends_on_alarm)
        return self.sent()

    def sent(self) -> list[str]:
        out = self.line.take_output()
        found = []
        while out:
            if out[:1].isdigit():  # a line of basic mode
                line, _, out = out.partition(b"\r")
                found.append(line[1:].decode())
                continue
            found.append(out[3 : out[1] - 2].decode())
            out = out[out[1] + 1 :]
        return found

    def hear(self, text: bytes) -> list[Result]:
        self.line.receive(safe_frame(text), self.now)
        return self.line.take_results()

    def go(self, ms: int) -> list[Result]:
        results = []
        for _ in range(ms):
            self.now += 1
            self.line.tick(self.now)
            results += self.line.take_results()
        return results


def test_a_question_leaves_at_once_and_its_answer_is_given_back() -> None:
    bench = Bench()
    assert bench.want(READ_RATE) == ["RAT"]
    assert bench.line.next_deadline() == EXCHANGE_MS
    [result] = bench.hear(b"00S5.000MH")
    assert isinstance(result, Answered)
    assert bench.line.next_deadline() is None


@pytest.mark.parametrize(
    ("text", "counter"),
    [
        (b"01S5.000MH", "foreign_replies"),
        (b"0RAT", "echoes"),
        (b"00SNE1000V3.928", "orphans"),
        (b"00S", "orphans"),
        (b"gibberish", "orphans"),
    ],
)
def test_what_is_no_answer_to_this_question_is_counted_and_passed_over(text: bytes, counter: str) -> None:
    """Faults rows 26, 31, 32."""
    bench = Bench()
    bench.want(READ_RATE)
    assert bench.hear(text) == []
    assert getattr(bench.line, counter) == 1
    assert len(bench.hear(b"00S5.000MH")) == 1


def test_an_echo_that_looks_like_an_answer_is_still_an_echo() -> None:
    """Address 10 makes `10STP` read like a stopped pump that says TP."""
    bench = Bench(10)
    bench.line.want(STOP, 0)
    assert bench.hear(b"10STP") == []
    assert bench.line.echoes == 1


def test_an_unchecked_answer_counts_for_the_lease_alone() -> None:
    bench = Bench(is_known=False)
    bench.want(READ_RATE)
    bench.line.receive(b"\x0200S5.000MH\x03", 1)
    assert bench.line.take_results() == []
    other = Bench(is_known=False)
    other.want(set_lease(2))
    other.line.receive(b"\x0200S\x03", 1)
    assert len(other.line.take_results()) == 1


def test_after_a_timeout_the_line_is_quiet_then_proves_itself_then_asks_again() -> None:
    """Facts F2: resync before a value is believed."""
    bench = Bench()
    bench.want(READ_RATE)
    assert bench.go(EXCHANGE_MS) == []
    assert bench.sent() == []
    bench.go(QUIET_MS - 1)
    assert bench.sent() == []
    bench.go(1)
    assert bench.sent() == ["VER"]
    assert bench.hear(b"00S5.000MH") == []  # the late one is not believed
    bench.hear(VERSION)
    assert bench.sent() == ["RAT"]
    assert len(bench.hear(b"00S6.000MH")) == 1


def test_what_comes_in_the_quiet_gap_is_drained_and_makes_it_longer() -> None:
    bench = Bench()
    bench.want(READ_RATE)
    bench.go(EXCHANGE_MS + QUIET_MS - 5)
    bench.hear(b"00S5.000MH")
    bench.go(QUIET_MS - 1)
    assert bench.sent() == []
    bench.go(1)
    assert bench.sent() == ["VER"]


def test_a_line_that_babbles_is_not_waited_for_without_end() -> None:
    bench = Bench()
    bench.want(READ_RATE)
    bench.go(EXCHANGE_MS)
    for _ in range(205):
        bench.hear(b"00S")
        bench.go(1)
    assert bench.sent() == ["VER"]


def test_a_lost_stop_is_lost_at_once_and_the_next_waits_for_nothing() -> None:
    """Faults row 2; the one thing that may go out on a doubtful line."""
    bench = Bench()
    bench.want(STOP)
    [result] = bench.go(EXCHANGE_MS)
    assert isinstance(result, Lost)
    assert bench.want(STOP) == ["STP"]


def test_a_stop_waits_at_most_for_the_exchange_in_flight() -> None:
    bench = Bench()
    bench.want(READ_RATE)
    bench.go(10)
    bench.line.abandon()
    assert bench.want(STOP) == []
    bench.go(EXCHANGE_MS - 11)
    assert bench.sent() == []
    bench.go(1)
    assert bench.sent() == ["STP"]


def test_on_a_shared_line_a_stop_said_again_leaves_the_others_the_quiet_gap() -> None:
    """A halt that nobody answers must not keep its neighbours from their pumps."""
    floor = Floor()
    bench, other = Bench(floor=floor), Bench(floor=floor)
    bench.want(STOP)
    bench.go(EXCHANGE_MS)
    bench.line.want(STOP, bench.now, is_again=True)
    assert bench.sent() == []
    assert bench.line.next_deadline() == bench.now + QUIET_MS
    other.now = bench.now
    assert other.want(READ_RATE) == ["RAT"]
    other.hear(b"00I26.25MH")
    bench.go(QUIET_MS)
    assert bench.sent() == ["STP"]


def test_alone_on_its_line_a_stop_said_again_waits_for_nothing() -> None:
    bench = Bench()
    bench.want(STOP)
    bench.go(EXCHANGE_MS)
    bench.line.want(STOP, bench.now, is_again=True)
    assert bench.sent() == ["STP"]


@pytest.mark.parametrize("heard", [None, VERSION])
def test_what_ends_on_loss_ends_with_the_first_answer_that_stays_away(heard: bytes | None) -> None:
    """That of the proof in front of it, or its own."""
    bench = Bench()
    bench.want(STOP)
    bench.go(EXCHANGE_MS)
    bench.line.want(READ_DISPENSED, bench.now, ends_on_loss=True)
    bench.go(QUIET_MS)
    assert bench.sent() == ["VER"]
    if heard is not None:
        bench.hear(heard)
        assert bench.sent() == ["DIS"]
    [result] = bench.go(EXCHANGE_MS)
    assert isinstance(result, Lost)
    assert bench.want(STOP) == ["STP"]


def test_unanswered_stops_alone_do_not_give_the_line_up() -> None:
    """Row 1: what they did can still be read."""
    bench = Bench()
    results: list[Result] = []
    for _ in range(8):
        bench.want(STOP)
        results += bench.go(EXCHANGE_MS)
    assert [type(result) for result in results] == [Lost] * 8
    bench.want(READ_DISPENSED)
    assert [type(result) for result in bench.go(QUIET_MS + EXCHANGE_MS)] == [Dead]


def test_a_read_is_tried_three_times() -> None:
    bench = Bench()
    bench.want(READ_RATE)
    lost: list[Result] = []
    for _ in range(3):
        lost += bench.go(EXCHANGE_MS)
        if not lost:
            bench.go(QUIET_MS)
            bench.hear(VERSION)
    assert [type(result) for result in lost] == [Lost]
    assert bench.now == 3 * EXCHANGE_MS + 2 * QUIET_MS


def test_five_answers_missing_over_a_second_and_the_line_is_given_up() -> None:
    bench = Bench()
    bench.want(READ_RATE)
    results = bench.go(2000)
    assert [type(result) for result in results[:1]] == [Dead]
    assert bench.line._failures >= 5


def test_another_pump_after_a_doubt_is_a_stranger() -> None:
    """Faults row 21: the cable was moved while nobody looked."""
    bench = Bench()
    bench.want(READ_RATE)
    bench.go(EXCHANGE_MS + QUIET_MS)
    assert bench.hear(b"00SNE500V2.19") == [Stranger("NE500V2.19")]


def test_an_alarm_means_ask_again_at_most_three_times() -> None:
    """Facts: the pending alarm is the answer, the command was not carried out."""
    bench = Bench()
    bench.want(STOP)
    for _ in range(3):
        assert bench.hear(b"00A?T") == [Alarmed(PumpAlarm.HOST_SILENT)]
        assert bench.sent() == ["STP"]
    results = bench.hear(b"00A?T")
    assert [type(result) for result in results] == [Alarmed, Lost]
    assert bench.sent() == []


def test_after_an_alarm_the_line_proves_itself_before_the_next_question() -> None:
    """The alarm may have been the unasked one; then an answer too many is under way."""
    bench = Bench()
    bench.want(STOP)
    bench.hear(b"00A?T")
    bench.hear(b"00S")
    assert bench.sent() == ["STP"]
    assert bench.want(READ_DISPENSED) == ["VER"]
    bench.hear(b"00S?NA")  # the answer too many
    bench.hear(VERSION)
    assert bench.sent() == ["DIS"]


def test_an_alarm_can_end_the_question_instead() -> None:
    bench = Bench()
    bench.want(READ_RATE, ends_on_alarm=True)
    assert bench.hear(b"00A?S") == [Alarmed(PumpAlarm.STALL, has_ended=True)]
    assert bench.sent() == []


def test_an_alarm_with_no_question_is_unasked() -> None:
    bench = Bench()
    assert bench.hear(b"00A?T") == [Alarmed(PumpAlarm.HOST_SILENT)]
    assert bench.sent() == []


def test_a_packet_the_pump_could_not_read_is_sent_again() -> None:
    """Faults row 25."""
    bench = Bench()
    bench.want(READ_RATE)
    assert bench.hear(b"00S?COM") == []
    assert bench.sent() == ["RAT"]


def test_nothing_leaves_past_the_gate() -> None:
    bench = Bench()
    assert bench.want(START) == []
    [result] = bench.line.take_results()
    assert isinstance(result, Barred)
    assert not bench.line.has_left


def test_a_number_without_a_unit_is_held_against_the_unit_last_read() -> None:
    bench = Bench()
    bench.want(Ask(b"RAT26.25", START.shape))
    [unread] = bench.line.take_results()
    assert isinstance(unread, Barred)
    assert "1575000000 nl/h" in unread.reason
    bench.want(READ_RATE)
    bench.hear(b"00I52.50MH")
    bench.want(Ask(b"RAT26.25", START.shape))
    [read] = bench.line.take_results()
    assert isinstance(read, Barred)
    assert "26250000 nl/h" in read.reason


def test_in_the_opening_the_lease_is_asked_for_again_and_again_without_ver() -> None:
    bench = Bench(is_known=False)
    bench.want(set_lease(2))
    bench.go(2 * (EXCHANGE_MS + QUIET_MS))
    assert set(bench.sent()) == {"SAF2"}


def test_identity_is_asked_only_once_when_it_is_the_question() -> None:
    bench = Bench()
    bench.want(READ_RATE)
    bench.go(EXCHANGE_MS)
    bench.line.abandon()
    bench.want(READ_VERSION)
    bench.go(QUIET_MS)
    assert bench.sent() == ["VER"]
    assert len(bench.hear(VERSION)) == 1
