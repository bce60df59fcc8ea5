"""A channel's state as the topics carry it, held against its schema; what it must not carry."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from channel_bench import POLICY, Bench, infusing, verified
from clinic_bench import recovered
from jsonschema import Draft202012Validator

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.clinic import care_events as ce
from pumpd.core.summary import summarise
from pumpd.outputs.state_message import news_of, state_message

ROOT = Path(__file__).parents[4]
WALL_MS = 1_795_345_200_000
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/mqtt/state.schema.json").read_text()))


def message(bench: Bench, seq: int = 1) -> dict[str, Any]:
    return state_message(summarise(bench.state, bench.policy, WALL_MS), seq)


def without_pump() -> Bench:
    return Bench(with_pump=False)


def slowed() -> Bench:
    bench = infusing()
    bench.cuff(150, 104)
    bench.advance(1)
    return bench


def paused() -> Bench:
    bench = infusing()
    bench.advance(20)
    bench.post(ev.PausePressed(at=bench.now, request_id="p", by="nina"))
    bench.advance(1)
    return bench


def lost() -> Bench:
    bench = infusing()
    bench.link_down()
    bench.advance(1)
    return bench


@pytest.mark.parametrize("make", [without_pump, Bench, verified, infusing, slowed, paused, lost])
def test_every_state_keeps_to_the_schema(make: Callable[[], Bench]) -> None:
    body = message(make())
    SCHEMA.validate(body)
    assert json.loads(json.dumps(body, allow_nan=False)) == body


def test_the_schema_is_closed_and_asks_for_every_field() -> None:
    body = message(infusing())
    assert not SCHEMA.is_valid(body | {"name": "Jane"})
    for key in body:
        assert not SCHEMA.is_valid({one: value for one, value in body.items() if one != key}), key


def test_the_numbers_are_those_of_the_summary_with_their_units_in_the_names() -> None:
    bench = slowed()
    bench.advance(30)
    body, shown = message(bench, 7), summarise(bench.state, POLICY, WALL_MS)
    assert (body["v"], body["seq"], body["at_wall_ms"], body["patient_token"]) == (1, 7, WALL_MS, "tok-4711")
    for name in ("programmed", "permitted", "commanded", "reported"):
        assert body[f"rate_{name}_nl_h"] == shown["rate"][f"{name}_nl_h"]
    assert body["rate_reported_nl_h"] == 13_100_000 < body["rate_programmed_nl_h"]
    for name in ("given_low", "given_best", "given_high", "left"):
        assert body[f"dose_{name}_mg"] == shown["dose"][f"{name}_mg"]
    assert body["volume_infused_nl"] == shown["volume"]["infused_nl"] > 0
    assert body["vitals"]["dia"] == {"value": 104, "unit": "mm[Hg]", "age_ms": 31_000}
    (alarm,) = body["alarms"]
    assert (alarm["key"], alarm["since_wall_ms"]) == ("blood-pressure", WALL_MS - 31_000)
    assert any("104" in one["reason"] for one in body["binding"])


def test_requirement_43_a_subscriber_is_told_what_nobody_watches() -> None:
    body = message(infusing())
    assert body["unwatched"] == ["air", "breathing"]
    SCHEMA.validate(body | {"unwatched": ["line_pressure"]})
    assert not SCHEMA.is_valid(body | {"unwatched": ["weather"]})


def test_a_pump_that_is_not_heard_has_no_rate() -> None:
    """An unknown is null, never the last number known."""
    body = message(without_pump())
    assert (body["rate_reported_nl_h"], body["pump"]["link"], body["pump"]["motion"]) == (
        None,
        "down",
        "unknown",
    )


def test_who_takes_the_patient_home_and_what_was_written_stays_at_the_console() -> None:
    bench = recovered()
    bench.looked(ce.SessionClosed, "nina", "nurse", None, escort="Jane Doe")
    shown = summarise(bench.state, bench.policy, WALL_MS)
    assert "Jane Doe" in shown["headline"]
    SCHEMA.validate(message(bench))
    text = json.dumps(message(bench))
    assert "Jane Doe" not in text
    assert message(bench)["word"] == "CLOSED"
    for private in ("log", "checklist", "sign_off", "people", "prompts"):
        assert f'"{private}"' not in text


def test_ages_and_clocks_alone_are_no_news() -> None:
    bench = infusing()
    before = message(bench, 1)
    later = Stamp(bench.now.ms + 100, bench.now.link_ms + 100)
    after = state_message(summarise(replace(bench.state, now=later), POLICY, WALL_MS + 100), 2)
    after["dose_given_high_mg"] = before["dose_given_high_mg"]  # grows by itself while the motor turns
    after["time_left_s"] = before["time_left_s"]
    assert before != after
    assert news_of(before) == news_of(after)
    assert news_of(message(infusing())) != news_of(message(paused()))
