"""Asked without blocking; what was typed too early does not count; a closed terminal is told apart."""

import asyncio
import os
import sys

import pytest

from pumpd.commission.person import Left, Person, is_at_terminal


async def test_an_answer_is_a_line_and_what_was_typed_before_the_question_does_not_count() -> None:
    out, into = os.pipe()
    person = Person(out)
    try:
        os.write(into, b"too early\n")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asking = asyncio.create_task(person.ask("well?"))
        await asyncio.sleep(0)
        os.write(into, b"  in ti")
        await asyncio.sleep(0)
        os.write(into, b"me \nmore")
        assert await asking == "in time"
    finally:
        person.close()
        os.close(out)
        os.close(into)


async def test_a_number_is_asked_for_until_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    out, into = os.pipe()
    person = Person(out)
    try:
        asking = asyncio.create_task(person.number("g?", 0.0, 10.0))
        for line in (b"nan\n", b"11\n", b"\n", b"2.5\n"):
            for _ in range(20):  # until the question stands: what is typed before it does not count
                await asyncio.sleep(0)
            os.write(into, line)
        assert await asking == 2.5
    finally:
        person.close()
        os.close(out)
        os.close(into)
    assert capsys.readouterr().out.count("must be a number from 0 to 10") == 3


async def test_a_closed_terminal_is_no_answer() -> None:
    out, into = os.pipe()
    person = Person(out)
    os.close(into)
    with pytest.raises(Left):
        await person.ask("anybody?")
    person.close()
    os.close(out)


def test_a_pipe_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        assert not is_at_terminal()


async def test_what_cannot_be_printed_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Torn:
        def write(self, _text: str) -> int:
            raise OSError(5, "Input/output error")

        def flush(self) -> None:
            raise OSError(5, "Input/output error")

    out, into = os.pipe()
    person = Person(out)
    monkeypatch.setattr(sys, "stdout", Torn())
    person.say("halted")
    person.close()
    os.close(out)
    os.close(into)
