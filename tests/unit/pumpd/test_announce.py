"""What pumpd publishes, held against the schemas in the documents."""

import ast
import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from channel_bench import POLICY, infusing
from clinic_bench import recovered
from jsonschema import Draft202012Validator

from drivers.conformance.virtual_time import JumpingLoop
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.vocabulary import Priority, Stamp
from pumpd.announce import HEARTBEAT_EVERY_S, TECHNICAL_KEYS, Announcer, possible_keys
from pumpd.core import actions as do
from pumpd.core.summary import summarise
from pumpd.outputs.state_message import NEXT_WITHIN_S
from pumpd.shell.bedside.bedside import Bedside
from pumpd.shell.bedside.sounder import Signals
from pumpd.shell.kernel import FAULT_KEY

ROOT = Path(__file__).parents[3]
WALL_MS = 1_795_345_200_000
ALARM = {
    "rule": "BP3",
    "key": "blood-pressure",
    "members": ["BP3", "BP2"],
    "priority": "high",
    "text": "184 > 180",
    "since_ms": 4_000,
    "acknowledged": "nina",
    "first_out": True,
    "present": True,
    "escalation": 1,
}


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / f"docs/mqtt/{name}.schema.json").read_text()))


class Lamp:
    """A sounder that notes what it is shown."""

    def __init__(self) -> None:
        self.name, self.fault = "lamp", "gone"
        self.shown: list[Signals] = []

    def show(self, signals: Signals) -> None:
        self.shown.append(signals)

    async def run(self) -> None:
        """Never started here."""


class Bench:
    """An announcer for two beds at treatment time 10 s."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any], bool]] = []
        self.lamp = Lamp()
        self.alarms: list[dict[str, Any]] = []
        self.infused_nl = 0
        self.announcer = Announcer(
            "ward-3",
            "b00t",
            {"bed-1": "chair-1", "bed-2": "chair-2"},
            self._publish,
            Bedside((self.lamp,)),
            self,
            self.summarise,
        )

    def summarise(self, channel: str) -> dict[str, Any]:
        shown = summarise(infusing().state, POLICY, WALL_MS)
        volume = {**shown["volume"], "infused_nl": self.infused_nl}
        return {**shown, "channel": channel, "word": "INFUSING", "alarms": self.alarms, "volume": volume}

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.said.append((topic, json.loads(payload), retain))

    def stamp(self) -> Stamp:
        return Stamp(10_000, 10_000)

    def wall_ms(self) -> int:
        return WALL_MS


def note(phase: do.AlarmPhase = do.AlarmPhase.START, key: str = "blood-pressure") -> do.NoteAlarm:
    return do.NoteAlarm(
        phase=phase,
        key=key,
        priority=Priority.HIGH,
        text="184 > 180",
        since=Stamp(4_000, 4_000),
        members=("BP3", "BP2"),
        is_present=True,
        is_first_out=True,
        acknowledged_by="nina",
        escalation=1,
    )


def test_an_alarm_is_retained_on_its_own_topic_with_all_that_a_nurse_call_system_needs() -> None:
    """facts/requirements.md 5: phases, as IHE's alarm profile has them."""
    bench = Bench()
    bench.announcer.alarm_changed("bed-1", note())
    ((topic, body, is_retained),) = bench.said
    assert (topic, is_retained) == ("pumpd/v1/alarm/bed-1/blood-pressure", True)
    assert body == {
        "v": 1,
        "channel": "bed-1",
        "bed": "chair-1",
        "boot": "b00t",
        "seq": 1,
        "key": "blood-pressure",
        "phase": "start",
        "priority": "high",
        "text": "184 > 180",
        "members": ["BP3", "BP2"],
        "present": True,
        "acknowledged_by": "nina",
        "first_out": True,
        "escalation": 1,
        "since_wall_ms": WALL_MS - 6_000,
        "at_wall_ms": WALL_MS,
    }
    schema("alarm").validate(body)


def test_alarm_messages_are_numbered_so_that_a_gap_can_be_seen() -> None:
    bench = Bench()
    for phase in do.AlarmPhase:
        bench.announcer.alarm_changed("bed-2", note(phase))
    assert [(body["seq"], body["phase"]) for _, body, _ in bench.said] == [
        (1, "start"),
        (2, "update"),
        (3, "end"),
    ]


def test_a_start_ends_what_an_earlier_life_left_and_says_again_what_stands() -> None:
    """A retained alarm outlives the daemon that raised it."""
    bench = Bench()
    bench.alarms = [ALARM]
    bench.announcer.take_stock("bed-1", ("line-pressure", "blood-pressure", "PUMP"))
    told = {topic.rpartition("/")[2]: body for topic, body, _ in bench.said}
    assert {key: body["phase"] for key, body in told.items()} == {
        "line-pressure": "end",
        "blood-pressure": "update",
        "pump": "end",
    }
    assert all(is_retained for _, _, is_retained in bench.said)
    assert told["blood-pressure"]["since_wall_ms"] == WALL_MS - 6_000
    assert (told["blood-pressure"]["members"], told["blood-pressure"]["escalation"]) == (["BP3", "BP2"], 1)
    assert (told["pump"]["key"], told["pump"]["present"]) == ("PUMP", False)
    for body in told.values():
        schema("alarm").validate(body)


def test_a_start_does_not_talk_over_what_it_has_just_said_itself() -> None:
    bench = Bench()
    bench.alarms = [ALARM]
    bench.announcer.alarm_changed("bed-1", note())
    bench.announcer.take_stock("bed-1", ("blood-pressure",))
    assert [body["phase"] for _, body, _ in bench.said] == ["start"]
    bench.announcer.take_stock("bed-2", ("blood-pressure",))
    assert bench.said[-1][0] == "pumpd/v1/alarm/bed-2/blood-pressure", "another channel's is another alarm"


