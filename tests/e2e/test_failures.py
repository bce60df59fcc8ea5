"""What a nurse sees when something is lost, wrong, doubled, stale or done by somebody else at the same time."""

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from playhouse import ORDER, Playhouse
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(60)]

#: Slow enough that a busy machine is not a silent monitor.
SPEED = 15

Pair = Callable[..., Page]
Look = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def infusing(house: Playhouse) -> Playhouse:
    """Started past the panel, for tests of what comes then."""
    house.infuse()
    return house


@pytest.fixture
def bed(infusing: Playhouse, pair: Pair) -> Page:
    """A paired screen that shows the bed, which infuses, whatever the test before left behind."""
    state = infusing.state()
    print(state["word"], state["headline"])
    if state["word"] == "PAUSED":
        resumed(infusing)
    page = pair(infusing.link)
    page.goto(f"{infusing.address}/bed/bed-1", wait_until="domcontentloaded")
    expect(page.locator("#word")).not_to_be_empty()
    return page


def is_free(state: dict[str, Any], blocked: str) -> bool:
    """Nothing stands in the way, and no reading is about to grow too old (120 s) before the press arrives."""
    return not state[blocked] and bool(state["vitals"]["sys"]["age_ms"] < 80_000)


def resumed(house: Playhouse) -> None:
    """Nobody holds the bed any more; what has changed between a look and its press is looked at again."""
    paused = house.until(lambda one: one["word"] == "PAUSED", 5, "paused")
    if any("acknowledge" in reason for reason in paused["resume_blocked_by"]):
        house.ask("acknowledge", "nina", note="seen at the chair")
    answer: dict[str, Any] = {}
    for _ in range(5):
        state = house.until(
            lambda one: is_free(one, "resume_blocked_by") or house.has_measured(one), 15, "free to resume"
        )
        answer = house.ask("resume", "nina", epoch=state["epoch"])
        if answer["stage"] == "confirmed" or "look again" not in str(answer["reasons"]):
            break
    assert answer["stage"] == "confirmed", answer


def test_a_pause_is_one_press_and_says_so_until_the_pump_has_confirmed(
    infusing: Playhouse, bed: Page, looked_at: Look
) -> None:
    """R1: press, PAUSING, confirmed by readback well within a second, no PIN asked; a double press harms nothing."""
    expect(bed.locator("#word")).to_have_text("INFUSING")
    bed.locator("#pause").dblclick()
    expect(bed.locator("#shout")).to_have_text("Confirmed: the pump stands still.")
    assert int(str(bed.evaluate("document.body.dataset.took"))) < 1000
    expect(bed.locator("#word")).to_have_text("PAUSED")
    assert infusing.state()["holds"][0]["by"] == "bed 1 tablet"
    looked_at(bed, "paused")
    resumed(infusing)
    expect(bed.locator("#word")).to_have_text("SLOWED")
    # What the press was answered is no longer true, and no longer said.
    expect(bed.locator("#shout")).to_be_hidden(timeout=500)


def test_pause_and_resume_need_no_mouse(infusing: Playhouse, bed: Page) -> None:
    bed.keyboard.press("Tab")
    assert bed.evaluate("document.activeElement.id") == "pause"  # the first thing a keyboard reaches
    bed.keyboard.press("Enter")
    expect(bed.locator("#word")).to_have_text("PAUSED")
    expect(bed.locator("#do-resume")).to_be_visible()
    bed.keyboard.press("Tab")
    assert bed.evaluate("document.activeElement.id") == "do-resume"
    bed.keyboard.press("Enter")
    for keys in ("nina", infusing.pins["nina"]):
        bed.keyboard.press("Tab")
        bed.keyboard.type(keys)
    bed.keyboard.press("Enter")
    expect(bed.locator("#word")).to_have_text("SLOWED")


