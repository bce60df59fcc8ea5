"""The screens of the clinic's course, against a console that shows such states: what is drawn, what is asked."""

from collections.abc import Callable

import care_states as care
import pytest
from playwright.sync_api import Page, expect
from shown import Shown

from interlocks.vocabulary import Priority
from pumpd.tones.patterns import BURSTS, HERTZ

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(60)]

Pair = Callable[..., Page]
Look = Callable[[Page, str], None]


def test_every_item_of_the_checklist_is_answered_and_sent_by_its_key(
    shown: Shown, pair: Pair, looked_at: Look
) -> None:
    page = shown.bed(pair, care.CHECKLIST, "/checklist")
    looked_at(page, "checklist")
    page.check("#cuff-yes")
    page.fill("#checklist-by", "nina")
    page.fill("#checklist-pin", "123456")
    page.get_by_role("button", name="ENTER THE ANSWERS").click()
    page.wait_for_url("**/bed/bed-1")
    asked = shown.heard("checklist")
    assert asked["args"] == {
        "answers": {"psychosis": "no", "pregnancy": "no", "identity": "yes", "cuff": "yes"},
        "epoch": 5,
    }
    expect(page.locator(".steps .now")).to_have_text("Checklist")
    expect(page.locator(".banners")).to_contain_text("last infusion 20 h ago")
    looked_at(page, "checklist-step")


def test_a_prime_says_both_that_nobody_is_connected_and_that_the_line_is_free_of_air(
    shown: Shown, pair: Pair
) -> None:
    page = shown.bed(pair, {**care.CHECKLIST, "care": {**care.CARE, "step": "prime"}})
    page.locator("#do-prime").click()
    page.fill("#prime-volume_ml", "1.5")
    page.fill("#prime-by", "nina")
    page.fill("#prime-pin", "123456")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#wrong-prime-disconnected")).to_have_text("Please tick this.")
    page.check("#prime-disconnected")
    page.check("#prime-air_free")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#answer-prime")).to_have_text("Done.")
    args = {"volume_ml": "1.5", "disconnected": True, "air_free": True, "epoch": 5}
    assert shown.heard("prime")["args"] == args


def test_the_observation_says_what_is_due_and_takes_whole_numbers(
    shown: Shown, pair: Pair, looked_at: Look
) -> None:
    page = shown.bed(pair, care.OBSERVING)
    expect(page.locator("#word")).to_have_text("OBSERVING")
    expect(page.locator(".prompts")).to_contain_text("OVERDUE by 2 min")
    expect(page.locator("[data-html=observed]")).to_contain_text("128/79")
    looked_at(page, "observing")
    page.locator("#do-observe").click()
    page.select_option("#observe-moaas", "5")
    page.fill("#observe-dissociation", "1")
    page.fill("#observe-by", "nina")
    page.fill("#observe-pin", "123456")
    looked_at(page, "observation")
    page.locator("#sheet-observe button[type=submit]").dblclick()
    expect(page.locator("#answer-observe")).to_have_text("Done.")
    assert [one["args"] for one in shown.console.heard if one["verb"] == "observe"] == [
        {"moaas": 5, "dissociation": 1, "epoch": 5}
    ]


def test_an_order_is_picked_derived_live_and_its_problems_stand_beside_their_fields(
    shown: Shown, pair: Pair, looked_at: Look
) -> None:
    state = {**care.CHECKLIST, "phase": "idle", "word": "NO ORDER", "headline": "No order"}
    page = shown.bed(pair, state, "/order")
    page.fill("#order-patient", "tok-4711")
    page.select_option("#order-drug", "ketamine")
    page.fill("#order-weight_kg", "700")
    page.fill("#order-dose_mg_per_kg", "1")
    page.select_option("#order-concentration_mg_per_ml", "2")
    expect(page.locator("#derivation")).to_contain_text("26.2 mL/h")
    expect(page.locator("#wrong-order-weight_kg")).to_contain_text("hard limit of 200 kg")
    page.check("#soft input")
    looked_at(page, "order-derived")
    page.fill("#order-minutes", "40")
    page.select_option("#order-syringe", "bd-60")
    page.fill("#order-by", "dora")
    page.fill("#order-pin", "654321")
    page.get_by_role("button", name="ENTER THE ORDER").click()
    page.wait_for_url("**/bed/bed-1")
    asked = shown.heard("order")
    assert asked["args"]["accept_soft"] == ["dose_above_soft"]
    assert "vial_mg_per_ml" not in asked["args"]  # what is empty is not sent


