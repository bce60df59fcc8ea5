"""The sheets a person fills in to ask for something: one form per act, made from a row of a table.

Theory of operation. Whatever raises delivery takes two deliberate steps, and the second is a sheet that lists what still
stands in the way, live, beside a name and a PIN. A sheet is not modal: the bar with PAUSE stays where it is and stays
pressable while a sheet is open. The form knows nothing of the act: each field says under which name it goes into the
request, and the script gathers them. A PIN field is never kept by the browser and is emptied after each try.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.words import Words


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sheet. `kind`: "text", "decimal", "whole", "choice", "yes" (must be ticked) or "long".

    `values`: of a choice; their words are `{words}.{value}`.
    """

    arg: str
    words: str
    kind: str = "text"
    values: tuple[str, ...] = ()
    most: int = 64
    is_needed: bool = True
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One act. `name` differs from `verb` where a verb has two sheets. `fixed`: arguments nobody types."""

    name: str
    verb: str
    fields: tuple[Field, ...] = ()
    has_pin: bool = False
    has_epoch: bool = False
    blocked: str = ""
    is_grave: bool = False
    fixed: tuple[tuple[str, str], ...] = ()
    needs_name: bool = True


_NOTE = Field("note", "field.note", "long", most=200, is_needed=False)
#: Codes of adverse events as the daemon knows them; it refuses any other with the list.
EVENTS = (
    *(
        "nausea",
        "vomiting",
        "dizziness",
        "double-vision",
        "blurred-vision",
        "drowsiness",
        "sedation",
        "confusion",
    ),
    *(
        "dissociation",
        "intoxication",
        "anxiety",
        "headache",
        "raised-pressure",
        "fast-heart-rate",
        "memory-loss",
    ),
    *("respiratory-depression", "injection-site", "other"),
)
SEVERITIES = ("mild", "moderate", "severe")

SHEETS: tuple[Sheet, ...] = (
    Sheet("start", "start", has_pin=True, has_epoch=True, blocked="blocked-start"),
    Sheet("resume", "resume", has_pin=True, has_epoch=True, blocked="blocked-resume"),
    Sheet("restore", "restore", has_pin=True, has_epoch=True, blocked="blocked-restore"),
    Sheet("stop", "stop", is_grave=True, needs_name=False),
    Sheet("acknowledge", "acknowledge", (_NOTE,)),
    Sheet(
        "score",
        "score",
        (Field("value", "field.moaas", "choice", ("5", "4", "3", "2", "1", "0")),),
        fixed=(("scale", "moaas"),),
    ),
    Sheet(
        "symptoms",
        "score",
        (Field("value", "field.symptoms", "choice", ("0", "1")),),
        fixed=(("scale", "symptoms"),),
    ),
    Sheet(
        "prime",
        "prime",
        (
            Field("volume_ml", "field.volume", "decimal"),
            Field("disconnected", "field.disconnected", "yes"),
            Field("air_free", "field.air_free", "yes"),
        ),
        has_pin=True,
        has_epoch=True,
    ),
    Sheet(
        "observe",
        "observe",
        (
            Field("moaas", "field.moaas", "choice", ("5", "4", "3", "2", "1", "0")),
            Field("dissociation", "field.dissociation", "whole", usual="0"),
            _NOTE,
        ),
        has_pin=True,
        has_epoch=True,
    ),
    Sheet(
        "sign_off", "sign_off", (Field("note", "field.note", "long", most=200),), has_pin=True, has_epoch=True
    ),
    Sheet(
        "close",
        "close",
        (Field("escort", "field.escort"),),
        has_pin=True,
        has_epoch=True,
        blocked="blocked-close",
    ),
    Sheet("handover", "handover", has_pin=True),
    Sheet(
        "event",
        "event",
        (
            Field("code", "event", "choice", EVENTS),
            Field("severity", "severity", "choice", SEVERITIES),
            _NOTE,
        ),
    ),
    Sheet("given", "given", (Field("drug", "field.drug_given"), Field("dose", "field.dose_given"), _NOTE)),
    Sheet("note", "note", (Field("text", "field.note", "long", most=200),)),
)


def sheets(words: Words, shown: Sequence[Sheet] = SHEETS) -> Markup:
    """All of them, hidden."""
    return join(_sheet(one, words) for one in shown)


def _sheet(one: Sheet, words: Words) -> Markup:
    title = f"title-{one.name}"
    return tag(
        "section",
        tag(
            "form",
            tag("h2", words(f"sheet.{one.name}"), id=title, tabindex="-1"),
            tag("p", words(f"sheet.{one.name}.why"), class_="why", id=f"why-{one.name}"),
            _blocked(one, words),
            changed(words),
            *(field(each, one.name, words) for each in one.fields),
            *(tag("input", type="hidden", data_arg=key, value=value) for key, value in one.fixed),
            credentials(one.name, words, one.has_pin, one.needs_name),
            answer(one.name),
            tag(
                "div",
                tag(
                    "button",
                    words(f"sheet.{one.name}.do"),
                    type="submit",
                    class_="grave" if one.is_grave else "go",
                ),
                tag("button", words("sheet.back"), type="button", class_="plain", data_close=True),
                class_="row",
            ),
            data_verb=one.verb,
            data_sheet=one.name,
            data_epoch="yes" if one.has_epoch else None,
            autocomplete="off",
            novalidate=True,
        ),
        id=f"sheet-{one.name}",
        class_="sheet",
        role="dialog",
        aria_labelledby=title,
        hidden=True,
    )


def _blocked(one: Sheet, words: Words) -> Markup:
    if not one.blocked:
        return EMPTY
    return join(
        (
            tag("h3", words("blocked.title")),
            tag("ul", data_html=one.blocked, class_="blockers", aria_live="polite"),
        )
    )


def changed(words: Words) -> Markup:
    """What is said when the state is another than the one that was looked at, and the press that says it was seen."""
    look = tag("button", words("sheet.looked"), type="button", data_look=True, class_="small")
    return tag(
        "div", tag("span", words("sheet.changed")), " ", look, class_="changed", hidden=True, role="alert"
    )


def answer(name: str) -> Markup:
    """Where the daemon's answer to an act stands, beside what was asked."""
    return tag("div", class_="answer", id=f"answer-{name}", role="status", aria_live="assertive")