def test_the_ordered_rate_comes_back_by_click_once_every_condition_is_met(
    infusing: Playhouse, bed: Page, looked_at: Look
) -> None:
    """facts/clinical.md 3.2: half the rate for a while first; the sheet counts down and lists what is missing, live."""
    bed.locator("#pause").click()
    resumed(infusing)
    expect(bed.locator("#word")).to_have_text("SLOWED")
    bed.locator("#do-restore").click()
    waits = bed.locator("#sheet-restore .unmet", has_text="half the rate for")
    expect(waits).to_be_visible()
    before = waits.inner_text()
    expect(waits).not_to_have_text(before)  # live, without another press
    looked_at(bed, "restore-blocked")
    infusing.until(
        lambda one: is_free(one, "restore_blocked_by") or infusing.has_measured(one), 40, "free to restore"
    )
    expect(bed.locator("#sheet-restore .met")).to_be_visible()
    bed.fill("#restore-by", "nina")
    bed.fill("#restore-pin", infusing.pins["nina"])
    bed.get_by_role("button", name="RESTORE NOW").click()
    expect(bed.locator("#word")).to_have_text("INFUSING")
    expect(bed.locator(".number.rate b")).to_have_text("26.2")
    bed.locator("#pause").click()
    resumed(infusing)


def test_two_nurses_see_the_same_and_an_old_look_resumes_nothing(
    infusing: Playhouse, bed: Page, pair: Pair
) -> None:
    """The second screen follows within a second; what was opened before is refused in words."""
    second = pair(infusing.link, "station")
    second.goto(f"{infusing.address}/bed/bed-1", wait_until="domcontentloaded")
    expect(second.locator("#word")).to_have_text("SLOWED")
    bed.locator("#pause").click()
    expect(second.locator("#word")).to_have_text("PAUSED", timeout=1000)
    second.locator("#do-resume").click()
    expect(second.locator("#sheet-resume .met")).to_be_visible()
    resumed(infusing)  # by the first nurse
    bed.locator("#pause").click()
    expect(bed.locator("#word")).to_have_text("PAUSED")
    expect(second.locator("#sheet-resume .changed")).to_be_visible()
    second.fill("#resume-by", "omar")
    second.fill("#resume-pin", infusing.pins["omar"])
    second.get_by_role("button", name="RESUME NOW").click()
    expect(second.locator("#answer-resume")).to_contain_text("Refused")
    assert infusing.state()["word"] == "PAUSED"
    resumed(infusing)


def asked(house: Playhouse) -> list[Any]:
    """What a person's act would have changed; a row that trips meanwhile changes none of it."""
    state = house.state()
    return [state[key] for key in ("phase", "session", "holds", "people", "boot")] + [
        state["rate"]["permitted_nl_h"]
    ]


def test_the_back_button_asks_for_nothing(infusing: Playhouse, bed: Page) -> None:
    before = asked(infusing)
    bed.goto(f"{infusing.address}/", wait_until="domcontentloaded")
    expect(bed.locator(".tile .word")).to_have_text("SLOWED")
    bed.go_back(wait_until="domcontentloaded")
    expect(bed.locator("#word")).to_have_text("SLOWED")
    bed.go_forward(wait_until="domcontentloaded")
    assert asked(infusing) == before


