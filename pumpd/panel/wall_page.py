"""All beds on one wall: for each the word, the sentence, the alarms, the rate, and a PAUSE.

Theory of operation. Whoever walks by must see from the door which bed wants somebody. A tile has the same places as
the bed's own page, filled from the same view; it can pause, and everything else is done at the bed's page.
"""

from collections.abc import Sequence

from pumpd.panel.frame import Frame, document, news, top
from pumpd.panel.markup import Markup, join, tag
from pumpd.panel.words import Words


def wall_page(frame: Frame, keys: Sequence[str]) -> str:
    """The whole page."""
    words = frame.words
    body = join(
        (
            top(frame, words("wall.title"), "/"),
            news(words),
            tag("main", *(_tile(words, key) for key in keys), class_="wall", id="main"),
            tag("footer", words("top.not_a_device"), class_="note"),
        )
    )
    return document(frame, f"{words('wall.title')} \N{MIDDLE DOT} pumpd", body, beds=" ".join(keys))


def _tile(words: Words, key: str) -> Markup:
    return tag(
        "section",
        tag("h2", tag("a", key, href=f"/bed/{key}")),
        tag("p", words("news.none"), class_="stale"),
        tag("p", tag("span", data_text="word"), class_="word", role="status"),
        tag("p", data_text="headline", class_="headline", lang="en"),
        tag(
            "p",
            tag("b", data_text="rate"),
            " mL/h \N{MIDDLE DOT} ",
            tag("b", data_text="given"),
            f" {words('given.of')} ",
            tag("span", data_text="ordered"),
            " mg \N{MIDDLE DOT} ",
            tag("span", data_text="time-left"),
            class_="line",
        ),
        tag(
            "p",
            tag("span", data_text="bp"),
            " mmHg \N{MIDDLE DOT} ",
            tag("span", data_text="hr"),
            " /min \N{MIDDLE DOT} SpO2 ",
            tag("span", data_text="spo2"),
            " %",
            class_="line",
        ),
        tag("p", data_text="audio", class_="audio"),
        tag("ul", data_html="alarms", class_="alarms"),
        tag(
            "button",
            tag("b", words("pause")),
            tag("small", key),
            type="button",
            class_="pause",
            data_pauses=key,
            aria_label=f"{words('pause')} {key}",
        ),
        data_bed=key,
        class_="tile now",
        aria_label=words("wall.bed", bed=key),
    )
