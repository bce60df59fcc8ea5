"""What a nurse must know that is no alarm: what this is not, what is missing, what was accepted in writing.

Theory of operation. A banner is for what goes on being true: bench software, a pump that runs on after the link is
lost and which somebody accepted, a record that cannot be written, monitors that are offline. Each is one sentence.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.panel.markup import Markup, join, tag
from pumpd.panel.words import Words


def banners(state: Mapping[str, Any], words: Words) -> Markup:
    """One line each, the gravest first."""
    found = [("grave", one) for one in _grave(state, words)]
    found += [("plain", one) for one in _plain(state, words)]
    return join(tag("li", text, class_=kind) for kind, text in found)


def _grave(state: Mapping[str, Any], words: Words) -> list[str]:
    said = []
    journal, feed, pump = (state.get(key) or {} for key in ("journal", "feed", "pump"))
    if journal and not journal.get("ok", True):
        said.append(words("banner.journal", reason=journal.get("reason", "")))
    if pump and pump.get("link") != "up":
        said.append(words("banner.pump", reason=pump.get("reason") or pump.get("link")))
    if feed and feed.get("link") != "up":
        said.append(words("banner.feed", reason=feed.get("reason", "")))
    configuration = state.get("configuration") or {}
    said += [str(configuration[key]) for key in ("changed", "edited") if configuration.get(key)]
    if feed.get("offline"):
        said.append(words("banner.offline", names=", ".join(map(str, feed["offline"]))))
    return said


def _plain(state: Mapping[str, Any], words: Words) -> list[str]:
    said = []
    risk = (state.get("pump") or {}).get("accepted_risk")
    if risk:
        said.append(words("banner.risk", risk=risk))
    said += [
        words("banner.sounder", name=one.get("name", ""), reason=one.get("reason", ""))
        for one in state.get("sounders") or ()
        if not one.get("ok", True)
    ]
    care = state.get("care") or {}
    if care.get("course") == "bench":
        said.append(words("banner.bench"))
    said += [str(one) for one in (care.get("series") or {}).get("warnings") or ()]
    return said
