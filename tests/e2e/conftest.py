"""A browser of this machine, screens paired with a panel, and a check that anybody can use what is on them."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from playhouse import Playhouse
from shown import Shown

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--autoplay-policy=no-user-gesture-required",
]
PICTURES = Path(__file__).parents[2] / "docs" / "pictures" / "panel"
SMALL = {"width": 800, "height": 480}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it."""
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=arguments)
        yield found
        found.close()


@pytest.fixture
def pair(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a screen and pairs it, as a person does, by the link."""
    opened: list[BrowserContext] = []

    def paired(link: str, name: str = "bed 1 tablet", **options: object) -> Page:
        context = browser.new_context(**{"viewport": SMALL, "locale": "en-GB", **options})
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(link, wait_until="domcontentloaded")
        page.fill("#name", name)
        page.locator("#pair .go").click()
        page.wait_for_url("**/")
        return page

    yield paired
    for one in opened:
        one.close()


@pytest.fixture
def looked_at() -> Callable[[Page, str], None]:
    """axe finds nothing, and the picture is kept where `PUMPD_PICTURES` asks for it."""

    def look(page: Page, name: str) -> None:
        if os.environ.get("PUMPD_PICTURES"):
            page.wait_for_timeout(120)  # a picture in the middle of a change shows neither state
            page.screenshot(path=PICTURES / f"{name}.png")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found] == [], name

    return look


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Playhouse]:
    """A bed with its panel, at the module's `SPEED`; one for all its tests."""
    theatre = Playhouse(tmp_path_factory.mktemp("house"), speed=request.module.SPEED)
    try:
        theatre.raise_curtain()
        yield theatre
    finally:
        theatre.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    one = Shown(tmp_path_factory.mktemp("shown"))
    yield one
    one.close()
