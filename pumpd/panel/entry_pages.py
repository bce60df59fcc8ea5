"""The pages where much is typed or compared: order, verification, checklist, pairing, and the page that is not there.

Theory of operation. An entry that is lost once is entered carelessly the second time: what is typed stays in the
browser until the daemon has taken it, and comes back after a reload or the Back button; a PIN never does. What is
wrong stands beside the field it is about. PAUSE stays on these pages too, because the infusion of the bed may be
running while somebody types.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.panel.bed_page import bar
from pumpd.panel.bed_view import order_table
from pumpd.panel.frame import Frame, document, news, top
from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.order_fields import order_fields
from pumpd.panel.sheets import SHEETS, answer, changed, credentials, sheets
from pumpd.panel.words import Words

#: What the bar can open, on every page of a bed.
_BAR_SHEETS = tuple(one for one in SHEETS if one.name in ("start", "resume", "restore", "stop"))


def order_page(frame: Frame, key: str, library: Mapping[str, Any] | None, words: Words) -> str:
    """Order entry with its derivation. `library`: the daemon's, or None where it tells none."""
    form = tag(
        "form",
        *order_fields(library, words),
        tag("div", id="soft", class_="soft"),
        tag(
            "section",
            tag("h2", words("form.derivation")),
            tag(
                "div",
                words("form.derivation.none"),
                id="derivation",
                data_unknown=words("form.derivation.unknown"),
            ),
            class_="derivation",
        ),
        credentials("order", words, has_pin=True),
        answer("order"),
        tag(
            "div",
            tag("button", words("form.do"), type="submit", class_="go"),
            tag("button", words("form.clear"), type="button", class_="plain", data_clear=True),
            class_="row",
        ),
        id="order-form",
        data_verb="order",
        data_keeps=f"order-{key}",
        data_after=f"/bed/{key}",
        data_derives=True,
        autocomplete="off",
        novalidate=True,
    )
    return entry_page(frame, key, words("form.title", bed=key), words("form.why"), form, "order")


def verify_page(frame: Frame, key: str, state: Mapping[str, Any]) -> str:
    """The same numbers for the second person, of one epoch."""
    words = frame.words
    form = tag(
        "form",
        tag("table", tag("tbody", order_table(state, words)), class_="order big"),
        tag("p", f"{words('verify.epoch')} {state.get('epoch', '')}", class_="note"),
        changed(words),
        credentials("verify", words, has_pin=True),
        answer("verify"),
        tag("div", tag("button", words("verify.do"), type="submit", class_="go"), class_="row"),
        data_verb="verify",
        data_epoch=str(state.get("epoch", "")),
        data_after=f"/bed/{key}",
        autocomplete="off",
        novalidate=True,
    )
    return entry_page(frame, key, words("verify.title", bed=key), words("verify.why"), form, "verify")


def checklist_page(frame: Frame, key: str, state: Mapping[str, Any]) -> str:
    """Every item, each answered."""
    words = frame.words
    items = ((state.get("care") or {}).get("checklist") or {}).get("items") or ()
    groups = dict.fromkeys(str(one.get("group", "")) for one in items)
    boxes = [_group(group, [one for one in items if one.get("group") == group], words) for group in groups]
    form = tag(
        "form",
        *boxes,
        changed(words),
        credentials("checklist", words, has_pin=True),
        answer("checklist"),
        tag("div", tag("button", words("checklist.do"), type="submit", class_="go"), class_="row"),
        data_verb="checklist",
        data_epoch=str(state.get("epoch", "")),
        data_keeps=f"checklist-{key}-{state.get('session', '')}",
        data_after=f"/bed/{key}",
        autocomplete="off",
        novalidate=True,
    )
    inside = form if items else tag("p", words("checklist.none"))
    return entry_page(
        frame, key, words("checklist.title", bed=key), words("checklist.why"), inside, "checklist"
    )


def _group(group: str, items: list[Mapping[str, Any]], words: Words) -> Markup:
    return tag(
        "section",
        tag("h2", words.maybe(f"checklist.{group}", group)),
        *(_item(one, words) for one in items),
    )


def _item(one: Mapping[str, Any], words: Words) -> Markup:
    key = str(one["key"])
    said = words.said(one.get("text", key))

    def choice(value: str) -> Markup:
        box = tag(
            "input",
            type="radio",
            name=f"answer-{key}",
            id=f"{key}-{value}",
            value=value,
            data_answer=key,
            checked=one.get("answer") == value,
        )
        kind = "blocks" if one.get("blocks") == value else "passes"
        return tag("label", box, " ", words(value), for_=f"{key}-{value}", class_=f"choice {kind}")

    return tag(
        "fieldset",
        tag("legend", said.text, lang=said.lang),
        choice("yes"),
        choice("no"),
        tag("p", class_="wrong", data_wrong=key, id=f"wrong-{key}"),
        class_="item",
    )


def pair_page(frame: Frame, wrong: str = "", name: str = "") -> str:
    """Where a screen is admitted; a plain form, so that it works before anything else does."""
    words = frame.words
    form = tag(
        "form",
        tag("label", words("pair.code"), for_="code"),
        tag(
            "input",
            id="code",
            name="code",
            required=True,
            autocomplete="off",
            spellcheck="false",
            maxlength="20",
        ),
        tag("p", wrong, class_="wrong", role="alert") if wrong else EMPTY,
        tag("label", words("pair.name"), for_="name"),
        tag("input", id="name", name="name", required=True, maxlength="40", value=name, autocomplete="off"),
        tag("button", words("pair.do"), type="submit", class_="go"),
        method="post",
        action="/pair",
        id="pair",
    )
    body = tag(
        "main", tag("h1", words("pair.title")), tag("p", words("pair.why")), form, class_="pair", id="main"
    )
    return document(frame, words("pair.title"), body)


def nowhere_page(frame: Frame, said: str) -> str:
    """A page that is not there, with the way back."""
    words = frame.words
    way = tag("a", words("top.wall"), href="/", class_="button")
    body = tag("main", tag("h1", words("error.title")), tag("p", said), way, class_="pair", id="main")
    return document(frame, words("error.title"), body)


def entry_page(frame: Frame, key: str, title: str, why: str, form: Markup, here: str) -> str:
    """A page of a bed around something to fill in or to read, PAUSE and the word above it."""
    words = frame.words
    word = tag("p", tag("span", data_text="word", id="word"), class_="word small", role="status")
    strip = tag(
        "section",
        word,
        tag("p", data_text="headline", class_="headline", lang="en"),
        class_="now strip",
        id="now",
    )
    body = join(
        (
            bar(words),
            top(frame, title, f"/bed/{key}/{here}", tag("a", key, href=f"/bed/{key}", class_="home")),
            news(words),
            tag("main", strip, tag("p", why, class_="note"), form, class_="entry", id="main"),
            sheets(words, shown=_BAR_SHEETS),
        )
    )
    return document(frame, title, body, bed=key)
