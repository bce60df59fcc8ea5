"""The keys on the screen: a treatment's forms filled in by touch alone, on a tablet and on a phone."""

from collections.abc import Callable

import care_states as care
import pytest
from playwright.sync_api import Locator, Page, expect
from shown import Shown

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(60)]

Pair = Callable[..., Page]
Look = Callable[[Page, str], None]

TOUCHED = {"has_touch": True}
PHONE = {"has_touch": True, "viewport": {"width": 390, "height": 800}}


def key(page: Page, name: str) -> Locator:
    return page.locator(".pad").get_by_role("button", name=name, exact=True)


def touch(page: Page, text: str) -> None:
    for one in text:
        key(page, {".": "Decimal point", "-": "Dash"}.get(one, one)).tap()


def test_a_pin_is_touched_in_and_shown_nowhere(shown: Shown, pair: Pair, looked_at: Look) -> None:
    """R58: no digit of a PIN stands on the keys, in what is read aloud, or in what the browser keeps."""
    page = shown.bed(pair, care.CHECKLIST, **TOUCHED)
    page.locator("#do-prime").tap()
    page.locator("#prime-pin").tap()
    expect(page.locator("#prime-pin")).to_have_attribute("inputmode", "none")  # the system's keys stay away
    touch(page, "735")
    expect(page.locator("#prime-pin")).to_have_value("735")
    expect(page.locator(".pad .heard")).to_have_text("3 characters")
    assert "735" not in page.locator("body").inner_text()
    assert key(page, "Decimal point").is_disabled()
    key(page, "Delete the last character").tap()
    expect(page.locator("#prime-pin")).to_have_value("73")
    looked_at(page, "keys-pin")
    assert "73" not in str(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
    page.keyboard.press("Escape")  # the first for the keys, the second for the sheet
    expect(page.locator(".pad")).to_be_hidden()
    expect(page.locator("#sheet-prime")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sheet-prime")).to_be_hidden()


def test_a_sheet_is_filled_in_without_any_keyboard_and_a_name_once_used_is_one_touch(
    shown: Shown, pair: Pair, looked_at: Look
) -> None:
    page = shown.bed(pair, care.CHECKLIST, **TOUCHED)
    for turn in range(2):
        page.locator("#do-prime").tap()
        page.locator("#prime-volume_ml").tap()
        key(page, "Clear").tap()
        touch(page, "1.5")
        page.locator("#prime-disconnected").check()
        page.locator("#prime-air_free").check()
        page.get_by_role("button", name="Keys on the screen for: Your name").locator("visible=true").tap()
        if turn == 0:
            looked_at(page, "keys-letters")
            key(page, "Clear").tap()
            touch(page, "nina")
            key(page, "Next").tap()
        else:
            key(page, "nina").tap()
        expect(page.locator("#prime-pin")).to_be_focused()
        touch(page, "123456")
        shown.console.heard.clear()
        page.locator("#sheet-prime button[type=submit]").tap()
        expect(page.locator("#sheet-prime")).to_be_hidden()
        asked = shown.heard("prime")
        assert (asked["by"], asked["pin"], asked["args"]["volume_ml"]) == ("nina", "123456", "1.5")
        expect(page.locator(".pad")).to_be_hidden()


def test_a_real_keyboard_types_on_and_the_keys_reach_the_order_form_too(
    shown: Shown, pair: Pair, looked_at: Look
) -> None:
    """What is touched is kept and derived as what is typed is."""
    state = {**care.CHECKLIST, "phase": "idle", "word": "NO ORDER", "headline": "No order"}
    page = shown.bed(pair, state, "/order", **TOUCHED)
    page.locator("#order-weight_kg").tap()
    touch(page, "70")
    page.keyboard.type(".5")
    expect(page.locator("#order-weight_kg")).to_have_value("70.5")
    page.locator("#order-dose_mg_per_kg").tap()
    touch(page, "0.5")
    page.select_option("#order-drug", "ketamine")
    expect(page.locator("#derivation")).to_contain_text("26.2 mL/h")
    page.locator("#order-weight_kg").tap()
    looked_at(page, "keys-order")
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#order-weight_kg")).to_have_value("70.5")


@pytest.mark.parametrize("options", [TOUCHED, PHONE], ids=["tablet", "phone"])
def test_every_key_is_large_enough_for_a_finger_and_none_lies_over_pause(
    shown: Shown, pair: Pair, looked_at: Look, options: dict[str, object]
) -> None:
    page = shown.bed(pair, care.CHECKLIST, **options)
    page.locator("#do-prime").tap()
    page.locator("#prime-pin").tap()
    is_phone = options is PHONE
    looked_at(page, "keys-phone" if is_phone else "keys-tablet")
    opened = ["123"] if is_phone else ["123", "abc"]
    for kind in opened:
        if kind == "abc":
            page.locator("#sheet-prime .key.opens.abc").locator("visible=true").first.tap()
        sizes = page.evaluate(
            "[...document.querySelectorAll('.key')].filter((o) => o.checkVisibility())"
            ".map((o) => [o.textContent, o.offsetWidth, o.offsetHeight])"
        )
        assert len(sizes) > 12
        assert [one for one in sizes if one[1] < 48 or one[2] < 48] == []
        bar, keys = page.locator(".bar").bounding_box(), page.locator(".pad").bounding_box()
        assert bar is not None
        assert keys is not None
        assert keys["y"] >= 0
        assert keys["y"] + keys["height"] <= bar["y"]
    shown.console.heard.clear()
    page.locator("#pause").tap()  # with the keys open, one press
    expect(page.locator("#shout")).to_contain_text("Confirmed")
    assert shown.heard("pause")["verb"] == "pause"


def test_a_screen_with_a_mouse_has_no_keys_until_somebody_asks(shown: Shown, pair: Pair) -> None:
    page = shown.bed(pair, care.CHECKLIST)
    page.locator("#do-prime").click()
    page.locator("#prime-pin").click()
    expect(page.locator(".pad")).to_be_hidden()
    page.locator("#sheet-prime").get_by_role("button", name="Back").click()
    page.locator("#keys").click()
    expect(page.locator("#keys")).to_have_attribute("aria-pressed", "true")
    page.locator("#do-prime").click()
    page.locator("#prime-pin").click()
    expect(page.locator(".pad")).to_be_visible()
