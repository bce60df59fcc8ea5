"""A treatment clicked through by a prescriber and a nurse, in a browser, against the daemon and the simulated pump."""

from collections.abc import Callable
from typing import Any

import pytest
from playhouse import ORDER, Playhouse
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

SPEED = 30
PICKED = ("drug", "concentration_mg_per_ml", "syringe")

Pair = Callable[..., Page]
Look = Callable[[Page, str], None]


def sign(page: Page, house: Playhouse, form: str, by: str) -> None:
    page.fill(f"#{form}-by", by)
    page.fill(f"#{form}-pin", house.pins[by])


def test_a_treatment_from_order_to_stop(house: Playhouse, pair: Pair, looked_at: Look) -> None:
    """Order entry that forgives, a second person, a live start, slowed and paused by pressure, resumed, stopped."""
    page = pair(house.link)
    word = page.locator("#word")
    page.goto(f"{house.address}/bed/bed-1", wait_until="domcontentloaded")
    expect(word).to_have_text("NO ORDER")
    looked_at(page, "no-order")
    page.get_by_role("link", name="Enter an order").click()
    _order(page, house, looked_at)
    expect(word).to_have_text("NOT VERIFIED")
    page.get_by_role("link", name="Verify the order").click()
    expect(page.locator("main table")).to_contain_text("26.2 mL/h")
    looked_at(page, "verify")
    sign(page, house, "verify", "nina")
    page.get_by_role("button", name="THESE NUMBERS ARE RIGHT").click()
    expect(word).to_have_text("READY")
    _start(page, house, looked_at)
    expect(word).to_have_text("INFUSING")
    expect(page.locator(".number.rate b")).to_have_text("26.2")
    page.locator("#word").scroll_into_view_if_needed()
    looked_at(page, "running")
    house.shift_pressure(48, 12)
    _slowed_and_paused(page, looked_at)
    house.shift_pressure(-48, -12)
    _resumed(page, house, looked_at)
    page.locator("#do-stop").click()
    page.get_by_role("button", name="STOP NOW").click()
    expect(word).to_have_text("STOPPED")
    assert house.state()["phase"] == "stopped"
    looked_at(page, "stopped")


def _order(page: Page, house: Playhouse, looked_at: Look) -> None:
    page.get_by_role("button", name="ENTER THE ORDER").click()
    expect(page.locator("#wrong-order-patient")).to_have_text("Please fill this in.")
    for name, value in {**ORDER, "weight_kg": "7000"}.items():
        box = page.locator(f"#order-{name}")
        _ = box.select_option(value) if name in PICKED else box.fill(value)
    sign(page, house, "order", "dora")
    page.get_by_role("button", name="ENTER THE ORDER").click()
    expect(page.locator("#answer-order")).to_contain_text("weight")
    looked_at(page, "order-refused")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#order-patient")).to_have_value(ORDER["patient"])  # nothing typed is lost
    expect(page.locator("#order-pin")).to_have_value("")  # and no PIN is kept
    page.fill("#order-weight_kg", "70")
    looked_at(page, "order")
    sign(page, house, "order", "dora")
    page.get_by_role("button", name="ENTER THE ORDER").click()
    page.wait_for_url("**/bed/bed-1")
    page.go_back(wait_until="domcontentloaded")  # past the form, not into it
    assert not page.url.endswith("/order")
    page.goto(f"{house.address}/bed/bed-1", wait_until="domcontentloaded")


def _start(page: Page, house: Playhouse, looked_at: Look) -> None:
    page.locator("#do-start").click()
    looked_at(page, "start-blocked")
    page.get_by_role("button", name="Back").click()
    page.locator("#do-measure").click()
    expect(page.locator("#answer-acts")).to_contain_text("Done.")
    house.until(lambda one: _may_start(one) or house.has_measured(one), 30, "a baseline")
    page.locator("#do-start").click()
    expect(page.locator("#sheet-start .met")).to_have_text("Nothing stands in the way.")
    sign(page, house, "start", "nina")
    page.get_by_role("button", name="START NOW").click()


def _may_start(state: dict[str, Any]) -> bool:
    """Nothing stands in the way, and no reading is under way that would be another baseline."""
    return not state["start_blocked_by"] and not state["cuff_active"]


def _slowed_and_paused(page: Page, looked_at: Look) -> None:
    """BP2: above 160 slows at once, and the repeat pauses (facts/clinical.md 3.2)."""
    word = page.locator("#word")
    page.locator("#do-measure").click()
    expect(word).to_have_text("SLOWED", timeout=15_000)
    expect(page.locator(".alarm .first").first).to_have_text("FIRST")
    page.evaluate("scrollTo(0, 0)")
    looked_at(page, "slowed")
    expect(word).to_have_text("PAUSED", timeout=30_000)
    assert page.evaluate("document.body.dataset.sounding") in ("high", "medium")
    looked_at(page, "paused-by-pressure")
    page.locator("#quiet").click()
    expect(page.locator(".audio")).to_contain_text("sound paused")
    seen = page.locator(".ack")
    while seen.count():
        seen.first.click()
        page.wait_for_timeout(300)
    expect(page.locator(".alarm .seen").first).to_have_text("seen by nina")
    looked_at(page, "alarm-seen")
    expect(page.locator("#trend svg")).to_contain_text(
        "sys limit 160"
    )  # the limits in force, as the daemon tells them
    page.locator("#trend").scroll_into_view_if_needed()
    page.locator("#trend summary").click()
    expect(page.locator("#numbers table")).to_contain_text("BP mmHg")
    page.evaluate("scrollTo(0, document.getElementById('trend').offsetTop - 60)")
    looked_at(page, "trend")
    page.evaluate("scrollTo(0, 0)")


def _resumed(page: Page, house: Playhouse, looked_at: Look) -> None:
    page.locator("#do-resume").click()
    expect(page.locator("#sheet-resume .unmet").first).to_be_visible()
    looked_at(page, "resume-blocked")
    page.get_by_role("button", name="Back").click()
    house.until(lambda one: not one["resume_blocked_by"] or house.has_measured(one), 45, "resume")
    page.locator("#do-resume").click()
    expect(page.locator("#sheet-resume .met")).to_be_visible()
    sign(page, house, "resume", "nina")
    page.get_by_role("button", name="RESUME NOW").click()
    expect(page.locator("#word")).to_have_text("SLOWED")
    expect(page.locator(".number.rate b")).to_have_text("13.1")
