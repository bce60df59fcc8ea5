"""What a browser may ask, in what shape; a pause is a pause whatever else is said."""

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from pumpd.panel.asked import MAX_BODY, TooLong, Unreadable, answer_of, body_of, read_act


def body(**told: Any) -> bytes:
    return json.dumps(told).encode()


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b'{"by":5,"args":7,"pin":[]}'])
@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_a_pause_is_read_whatever_its_body_is(verb: str, text: bytes) -> None:
    act = read_act(verb, text, "bed 1 tablet")
    assert (act.verb, act.by, act.pin) == (verb, "bed 1 tablet", None)


@pytest.mark.parametrize("text", [b"{", b"[1]", body(args=5), body(pin=5), body(once=5)])
def test_anything_else_must_have_its_form(text: bytes) -> None:
    with pytest.raises(Unreadable, match=r"refuse\.shape"):
        read_act("resume", text, "x")


@pytest.mark.parametrize("verb", ["watch", "status", "listening", "library", "drop"])
def test_what_is_no_act_is_not_asked(verb: str) -> None:
    with pytest.raises(Unreadable, match=r"refuse\.verb"):
        read_act(verb, b"", "x")


def test_a_pin_is_in_no_repr_and_a_name_is_who_asks() -> None:
    act = read_act("resume", body(by=" nina ", pin="4711", args={"epoch": 3}, once="a"), "x")
    assert (act.by, act.pin, act.args, act.once) == ("nina", "4711", {"epoch": 3}, "a")
    assert "4711" not in repr(act)
    assert read_act("measure", body(by="nina"), "x").by is None
    assert read_act("note", body(by="\u202enina"), "x").by == "x"


def test_the_last_word_is_told_with_its_problems_and_what_was_derived() -> None:
    late = [{"stage": "accepted"}, {"stage": "not_confirmed", "reasons": ["1 s"]}, {"stage": "confirmed"}]
    assert answer_of(late)["stage"] == "confirmed"
    refused = [{"stage": "refused", "reasons": ["no"], "problems": [{"field": "x"}, "odd"]}]
    assert answer_of(refused) == {"stage": "refused", "reasons": ["no"], "problems": [{"field": "x"}]}
    derived = [{"stage": "state", "state": {"derivation": {"steps": []}}}, {"stage": "end"}]
    assert answer_of(derived)["derivation"] == {"steps": []}


async def test_a_body_that_comes_in_pieces_is_not_read_beyond_what_it_may_be() -> None:
    """Row 77: ten megabytes without a length were read to their end, on the pairing page by anybody."""
    pieces_taken = 0

    async def receive() -> Message:
        nonlocal pieces_taken
        pieces_taken += 1
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    with pytest.raises(TooLong):
        await body_of(Request({"type": "http", "method": "POST", "headers": []}, receive))
    assert pieces_taken == MAX_BODY // 1000 + 1
