"""The panel's end of the console: states come, losses have their reason, and it listens only while somebody looks."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from panel_console import PanelConsole

from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.panel.link import Acts, BedLink


class Ear:
    """What the link tells."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Any] = asyncio.Queue()

    async def until(self, is_it: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(10):
            while True:
                told = await self.told.get()
                if is_it(told):
                    return told


async def test_states_arrive_a_loss_is_told_and_the_link_comes_back_by_itself(tmp_path: Path) -> None:
    path, ear = tmp_path / "c.sock", Ear()
    link = BedLink(ConsoleClient(path), "bed-1", "panel", ear.told.put_nowait, ear.told.put_nowait)
    link.start()
    try:
        assert "pumpd is not running" in await ear.until(lambda one: isinstance(one, str))
        console = PanelConsole(path)
        assert (await ear.until(lambda one: isinstance(one, dict)))["word"] == "INFUSING"
        console.close()
        await ear.until(lambda one: isinstance(one, str))
        console = PanelConsole(path)
        await ear.until(lambda one: isinstance(one, dict))
        console.close()
    finally:
        link.stop()


async def test_the_daemon_is_told_of_a_listener_only_once_somebody_looks(tmp_path: Path) -> None:
    path, ear = tmp_path / "c.sock", Ear()
    console = PanelConsole(path)
    link = BedLink(ConsoleClient(path), "bed-1", "panel", ear.told.put_nowait, ear.told.put_nowait)
    link.start()
    try:
        for _ in range(3):
            await ear.until(lambda one: isinstance(one, dict))
        assert console.listeners == []
        link.is_lit()
        for _ in range(4):
            await ear.until(lambda one: isinstance(one, dict))
        assert console.listeners == ["panel"]
    finally:
        link.stop()
        console.close()


async def test_an_act_brings_every_reply_and_no_daemon_is_an_error(tmp_path: Path) -> None:
    console = PanelConsole(tmp_path / "c.sock")
    acts = Acts(ConsoleClient(tmp_path / "c.sock"))
    try:
        replies = await acts.ask("pause", "bed-1", "nina", None, {})
        assert [one["stage"] for one in replies] == ["accepted", "confirmed"]
        assert [one["stage"] for one in await acts.ask("order", None, "dora", "1", {})] == ["accepted"]
        assert [one["stage"] for one in await acts.ask("measure", None, None, None, {})] == ["accepted"]
        console.close()
        with pytest.raises(ConsoleUnreachable):
            await acts.ask("pause", "bed-1", "nina", None, {})
    finally:
        acts.close()
