"""The console of states that the panel is tested on, held to the real one: same questions, same kinds of answers."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from console_bench import Bench
from panel_console import PanelConsole

from pumpd.console_client import ConsoleClient
from pumpd.shell.console_acts import PersonAct

Ask = Callable[[ConsoleClient], Any]


def confirm(bench: Bench, act: PersonAct) -> None:
    """As the kernel does for what moves the pump."""
    bench.console.answer(act.request_id, "accepted", (), bench.state)
    bench.console.answer(act.request_id, "confirmed", (), bench.state)


async def asked(kind: str, path: Path, ask: Ask) -> Any:
    """What `ask` gets from the real console or from the one for tests."""
    if kind == "real":
        async with Bench(path, script=confirm).serving():
            return await asyncio.to_thread(ask, ConsoleClient(path))
    console = PanelConsole(path)
    try:
        return await asyncio.to_thread(ask, ConsoleClient(path))
    finally:
        console.close()


def stages(client: ConsoleClient, verb: str, **fields: Any) -> list[str]:
    return [one["stage"] for one in client.request(verb, "bed-1", **fields)]


@pytest.mark.parametrize("kind", ["real", "for tests"])
async def test_a_pause_is_accepted_then_confirmed_and_an_acknowledgement_accepted(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "c.sock"
    assert await asked(kind, path, lambda one: stages(one, "pause", by="nina")) == ["accepted", "confirmed"]


@pytest.mark.parametrize("kind", ["real", "for tests"])
async def test_an_act_that_moves_nothing_ends_with_accepted(kind: str, tmp_path: Path) -> None:
    assert (await asked(kind, tmp_path / "c.sock", lambda one: stages(one, "present", by="nina")))[
        0
    ] == "accepted"


@pytest.mark.parametrize("kind", ["real", "for tests"])
async def test_a_verb_it_does_not_know_is_refused_with_the_list(kind: str, tmp_path: Path) -> None:
    [reply] = await asked(kind, tmp_path / "c.sock", lambda one: list(one.request("dance", "bed-1")))
    assert reply["stage"] == "refused"
    assert reply["reasons"][0].startswith("verb must be one of:")


@pytest.mark.parametrize("kind", ["real", "for tests"])
async def test_a_watch_tells_a_state_at_once_and_another_within_two_seconds(
    kind: str, tmp_path: Path
) -> None:
    def watched(client: ConsoleClient) -> list[Any]:
        with client.watch("bed-1", "panel") as states:
            return [states.poll(1.0), states.poll(2.0)]

    first, second = await asked(kind, tmp_path / "c.sock", watched)
    assert first["channel"] == second["channel"] == "bed-1"


@pytest.mark.parametrize("kind", ["real", "for tests"])
async def test_a_status_is_a_state(kind: str, tmp_path: Path) -> None:
    assert (await asked(kind, tmp_path / "c.sock", lambda one: one.status("bed-1")))["word"] == "INFUSING"
