"""A state as what a screen shows: words by place, lists as markup, and the few facts the page's script needs.

Theory of operation. One pure function from a state to a view, so that what a nurse sees in each situation is a test
without a browser. `text` fills places with words, `html` replaces lists, `facts` is for the script: which tone, which
light, which sound, what may be pressed, and the epoch the person is looking at. The page itself never changes while
it is open, so a button is never redrawn under a finger; what is replaced are lists, and only when they differ.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.panel import alarm_view, banner_view, care_view, vitals_view
from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.quantity import NONE, mg, mg_at_most, minutes, ml_h
from pumpd.panel.words import Words

#: The colour of each word. Red, yellow and cyan belong to alarms (facts/clinical.md 5.1) and are not among them.
TONES: Mapping[str, str] = {
    "INFUSING": "flowing",
    "STARTING": "flowing",
    "SLOWED": "slowed",
    "PAUSED": "held",
    "PAUSING": "held",
    "NOT CONFIRMED": "grave",
    "NO PUMP": "grave",
    "READY": "waiting",
    "NOT VERIFIED": "waiting",
    "OBSERVING": "watching",
}
_MOVING = ("INFUSING", "SLOWED", "STARTING")


def view(state: Mapping[str, Any], words: Words, audio_left_s: int | None = None) -> dict[str, Any]:
    """What a screen shows of one bed, JSON-ready."""
    word = str(state.get("word", "?"))
    facts = {
        "word": word,
        "epoch": state.get("epoch"),
        "phase": state.get("phase"),
        "tone": TONES.get(word, "quiet"),
        "can": _can(state, word),
        "session": state.get("session"),
        **alarm_view.facts(state),
        **care_view.facts(state),
    }
    headline, following = words.said(state.get("headline", "")), words.said(_next(state))
    return {
        "text": {
            **_numbers(state),
            "word": words.state(word),
            "headline": headline.text,
            "next": following.text,
            "who": _who(state, words),
            "patient": str((state.get("order") or {}).get("patient", "")),
            "drug": _drug(state),
            **alarm_view.texts(state, words),
            **vitals_view.texts(state, words),
            **care_view.texts(state, words),
        },
        "html": {
            "blocked-start": blockers(state.get("start_blocked_by"), words),
            "blocked-resume": blockers(state.get("resume_blocked_by"), words),
            "blocked-restore": blockers(state.get("restore_blocked_by"), words),
            "blocked-close": blockers((state.get("care") or {}).get("close_blocked_by"), words),
            "alarms": alarm_view.alarms(state, words),
            "banners": banner_view.banners(state, words),
            "order": order_table(state, words),
            "people": _people(state, words),
            **vitals_view.parts(state, words),
            **care_view.parts(state, words),
        },
        "lang": {
            "headline": headline.lang,
            "next": following.lang,
            "closing": care_view.closing(state, words).lang,
        },
        "facts": facts,
    }


def _can(state: Mapping[str, Any], word: str) -> dict[str, bool]:
    """Which acts make sense now. Pause is always one of them."""
    phase = state.get("phase")
    is_on = phase in ("ordered", "verified", "infusing")
    care = state.get("care") or {}
    return {
        "stop": is_on,
        "resume": bool(state.get("can_resume")) and word not in _MOVING,
        "restore": bool(state.get("can_restore")) and word not in ("PAUSED", "PAUSING"),
        "start": phase == "verified",
        "verify": bool(state.get("can_verify", phase == "ordered")),
        "order": phase in ("idle", "completed", "stopped", "closed")
        and care.get("step", "order") in ("order", "closed", ""),
        "score": phase == "infusing" or care.get("step") in ("baseline", "start", "observing", "closable"),
    }


def _numbers(state: Mapping[str, Any]) -> dict[str, str]:
    rate, dose = state.get("rate") or {}, state.get("dose") or {}
    low, high = dose.get("given_low_mg"), dose.get("given_high_mg")
    return {
        "rate": ml_h(rate.get("reported_nl_h")),
        "rate-set": ml_h(rate.get("permitted_nl_h")),
        "rate-ordered": ml_h(rate.get("programmed_nl_h")),
        "given": mg(dose.get("given_best_mg")),
        "given-range": f"{mg(low)} \N{EN DASH} {mg_at_most(high)} mg" if low is not None else NONE,
        "ordered": mg(dose.get("programmed_mg")),
        "left": mg(dose.get("left_mg")),
        "time-left": minutes(state.get("time_left_s")),
    }


def _next(state: Mapping[str, Any]) -> str:
    """What comes next: the clinic's own sentence where there is one."""
    own = str(state.get("next") or "")
    return own or str((state.get("care") or {}).get("next") or "")


def _who(state: Mapping[str, Any], words: Words) -> str:
    """Who may do what is next."""
    phase = state.get("phase")
    if state.get("can_restore") and state.get("word") == "SLOWED":
        return words("who.restore")
    if state.get("can_resume"):
        return words("who.resume")
    return words.maybe(f"who.{phase}", "")


def _drug(state: Mapping[str, Any]) -> str:
    order = state.get("order") or {}
    parts = [order.get("drug"), order.get("concentration"), order.get("syringe")]
    return " \N{MIDDLE DOT} ".join(str(one) for one in parts if one)


def blockers(reasons: Any, words: Words) -> Markup:
    """What stands before an act, one line each; or that nothing does."""
    if not reasons:
        return tag("li", words("blocked.none"), class_="met")
    told = (words.said(one) for one in reasons)
    return join(tag("li", said.text, lang=said.lang, class_="unmet") for said in told)


def order_table(state: Mapping[str, Any], words: Words) -> Markup:
    """The derived numbers that two people look at."""
    order = state.get("order") or {}
    rows = [
        tag("tr", tag("th", words.maybe(f"order.{key}", str(key)), scope="row"), _value(key, value, words))
        for key, value in order.items()
    ]
    return join(rows) if rows else tag("tr", tag("td", words("order.none")))


#: Of an order: what the daemon says in words; all else is a number, or a name that somebody gave.
WORDED = ("profile", "kind", "recipe", "dosed by", "left in the line")


def _value(key: str, value: object, words: Words) -> Markup:
    if key not in WORDED:
        return tag("td", str(value))
    said = words.said(value)
    return tag("td", said.text, lang=said.lang)


#: Digits of a hash that a person compares.
HASH_SHOWN = 12


def _people(state: Mapping[str, Any], words: Words) -> Markup:
    people = state.get("people") or {}
    named = [(words.maybe(f"people.{key}", key), name) for key, name in people.items() if name]
    if known := str((state.get("configuration") or {}).get("hash") or "")[:HASH_SHOWN]:
        named.append((words("configuration.hash"), known))
    return join(tag("li", f"{title}: {name}") for title, name in named) if named else EMPTY
