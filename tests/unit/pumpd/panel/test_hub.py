"""One bed, many readers: everybody gets the newest, nobody is waited for."""

import json
from typing import Any

from panel_console import STATE

from pumpd.panel.hub import PER_BROWSER, QUEUED, Bed, Hub
from pumpd.panel.words import Words


def hub() -> Hub:
    return Hub(
        {"bed-1": Bed("bed-1"), "bed-2": Bed("bed-2")},
        lambda state, _, words: {"w": words.state(state["word"])},
    )


async def taken(reader: Any) -> dict[str, Any]:
    message = await reader.take()
    assert message is not None
    told: dict[str, Any] = json.loads(message)
    return told


async def test_a_reader_gets_what_is_known_at_once_and_then_what_is_new_in_its_own_words() -> None:
    one = hub()
    english, german = (one.join(lang, frozenset({"bed-1"}), Words(lang)) for lang in ("en", "de"))
    first = await taken(english)
    assert (first["age_ms"], first["lost"], "view" in first) == (None, "not connected yet", False)
    await taken(german)
    one.heard("bed-1", {**STATE, "word": "PAUSED"})
    one.heard("bed-2", STATE)
    assert (await taken(english))["view"] == {"w": "PAUSED"}
    assert (await taken(german))["view"] == {"w": "PAUSIERT"}
    one.lost("bed-1", "gone")
    assert (await taken(english))["lost"] == "gone"


async def test_a_reader_who_takes_nothing_is_dropped_and_the_others_are_not() -> None:
    one = hub()
    slow = one.join("a", frozenset({"bed-1"}), Words("en"))
    for _ in range(QUEUED + 1):
        one.heard("bed-1", STATE)
    assert await slow.take() is None
    assert slow.goodbye == "slow"
    quick = one.join("b", frozenset({"bed-1"}), Words("en"))
    assert (await taken(quick))["lost"] == ""


async def test_one_stream_too_many_of_a_browser_ends_its_oldest() -> None:
    one = hub()
    readers = [one.join("a", frozenset({"bed-1"}), Words("en")) for _ in range(PER_BROWSER + 1)]
    assert [reader.goodbye for reader in readers] == ["another", "", "", ""]


async def test_the_end_ends_every_stream() -> None:
    one = hub()
    reader = one.join("a", frozenset({"bed-1"}), Words("en"))
    one.close()
    assert await reader.take() is None