@pytest.mark.parametrize("lang", ["en-GB", "de-DE"])
def test_no_state_is_wider_than_a_phone_and_pause_is_on_it(shown: Shown, pair: Pair, lang: str) -> None:
    """A page wider than its screen is zoomed out by a phone, and what is fixed to its foot is then below the glass."""
    phone = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True, "locale": lang}
    idle = {**care.CHECKLIST, "phase": "idle", "word": "NO ORDER", "headline": "No order"}
    states = (
        idle,
        care.CHECKLIST,
        care.RUNNING,
        care.alarmed("high", "systolic 182 mmHg > 160 mmHg"),
        care.OBSERVING,
    )
    page = shown.bed(pair, idle, **phone)
    for state in states:
        shown.console.beds["bed-1"] = state
        shown.console.show()
        expect(page.locator("[data-word]")).to_have_attribute("data-word", state["word"])
        expect(page.locator("#pause")).to_be_in_viewport(ratio=1)
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [390, 390], state[
            "word"
        ]


def test_alarms_have_their_colours_marks_and_rates(shown: Shown, pair: Pair, looked_at: Look) -> None:
    """facts/clinical.md 5.1: 2.0 Hz half on, 0.6 Hz 40 % on, steady."""
    rates = {"high": "0.5s", "medium": "1.6667s", "low": "0s"}
    page = shown.bed(pair, care.alarmed("high", "systolic 182 mmHg > 160 mmHg"))
    for priority, period in rates.items():
        shown.console.beds["bed-1"] = care.alarmed(priority, f"a {priority} alarm")
        shown.console.show()
        expect(page.locator(".alarm .what")).to_have_text(f"a {priority} alarm")
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.alarm .mark')).animationDuration")
            == period
        )
        assert page.evaluate("document.body.dataset.sounding") == priority
        looked_at(page, f"alarm-{priority}")


#: Notes every voice that the page starts: how high, and when, in seconds of its own clock.
NOTED = """
window.voices = [];
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  const voice = make.call(this), start = voice.start.bind(voice);
  voice.start = (at) => { window.voices.push([voice.frequency.value, at]); start(at); };
  return voice;
};
"""


@pytest.mark.parametrize("priority", list(BURSTS))
def test_what_a_screen_plays_is_the_burst_of_its_priority(
    shown: Shown, pair: Pair, priority: Priority
) -> None:
    """facts/clinical.md 5.1: ten, three, two pulses, in the melody of drug delivery; nothing before a touch."""
    page = shown.bed(pair, care.RUNNING)
    page.add_init_script(NOTED)
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#word")).to_have_text("INFUSING")
    page.locator("#word").click()
    assert page.evaluate("voices") == []
    shown.console.beds["bed-1"] = care.alarmed(priority.value, "an alarm")
    shown.console.show()
    pulses = BURSTS[priority].pulses
    # Not wait_for_function: the page's own policy forbids the evaluation that it repeats.
    while len({at for _, at in page.evaluate("voices")}) < len(pulses):
        page.wait_for_timeout(50)
    lowest = {
        at: min(hz for hz, when in page.evaluate("voices") if when == at) for _, at in page.evaluate("voices")
    }
    begins = sorted(lowest)
    assert [lowest[at] for at in begins] == pytest.approx([HERTZ[one.pitch] for one in pulses], rel=0.001)
    apart = [round(1000 * (at - begins[0])) for at in begins]
    assert apart == pytest.approx([one.start_ms for one in pulses], abs=2)


def test_the_wall_shows_every_bed_and_pauses_one(shown: Shown, pair: Pair, looked_at: Look) -> None:
    shown.console.beds = {
        "bed-1": care.RUNNING,
        "bed-2": care.alarmed("high", "systolic 182 mmHg > 160 mmHg"),
        "bed-3": care.OBSERVING,
        "bed-4": {**care.CHECKLIST, "phase": "idle", "word": "NO ORDER", "headline": "No order"},
        "bed-5": {
            **care.alarmed("low", "no new sedation score for 600 s", "INFUSING"),
            "headline": "Infusing",
        },
        "bed-6": care.CHECKLIST,
    }
    shown.console.show()
    page = pair(shown.link, "wall", viewport={"width": 1920, "height": 1080})
    expect(page.locator('[data-bed="bed-2"] .word')).to_have_text("PAUSED")
    looked_at(page, "wall")
    page.get_by_role("button", name="PAUSE bed-5").click()
    expect(page.locator("#shout")).to_contain_text("Confirmed")
    assert shown.heard("pause")["channel"] == "bed-5"
    assert shown.heard("pause")["by"] == "wall"


def test_a_screen_that_shows_german_says_so_of_the_daemons_sentences(
    shown: Shown, pair: Pair, looked_at: Look
) -> None:
    page = shown.bed(pair, care.alarmed("medium", "line pressure 310 mmHg > 300 mmHg"), locale="de-DE")
    assert page.locator("html").get_attribute("lang") == "de"
    expect(page.locator("#word")).to_have_text("PAUSIERT")
    assert page.locator(".headline").first.get_attribute("lang") == "de"
    looked_at(page, "german")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#word")).to_have_text("PAUSED")
