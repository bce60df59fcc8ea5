"""The pump's side of a tape: the same answers to the same questions, polls more or less often, all else told."""

import pytest

from hil_sim.replay import Exchange, Player, exchanges_of
from hil_sim.tape import HOST, PUMP, Said, Tape


def tape(*lines: str, pump: str = "new_era") -> Tape:
    """Each line "question=answer", 100 ms apart, answered after 2 ms; no "=": no answer."""
    said = []
    for number, line in enumerate(lines):
        asked, _, answer = line.partition("=")
        said.append(Said(HOST, number * 100.0, asked.encode("latin-1")))
        if answer:
            said.append(Said(PUMP, number * 100.0 + 2.0, answer.encode("latin-1")))
    return Tape(pump, said)


class Asker:
    """Somebody who asks every 100 ms."""

    def __init__(self, played: Tape) -> None:
        self.player = Player(played)
        self.now_ms = 0.0

    def ask(self, text: str) -> str:
        self.now_ms += 100.0
        answers = self.player.hear(text.encode("latin-1"), self.now_ms)
        return b"".join(piece for _, piece in answers).decode("latin-1")


POLLED = ("DIA\r=a", "?\r=0", "?\r=0", "RUN\r=ok", "?\r=1", "?\r=2", "?\r=3", "STP\r=stopped", "?\r=4")


def test_the_same_questions_get_the_same_answers() -> None:
    asker = Asker(tape(*POLLED))
    assert [asker.ask(line.partition("=")[0]) for line in POLLED] == [
        line.partition("=")[2] for line in POLLED
    ]
    tally = asker.player.tally
    assert (tally.agreed, tally.repeated, tally.passed_over, tally.differed) == (9, 0, 0, 0)
    assert asker.player.left == 0


def test_polls_may_come_more_often_and_get_the_newest_answer() -> None:
    asker = Asker(tape(*POLLED))
    assert [asker.ask(one) for one in ("DIA\r", "?\r", "?\r", "?\r", "?\r")] == ["a", "0", "0", "0", "0"]
    assert [asker.ask(one) for one in ("RUN\r", "?\r", "?\r", "?\r", "?\r")] == ["ok", "1", "2", "3", "3"]
    assert asker.player.tally.repeated == 3
    assert asker.player.complaints == []


def test_polls_may_come_less_often_and_are_passed_over() -> None:
    asker = Asker(tape(*POLLED))
    assert [asker.ask(one) for one in ("DIA\r", "?\r", "RUN\r", "?\r", "STP\r", "?\r")] == [
        *("a", "0", "ok"),
        *("1", "stopped", "4"),
    ]
    assert asker.player.tally.passed_over == 3
    assert asker.player.left == 0


def test_an_act_that_is_left_out_or_done_twice_differs() -> None:
    """Only polls are free: a start too many or a stop too few is what a tape is there to find."""
    asker = Asker(tape(*POLLED))
    assert asker.ask("DIA\r") == "a"
    assert asker.ask("DIA\r") == ""
    assert asker.ask("STP\r") == ""
    assert asker.player.tally.differed == 2
    assert asker.player.left == 2
    assert asker.ask("RUN\r") == "ok", "what comes as on the tape is answered all the same"


def test_a_difference_is_told_with_both_in_hexadecimal_digits_and_its_place() -> None:
    asker = Asker(tape(*POLLED))
    asker.ask("DIA\r")
    asker.ask("RAT5\r")
    (told,) = asker.player.complaints
    assert told == (
        "differs: asked [52 41 54 35 0d] 'RAT5\\r'; the tape, at 0.300 s, has [52 55 4e 0d] 'RUN\\r'"
    )
    asker = Asker(tape("A\r=1"))
    asker.ask("A\r")
    asker.ask("B\r")
    assert asker.player.complaints[0].endswith("the tape has nothing more than polls")


def test_a_request_may_come_in_pieces_and_two_in_one() -> None:
    asker = Asker(tape(*POLLED))
    assert asker.ask("DI") == ""
    assert asker.ask("A\r") == "a"
    assert asker.ask("?\r?\rRUN\r") == "00ok"
    assert asker.player.tally.differed == 0


def test_what_remains_half_said_is_told_and_does_not_spoil_the_next() -> None:
    asker = Asker(tape(*POLLED))
    asker.ask("DI")
    asker.now_ms += 1000.0
    assert asker.ask("DIA\r") == "a"
    assert asker.player.tally.differed == 1


def test_answers_come_as_late_as_then_and_what_came_unasked_later_is_said_once() -> None:
    said = (
        Said(HOST, 0.0, b"?"),
        Said(PUMP, 3.0, b"a"),
        Said(PUMP, 5.0, b"b"),
        Said(PUMP, 900.0, b"alarm"),
        *(Said(HOST, 1000.0 + n, b"?") for n in (0.0, 100.0)),
    )
    player = Player(Tape("new_era", said))
    assert player.hear(b"?", 0.0) == [(3.0, b"a"), (5.0, b"b"), (900.0, b"alarm")]
    (first, *_) = exchanges_of(said)
    assert first.answer == ((3.0, b"a"), (5.0, b"b"))


def test_a_modbus_tcp_request_is_known_by_all_but_its_number_and_answered_with_it() -> None:
    asker = Asker(tape("\0\1read=\0\1got", pump="modbus-tcp"))
    assert asker.ask("\7\7read") == "\7\7got"
    asker = Asker(tape("\0\1read=\0\1got", pump="modbus-rtu"))
    assert asker.ask("\7\7read") == ""


def test_pieces_of_a_request_are_one_and_a_repeated_unanswered_one_is_two() -> None:
    said = (
        Said(PUMP, 0.0, b"hello"),
        Said(HOST, 10.0, b"RU"),
        Said(HOST, 12.0, b"N"),
        Said(HOST, 300.0, b"RUN"),
        Said(PUMP, 301.5, b"ok"),
    )
    assert exchanges_of(said) == [
        Exchange(10.0, b"RUN"),
        Exchange(300.0, b"RUN", ((1.5, b"ok"),)),
    ]


@pytest.mark.parametrize("chunk", [b"", b"\0" * 5000])
def test_no_bytes_make_it_raise(chunk: bytes) -> None:
    assert Player(tape(*POLLED)).hear(chunk, 0.0) == []
    assert Player(Tape("", ())).hear(chunk, 0.0) == []
    assert Player(Tape("", ())).is_empty