def test_of_four_tabs_the_oldest_says_that_it_is_old_and_still_pauses(infusing: Playhouse, bed: Page) -> None:
    """A forgotten tab shows no numbers that look current, and what stops needs no current tab."""
    tabs = [bed.context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(bed.url, wait_until="domcontentloaded")
        expect(tab.locator("#word")).to_have_text("SLOWED")
    expect(bed.locator("#stale")).to_contain_text("opened in other tabs")
    expect(bed.locator("#listening")).to_have_text("NOT LISTENING")
    bed.locator("#pause").click()
    expect(bed.locator("#shout")).to_have_text("Confirmed: the pump stands still.")
    expect(tabs[0].locator("#word")).to_have_text("PAUSED")
    bed.reload(wait_until="domcontentloaded")
    expect(bed.locator("#word")).to_have_text("PAUSED")
    expect(bed.locator("#stale")).to_be_hidden()
    expect(tabs[0].locator("#stale")).to_be_visible()  # now that one is the oldest
    resumed(infusing)


def test_a_silent_server_greys_the_screen_at_two_seconds_and_says_so(
    infusing: Playhouse, bed: Page, looked_at: Look
) -> None:
    """Network cut (R57): old numbers are struck out, the age is said, and the screen says that it does not listen."""
    expect(bed.locator("#stale")).to_be_hidden()
    infusing.strike("panel", signal.SIGSTOP)
    try:
        began = time.monotonic()
        expect(bed.locator("#stale")).to_be_visible(timeout=4000)
        assert time.monotonic() - began < 3.5
        expect(bed.locator("#stale")).to_contain_text("NO NEWS")
        expect(bed.locator("#listening")).to_have_text("NOT LISTENING")
        assert bed.evaluate("document.body.dataset.sounding") == "medium"
        bed.locator("#pause").click()
        expect(bed.locator("#shout")).to_contain_text("NOT CONFIRMED", timeout=1500)
        looked_at(bed, "network-lost")
    finally:
        infusing.strike("panel", signal.SIGCONT)
    expect(bed.locator("#stale")).to_be_hidden()
    expect(bed.locator("#word")).to_have_text("PAUSED")  # the press got through when the way was free
    resumed(infusing)


def test_a_wrong_pin_ten_times_locks_the_name_and_says_so(infusing: Playhouse, bed: Page) -> None:
    infusing.ask("pause", "nina")
    bed.locator("#do-resume").click()
    said = []
    for _ in range(10):
        bed.fill("#resume-by", "omar")
        bed.fill("#resume-pin", "000000")
        bed.get_by_role("button", name="RESUME NOW").click()
        expect(bed.locator("#answer-resume")).to_contain_text("Refused")
        said.append(bed.locator("#answer-resume").inner_text())
        expect(bed.locator("#resume-pin")).to_have_value("")
    assert any("lock" in one or "wait" in one or "try again" in one for one in said[5:]), said
    assert infusing.state()["word"] == "PAUSED"
    log = (infusing.places.folder / "panel.log").read_text() + (
        infusing.places.folder / "daemon.log"
    ).read_text()
    assert "000000" not in log
    resumed(infusing)


def test_a_dead_daemon_greys_the_screen_and_its_return_is_paused(
    infusing: Playhouse, bed: Page, looked_at: Look
) -> None:
    """Law 9: after a crash the pump is halted and a person must come; the screen follows by itself."""
    infusing.kill("daemon")
    expect(bed.locator("#stale")).to_be_visible(timeout=4000)
    expect(bed.locator("#stale")).to_contain_text("pumpd is not running")
    bed.locator("#pause").click()
    expect(bed.locator("#shout")).to_contain_text("NOT SENT")
    looked_at(bed, "daemon-lost")
    infusing.again("daemon")
    expect(bed.locator("#stale")).to_be_hidden()
    expect(bed.locator("#word")).to_have_text("PAUSED")
    expect(
        bed.locator("#shout")
    ).to_be_hidden()  # "use the pump's own stop" is answered by what the pump shows
    expect(bed.locator(".alarm").first).to_be_visible()


def test_every_size_and_language_is_readable_and_free_of_violations(
    infusing: Playhouse, pair: Pair, looked_at: Look
) -> None:
    sizes = {"phone": (390, 800), "wide": (1920, 1080)}
    for name, (width, height) in sizes.items():
        page = pair(infusing.link, viewport={"width": width, "height": height})
        page.goto(f"{infusing.address}/bed/bed-1", wait_until="domcontentloaded")
        expect(page.locator("#word")).to_have_text("PAUSED")
        looked_at(page, name)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{infusing.address}/", wait_until="domcontentloaded")
    expect(page.locator(".tile .word")).to_have_text("PAUSED")
    looked_at(page, "wall-one-bed")
    german = pair(infusing.link, locale="de-DE")
    german.goto(f"{infusing.address}/bed/bed-1/order", wait_until="domcontentloaded")
    assert german.locator("html").get_attribute("lang") == "de"
    german.fill("#order-patient", ORDER["patient"])
    expect(german.locator("#word")).to_have_text("PAUSIERT")
    looked_at(german, "order-german")
