"""What every page has around it: the head, the bar with PAUSE, the line that says how old the news is.

Theory of operation. PAUSE is the first thing in the document, so it is the first thing a keyboard reaches and the
first thing a screen reader says, wherever the page puts it. The page carries its token and its tables as data; the
script is one file of ours, the style another, and the content policy lets nothing else in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.words import NAMES, Words


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page needs to know beside its own content.

    Attributes:
        words: of whoever looks.
        token: the browser's; "" before it is paired.
        screen: its name.
        bursts: the alarm sounds as numbers.
        version: changes with script and style, so that no old one is used.
    """

    words: Words
    token: str = ""
    screen: str = ""
    bursts: Mapping[str, Any] | None = None
    version: str = ""


#: What the script says by itself, when no server is there to say it.
SCRIPT_WORDS = (
    *(
        "js.lost",
        "js.lost.never",
        "js.lost.server",
        "js.another",
        "js.pausing",
        "js.paused",
        "js.unconfirmed",
    ),
    *(
        "js.unsent",
        "js.refused",
        "js.asking",
        "js.done",
        "js.not_confirmed",
        "js.missing",
        "js.mute",
        "js.listening",
    ),
    *(
        "js.not_listening",
        "js.restored",
        "js.stopping",
        "js.tick",
        "js.locked_out",
        "js.repeated",
        "js.accept",
    ),
    *("js.pad.title", "js.pad.open", "js.pad.clear", "js.pad.next", "js.pad.close", "js.pad.back"),
    *(
        "js.pad.point",
        "js.pad.dash",
        "js.pad.shift",
        "js.pad.space",
        "js.pad.count",
        "js.pad.empty",
        "js.pad.rows",
    ),
)


def document(frame: Frame, title: str, body: Markup, bed: str = "", beds: str = "") -> str:
    """A whole page."""
    words = frame.words
    known = {key.removeprefix("js."): words(key) for key in SCRIPT_WORDS}
    kept = {"token": frame.token, "words": known, "bursts": frame.bursts or {}, "screen": frame.screen}
    # `</` must not end the element early, and `<!--` must not begin a comment.
    data = json.dumps(kept, ensure_ascii=True).replace("<", "\\u003c")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1, minimum-scale=1"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        tag("link", rel="stylesheet", href=f"/static/panel.css?{frame.version}"),
        tag("script", type="module", src=f"/static/panel.js?{frame.version}"),
    )
    page = tag(
        "body",
        body,
        tag("script", Markup(data), type="application/json", id="known"),
        data_bed=bed or None,
        data_beds=beds or None,
    )
    return f"<!doctype html>\n{tag('html', head, page, lang=words.lang)}"


def languages(words: Words, token: str, here: str) -> Markup:
    """A button for each other language."""
    others = [
        tag("button", name, name="lang", value=key, lang=key, class_="plain small")
        for key, name in NAMES.items()
        if key != words.lang
    ]
    return tag(
        "form",
        tag("input", type="hidden", name="token", value=token),
        tag("input", type="hidden", name="here", value=here),
        *others,
        method="post",
        action="/language",
        class_="languages",
    )


def pause_button(words: Words) -> Markup:
    """The one that is always there."""
    return tag(
        "button",
        tag("b", words("pause")),
        tag("small", words("pause.who")),
        type="button",
        id="pause",
        class_="pause",
    )


def news(words: Words) -> Markup:
    """How old the news is, and whether this screen listens; filled by the script. Grey without it."""
    return join(
        (
            tag("p", words("news.none"), id="stale", class_="stale", role="alert"),
            tag("p", id="shout", class_="shout", role="alert", hidden=True),
        )
    )


def top(frame: Frame, title: str, here: str, *middle: Markup) -> Markup:
    """The line above everything."""
    words = frame.words
    return tag(
        "header",
        tag("a", words("top.wall"), href="/", class_="home") if here != "/" else EMPTY,
        tag("h1", title),
        *middle,
        tag("span", id="listening", class_="listening"),
        tag("button", words("top.sound"), type="button", id="sound", class_="plain small", hidden=True),
        tag("button", words("top.keys"), type="button", id="keys", class_="plain small"),
        languages(words, frame.token, here) if frame.token else EMPTY,
        class_="top",
    )
