"""How each interlock looks: every row of the table, in the words that it trips with, on the smallest screen there is."""

from collections.abc import Callable
from typing import Any

import care_states as care
import pytest
from playwright.sync_api import Page, expect
from rule_examples import Example, examples, push, scene_for
from shown import Shown

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.vocabulary import Demand, Finding

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

Pair = Callable[..., Page]
#: What a screen says of a demand: word, and how its sentence begins.
SAID = {
    Demand.NONE: ("INFUSING", "Infusing at 26.2 mL/h, the prescribed rate"),
    Demand.SLOW: ("SLOWED", "Slowed to 50 %"),
    Demand.PAUSE: ("PAUSED", "Paused"),
    Demand.STOP: ("STOPPED", "Stopped"),
}
MARKS = {"high": "!!!", "medium": "!!", "low": "!"}


def told(case: Example) -> Finding:
    """What the row says when it trips."""
    scene = scene_for(case.rule)
    push(scene, case)
    return scene.finding(case.rule.id)


FIRST = [next(one for one in examples(1) if one.rule is rule) for rule in DEFAULT_RULES]


def state_of(finding: Finding) -> dict[str, Any]:
    demand = finding.demand if finding.demand in SAID else Demand.NONE
    word, sentence = SAID[demand]
    headline = sentence if demand is Demand.NONE else f"{sentence}: {finding.reason}"
    shown = care.alarmed(finding.priority.value, finding.reason, word)
    alarm = care.alarm(finding.rule_id, finding.priority.value, finding.reason, first_out=True)
    return {**shown, "headline": headline, "alarms": [alarm]}


def test_every_row_says_what_it_did_and_why_and_pause_stays_where_it_is(shown: Shown, pair: Pair) -> None:
    """R47: word, reason, priority and mark of all rows can be read; nothing is cut, nothing pushes PAUSE away."""
    findings = [told(case) for case in FIRST]
    page = shown.bed(pair, state_of(findings[0]))
    for finding in findings:
        state = state_of(finding)
        shown.console.beds["bed-1"] = state
        shown.console.show()
        alarm = page.locator(".alarm")
        expect(alarm.locator(".what")).to_have_text(finding.reason)
        expect(alarm.locator(".mark")).to_have_text(MARKS[finding.priority.value])
        expect(page.locator("#word")).to_have_text(state["word"])
        expect(page.locator(".headline").first).to_have_text(state["headline"])
        for seen in (alarm.locator(".what"), page.locator("#word"), page.locator("#pause")):
            expect(seen).to_be_in_viewport(ratio=1)
        cut = "[...document.querySelectorAll('.what, .headline, #word')].filter((one) => one.scrollWidth > one.clientWidth)"
        assert page.evaluate(f"{cut}.map((one) => one.textContent)") == [], finding.rule_id
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), finding.rule_id
