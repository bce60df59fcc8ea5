"""A clinic's whole course by hand, in a browser, against the real daemon: from the order's recipe to the escort's name."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playhouse import PATIENT, Playhouse
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(300)]

#: A wait of a third of a second of this machine's is ten of treatment, in which a pump that answers nothing is FL1.
SPEED = 30
TYPED = {
    "patient": PATIENT,
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "minutes": "40",
    "drawn_ml": "2",
    "final_ml": "50",
    "height_cm": "170",
    "line_ml": "1.2",
}
PICKED = {
    "drug": "ketamine",
    "concentration_mg_per_ml": "2",
    "syringe": "bd-60",
    "profile": "depression",
    "kind": "induction",
    "vial_mg_per_ml": "50",
    "sex": "f",
    "syringe_confirmed": "BD 50/60 mL",
}

#: The hand that presses a second time comes just after the answer, while the button is still there.
PRESS_AGAIN_WHEN_DONE = """() => {
  const said = document.getElementById("answer-given");
  new MutationObserver((_, watching) => {
    if (said.textContent !== "Done.") return;
    watching.disconnect();
    said.closest("form").requestSubmit();
    said.dataset.pressed = "again";
  }).observe(said, { childList: true });
}"""

Pair = Callable[..., Page]
Look = Callable[[Page, str], None]
Pattern = re.Pattern[str]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playhouse]:
    theatre = Playhouse(tmp_path_factory.mktemp("clinic"), speed=SPEED, is_clinic=True)
    try:
        theatre.raise_curtain()
        yield theatre
    finally:
        theatre.close()


def sign(page: Page, house: Playhouse, form: str, by: str) -> None:
    page.fill(f"#{form}-by", by)
    page.fill(f"#{form}-pin", house.pins[by])


def look_again(page: Page, form: str) -> None:
    """What has changed since the page was drawn is looked at, as the page asks."""
    look = page.locator(f"{form} [data-look]")
    if look.is_visible():
        look.click()


def agree(page: Page, house: Playhouse, sheet: str, by: str = "nina", says: str | Pattern = "Done.") -> None:
    """Sign and press until it is done; where the situation has changed meanwhile, look again and sign again."""
    said = page.locator(f"#answer-{sheet}")
    for _ in range(4):
        look_again(page, f"#sheet-{sheet}")
        sign(page, house, sheet, by)
        page.locator(f"#sheet-{sheet} button[type=submit]").click()
        expect(said).to_have_text(re.compile(r"Done\.|Refused:"))
        if "look again" not in said.inner_text():
            break
        expect(page.locator(f"#sheet-{sheet} [data-look]")).to_be_visible()
    expect(said).to_have_text(says)
    expect(said).to_be_in_viewport()
    if says == "Done.":  # what has changed is this very act
        expect(page.locator(f"#sheet-{sheet} .changed")).to_be_hidden()
        expect(page.locator(f"#sheet-{sheet}")).to_be_hidden()


def enter(page: Page, house: Playhouse, form: str, button: str, by: str) -> None:
    """The same on a page of its own, which is left when it is done."""
    at, said = page.url, page.locator(f"#answer-{form}")
    for _ in range(4):
        look_again(page, f"form[data-verb={form}]")
        sign(page, house, form, by)
        page.get_by_role("button", name=button).click()
        refused = said.filter(has_text="Refused:")
        expect(refused.or_(page.locator(".steps"))).to_be_visible(timeout=20_000)  # or it is left for the bed
        if page.url != at or "look again" not in said.inner_text():
            break
        expect(page.locator(f"form[data-verb={form}] [data-look]")).to_be_visible()
    page.wait_for_url("**/bed/bed-1")


def test_the_course_is_walked_from_the_order_to_the_first_drop(
    clinic: Playhouse, pair: Pair, looked_at: Look
) -> None:
    """Every step in its order; what is missing is said where it is missing, and nothing moves before its turn."""
    page = pair(clinic.link)
    page.goto(f"{clinic.address}/bed/bed-1/order", wait_until="domcontentloaded")
    _order(page, clinic, looked_at)
    expect(page.locator("#word")).to_have_text("NOT VERIFIED")
    page.get_by_role("link", name="Verify the order").click()
    looked_at(page, "clinic-verify")
    enter(page, clinic, "verify", "THESE NUMBERS ARE RIGHT", "nina")
    expect(page.locator(".steps .now")).to_have_text("Checklist")
    _checklist(page, clinic, looked_at)
    _prime(page, clinic)
    _start(page, clinic, looked_at)
    page.locator("#do-event").click()
    page.select_option("#event-code", "nausea")
    page.fill("#event-by", "nina")
    page.locator("#sheet-event button[type=submit]").click()
    expect(page.locator("#answer-event")).to_have_text("Done.")
    expect(page.locator("[data-html=log]")).to_contain_text("nausea")
    _written_down_and_handed_over(page, clinic)


def test_the_dose_ends_by_itself_and_the_patient_is_watched_for_an_hour(
    clinic: Playhouse, pair: Pair, looked_at: Look
) -> None:
    """R1: 40 minutes with every prompt answered, COMPLETED by dose; then four looks, a close refused, and the escort."""
    page = pair(clinic.link)
    page.goto(f"{clinic.address}/bed/bed-1", wait_until="domcontentloaded")
    _infused(page, clinic)
    assert clinic.state()["phase"] == "completed"
    assert 34.5 < float(clinic.state()["dose"]["given_best_mg"]) <= 35
    page.locator("#do-close").click()
    expect(page.locator("#sheet-close .unmet").first).to_contain_text("observation lasts 60 min")
    looked_at(page, "clinic-close-blocked")
    page.fill("#close-escort", "Ada K.")
    agree(page, clinic, "close", "omar", says=re.compile("Refused: .*observation lasts 60 min"))
    page.locator("#sheet-close [data-close]").click()
    for slot_min in (15, 30, 45, 60):
        _looked_after(page, clinic, slot_min, dissociation=2 if slot_min == 15 else 0)
        if slot_min == 15:
            expect(page.locator("main")).to_contain_text("dissociation 2: needs 0")
            page.locator("[data-html=observed]").scroll_into_view_if_needed()
            looked_at(page, "clinic-observing")
    clinic.until(lambda one: one["care"]["step"] == "closable", 10, "closable")
    expect(page.locator("main")).to_contain_text("May be closed")
    page.locator("#do-close").click()
    expect(page.locator("#sheet-close .met")).to_have_text("Nothing stands in the way.")
    agree(page, clinic, "close", "omar")
    expect(page.locator("#word")).to_have_text("CLOSED")
    expect(page.locator(".headline").first).to_have_text("Closed by omar; escort: Ada K.")
    expect(page.locator("#do-close")).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    looked_at(page, "clinic-closed")


def _order(page: Page, house: Playhouse, looked_at: Look) -> None:
    for name, value in TYPED.items():
        page.fill(f"#order-{name}", value)
    for name, value in PICKED.items():
        page.select_option(f"#order-{name}", value)
    page.fill("#order-drawn_ml", "20")
    expect(page.locator("#wrong-order-drawn_ml")).to_contain_text("10 times")
    looked_at(page, "clinic-order-tenfold")
    page.fill("#order-drawn_ml", "2")
    expect(page.locator("#derivation")).to_contain_text("2 mL of the 50 mg/mL vial + 48 mL saline")
    expect(page.locator("#derivation dl")).to_contain_text("26.2 mL/h")
    looked_at(page, "clinic-order")
    sign(page, house, "order", "dora")
    page.get_by_role("button", name="ENTER THE ORDER").click()
    page.wait_for_url("**/bed/bed-1")


def _checklist(page: Page, house: Playhouse, looked_at: Look) -> None:
    page.goto(f"{house.address}/bed/bed-1/checklist", wait_until="domcontentloaded")
    sign(page, house, "checklist", "nina")
    page.get_by_role("button", name="ENTER THE ANSWERS").click()
    expect(page.locator("#answer-checklist")).to_contain_text("not answered")
    for item in house.state()["care"]["checklist"]["items"]:
        page.check(f"#{item['key']}-{'no' if item['blocks'] == 'yes' else 'yes'}")
    looked_at(page, "clinic-checklist")
    enter(page, house, "checklist", "ENTER THE ANSWERS", "nina")
    expect(page.locator(".steps .now")).to_have_text("Prime")


def _prime(page: Page, house: Playhouse) -> None:
    page.locator("#do-prime").click()
    page.fill("#prime-volume_ml", "1")
    page.check("#prime-disconnected")
    page.check("#prime-air_free")
    agree(page, house, "prime", says=re.compile("does not fill the line of 1.2 mL"))
    page.fill("#prime-volume_ml", "1.5")
    agree(page, house, "prime")


def _start(page: Page, house: Playhouse, looked_at: Look) -> None:
    page.locator("#do-score").click()
    page.select_option("#score-value", "5")
    page.fill("#score-by", "nina")
    page.locator("#sheet-score button[type=submit]").click()
    expect(page.locator("#answer-score")).to_have_text("Done.")
    house.until(lambda one: _may_start(one) or house.has_measured(one), 40, "a baseline")
    page.locator("#do-start").click()
    expect(page.locator("#sheet-start .met")).to_have_text("Nothing stands in the way.")
    agree(page, house, "start")
    expect(page.locator("#word")).to_have_text("INFUSING")
    page.evaluate("scrollTo(0, 0)")
    looked_at(page, "clinic-running")


def _written_down_and_handed_over(page: Page, house: Playhouse) -> None:
    """What was given by hand and said, by whom; then another nurse has the bed, and only by a PIN of her own."""
    page.locator("#do-given").click()
    page.fill("#given-drug", "ondansetron")
    page.fill("#given-dose", "4 mg IV")
    page.fill("#given-by", "nina")
    page.evaluate(PRESS_AGAIN_WHEN_DONE)
    page.locator("#sheet-given button[type=submit]").dblclick()
    expect(page.locator("#answer-given")).to_have_attribute("data-pressed", "again")
    expect(page.locator("#answer-given")).to_have_text("Done.")
    page.locator("#do-note").click()
    page.fill("#note-text", "prefers <b>dim</b> light")
    page.fill("#note-by", "nina")
    page.locator("#sheet-note button[type=submit]").click()
    expect(page.locator("#answer-note")).to_have_text("Done.")
    log = page.locator("[data-html=log]")
    expect(log).to_contain_text("ondansetron")
    expect(log).to_contain_text("prefers <b>dim</b> light")  # shown as typed, never obeyed
    assert (
        sum(one["kind"] == "given" for one in house.state()["care"]["log"]) == 1
    )  # a double press gives once
    page.locator("#do-handover").click()
    page.fill("#handover-by", "omar")
    page.fill("#handover-pin", "111111")
    page.locator("#sheet-handover button[type=submit]").click()
    expect(page.locator("#answer-handover")).to_contain_text("Refused")
    assert house.state()["care"]["nurse"] == "nina"
    page.fill("#handover-pin", house.pins["omar"])
    page.locator("#sheet-handover button[type=submit]").click()
    expect(page.locator("#answer-handover")).to_have_text("Done.")
    expect(page.locator(".top")).to_contain_text("In charge: omar")


def _infused(page: Page, house: Playhouse) -> None:
    """Until the pump has given the dose: what is asked for is answered, as the page asks it."""
    word = page.locator("#word")
    expect(word).to_have_text("INFUSING")
    while word.inner_text() in ("INFUSING", "SLOWED", "PAUSED"):
        assert word.inner_text() == "INFUSING", page.locator(".headline").first.inner_text()
        asked = house.until(lambda one: one["phase"] != "infusing" or _due(one), 60, "a prompt, or the end")
        for key in _due(asked):
            if key == "present":
                page.locator("#do-present").click()
                expect(page.locator("#answer-acts")).to_contain_text("Done.")
                continue
            page.locator("#do-score").click()
            page.select_option("#score-value", "5")
            page.fill("#score-by", "omar")
            page.locator("#sheet-score button[type=submit]").click()
            expect(page.locator("#answer-score")).to_have_text("Done.")
        if asked["phase"] != "infusing":
            expect(word).to_have_text("OBSERVING")
        else:
            house.until(lambda one: one["phase"] != "infusing" or not _due(one), 5, "answered")


def _due(state: dict[str, Any]) -> list[str]:
    """What of the prompts wants an answer within two minutes of treatment."""
    return [one["key"] for one in state["care"]["prompts"] if one["due_in_s"] < 120]


def _is_new(reading: dict[str, Any]) -> bool:
    """Young enough that it is not too old (120 s) when the press arrives."""
    return bool(reading["age_ms"] < 60_000)


def _looked_after(page: Page, house: Playhouse, slot_min: int, dissociation: int) -> None:
    """The set of one quarter of an hour, by the second nurse, once it is due and not before."""
    house.until(lambda one: one["care"]["ended_ago_s"] >= slot_min * 60, 60, f"{slot_min} min after the end")
    house.until(lambda one: _is_new(one["vitals"]["sys"]) or house.has_measured(one), 20, "a cuff reading")
    page.locator("#do-observe").click()
    page.select_option("#observe-moaas", "5")
    page.fill("#observe-dissociation", str(dissociation))
    agree(page, house, "observe", "omar")
    row = page.locator("[data-html=observed] tr").nth(slot_min // 15 - 1)
    expect(row).to_contain_text("omar")
    (expect(row).not_to_have_class if dissociation else expect(row).to_have_class)("recovered")


def _may_start(state: dict[str, Any]) -> bool:
    return not state["start_blocked_by"] and not state["cuff_active"]


def test_the_session_that_was_closed_is_read_as_a_report(
    clinic: Playhouse, pair: Pair, looked_at: Look
) -> None:
    """The report and the series are two presses away, and PAUSE stays where it is."""
    page = pair(clinic.link)
    page.goto(f"{clinic.address}/bed/bed-1", wait_until="domcontentloaded")
    page.get_by_role("link", name="Series and session reports").click()
    expect(page.locator("#pause")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Infusion 1 of 6")
    looked_at(page, "sessions")
    page.get_by_role("link", name="Report of session 1").click()
    expect(page.locator("h1").first).to_contain_text("Infusion session 1, bed-1")
    expect(page.locator("svg")).not_to_have_count(0)
    expect(page.locator("body")).to_contain_text("nausea")
    expect(page.locator("body")).to_contain_text("Ada K.")
    style = page.evaluate("getComputedStyle(document.querySelector('.result')).fontSize")
    assert style == "17px", "its own style is allowed, and nothing else"
    looked_at(page, "report")
