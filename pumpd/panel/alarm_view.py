"""Alarms on a screen: each with its mark, its age, who has seen it, and a button for whoever now does.

Theory of operation. The order and the priorities are the daemon's; here they get the colours and marks of IEC 60601-1-8
(facts/clinical.md 5.1: red, yellow, cyan; three, two, one exclamation mark), and the list says which came first. Colour
is never alone: the mark and the word say the same. An age changes every second, so it has a place of its own and the list
around it is left alone; a button is not redrawn under a finger.
"""

from collections.abc import Mapping
from typing import Any

from pumpd.panel.markup import Markup, join, tag
from pumpd.panel.quantity import age
from pumpd.panel.words import Words

MARKS: Mapping[str, str] = {"high": "!!!", "medium": "!!", "low": "!"}


def facts(state: Mapping[str, Any]) -> dict[str, Any]:
    """What lights and sounds."""
    signal = state.get("signal") or {}
    return {
        "light": signal.get("light"),
        "sound": signal.get("sound"),
        "reminder": bool(signal.get("reminder")),
        "audio_paused_s": int(signal.get("audio_paused_left_s") or 0),
        "alarms": [
            f"{one['key']}{'' if one.get('acknowledged') else '*'}" for one in state.get("alarms") or ()
        ],
    }


def texts(state: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Ages, the count, and how long the sound is still paused."""
    alarms = state.get("alarms") or ()
    left_s = int((state.get("signal") or {}).get("audio_paused_left_s") or 0)
    shown = {f"age-{one['key']}": age(int(one.get("age_s", 0)) * 1000) for one in alarms}
    shown["alarm-count"] = words("alarm.count", count=len(alarms)) if alarms else words("alarm.none")
    shown["audio"] = words("audio.paused", left=f"{left_s // 60}:{left_s % 60:02d}") if left_s else ""
    return shown


def alarms(state: Mapping[str, Any], words: Words) -> Markup:
    """The list, in the daemon's order."""
    return join(_alarm(one, words) for one in state.get("alarms") or ())


def _alarm(one: Mapping[str, Any], words: Words) -> Markup:
    said = words.said(one.get("text", one["key"]))
    priority, key = str(one.get("priority", "low")), str(one["key"])
    seen = str(one.get("acknowledged") or "")
    marks = [tag("span", words("alarm.first"), class_="first")] if one.get("first_out") else []
    if not one.get("present"):
        marks.append(tag("span", words("alarm.over"), class_="over"))
    if one.get("escalation"):
        marks.append(tag("span", words("alarm.escalated"), class_="first"))
    who = tag("span", words("alarm.seen", by=seen), class_="seen") if seen else _button(key, said.text, words)
    return tag(
        "li",
        tag("span", MARKS.get(priority, "!"), class_="mark", aria_hidden="true"),
        tag(
            "div",
            tag("p", said.text, class_="what", lang=said.lang),
            tag(
                "p",
                tag("span", words(f"priority.{priority}"), class_="priority"),
                " ",
                tag("span", data_text=f"age-{key}"),
                " ",
                *marks,
                class_="meta",
            ),
        ),
        who,
        class_=f"alarm {priority}{' acknowledged' if seen else ''}",
    )


def _button(key: str, what: str, words: Words) -> Markup:
    return tag(
        "button",
        words("alarm.acknowledge"),
        type="button",
        id=f"ack-{key}",
        class_="ack",
        data_act="acknowledge",
        data_rule=key,
        aria_label=words("alarm.acknowledge.of", what=what),
    )
