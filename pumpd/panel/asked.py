"""What a browser may ask the daemon for, and in what shape: read strictly, passed on as it was meant.

Theory of operation. The daemon judges every act; what is checked here is only that a request has a known form, so
that nothing half-formed costs it anything. A pause or a stop is read leniently: whatever else the request holds, it
is a pause. A PIN is taken out of the body, given to the daemon and forgotten; it is in no log, no error and no repr.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request

from pumpd.console_words import LOWERING_VERBS
from pumpd.panel.words import DEFAULT, Words

#: What the panel asks on somebody's behalf. The daemon may know more, and may not know all of these.
ASKED_VERBS = frozenset(
    {"order", "verify", "start", "pause", "resume", "restore", "stop", "acknowledge", "measure", "score"}
    | {"present", "quiet", "checklist", "prime", "observe", "sign_off", "close", "handover", "event", "given"}
    | {"note", "derive"}
)
#: Asked by no person in particular.
_NAMELESS = frozenset({"measure", "derive"})
MAX_BODY = 12_000
#: For a few hundred bytes over the worst network that a pause should still come through.
BODY_WITHIN_S = 10.0
_AS_TOLD = Words(DEFAULT)


class Unreadable(Exception):
    """The request has no form we know; the text is a key of the words."""

    status = 400


class TooLong(Unreadable):
    """There is more of it than any request of ours has."""

    status = 413


@dataclass(frozen=True, slots=True)
class Asked:
    """One act."""

    verb: str
    by: str | None
    args: Mapping[str, Any]
    once: str
    pin: str | None = field(default=None, repr=False)


async def body_of(request: Request) -> bytes:
    """The body of a request, as far as it is one of ours: not longer than it may be, whatever it says of its length.

    Raises:
        Unreadable: it is longer, or does not come to its end in time.
    """
    parts, length = [], 0
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for part in request.stream():
                length += len(part)
                if length > MAX_BODY:
                    raise TooLong("refuse.shape")
                parts.append(part)
    except (TimeoutError, ClientDisconnect):
        raise Unreadable("refuse.shape") from None
    return b"".join(parts)


def read_act(verb: str, body: bytes, screen: str) -> Asked:
    """Reads the body of an act.

    Args:
        verb: from the address.
        body: a JSON object: by, pin, args, once; all may be missing.
        screen: the browser's name, for who presses without saying who.

    Raises:
        Unreadable: nothing that can be asked.
    """
    if verb not in ASKED_VERBS:
        raise Unreadable("refuse.verb")
    is_lowering = verb in LOWERING_VERBS
    try:
        told = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        if not is_lowering:
            raise Unreadable("refuse.shape")
        told = {}
    by, pin, args, once = (told.get(key) for key in ("by", "pin", "args", "once"))
    name = " ".join(by.split())[:64] if isinstance(by, str) and by.isprintable() else ""
    if is_lowering:
        return Asked(verb, name or screen, {}, "")
    if (
        not isinstance(args, dict | None)
        or not isinstance(pin, str | None)
        or not isinstance(once, str | None)
    ):
        raise Unreadable("refuse.shape")
    return Asked(verb, None if verb in _NAMELESS else name or screen, args or {}, (once or "")[:64], pin)


def answer_of(replies: list[dict[str, Any]], words: Words = _AS_TOLD) -> dict[str, Any]:
    """What a browser is told of the daemon's replies: the last word, its reasons, and what was derived.

    All in the words of who asked, where they are known; `lang` says of reasons, of a problem and of a derivation
    which language they are in. A `confirmed` after a `not_confirmed` is the last word; a state is not sent, since the
    stream brings it.
    """
    told = [one for one in replies if one.get("stage") not in ("state", "end")]
    last = told[-1] if told else {"stage": "accepted"}
    reasons = all_said([str(one) for one in last.get("reasons") or ()], words)
    answer: dict[str, Any] = {
        "stage": str(last.get("stage")),
        **reasons,
        "problems": _problems(last.get("problems"), words),
    }
    for one in replies:
        if isinstance(state := one.get("state"), dict) and "derivation" in state:
            answer["derivation"] = _derivation(state["derivation"], words)
    return answer


def all_said(reasons: list[str], words: Words) -> dict[str, Any]:
    """Reasons that stand in one sentence: all in one language."""
    said = [words.said(one) for one in reasons]
    lang = words.lang if all(one.lang == words.lang for one in said) else DEFAULT
    return {"reasons": reasons} if lang == DEFAULT else {"reasons": [one.text for one in said], "lang": lang}


def _problems(problems: Any, words: Words) -> list[dict[str, Any]]:
    found = []
    for one in problems or ():
        if isinstance(one, dict):
            said = words.said(one.get("text", ""))
            found.append({**one, "text": said.text, "lang": said.lang} if said.lang != DEFAULT else one)
    return found


def _derivation(derivation: Any, words: Words) -> Any:
    if not isinstance(derivation, dict) or words.lang == DEFAULT:
        return derivation
    titles = {
        key: words.maybe(f"order.{key.replace('_', ' ')}", key) for key in derivation.get("programme") or ()
    }
    steps = derivation.get("steps") or []
    said = all_said(steps, words) if all(isinstance(one, str) for one in steps) else {"reasons": steps}
    return {
        **derivation,
        "steps": said["reasons"],
        "lang": said.get("lang", DEFAULT),
        "titles": titles,
        "problems": _problems(derivation.get("problems"), words),
    }
