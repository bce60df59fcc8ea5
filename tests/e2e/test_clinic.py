"""The clinic's course by hand, in a browser, against the real daemon: order with its recipe, checklist, prime, start."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playhouse import PATIENT, Playhouse
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

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

Pair = Callable[..., Page]
Look = Callable[[Page, str], None]


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


def agree(page: Page, house: Playhouse, sheet: str, by: str = "nina") -> None:
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
    expect(said).to_have_text("Done.")


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
    sign(page, clinic, "verify", "nina")
    page.get_by_role("button", name="THESE NUMBERS ARE RIGHT").click()
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
    page.locator("#do-stop").click()
    page.get_by_role("button", name="STOP NOW").click()
    expect(page.locator("#word")).to_have_text("OBSERVING")
    expect(page.locator("[data-html=observed]")).to_contain_text("15")
    looked_at(page, "clinic-observing")


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
    sign(page, house, "checklist", "nina")
    look_again(page, "form[data-verb=checklist]")
    page.get_by_role("button", name="ENTER THE ANSWERS").click()
    page.wait_for_url("**/bed/bed-1")
    expect(page.locator(".steps .now")).to_have_text("Prime")


def _prime(page: Page, house: Playhouse) -> None:
    page.locator("#do-prime").click()
    page.fill("#prime-volume_ml", "1")
    page.check("#prime-disconnected")
    page.check("#prime-air_free")
    sign(page, house, "prime", "nina")
    page.locator("#sheet-prime button[type=submit]").click()
    expect(page.locator("#answer-prime")).to_contain_text("does not fill the line of 1.2 mL")
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


def _may_start(state: dict[str, Any]) -> bool:
    return not state["start_blocked_by"] and not state["cuff_active"]


def test_the_session_that_was_stopped_is_read_as_a_report(
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
    style = page.evaluate("getComputedStyle(document.querySelector('.result')).fontSize")
    assert style == "17px", "its own style is allowed, and nothing else"
    looked_at(page, "report")
