"""What a nurse must know that is no alarm: what this is not, what is missing, what was accepted in writing.

Theory of operation. A banner is for what goes on being true: bench software, a pump that runs on after the link is
lost and which somebody accepted, a record that cannot be written, monitors that are offline. Each is one sentence.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.panel.markup import Markup, filled, join, tag
from pumpd.panel.words import Words


def banners(state: Mapping[str, Any], words: Words) -> Markup:
    """One line each, the gravest first."""
    found = [("grave", one) for one in _grave(state, words)]
    found += [("plain", one) for one in _plain(state, words)]
    return join(tag("li", text, class_=kind) for kind, text in found)


def _grave(state: Mapping[str, Any], words: Words) -> list[Markup]:
    said = []
    journal, feed, pump = (state.get(key) or {} for key in ("journal", "feed", "pump"))
    if journal and not journal.get("ok", True):
        said.append(_because(words, "banner.journal", journal.get("reason", "")))
    if pump and pump.get("link") != "up":
        said.append(_because(words, "banner.pump", pump.get("reason") or pump.get("link")))
    if feed and feed.get("link") != "up":
        said.append(_because(words, "banner.feed", feed.get("reason", "")))
    configuration = state.get("configuration") or {}
    said += [_told(words, configuration[key]) for key in ("changed", "edited") if configuration.get(key)]
    if feed.get("offline"):
        said.append(filled(words("banner.offline"), names=", ".join(map(str, feed["offline"]))))
    return said


def _plain(state: Mapping[str, Any], words: Words) -> list[Markup]:
    said = []
    risk = (state.get("pump") or {}).get("accepted_risk")
    if risk:
        said.append(filled(words("banner.risk"), risk=str(risk)))
    said += [
        _because(words, "banner.sounder", one.get("reason", ""), name=str(one.get("name", "")))
        for one in state.get("sounders") or ()
        if not one.get("ok", True)
    ]
    care = state.get("care") or {}
    if care.get("course") == "bench":
        said.append(filled(words("banner.bench")))
    said += [_told(words, one) for one in (care.get("series") or {}).get("warnings") or ()]
    return said


def _told(words: Words, sentence: object) -> Markup:
    said = words.said(sentence)
    return join((said.text,)) if said.lang == words.lang else tag("span", said.text, lang=said.lang)


def _because(words: Words, key: str, reason: object, **blanks: str) -> Markup:
    """A banner of ours around a reason of the daemon's, which says its own language."""
    return filled(words(key), reason=_told(words, reason), **blanks)