def test_a_standing_alarm_that_no_table_knows_is_said_all_the_same() -> None:
    bench = Bench()
    bench.alarms = [{**ALARM, "key": "unheard-of"}]
    bench.announcer.take_stock("bed-1", ())
    assert [(topic, body["phase"]) for topic, body, _ in bench.said] == [
        ("pumpd/v1/alarm/bed-1/unheard-of", "update")
    ]


def test_the_possible_alarms_are_the_causes_of_the_rows_and_every_technical_word_of_the_core() -> None:
    keys = possible_keys(DEFAULT_RULES)
    assert {one.cause.replace(" ", "-") for one in DEFAULT_RULES} <= set(keys)
    assert "vital-signs-lost" in keys
    assert len(keys) == len(set(keys)) <= 40, "the outbox has room for 40 of each channel"
    raised = {
        node.args[0].value
        for path in (ROOT / "pumpd/core").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Condition", "_notice")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert raised | {FAULT_KEY} == set(TECHNICAL_KEYS)


async def test_what_was_written_about_a_patient_is_said_to_no_broker() -> None:
    """The topics are for displays; notes and names stay on the console and in the record."""
    said: list[dict[str, Any]] = []
    summary = recovered().shown
    care = summary["care"]
    assert care["log"]
    care["observations"][0]["note"] = "far away"
    announcer = Announcer(
        "ward-3",
        "b00t",
        {"bed-1": "chair-1"},
        lambda topic, payload, *, retain=False: said.append(json.loads(payload)),
        Bedside(()),
        Bench(),
        lambda channel: {**summary, "channel": channel, "care": care},
    )
    saying = asyncio.create_task(announcer.states())
    await asyncio.sleep(0)
    saying.cancel()
    (state,) = said
    assert not {"log", "checklist", "closed", "sign_off"} & set(state["care"])
    assert (state["care"]["step"], state["care"]["course"]) == ("closable", "clinic")
    assert "far away" not in json.dumps(state)
    assert not {"note", "by"} & set(state["care"]["observations"][0])
    assert announcer.summary("bed-1")["care"] == care


def test_a_request_is_for_now_and_is_numbered() -> None:
    bench = Bench()
    bench.announcer.request_reading("chair-1", "BP1")
    bench.announcer.request_reading("chair-1", "nina")
    assert bench.said == [
        ("pumpd/v1/request/chair-1", {"v": 1, "want": "nibp", "reason": "BP1", "seq": 1}, False),
        ("pumpd/v1/request/chair-1", {"v": 1, "want": "nibp", "reason": "nina", "seq": 2}, False),
    ]


def test_a_signal_goes_to_the_bedside_and_people_are_told_which_sounder_fails() -> None:
    bench = Bench()
    signal = do.AlarmSignal(light=Priority.HIGH)
    bench.announcer.signal_changed("bed-1", signal)
    assert bench.lamp.shown == [{"bed-1": signal}]
    assert bench.announcer.summary("bed-2")["sounders"] == [{"name": "lamp", "ok": False, "reason": "gone"}]


def spoken(bench: Bench, say: Callable[[], Any], for_s: float) -> list[tuple[str, dict[str, Any], bool]]:
    async def script() -> None:
        saying = asyncio.ensure_future(say())
        await asyncio.sleep(for_s)
        saying.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await saying

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(script())
    return bench.said


def test_a_heartbeat_is_never_retained_and_comes_every_five_seconds_with_every_word() -> None:
    """Retained it would be evidence of nothing."""
    bench = Bench()
    said = spoken(bench, bench.announcer.heartbeats, 2 * HEARTBEAT_EVERY_S + 0.1)
    assert [(topic, is_retained) for topic, _, is_retained in said] == [
        ("pumpd/v1/heartbeat/ward-3", False)
    ] * 3
    assert [body["seq"] for _, body, _ in said] == [1, 2, 3]
    assert said[0][1]["channels"] == {"bed-1": "INFUSING", "bed-2": "INFUSING"}
    for _, body, _ in said:
        schema("heartbeat").validate(body)


def test_a_state_that_changes_is_retained_and_said_every_second() -> None:
    bench = Bench()

    async def flow() -> None:
        saying = asyncio.ensure_future(bench.announcer.states())
        for _ in range(11):
            bench.infused_nl += 1_000
            await asyncio.sleep(0.1)
        saying.cancel()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(flow())
    assert [(topic, is_retained) for topic, _, is_retained in bench.said] == [
        ("pumpd/v1/state/bed-1", True),
        ("pumpd/v1/state/bed-2", True),
    ] * 2
    assert [body["seq"] for _, body, _ in bench.said] == [1, 1, 2, 2], (
        "once a second, however often it changed"
    )
    for _, body, _ in bench.said:
        schema("state").validate(body)


def test_a_state_that_does_not_change_is_said_again_within_what_the_last_one_promised() -> None:
    """Law 3: silence is to be told from nothing new."""
    bench = Bench()
    said = spoken(bench, bench.announcer.states, 2 * NEXT_WITHIN_S + 0.1)
    assert [body["seq"] for topic, body, _ in said if topic.endswith("bed-1")] == [1, 2, 3]
    assert {body["next_within_s"] for _, body, _ in said} == {NEXT_WITHIN_S}


@pytest.mark.parametrize("change", [{"phase": "begin"}, {"seq": 0}, {"extra": 1}, {"priority": None}])
def test_the_schema_refuses_what_is_no_alarm(change: dict[str, Any]) -> None:
    bench = Bench()
    bench.announcer.alarm_changed("bed-1", note())
    assert not schema("alarm").is_valid(bench.said[0][1] | change)
