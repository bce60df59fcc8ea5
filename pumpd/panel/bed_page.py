"""One bed on one screen: what it is doing, why, and what may be pressed.

Theory of operation. The page is drawn once, without a state, and never again: what changes are words in places
(`data-text`) and lists (`data-html`). In the document the bar with PAUSE comes first, on the screen it lies at the
bottom, above everything. What must be read from two metres fills the first screen of an 800 x 480 display; the
patient, the trend and the record follow below.
"""

from pumpd.panel.frame import Frame, document, news, pause_button, top
from pumpd.panel.markup import Markup, join, tag
from pumpd.panel.sheets import sheets
from pumpd.panel.words import Words


def bed_page(frame: Frame, key: str) -> str:
    """The whole page of a bed."""
    words = frame.words
    body = join(
        (
            bar(words),
            top(
                frame,
                key,
                f"/bed/{key}",
                tag("b", data_text="word", class_="mini", aria_hidden="true"),
                tag("span", data_text="patient", class_="patient"),
                tag("span", data_text="nurse"),
                tag("span", data_text="series"),
            ),
            news(words),
            tag(
                "main",
                _now(words),
                _alarms(words),
                tag("ul", data_html="banners", class_="banners"),
                _care(words),
                _patient(words),
                _acts(words, key),
                _trend(words),
                _record(words, key),
                tag("p", words("top.not_a_device"), class_="note"),
                id="main",
            ),
            sheets(words),
        )
    )
    return document(frame, f"{key} \N{MIDDLE DOT} pumpd", body, bed=key)


def bar(words: Words) -> Markup:
    """The buttons that are always there; PAUSE first."""

    def button(act: str, sheet: str = "", **more: object) -> Markup:
        return tag(
            "button",
            tag("b", words(act)),
            tag("small", words(f"{act}.who")),
            type="button",
            id=f"do-{act}",
            data_opens=sheet or act,
            data_can=act,
            **more,
        )

    return tag(
        "nav",
        pause_button(words),
        button("start", hidden=True),
        button("resume", hidden=True),
        button("restore", hidden=True),
        button("stop", class_="stop"),
        class_="bar",
        aria_label=words("pause"),
    )


def _number(words: Words, title: str, slot: str, unit: str, *below: Markup) -> Markup:
    return tag(
        "div",
        tag("dt", words(title)),
        tag("dd", tag("b", data_text=slot), " ", tag("span", unit, class_="unit"), *below),
        class_=f"number {slot}",
    )


def _now(words: Words) -> Markup:
    rate_of = tag(
        "small",
        tag("span", words("rate.permitted"), " "),
        tag("span", data_text="rate-set"),
        " / ",
        tag("span", data_text="rate-ordered"),
        " ",
        words("ordered"),
    )
    given_of = tag(
        "small",
        tag("span", data_text="given-range"),
        f" {words('given.of')} ",
        tag("span", data_text="ordered"),
    )
    return tag(
        "section",
        tag(
            "p", tag("span", data_text="word", id="word"), class_="word", role="status", aria_live="assertive"
        ),
        tag("p", data_text="headline", class_="headline", lang="en"),
        tag(
            "dl",
            _number(words, "rate.now", "rate", "mL/h", rate_of),
            _number(words, "given", "given", "mg", given_of),
            _number(words, "left", "left", "mg"),
            _number(words, "time.left", "time-left", "", tag("small", words("time.now_rate"))),
            class_="numbers",
        ),
        tag(
            "p",
            tag("span", data_text="next", lang="en", class_="next"),
            " ",
            tag("span", data_text="who", class_="who-may"),
        ),
        class_="now",
        id="now",
    )


def _alarms(words: Words) -> Markup:
    quiet = tag("button", words("quiet"), type="button", id="quiet", class_="plain", data_act="quiet")
    audio = tag("span", data_text="audio", class_="audio", role="status")
    return tag(
        "section",
        tag("h2", words("alarm.title")),
        tag("div", tag("small", data_text="alarm-count"), audio, quiet, class_="row"),
        tag(
            "div",
            tag("ul", data_html="alarms", class_="alarms", aria_live="polite"),
            class_="alarm-list",
            role="region",
            tabindex="0",
            aria_label=words("alarm.title"),
        ),
        class_="alarm-box",
    )