def credentials(name: str, words: Words, has_pin: bool, needs_name: bool = True) -> Markup:
    """Who asks; with a PIN where it is proven."""
    key = f"{name}-by"
    shown = [tag("label", words("field.by") if needs_name else words("field.by.optional"), for_=key)]
    known = {"autocapitalize": "none", "spellcheck": "false", "maxlength": "64", "autocomplete": "off"}
    shown.append(tag("input", id=key, data_by=True, required=needs_name, **known))
    if has_pin:
        shown.append(tag("label", words("field.pin"), for_=f"{name}-pin"))
        shown.append(
            tag(
                "input",
                id=f"{name}-pin",
                type="password",
                inputmode="numeric",
                data_pin=True,
                required=True,
                maxlength="64",
                autocomplete="off",
            )
        )
    return tag("div", *shown, class_="who")


def field(one: Field, sheet: str, words: Words) -> Markup:
    """One field with its label, and a place for what is wrong with it."""
    key, wrong = f"{sheet}-{one.arg}", f"wrong-{sheet}-{one.arg}"
    known = {"id": key, "data_arg": one.arg, "data_kind": one.kind, "aria_describedby": wrong}
    label = tag("label", words(one.words), for_=key)
    beside = tag("p", id=wrong, class_="wrong", data_wrong=one.arg)
    if one.kind == "choice":
        options = [tag("option", words(f"{one.words}.{value}"), value=value) for value in one.values]
        box = tag("select", *options, **known)
    elif one.kind == "long":
        box = tag("textarea", rows="2", maxlength=one.most, required=one.is_needed, **known)
    elif one.kind == "yes":
        box = tag("input", type="checkbox", required=True, **known)
        return tag("div", tag("span", box, label, class_="tick"), beside, class_="field")
    else:
        pad = {"decimal": "decimal", "whole": "numeric"}.get(one.kind, "text")
        box = tag(
            "input", inputmode=pad, maxlength=one.most, required=one.is_needed, value=one.usual, **known
        )
    return tag("div", label, box, beside, class_="field")
