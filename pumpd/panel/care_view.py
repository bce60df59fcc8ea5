"""The care around an infusion on a screen: the step it is at, what is due, the observations, the record of the session.

Theory of operation. All of it comes from the state's `care`, and a daemon that has none shows none of it: the page hides
what carries no facts. What is due is counted down here in whole words, negative meaning overdue.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.quantity import NONE, minutes, plain
from pumpd.panel.words import Said, Words

STEPS = (
    "order",
    "verify",
    "checklist",
    "prime",
    "baseline",
    "start",
    "infusing",
    "observing",
    "closable",
    "closed",
)
_LOG_SHOWN = 40
#: Lines of the log that are a person's own words, in whatever language.
TYPED = ("note", "sign_off")


def facts(state: Mapping[str, Any]) -> dict[str, Any]:
    """Whether there is care, and the step it is at; with it, which acts make sense."""
    care = state.get("care") or {}
    step = care.get("step")
    is_clinic = care.get("course") == "clinic"
    return {
        "has_care": is_clinic,
        "step": step if is_clinic else None,
        "care_can": {
            "checklist": is_clinic and step in ("checklist", "prime", "baseline", "start"),
            "prime": is_clinic and step in ("prime", "checklist"),
            "observe": is_clinic and step in ("observing", "closable"),
            "sign_off": is_clinic and step == "observing",
            "close": is_clinic and step in ("observing", "closable"),
            "handover": is_clinic and step not in (None, "closed"),
            "event": is_clinic,
            "given": is_clinic,
            "note": is_clinic,
        },
    }


def texts(state: Mapping[str, Any], words: Words) -> dict[str, str]:
    """The step, the nurse in charge, when it may be closed."""
    care = state.get("care") or {}
    if care.get("course") != "clinic":
        return {"nurse": "", "series": "", "closing": ""}
    series = care.get("series") or {}
    return {
        "nurse": words("care.nurse", name=care["nurse"]) if care.get("nurse") else "",
        "series": words("care.series", number=series["number"], of=series["of"])
        if series.get("number")
        else "",
        "closing": closing(state, words).text,
        **{f"due-{one['key']}": _due(one.get("due_in_s"), words) for one in care.get("prompts") or ()},
        **{f"slot-{one['slot_min']}": _slot(one, words) for one in care.get("observations") or ()},
    }


def closing(state: Mapping[str, Any], words: Words) -> Said:
    """Whether the session may be closed, or all that stands before it, in one language."""
    care = state.get("care") or {}
    blocked = care.get("close_blocked_by") or ()
    if not blocked:
        is_closable = care.get("closable_in_s") is not None
        return Said(words("care.closable") if is_closable else "", words.lang)
    said = words.said("; ".join(map(str, blocked)))
    return Said(Words(said.lang)("care.close_blocked", reasons=said.text), said.lang)


def parts(state: Mapping[str, Any], words: Words) -> dict[str, Markup]:
    """Steps, prompts, observations, log."""
    care = state.get("care") or {}
    if care.get("course") != "clinic":
        return {"steps": EMPTY, "prompts": EMPTY, "observed": EMPTY, "log": EMPTY}
    return {
        "steps": _steps(care.get("step"), words),
        "prompts": join(_prompt(one, words) for one in care.get("prompts") or ()),
        "observed": join(_observation(one) for one in care.get("observations") or ()),
        "log": join(_entry(one, words) for one in list(care.get("log") or ())[-_LOG_SHOWN:][::-1]),
    }


def _steps(step: Any, words: Words) -> Markup:
    at = STEPS.index(step) if step in STEPS else -1
    return join(
        tag(
            "li",
            words(f"step.{name}"),
            class_="done" if index < at else "now" if index == at else "ahead",
            aria_current="step" if index == at else None,
        )
        for index, name in enumerate(STEPS)
    )


def _prompt(one: Mapping[str, Any], words: Words) -> Markup:
    said = words.said(one.get("text", ""))
    return tag("li", tag("span", said.text, lang=said.lang), " ", tag("b", data_text=f"due-{one['key']}"))


def _due(seconds: Any, words: Words) -> str:
    if not isinstance(seconds, int):
        return ""
    return (
        words("due.in", time=minutes(seconds)) if seconds >= 0 else words("due.over", time=minutes(-seconds))
    )


def _slot(one: Mapping[str, Any], words: Words) -> str:
    return words("slot.done") if one.get("is_done") else _due(one.get("due_in_s"), words)


def _observation(one: Mapping[str, Any]) -> Markup:
    slot = one["slot_min"]
    cells = [
        f"{plain(one.get('sys'))}/{plain(one.get('dia'))}" if one.get("is_done") else NONE,
        *(
            plain(one.get(key)) if one.get("is_done") else NONE
            for key in ("hr", "spo2", "moaas", "dissociation")
        ),
        str(one.get("by") or NONE),
    ]
    return tag(
        "tr",
        tag("th", f"+{slot}", scope="row"),
        tag("td", data_text=f"slot-{slot}"),
        *(tag("td", cell) for cell in cells),
        class_="recovered" if one.get("is_recovered") else None,
    )


def _entry(one: Mapping[str, Any], words: Words) -> Markup:
    kind, text = str(one.get("kind", "")), str(one.get("text", ""))
    said = words.said(text)
    return tag(
        "li",
        tag("b", words.maybe(f"log.{kind}", kind)),
        " ",
        tag("span", text) if kind in TYPED else tag("span", said.text, lang=said.lang),
        " ",
        tag("i", str(one.get("by", ""))),
    )