def _care(words: Words) -> Markup:
    return tag(
        "section",
        tag("h2", words("care.title")),
        tag("ol", data_html="steps", class_="steps"),
        tag("ul", data_html="prompts", class_="prompts"),
        tag("p", data_text="closing", class_="note", lang="en"),
        data_care=True,
        hidden=True,
    )


def _patient(words: Words) -> Markup:
    def vital(title: str, slot: str, unit: str, *more: Markup) -> Markup:
        return tag(
            "div",
            tag("dt", words(title)),
            tag("dd", tag("b", data_text=slot), f" {unit} ", tag("small", data_text=f"{slot}-age"), *more),
        )

    def seen(name: str) -> Markup:
        return tag("div", tag("dt", words(f"seen.{name}")), tag("dd", data_text=f"seen-{name}"))

    return tag(
        "section",
        tag("h2", words("vitals.title")),
        tag(
            "dl",
            vital(
                "vitals.bp", "bp", "mmHg", tag("small", data_text="cuff"), tag("small", data_text="baseline")
            ),
            vital("vitals.hr", "hr", "/min"),
            vital("vitals.spo2", "spo2", "%"),
            vital("vitals.line", "line", "mmHg"),
            seen("moaas"),
            seen("symptoms"),
            seen("presence"),
            class_="vitals",
        ),
        tag("p", data_text="unwatched"),
    )


def _acts(words: Words, key: str) -> Markup:
    def link(name: str, can: str, is_care: bool = False) -> Markup:
        return tag(
            "a",
            words(f"do.{name}"),
            href=f"/bed/{key}/{name}",
            class_="button",
            data_can=can,
            data_care=is_care or None,
        )

    def opens(name: str, can: str = "", is_care: bool = False) -> Markup:
        return tag(
            "button",
            words(f"do.{name}"),
            type="button",
            id=f"do-{name}",
            class_="plain",
            data_opens=name,
            data_can=can or None,
            data_care=is_care or None,
        )

    at_once = [
        tag(
            "button", words("do.present"), type="button", class_="plain", id="do-present", data_act="present"
        ),
        tag(
            "button",
            words("vitals.measure"),
            type="button",
            class_="plain",
            id="do-measure",
            data_act="measure",
        ),
    ]
    care = ("prime", "observe", "sign_off", "close", "handover", "event", "given", "note")
    return tag(
        "section",
        tag("h2", words("do.title")),
        tag(
            "div",
            link("order", "order"),
            link("verify", "verify"),
            link("checklist", "checklist", is_care=True),
            opens("score", "score"),
            opens("symptoms", "score"),
            *at_once,
            *(opens(name, name, is_care=True) for name in care),
            class_="grid",
        ),
        tag("div", class_="answer", id="answer-acts", role="status", aria_live="polite"),
    )


def _trend(words: Words) -> Markup:
    return tag("section", tag("h2", words("trend.heading")), tag("div", id="trend"))


def _record(words: Words, key: str) -> Markup:
    heads: tuple[str, ...] = ("observed.slot", "observed.due", "table.bp", "table.hr", "table.spo2")
    heads += ("observed.moaas", "observed.dissociation", "observed.by")
    observed = tag(
        "table",
        tag("caption", words("care.observed")),
        tag("thead", tag("tr", *(tag("th", words(one), scope="col") for one in heads))),
        tag("tbody", data_html="observed"),
    )
    # Eight columns are wider than a phone; a page that is wider than its screen would push PAUSE off it.
    observed = tag(
        "div",
        observed,
        class_="sideways",
        role="region",
        aria_label=words("care.observed"),
        tabindex="0",
        data_care=True,
        hidden=True,
    )
    log = tag(
        "section",
        tag("h3", words("care.log")),
        tag("ul", data_html="log", class_="log"),
        data_care=True,
        hidden=True,
    )
    return tag(
        "section",
        tag("h2", words("order.title")),
        tag("table", tag("tbody", data_html="order"), class_="order"),
        tag("ul", data_html="people"),
        tag("p", tag("a", words("sessions.link"), href=f"/bed/{key}/sessions", class_="button")),
        observed,
        log,
    )
