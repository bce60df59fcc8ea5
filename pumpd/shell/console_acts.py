"""What a person asked for: from one hostile line to one typed request, or to one clear refusal.

Theory of operation. Everything that arrives on the console socket is bytes written by somebody else. This
module is the whole of the distrust: one pure function turns a line into a `Request`, and everything it will
not turn becomes one `LineRefused` with one sentence saying what is wrong (design law 10: refused with its
reason, never clamped, never guessed). Nothing clinical is judged here; "weight_kg" must be a short printable
string, and whether it is a believable weight is the core's question. What can only lower delivery is read
leniently: a pause is not lost to a superfluous key.

`PersonAct` is what leaves the console: the request, with the person's proven roles, and an id that no other
connection of this daemon can have used.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pumpd.console_words import (
    CARE_VERBS,
    EPOCH_VERBS,
    LOWERING_VERBS,
    MAX_NOTE,
    MORE_ORDER_TEXTS,
    NAMED_VERBS,
    ORDER_TEXTS,
    PIN_VERBS,
    SCALES,
    VERBS,
)
from pumpd.shell.care_args import CareArgsRefused, care_args, soft_codes

_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_KEYS = frozenset({"id", "verb", "channel", "by", "pin", "args"})
_MAX_TEXT = 64
_MAX_PIN = 64
_MAX_ACCEPTED = 16
_MAX_EPOCH = 2**53  # what every JSON reader, a browser's too, carries exactly


@dataclass(frozen=True, slots=True)
class PersonAct:
    """A person's deliberate act, ready for the mailbox.

    Attributes:
        request_id: unique in the life of the daemon; `Console.answer` takes it back.
        channel: one of the configured channels.
        verb: any but those the console answers by itself.
        by: the person's name; "" only for `measure` and `listening`.
        roles: proven by PIN; empty for the verbs that need none.
        args: checked for shape only. order: the texts of the order that were given and `accept_soft`, a tuple of codes;
            resume, restore: `epoch`, int; acknowledge: `rule` and `note`, or nothing; score: `scale`, one of
            `SCALES`, and `value`, int within it; listening: `listener`, its name; the clinic's course: `care_args`.
    """

    request_id: str
    channel: str
    verb: str
    by: str
    roles: frozenset[str]
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One well-formed line. The PIN stays out of every repr, so out of every log."""

    id: str
    verb: str
    channel: str
    by: str
    args: Mapping[str, Any]
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ConsoleLimits:
    """Bounds on what clients can cost the daemon. Seconds are link time.

    Attributes:
        clients: connections served at once.
        crowded: connections beyond those, of which only a pause or stop is heard; each for crowded_s.
        line_s: from the first byte of a line (or the connection) to its newline (faults row 75).
        stall_s: how long a watching client may leave sent state unread before it is closed.
        unsent_bytes: replies kept for one client that does not read; above it the client is closed.
        lines_per_s: above it a client is not a person, nor a script that means well; closed.
        ids: request ids remembered per connection.
        pin_s: waiting for and checking one PIN, all together.
        checks: PIN checks waiting at once, over all clients.
        linger_s: for last words to a client that has closed its sending side.
        min_gap_s: between two state lines to one client. leisure_gap_s: when only numbers have moved.
        heartbeat_s: at the latest after this a state line is sent again, changed or not.
    """

    clients: int = 32
    crowded: int = 32
    crowded_s: float = 1.0
    line_s: float = 10.0
    stall_s: float = 5.0
    unsent_bytes: int = 262_144
    lines_per_s: int = 200
    ids: int = 10_000
    pin_s: float = 10.0
    checks: int = 32
    linger_s: float = 3.0
    min_gap_s: float = 0.1
    leisure_gap_s: float = 0.5
    heartbeat_s: float = 1.0


