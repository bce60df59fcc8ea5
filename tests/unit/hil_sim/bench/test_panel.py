"""A panel in memory, on a console of the test's own."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.panel import Panel


class Console(asyncio.BufferedProtocol):
    """The daemon's end of one client: writes down lines, and says what it is told to."""

    def __init__(self) -> None:
        self.room = bytearray(4096)
        self.text = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.room

    def buffer_updated(self, nbytes: int) -> None:
        self.text += self.room[:nbytes]

    def say(self, reply: dict[str, Any]) -> None:
        assert self.transport is not None
        self.transport.write(json.dumps(reply).encode() + b"\n")

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


class Door:
    """What a panel needs of a daemon."""

    topics: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.consoles: list[Console] = []

    def admit(self) -> asyncio.BufferedProtocol:
        self.consoles.append(Console())
        return self.consoles[-1]

    async def run(self, ready: Callable[[], None]) -> None: ...

    def stop(self) -> None: ...

    def die(self) -> None: ...

    def link(self, is_up: bool, reason: str) -> None: ...

    def heard(self, topic: str, payload: bytes, is_retained: bool) -> None: ...


def on_loop(story: Any) -> None:
    loop = JumpingLoop()
    try:
        loop.run_until_complete(story())
    finally:
        loop.close()


def test_it_watches_and_says_every_few_seconds_that_somebody_can_hear_it() -> None:
    async def story() -> None:
        door, states = Door(), list[dict[str, Any]]()
        panel = Panel("bed-1", states.append, lambda: 0.5)
        panel.open(door)
        await asyncio.sleep(11.0)
        (console,) = door.consoles
        assert [one["verb"] for one in console.asked] == ["watch", "listening", "listening", "listening"]
        console.say({"id": "p1", "stage": "state", "reasons": [], "state": {"word": "READY"}})
        assert states == [{"word": "READY"}]
        assert panel.state == {"word": "READY"}

    on_loop(story)


def test_answers_find_who_asked_and_a_state_in_an_answer_is_no_news_from_the_stream() -> None:
    async def story() -> None:
        door, answers = Door(), list[tuple[str, list[str]]]()
        panel = Panel("bed-1", lambda _: None, lambda: 0.5)
        panel.open(door)
        panel.ask("pause", "nina", answer=lambda stage, reasons: answers.append((stage, reasons)))
        await asyncio.sleep(0.1)
        (console,) = door.consoles
        (asked,) = [one for one in console.asked if one["verb"] == "pause"]
        assert (asked["channel"], asked["by"]) == ("bed-1", "nina")
        console.say({"id": asked["id"], "stage": "accepted", "reasons": ["paused"], "state": {"word": "X"}})
        assert answers == [("accepted", ["paused"])]
        assert panel.state is None

    on_loop(story)


def test_without_a_daemon_a_press_reaches_nobody_and_says_so() -> None:
    async def story() -> None:
        door, answers = Door(), list[tuple[str, list[str]]]()
        panel = Panel("bed-1", lambda _: None, lambda: 0.5)
        panel.open(door)
        panel.close()
        panel.ask("pause", "nina", answer=lambda stage, reasons: answers.append((stage, reasons)))
        await asyncio.sleep(30.0)
        assert answers == [("unreachable", ["no daemon"])]
        assert door.consoles[0].asked == []

    on_loop(story)


def test_a_panel_that_nobody_can_hear_keeps_quiet_about_it() -> None:
    async def story() -> None:
        door = Door()
        panel = Panel("bed-1", lambda _: None, lambda: 0.5)
        panel.is_listening = False
        panel.open(door)
        await asyncio.sleep(11.0)
        assert [one["verb"] for one in door.consoles[0].asked] == ["watch"]

    on_loop(story)


def test_a_request_may_arrive_twice_letter_for_letter() -> None:
    """Faults rows 48 and 67: what the daemon then does is its own."""
    loop, door = JumpingLoop(), Door()

    async def press() -> None:
        panel = Panel("bed-1", lambda _state: None, lambda: 0.5)
        panel.open(door)  # type: ignore[arg-type]
        panel.ask("pause", "nina", copies=2)
        await asyncio.sleep(1.0)

    loop.run_until_complete(press())
    loop.close()
    pressed = [one for one in door.consoles[0].asked if one["verb"] == "pause"]
    assert len(pressed) == 2
    assert pressed[0] == pressed[1]
