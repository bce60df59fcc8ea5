"""One line in: one request, or one refusal with a reason."""

import json
import random
from typing import Any

import pytest
from console_bench import ORDER, request

from pumpd.console_words import PIN_VERBS, VERBS
from pumpd.shell.console_acts import LineRefused, read_request

ONE = ("bed-1",)
TWO = ("bed-1", "bed-2")


def line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_is_read_in_its_plain_form(verb: str) -> None:
    read = read_request(line(request(verb)), ONE)
    assert (read.id, read.verb, read.channel, read.by) == ("a1", verb, "bed-1", "nina")
    assert read.pin == ("123456" if verb in PIN_VERBS else "")


def test_an_order_keeps_its_numbers_as_the_text_that_was_typed() -> None:
    """Design 7: no float between prescription and wire."""
    args = ORDER | {"dose_mg_per_kg": "0.50", "accept_soft": ["LIB3"]}
    assert dict(read_request(line(request("order", args=args)), ONE).args) == args | {
        "accept_soft": ("LIB3",)
    }


def test_an_order_may_carry_what_a_clinic_adds() -> None:
    more = {"vial_mg_per_ml": "50", "sex": "f", "override_reason": "y" * 200}
    read = read_request(line(request("order", args=ORDER | more)), ONE)
    assert dict(read.args) == ORDER | more | {"accept_soft": ()}
    with pytest.raises(LineRefused, match="1 to 200 printable"):
        read_request(line(request("order", args=ORDER | {"override_reason": "y" * 201})), ONE)
    with pytest.raises(LineRefused, match="sex must be text"):
        read_request(line(request("order", args=ORDER | {"sex": ""})), ONE)


def test_an_order_that_lacks_fields_names_each_as_a_problem() -> None:
    with pytest.raises(LineRefused, match="the order lacks drug, minutes") as caught:
        read_request(
            line(request("order", args={k: v for k, v in ORDER.items() if k not in ("drug", "minutes")})), ONE
        )
    assert [(one["code"], one["field"]) for one in caught.value.problems] == [
        ("field_missing", "drug"),
        ("field_missing", "minutes"),
    ]


def test_what_is_derived_may_lack_anything_and_an_empty_box_is_not_there() -> None:
    read = read_request(
        line(request("derive", args={"weight_kg": "70", "minutes": "", "sex": ""}, by=None)), ONE
    )
    assert (read.pin, dict(read.args)) == ("", {"weight_kg": "70", "accept_soft": ()})
    with pytest.raises(LineRefused, match="unknown key in args: 'wieght_kg'"):
        read_request(line(request("derive", args={"wieght_kg": "70"})), ONE)


def test_an_acknowledgement_keeps_its_note_and_leaves_out_what_was_not_given() -> None:
    """clinical.md 3.2, BP3: released only after an acknowledgement with a note."""
    note = "cuff moved to the other arm, 142/88"
    both = read_request(line(request("acknowledge", args={"rule": "BP3", "note": note})), ONE)
    assert dict(both.args) == {"rule": "BP3", "note": note}
    assert dict(read_request(line(request("acknowledge", args={"note": None})), ONE).args) == {}


@pytest.mark.parametrize(
    ("scale", "value"), [("moaas", 0), ("moaas", 5), ("rass", -5), ("rass", 4), ("symptoms", 0)]
)
def test_a_score_is_read_from_one_end_of_its_scale_to_the_other(scale: str, value: int) -> None:
    read = read_request(line(request("score", args={"scale": scale, "value": value}, pin=None)), ONE)
    assert dict(read.args) == {"scale": scale, "value": value}


def test_a_listener_needs_no_name_of_a_person() -> None:
    assert read_request(line(request("listening", by=None, pin=None)), ONE).args["listener"] == "panel"


def test_a_pin_shows_in_no_repr() -> None:
    assert "123456" not in repr(read_request(line(request("start")), ONE))


def test_the_only_channel_may_be_left_out_and_the_first_of_two_may_not() -> None:
    bare = line({"id": "a1", "verb": "pause", "by": "nina"})
    assert read_request(bare, ONE).channel == "bed-1"
    with pytest.raises(LineRefused, match="bed-1, bed-2"):
        read_request(bare, TWO)


