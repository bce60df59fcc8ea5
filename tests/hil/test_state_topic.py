"""What a real daemon says on a real broker about its channel, and that nothing said there commands it."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rig import PATIENT, Rig
from topic_ear import Heard, TopicEar

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "docs/mqtt/state.schema.json").read_text())
)
STATE, ALIVE = "pumpd/v1/state/bed-1", "pumpd/v1/alive/bench"


@pytest.fixture
def ear_of() -> Iterator[Callable[[Rig], TopicEar]]:
    made: list[TopicEar] = []

    def make(rig: Rig) -> TopicEar:
        made.append(TopicEar(rig.broker.port, "pumpd/v1/#"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def says(topic: str, claim: Callable[[dict[str, Any]], bool]) -> Callable[[Heard], bool]:
    return lambda one: one.topic == topic and claim(json.loads(one.payload))


def test_a_treatment_can_be_followed_on_its_topic_and_every_word_keeps_to_the_schema(
    rig: Rig, ear_of: Callable[[Rig], TopicEar]
) -> None:
    """Issue 7, out; IHE PCD: who subscribes late sees at once what is."""
    rig.begin()
    ear = ear_of(rig)
    began_s, already = time.monotonic(), len(ear.on(STATE))
    first = ear.until(lambda one: one.topic == STATE, 2.0, "a state at once")
    assert first.is_retained
    ear.until(
        says(STATE, lambda one: one["word"] == "INFUSING" and one["volume_infused_nl"] > 20_000), 8.0, "flow"
    )
    rig.pause()
    ear.until(says(STATE, lambda one: one["word"] == "PAUSED"), 2.5, "a pause within two seconds")
    took_s = time.monotonic() - began_s
    states = [json.loads(one.payload) for one in ear.on(STATE)]
    for one in states:
        SCHEMA.validate(one)
    # What is retained may be the word of a second ago, before the order.
    assert {one["patient_token"] for one in states[1:]} == {PATIENT}
    assert len(states) - already <= took_s + 2, "once a second at most"
    shown, last = rig.status(), states[-1]
    assert (last["word"], last["rate_commanded_nl_h"], last["holds"][0]["source"]) == ("PAUSED", 0, "nurse")
    assert last["volume_infused_nl"] == shown["volume"]["infused_nl"]
    assert max(len(one.payload) for one in ear.on(STATE)) < 4_096


def test_a_killed_daemon_is_told_by_its_will_and_one_that_ends_says_so(
    make_rig: Callable[..., Rig], ear_of: Callable[[Rig], TopicEar]
) -> None:
    """Row 90: whoever calls a nurse by these topics hears of a daemon that is gone, by kill -9 and by SIGTERM."""
    rig = make_rig()
    rig.start_daemon()
    ear = ear_of(rig)
    ear.until(lambda one: one[:2] == (ALIVE, b"online"), 5.0, "online")
    told = len(ear.heard)
    rig.daemon.send(signal.SIGKILL)
    killed_s = time.monotonic()
    ear.until(lambda one: one[:2] == (ALIVE, b"offline"), 5.0, "the last will", after=told)
    rig.note("kill -9 to the last will", time.monotonic() - killed_s)
    rig.daemon.wait(5.0)
    told = len(ear.heard)
    rig.start_daemon()
    ear.until(lambda one: one[:2] == (ALIVE, b"online"), 5.0, "online again", after=told)
    told = len(ear.heard)
    rig.daemon.send(signal.SIGTERM)
    ear.until(lambda one: one[:2] == (ALIVE, b"offline"), 5.0, "offline", after=told)
    assert rig.daemon.wait(5.0) == 0
    late = ear_of(rig)
    heard = late.until(lambda one: one.topic == ALIVE, 2.0, "who comes later is told as well")
    assert (heard.payload, heard.is_retained) == (b"offline", True)


def test_nothing_that_is_published_on_any_of_its_topics_commands_it(
    rig: Rig, ear_of: Callable[[Rig], TopicEar]
) -> None:
    """facts/faults.md 6, no resume from any topic: neither its own words said back to it, nor verbs, nor made-up topics."""
    rig.begin()
    ear = ear_of(rig)
    running = ear.until(says(STATE, lambda one: one["word"] == "INFUSING"), 3.0, "a state of one that flows")
    rig.pause()
    rig.until_word("PAUSED")
    rig.sim.until_halted(1.0)
    before = rig.status()
    verbs = [json.dumps({"id": "1", "verb": verb, "channel": "bed-1", "by": "nina", "pin": "24680"}).encode()
             for verb in ("resume", "start", "stop", "restore")]  # fmt: skip
    for topic in {one.topic for one in ear.heard} - {"pumpd/v1/vitals/bed-1/monitor-1"}:
        if "/vitals/" in topic or "/status/" in topic:
            continue  # the monitors' own: those do reach the rules, and can only lower
        for payload in (running.payload, b"online", b"resume", b"", *verbs):
            ear.publish(topic, payload)
    for made_up in ("command", "resume", "start", "set", "console", "rate"):
        for topic in (f"pumpd/v1/{made_up}/bed-1", f"pumpd/v1/state/bed-1/{made_up}", f"pumpd/v1/{made_up}"):
            for payload in (running.payload, *verbs):
                ear.publish(topic, payload)
    rig.throughout(
        lambda one: (one["word"], one["phase"], one["epoch"]) == ("PAUSED", "infusing", before["epoch"]),
        2.0,
        "it stays paused",
    )
    after = rig.status()
    assert after["holds"] == before["holds"]
    assert after["feed"]["rejected"] == before["feed"]["rejected"], "it was never even delivered"
    assert not rig.sim.truth()["running"]
