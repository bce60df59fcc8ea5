"""The panel at the end of a real socket."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from patience import until

from hil_sim.bench.live_console import LiveConsole
from hil_sim.bench.panel import Panel

Lost = list[tuple[str, bool]]


class Far:
    """A console of the test's own: what it was asked, and what it says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue(100)
        self.lost: Lost = []
        self.states: list[dict[str, Any]] = []

    async def __aenter__(self) -> "Far":
        self.server = await asyncio.start_unix_server(self._serve, self.path)
        self.console = await LiveConsole.open(
            self.path, lambda why, hopeless: self.lost.append((why, hopeless))
        )
        self.panel = Panel("bed-1", self.states.append, lambda: 0.5)
        self.panel.open(self.console)
        assert (await self.next())["verb"] == "watch"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.panel.close()
        self.console.close()
        self.writer.close()
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while line := await reader.readline():
            self.asked.put_nowait(json.loads(line))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self.asked.get()


async def test_requests_and_states_cross(tmp_path: Path) -> None:
    async with Far(tmp_path / "c") as far:
        far.writer.write(b'{"id":"p1","stage":"state","reasons":[],"st')
        far.writer.write(b'ate":{"word":"PAUSED"}}\n')
        await until(lambda: far.states == [{"word": "PAUSED"}])
        far.panel.ask("pause", "nina")
        verbs = [(await far.next())["verb"], (await far.next())["verb"]]
        assert set(verbs) == {"listening", "pause"}
        assert far.lost == []


async def test_a_refusal_is_kept_in_its_own_words(tmp_path: Path) -> None:
    async with Far(tmp_path / "c") as far:
        refusal = {"id": "p1", "stage": "refused", "reasons": ["no channel", "look again"], "state": None}
        far.writer.write(json.dumps(refusal).encode() + b"\n")
        await until(lambda: far.console.refused == "no channel; look again")


@pytest.mark.parametrize("nonsense", [b"{]\n", b"[]\n", b'{"id":"p1"}\n'])
async def test_what_is_no_reply_is_hopeless(tmp_path: Path, nonsense: bytes) -> None:
    async with Far(tmp_path / "c") as far:
        far.writer.write(nonsense)
        await until(lambda: far.lost)
        ((why, is_hopeless),) = far.lost
        assert is_hopeless
        assert "no reply" in why


async def test_a_hang_up_is_told_once_and_ours_is_not(tmp_path: Path) -> None:
    async with Far(tmp_path / "c") as far:
        far.writer.close()
        await until(lambda: far.lost == [("the console hung up", False)])
    async with Far(tmp_path / "d") as far:
        far.console.close()
        await asyncio.sleep(0)
        assert far.lost == []


async def test_where_nobody_listens_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await LiveConsole.open(tmp_path / "nobody", lambda _why, _hopeless: None)


async def test_a_console_that_goes_with_words_unread_has_hung_up_like_any_other(tmp_path: Path) -> None:
    """The kernel then says "connection reset" or "broken pipe": which of them, or none, is chance."""
    lost: Lost = []
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "c"))
        door.listen()
        console = await LiveConsole.open(tmp_path / "c", lambda why, hopeless: lost.append((why, hopeless)))
        console.data_received(b"never read")
        far, _ = door.accept()
        far.close()
        await until(lambda: lost != [])
    assert lost == [("the console hung up", False)]
