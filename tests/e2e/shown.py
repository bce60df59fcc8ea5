"""A console by hand with a panel that looks at it: for screens of states that a daemon reaches only slowly."""

import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import care_states as care
from panel_console import PanelConsole
from playwright.sync_api import Page, expect

Pair = Callable[..., Page]
BEDS = [f"bed-{number}" for number in range(1, 7)]


class Shown:
    """A console and a panel that looks at it."""

    def __init__(self, folder: Path) -> None:
        self.console = PanelConsole(folder / "console.sock", more=("derive", "library"))
        self.console.told["library"] = {"library": care.LIBRARY}
        self.console.told["derive"] = {"derivation": care.DERIVATION}
        program = Path(sys.executable).with_name("pumpd")
        command = [str(program), "panel", "--socket", str(self.console.path), "--listen", "127.0.0.1:0"]
        channels = [part for bed in BEDS for part in ("--channel", bed)]
        self.panel = subprocess.Popen(
            [*command, "--pair-file", str(folder / "pair.json"), *channels],
            stdout=subprocess.PIPE,
            stderr=None,
        )
        assert self.panel.stdout is not None
        said = b""
        while b"READY" not in said or not said.endswith(b"\n"):
            assert select.select([self.panel.stdout], [], [], 15)[0], said
            said += os.read(self.panel.stdout.fileno(), 4096)
        self.link = said.decode().split("READY ")[1].strip()

    def bed(self, pair: Pair, state: dict[str, Any], page: str = "", **options: Any) -> Page:
        self.console.beds["bed-1"] = state
        self.console.show()
        screen = pair(self.link, **options)
        screen.goto(f"{self.link.partition('/pair')[0]}/bed/bed-1{page}", wait_until="domcontentloaded")
        expect(screen.locator("#stale")).to_be_hidden()
        return screen

    def heard(self, verb: str) -> dict[str, Any]:
        return next(one for one in reversed(self.console.heard) if one["verb"] == verb)

    def close(self) -> None:
        self.panel.terminate()
        self.panel.wait(10)
        if self.panel.stdout is not None:
            self.panel.stdout.close()
        self.console.close()
