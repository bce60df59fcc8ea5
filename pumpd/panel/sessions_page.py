"""The patient's series, and the sessions of this bed with their reports.

Theory of operation. What the series is, the daemon tells: when this patient's earlier sessions were started, which number
this one has, and what would be too close. The bed's sessions are numbered by its journal, and each has a report; who was
treated in an earlier one stands in there and not here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pumpd.panel.entry_pages import entry_page
from pumpd.panel.frame import Frame
from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.words import Words

#: The newest; older ones are the engineer's, by `pumpd report --session`.
SHOWN_MOST = 30
_DAY_MS = 86_400_000


def sessions_page(frame: Frame, key: str, state: Mapping[str, Any], has_reports: bool) -> str:
    """Both, one below the other."""
    words = frame.words
    inside = join((_series(state, words), _sessions(key, state, words, has_reports)))
    return entry_page(frame, key, words("sessions.title", bed=key), words("sessions.why"), inside, "sessions")


def _series(state: Mapping[str, Any], words: Words) -> Markup:
    series = (state.get("care") or {}).get("series") or {}
    begun = series.get("begun") or ()
    if not begun:
        return tag("section", tag("h2", words("sessions.series")), tag("p", words("sessions.series.none")))
    rows = [
        tag(
            "tr",
            tag("th", str(one.get("number", "")), scope="row"),
            tag("td", _when(one.get("wall_ms"))),
            tag("td", _apart(earlier, one, words)),
            tag("td", words("sessions.this") if one.get("is_this") else ""),
        )
        for earlier, one in zip((None, *begun), begun, strict=False)
    ]
    heads = ("sessions.number", "sessions.begun", "sessions.apart", "sessions.which")
    told = [words.said(one) for one in series.get("warnings") or ()]
    warnings = [tag("li", said.text, lang=said.lang, class_="unmet") for said in told]
    return tag(
        "section",
        tag("h2", words("sessions.series")),
        tag("p", words("care.series", number=series.get("number"), of=series.get("of"))),
        tag("ul", *warnings, class_="blockers") if warnings else EMPTY,
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", words(one), scope="col") for one in heads))),
            tag("tbody", *rows),
        ),
    )


def _when(wall_ms: Any) -> str:
    """Local time of this machine, as on the wall beside it."""
    if not isinstance(wall_ms, int):
        return ""
    return datetime.fromtimestamp(wall_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def _apart(earlier: Mapping[str, Any] | None, one: Mapping[str, Any], words: Words) -> str:
    if earlier is None:
        return ""
    days = (int(one["wall_ms"]) - int(earlier["wall_ms"])) / _DAY_MS
    return words("sessions.days", days=f"{days:.1f}")


def _sessions(key: str, state: Mapping[str, Any], words: Words, has_reports: bool) -> Markup:
    newest = state.get("session")
    numbers = list(range(newest, max(newest - SHOWN_MOST, 0), -1)) if isinstance(newest, int) else []
    title = tag("h2", words("sessions.reports"))
    if not has_reports:
        return tag("section", title, tag("p", words("sessions.reports.no_journal")))
    if not numbers:
        return tag("section", title, tag("p", words("sessions.reports.none")))
    links = [
        tag(
            "li",
            tag("a", words("sessions.report", number=number), href=f"/bed/{key}/report?session={number}"),
            f" {words('sessions.current')}" if number == newest else "",
        )
        for number in numbers
    ]
    return tag("section", title, tag("ul", *links, class_="reports"))
