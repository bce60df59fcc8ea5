"""The clinic's course on a screen, and its absence."""

from typing import Any

from panel_console import STATE

from pumpd.panel.care_view import facts, parts, texts
from pumpd.panel.words import Words

EN = Words("en")


def state(step: str = "observing", **more: Any) -> dict[str, Any]:
    slot = {"slot_min": 15, "due_in_s": -30, "is_done": False, "is_recovered": False}
    care = {
        "course": "clinic",
        "step": step,
        "nurse": "nina",
        "series": {"number": 2, "of": 6},
        "prompts": [{"key": "score", "text": "Enter a score", "due_in_s": -61}],
        "observations": [slot],
        "log": [{"kind": "note", "text": "<dim>", "by": "nina"}, {"kind": "odd", "text": "x", "by": ""}],
        **more,
    }
    return {**STATE, "care": care}


def test_without_a_clinic_nothing_of_it_is_shown() -> None:
    for one in (STATE, {**STATE, "care": {"course": "bench", "step": "order"}}):
        assert not facts(one)["has_care"]
        assert not any(facts(one)["care_can"].values())
        assert set(parts(one, EN).values()) == {""}


def test_the_step_says_what_may_be_pressed() -> None:
    assert facts(state("checklist"))["care_can"]["checklist"]
    assert not facts(state("checklist"))["care_can"]["observe"]
    observing = facts(state())["care_can"]
    assert observing["observe"]
    assert observing["sign_off"]
    assert not observing["prime"]
    assert not facts(state("closed"))["care_can"]["handover"]


def test_what_is_due_counts_down_and_then_over() -> None:
    text = texts(state(close_blocked_by=["26 min of 60 min observed"]), EN)
    assert (text["due-score"], text["slot-15"]) == ("OVERDUE by 61 s", "OVERDUE by 30 s")
    assert text["closing"] == "Before closing: 26 min of 60 min observed"
    assert (text["nurse"], text["series"]) == ("In charge: nina", "Infusion 2 of 6")
    assert texts(state(closable_in_s=0), EN)["closing"] == "May be closed"


def test_lists_show_the_step_now_the_slots_and_the_newest_entry_first() -> None:
    shown = parts(state(), EN)
    assert '<li class="now" aria-current="step">Observing</li>' in shown["steps"]
    assert "+15" in shown["observed"]
    assert shown["log"].index("odd") < shown["log"].index("&lt;dim&gt;")
    done = {"slot_min": 15, "is_done": True, "sys": 128, "dia": 79, "by": "nina", "is_recovered": True}
    assert "128/79" in parts(state(observations=[done]), EN)["observed"]
    assert texts(state(observations=[done]), EN)["slot-15"] == "done"