def test_a_pause_is_not_lost_to_superfluous_keys() -> None:
    """What can only lower is read leniently (law 6); what can raise is not (law 10)."""
    assert read_request(line(request("pause", args=[1], pin=None, colour="red")), ONE).verb == "pause"
    with pytest.raises(LineRefused, match="unknown key"):
        read_request(line(request("start", colour="red")), ONE)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "JSON object"),
        (b"pause", "JSON object"),
        (b"[1,2]", "JSON object"),
        (b"\xff\xfe{", "UTF-8"),
        (b"[" * 16_000, "deeply"),
        (b'{"a":' * 3_000, "deeply"),
        (b'{"id":"a","verb":NaN}', "NaN"),
        (b'{"id":"a","verb":-Infinity}', "-Infinity"),
        (b'{"id":"a","id":"b","verb":"stop"}', "twice"),
        (b'{"id":' + b"9" * 5_000 + b"}", "JSON object"),
        (b'{"verb":"stop"}', "id must be"),
        (b'{"id":5,"verb":"stop"}', "id must be"),
        (b'{"id":"a/b","verb":"stop"}', "id must be"),
        (b'{"id":"","verb":"stop"}', "id must be"),
        (b'{"id":"' + b"x" * 65 + b'","verb":"stop"}', "id must be"),
    ],
)
def test_what_is_not_a_request_is_refused_in_one_sentence(raw: bytes, reason: str) -> None:
    """Faults row 77: JSON bombs, odd unicode."""
    with pytest.raises(LineRefused, match=reason) as caught:
        read_request(raw, ONE)
    assert caught.value.request_id is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (request("fly"), "verb must be one of"),
        (request("stop") | {"verb": ["stop"]}, "verb must be one of"),
        (request("stop", channel="bed-9"), "channel must be one of"),
        (request("stop", channel={}), "channel must be one of"),
        (request("stop", by=None), "needs a name"),
        (request("stop", by=7), "by must be text"),
        (request("stop", by="ni\x1b[31mna"), "printable"),
        (request("stop", by="ni\u202ena"), "printable"),
        (request("stop", by="\ud800"), "printable"),
        (request("stop", by="n" * 65), "by must be text"),
        (request("start", pin=None), "needs a PIN"),
        (request("start", pin=123456), "needs a PIN"),
        (request("start", pin="1" * 65), "needs a PIN"),
        (request("start", args=[1]), "args must be an object"),
        (request("start", args={"rate": 1}), "unknown key in args"),
        (request("start", args={"accept_soft": ["x"]}), "start needs args.epoch"),
        (request("start", args={"epoch": 1, "accept_soft": "x"}), "args.accept_soft must be a list"),
        (request("close", args={"escort": "her brother"}), "close needs args.epoch"),
        (request("close", args={"epoch": 1}), "args.escort must be text"),
        (request("handover", args={"epoch": 1}), "unknown key in args: 'epoch'"),
        (request("note", args={"text": "a\nb"}), "args.text must be text"),
        (request("observe", pin=None), "needs a PIN"),
        (request("event", by=None), "needs a name"),
        (request("resume", args={}), "epoch"),
        (request("resume", args={"epoch": "12"}), "epoch"),
        (request("resume", args={"epoch": True}), "epoch"),
        (request("resume", args={"epoch": 12.0}), "epoch"),
        (request("resume", args={"epoch": -1}), "epoch"),
        (request("acknowledge", args={"rule": 3}), "args.rule"),
        (request("acknowledge", args={"note": "x" * 201}), "1 to 200 printable"),
        (request("acknowledge", args={"note": "a\nb"}), "args.note"),
        (request("acknowledge", args={"note": ""}), "args.note"),
        (request("restore", args={}), "restore needs args.epoch"),
        (request("restore", pin=None), "needs a PIN"),
        (request("score", by=None), "needs a name"),
        (request("score", args={"value": 5}), "args.scale must be one of: moaas, rass, symptoms"),
        (request("score", args={"scale": ["moaas"], "value": 5}), "args.scale"),
        (request("score", args={"scale": "presence", "value": 1}), "args.scale"),
        (request("score", args={"scale": "moaas", "value": 6}), "moaas must be a whole number from 0 to 5"),
        (request("score", args={"scale": "rass", "value": -6}), "rass must be a whole number from -5 to 4"),
        (request("score", args={"scale": "symptoms", "value": True}), "symptoms must be a whole number"),
        (request("score", args={"scale": "moaas", "value": 5.0}), "whole number"),
        (request("score", args={"scale": "moaas", "value": "5"}), "whole number"),
        (request("score", args={"scale": "moaas", "value": 5, "by": "x"}), "unknown key in args"),
        (request("present", by=None), "needs a name"),
        (request("present", args={"x": 1}), "unknown key in args"),
        (request("quiet", by=None), "needs a name"),
        (request("listening", args={}), "args.listener"),
        (request("listening", args={"listener": "x" * 65}), "args.listener"),
        (request("order", args={}), "the order lacks patient"),
        (request("order", args=ORDER | {"weight_kg": 70}), "args.weight_kg"),
        (request("order", args=ORDER | {"rate": "5"}), "unknown key in args"),
        (request("order", args=ORDER | {"accept_soft": "LIB3"}), "accept_soft"),
        (request("order", args=ORDER | {"accept_soft": [[]]}), "accept_soft"),
        (request("order", args=ORDER | {"accept_soft": ["x"] * 17}), "accept_soft"),
    ],
)
def test_a_wrong_field_is_named_and_the_id_comes_back(fields: dict[str, Any], reason: str) -> None:
    """Design law 10: refused with its reason, never clamped, never guessed."""
    with pytest.raises(LineRefused, match=reason) as caught:
        read_request(line(fields), ONE)
    assert caught.value.request_id == "a1"


def test_no_mutated_line_raises_anything_but_a_refusal() -> None:
    """Faults 6, fuzz volumes: the console is one of the parsers."""
    dice = random.Random(20250807)
    seeds = [line(request(verb)) for verb in sorted(VERBS)]
    junk = [b"\x00", b'"', b"{", b"]", b"\\u", b"1e999", b"null", b"\xed\xa0\x80", b"-", b"NaN"]
    refused = 0
    for _ in range(20_000):
        raw = bytearray(dice.choice(seeds))
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(raw))
            raw[at : at + dice.randint(0, 6)] = dice.choice(junk)
        try:
            read_request(bytes(raw), ONE)
        except LineRefused as refusal:
            refused += bool(refusal.reason)
    assert refused > 10_000
