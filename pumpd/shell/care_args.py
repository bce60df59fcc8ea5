"""The arguments of the clinic's verbs: their shape, and nothing of their meaning.

Theory of operation. As with every line on the console: what is not exactly what the verb asks for becomes one sentence
that names the key. Whether an answer blocks, a code is known or a volume is allowed is the core's question; here a text
is printable and bounded, a number whole and small, a promise `true`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pumpd.console_words import MAX_NOTE

_MAX_WORD = 64
_MAX_ANSWERS = 64
_MAX_CODES = 16
_MAX_NUMBER = 1_000


class CareArgsRefused(Exception):
    """The message is one sentence for the person at the other end."""


def care_args(verb: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of one verb of the course, but for `epoch`, which the console has read already.

    Raises:
        CareArgsRefused: a key is missing, unknown or not of its kind.
    """
    match verb:
        case "checklist":
            _only(given, ("answers",))
            return {"answers": _answers(given.get("answers"))}
        case "prime":
            _only(given, ("volume_ml", "disconnected", "air_free"))
            return {
                "volume_ml": _text(given, "volume_ml"),
                "disconnected": _truth(given, "disconnected"),
                "air_free": _truth(given, "air_free"),
            }
        case "observe":
            _only(given, ("moaas", "dissociation", "note"))
            numbers = {key: _whole(given, key) for key in ("moaas", "dissociation")}
            return {**numbers, "note": _note(given)}
        case "sign_off":
            _only(given, ("note",))
            return {"note": _text(given, "note", MAX_NOTE)}
        case "close":
            _only(given, ("escort",))
            return {"escort": _text(given, "escort")}
        case "event":
            _only(given, ("code", "severity", "note"))
            return {**{key: _text(given, key) for key in ("code", "severity")}, "note": _note(given)}
        case "given":
            _only(given, ("drug", "dose", "note"))
            return {**{key: _text(given, key) for key in ("drug", "dose")}, "note": _note(given)}
        case "note":
            _only(given, ("text",))
            return {"text": _text(given, "text", MAX_NOTE)}
    _only(given, ())
    return {}


def soft_codes(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a start accepts; left out where it accepts nothing.

    Raises:
        CareArgsRefused: as `care_args`.
    """
    _only(given, ("accept_soft",))
    codes = given.get("accept_soft", [])
    if not isinstance(codes, list) or len(codes) > _MAX_CODES:
        raise CareArgsRefused(f"args.accept_soft must be a list of at most {_MAX_CODES} codes")
    if not codes:
        return {}
    return {"accept_soft": tuple(_printable(one, "accept_soft", _MAX_WORD) for one in codes)}


def _answers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > _MAX_ANSWERS:
        raise CareArgsRefused(f"args.answers must be an object of at most {_MAX_ANSWERS} answers")
    return {
        _printable(key, "a key of answers", _MAX_WORD): _printable(one, "an answer", _MAX_WORD)
        for key, one in value.items()
    }


def _only(given: Mapping[str, Any], allowed: Sequence[str]) -> None:
    unknown = sorted(repr(key[:_MAX_WORD]) for key in given.keys() - set(allowed))
    if unknown:
        raise CareArgsRefused(f"unknown key in args: {', '.join(unknown[:5])}")


def _text(given: Mapping[str, Any], key: str, at_most: int = _MAX_WORD) -> str:
    return _printable(given.get(key), key, at_most)


def _note(given: Mapping[str, Any]) -> str:
    return _printable(given["note"], "note", MAX_NOTE) if given.get("note") else ""


def _printable(value: object, key: str, at_most: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= at_most or not value.isprintable():
        raise CareArgsRefused(f"args.{key} must be text of 1 to {at_most} printable characters")
    return value


def _whole(given: Mapping[str, Any], key: str) -> int:
    value = given.get(key)
    if type(value) is not int or abs(value) > _MAX_NUMBER:
        raise CareArgsRefused(f"args.{key} must be a whole number")
    return value


def _truth(given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key)
    if type(value) is not bool:
        raise CareArgsRefused(f"args.{key} must be true or false")
    return value