class LineRefused(Exception):
    """A line that asks for nothing we do.

    Attributes:
        reason: one sentence for the person at the other end.
        request_id: the id the line carried, where it could be read, so that the client can tell which one it
        was.
        problems: of an order, each with the field to look at.
    """

    def __init__(
        self, reason: str, request_id: str | None = None, problems: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.request_id = request_id
        self.problems = problems


def act_of(connection: int, request: "Request", roles: frozenset[str]) -> PersonAct:
    """The act that a request asks for; its id carries the connection's number from here on."""
    return PersonAct(
        request_id=f"{connection}/{request.id}",
        channel=request.channel,
        verb=request.verb,
        by=request.by,
        roles=roles,
        args=request.args,
    )


def read_request(line: bytes, channels: Sequence[str]) -> Request:
    """Reads one line, its newline removed.

    Args:
        line: at most `MAX_LINE_BYTES` bytes.
        channels: the configured channels; where there is only one, a line may leave the channel out.

    Raises:
        LineRefused: with one reason. Nothing else is raised, whatever the bytes are.
    """
    fields = _read_json(line)
    request_id = fields.get("id")
    if not isinstance(request_id, str) or not _ID.fullmatch(request_id):
        raise LineRefused("id must be 1 to 64 letters, digits or . _ : -")
    try:
        return _request(request_id, fields, channels)
    except LineRefused as refusal:
        raise LineRefused(refusal.reason, request_id, refusal.problems) from None


def _request(request_id: str, fields: dict[str, Any], channels: Sequence[str]) -> Request:
    verb = fields.get("verb")
    if not isinstance(verb, str) or verb not in VERBS:
        raise LineRefused(f"verb must be one of: {', '.join(sorted(VERBS))}")
    channel = _channel(fields.get("channel"), channels)
    by = _text(fields.get("by") or "", "by", at_least=0)
    if verb in NAMED_VERBS and not by:
        raise LineRefused(f"{verb} needs a name (by)")
    if verb in LOWERING_VERBS:
        return Request(request_id, verb, channel, by, {})
    unknown = sorted(repr(key[:_MAX_TEXT]) for key in fields.keys() - _KEYS)
    if unknown:
        raise LineRefused(f"unknown key: {', '.join(unknown[:5])}")
    args = _args(verb, fields.get("args"))
    pin = _pin(fields.get("pin"), verb) if verb in PIN_VERBS else ""
    return Request(request_id, verb, channel, by, args, pin)


def _pin(value: object, verb: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_PIN or not value.isprintable():
        raise LineRefused(f"{verb} needs a PIN (pin), as text of at most {_MAX_PIN} characters")
    return value


def _channel(value: object, channels: Sequence[str]) -> str:
    if value in (None, "") and len(channels) == 1:
        return channels[0]
    if not isinstance(value, str) or value not in channels:
        raise LineRefused(f"channel must be one of: {', '.join(channels)}")
    return value


def _args(verb: str, value: object) -> Mapping[str, Any]:
    given = {} if value is None else value
    if not isinstance(given, dict):
        raise LineRefused("args must be an object")
    if verb in CARE_VERBS or verb == "start":
        return _care_args(verb, given)
    if verb in EPOCH_VERBS:
        _only(given, ("epoch",))
        return _epoch_args(verb, given)
    match verb:
        case "order":
            return _order_args(given)
        case "derive":
            return _derive_args(given)
        case "score":
            return _score_args(given)
        case "listening":
            _only(given, ("listener",))
            return {"listener": _text(given.get("listener"), "args.listener")}
        case "acknowledge":
            _only(given, ("rule", "note"))
            bounds = {"rule": _MAX_TEXT, "note": MAX_NOTE}
            return {
                key: _text(given[key], f"args.{key}", at_most=bound)
                for key, bound in bounds.items()
                if given.get(key) is not None
            }
    _only(given, ())
    return {}


def _epoch_args(verb: str, given: dict[str, Any]) -> dict[str, Any]:
    epoch = given.get("epoch")
    if type(epoch) is not int or not 0 <= epoch <= _MAX_EPOCH:
        raise LineRefused(f"{verb} needs args.epoch, the integer of the state that was looked at")
    return {"epoch": epoch}


def _care_args(verb: str, given: dict[str, Any]) -> Mapping[str, Any]:
    """Of the clinic's course, and of a start, which may accept its soft limits."""
    is_looked_at = verb in EPOCH_VERBS
    rest = {key: value for key, value in given.items() if key != "epoch" or not is_looked_at}
    try:
        args = soft_codes(rest) if verb == "start" else care_args(verb, rest)
    except CareArgsRefused as refusal:
        raise LineRefused(str(refusal)) from None
    return {**(_epoch_args(verb, given) if is_looked_at else {}), **args}


def _score_args(given: dict[str, Any]) -> Mapping[str, Any]:
    _only(given, ("scale", "value"))
    scale, value = given.get("scale"), given.get("value")
    if not isinstance(scale, str) or scale not in SCALES:
        raise LineRefused(f"args.scale must be one of: {', '.join(SCALES)}")
    low, high = SCALES[scale]
    if type(value) is not int or not low <= value <= high:
        raise LineRefused(f"args.value of {scale} must be a whole number from {low} to {high}")
    return {"scale": scale, "value": value}


def _order_args(given: dict[str, Any]) -> Mapping[str, Any]:
    missing = [key for key in ORDER_TEXTS if key not in given]
    if missing:
        lacks = tuple(_problem("field_missing", key, f"{key} is missing") for key in missing)
        raise LineRefused(f"the order lacks {', '.join(missing)}", problems=lacks)
    return _order_texts(given, at_least=1)


def _derive_args(given: dict[str, Any]) -> Mapping[str, Any]:
    """An order on its way: what is not there yet is not refused here, and a box left empty is not there."""
    args = _order_texts(given, at_least=0)
    return {key: value for key, value in args.items() if value != ""}


def _order_texts(given: dict[str, Any], at_least: int) -> dict[str, Any]:
    _only(given, (*ORDER_TEXTS, *MORE_ORDER_TEXTS, "accept_soft"))
    accepted = given.get("accept_soft", [])
    if not isinstance(accepted, list) or len(accepted) > _MAX_ACCEPTED:
        raise LineRefused(f"args.accept_soft must be a list of at most {_MAX_ACCEPTED} codes")
    args: dict[str, Any] = {}
    for key in (*ORDER_TEXTS, *MORE_ORDER_TEXTS):
        if key in given:
            at_most = MAX_NOTE if key == "override_reason" else _MAX_TEXT
            args[key] = _text(given[key], f"args.{key}", at_least, at_most)
    args["accept_soft"] = tuple(_text(code, "args.accept_soft") for code in accepted)
    return args


def _problem(code: str, field_name: str, text: str) -> Mapping[str, Any]:
    return {"code": code, "field": field_name, "text": text, "is_soft": False}


def _only(given: dict[str, Any], allowed: Sequence[str]) -> None:
    unknown = sorted(repr(key[:_MAX_TEXT]) for key in given.keys() - set(allowed))
    if unknown:
        raise LineRefused(f"unknown key in args: {', '.join(unknown[:5])}")


def _text(value: object, name: str, at_least: int = 1, at_most: int = _MAX_TEXT) -> str:
    # isprintable() turns away control characters, lone surrogates and direction overrides: each would
    # otherwise reach a journal, a terminal or a web page (faults row 105).
    if not isinstance(value, str) or not at_least <= len(value) <= at_most or not value.isprintable():
        raise LineRefused(f"{name} must be text of {at_least} to {at_most} printable characters")
    return value


def _read_json(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            line.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_refuse_twice
        )
    except LineRefused:
        raise
    except RecursionError:
        raise LineRefused("not accepted: nested too deeply") from None
    except ValueError:
        raise LineRefused("not accepted: a request is one JSON object in UTF-8 on one line") from None
    if not isinstance(value, dict):
        raise LineRefused("not accepted: a request is a JSON object")
    return value


def _refuse_constant(name: str) -> None:
    raise LineRefused(f"not accepted: {name} is not JSON")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # Two readers of the same line could take different ones of the two: whom did the record believe?
        raise LineRefused("not accepted: the same key twice in one object")
    return fields
