"""The broker in memory."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hil_sim.bench.bus import KEEPALIVE_NOTICED_S, Bus, matches
from hil_sim.bench.loop import JumpingLoop


class Listener:
    """A daemon's end: what it subscribes to, and what it was told."""

    topics = ("pumpd/v1/vitals/bed-1/+", "pumpd/v1/status/bed-1/+")

    def __init__(self) -> None:
        self.links: list[tuple[bool, str]] = []
        self.got: list[tuple[str, bytes, bool]] = []

    async def run(self, ready: Callable[[], None]) -> None: ...

    def stop(self) -> None: ...

    def die(self) -> None: ...

    def link(self, is_up: bool, reason: str) -> None:
        self.links.append((is_up, reason))

    def heard(self, topic: str, payload: bytes, is_retained: bool) -> None:
        self.got.append((topic, payload, is_retained))

    def admit(self) -> asyncio.BufferedProtocol:
        raise AssertionError("no console here")


def on_loop(story: Callable[[Bus, Listener, list[tuple[str, bytes]]], Coroutine[Any, Any, None]]) -> None:
    loop = JumpingLoop()

    async def play() -> None:
        said: list[tuple[str, bytes]] = []
        bus, listener = Bus(lambda topic, payload: said.append((topic, payload)), lambda: 0.5), Listener()
        bus.join(listener)
        await asyncio.sleep(1.0)
        await story(bus, listener, said)

    try:
        loop.run_until_complete(play())
    finally:
        loop.close()


VITALS = "pumpd/v1/vitals/bed-1/monitor-1"


@pytest.mark.parametrize(
    ("pattern", "topic", "is_taken"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/b/c", "a/b", False),
    ],
)
def test_a_pattern_takes_what_mqtt_says(pattern: str, topic: str, is_taken: bool) -> None:
    assert matches(pattern, topic) is is_taken


def test_what_a_device_says_arrives_once_in_order_and_only_if_it_is_subscribed() -> None:
    async def story(bus: Bus, listener: Listener, _: list[tuple[str, bytes]]) -> None:
        for word in (b"1", b"2"):
            bus.say(VITALS, word)
        bus.say("pumpd/v1/vitals/bed-2/monitor-1", b"other bed")
        await asyncio.sleep(1.0)
        assert listener.links == [(True, "subscribed")]
        assert listener.got == [(VITALS, b"1", False), (VITALS, b"2", False)]

    on_loop(story)


def test_what_is_retained_is_said_again_to_the_next_life_and_marked() -> None:
    """Faults row 46: a retained value is never fresh, so it must be seen to be one."""

    async def story(bus: Bus, listener: Listener, _: list[tuple[str, bytes]]) -> None:
        bus.say(VITALS, b"old", retain=True)
        await asyncio.sleep(1.0)
        bus.leave()
        heir = Listener()
        bus.join(heir)
        await asyncio.sleep(1.0)
        assert heir.got == [(VITALS, b"old", True)]

    on_loop(story)


def test_a_broker_that_is_down_loses_what_is_said_and_the_session_is_seen_to_end() -> None:
    """Faults rows 41, 47: what was said while it was away is lost, never kept for later."""

    async def story(bus: Bus, listener: Listener, said: list[tuple[str, bytes]]) -> None:
        bus.go_down()
        bus.say(VITALS, b"lost")
        bus.said("pumpd/v1/state/bed-1", b"{}", True)
        await asyncio.sleep(5.0)
        bus.come_back()
        await asyncio.sleep(1.0)
        assert [is_up for is_up, _ in listener.links] == [True, False, True]
        assert (listener.got, said) == ([], [])

    on_loop(story)


def test_a_frozen_broker_looks_alive_for_twice_the_keepalive() -> None:
    """Faults F7."""

    async def story(bus: Bus, listener: Listener, _: list[tuple[str, bytes]]) -> None:
        bus.freeze()
        bus.say(VITALS, b"into the ice")
        await asyncio.sleep(KEEPALIVE_NOTICED_S - 0.1)
        assert listener.links == [(True, "subscribed")]
        await asyncio.sleep(0.2)
        assert listener.links[-1] == (False, "no answer to a ping")
        assert listener.got == []

    on_loop(story)


def test_copies_and_delay_reach_the_daemon_as_they_are_set() -> None:
    """Faults rows 48, 55."""

    async def story(bus: Bus, listener: Listener, _: list[tuple[str, bytes]]) -> None:
        bus.copies, bus.delay_s = 3, 2.0
        bus.say(VITALS, b"x")
        await asyncio.sleep(1.9)
        assert listener.got == []
        await asyncio.sleep(0.5)
        assert len(listener.got) == 3

    on_loop(story)


def test_a_device_that_is_gone_says_nothing_and_its_last_will_is_heard() -> None:
    """Faults row 53."""
    status = "pumpd/v1/status/bed-1/monitor-1"

    async def story(bus: Bus, listener: Listener, _: list[tuple[str, bytes]]) -> None:
        bus.gone = frozenset({"monitor-1"})
        bus.say(VITALS, b"gone")
        bus.say(status, b"offline", retain=True)
        bus.say(VITALS.replace("monitor", "transducer"), b"there")
        await asyncio.sleep(1.0)
        assert [payload for _topic, payload, _ in listener.got] == [b"offline", b"there"]

    on_loop(story)
