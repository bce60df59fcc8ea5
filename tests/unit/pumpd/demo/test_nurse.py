"""The scripted nurse: a table of situations and what she does, and her hands."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from channel_bench import Bench, infusing, verified
from console_bench import PINS
from console_bench import Bench as ConsoleBench

from interlocks.vocabulary import Signal
from pumpd.cli.pumpctl_arguments import parser
from pumpd.demo.nurse import ORDER, Act, Nurse, next_act
from pumpd.demo.stage import NURSE, PATIENT, PRESCRIBER

BASE: dict[str, Any] = {
    "phase": "infusing",
    "word": "PAUSED",
    "alarms": [],
    "findings": [],
    "observations": {"moaas": {"value": 5, "age_ms": 480_000}},
    "can_resume": True,
    "can_restore": False,
    "start_blocked_by": [],
    "resume_blocked_by": [],
    "restore_blocked_by": [],
}
ACKNOWLEDGE = Act(NURSE, "acknowledge", ("--note", "seen at the chair"))
SCORE = Act(NURSE, "score", ("moaas", "5"))
HALF = {"word": "SLOWED", "can_resume": False, "can_restore": True}
SEEN, UNSEEN = {"acknowledged": True}, {"acknowledged": False}
CUFF = "newest cuff reading is 130 s old (limit 120 s); one has been requested"


@pytest.mark.parametrize(
    ("situation", "act"),
    [
        ({"phase": "idle"}, Act(PRESCRIBER, "order", tuple(ORDER))),
        ({"phase": "ordered"}, Act(NURSE, "verify")),
        ({"phase": "verified"}, Act(NURSE, "start")),
        ({"phase": "verified", "start_blocked_by": ["no baseline"]}, None),
        ({"phase": "completed"}, None),
        ({"phase": "stopped"}, None),
        ({"alarms": [SEEN, UNSEEN]}, ACKNOWLEDGE),
        ({"alarms": [UNSEEN], "word": "INFUSING"}, ACKNOWLEDGE),
        ({"alarms": [SEEN]}, Act(NURSE, "resume")),
        (HALF, Act(NURSE, "restore")),
        ({**HALF, "restore_blocked_by": ["resumed 120 s ago: half the rate for 300 s first"]}, None),
        ({**HALF, "restore_blocked_by": [CUFF]}, Act(NURSE, "measure")),
        ({"observations": {}}, SCORE),
        ({"observations": {"moaas": {"value": 5, "age_ms": 480_001}}}, SCORE),
        ({"observations": {}, "alarms": [UNSEEN]}, ACKNOWLEDGE),
        ({"word": "INFUSING"}, None),
        ({"word": "PAUSING"}, None),
        ({"word": "NOT CONFIRMED"}, None),
        ({"word": "NO PUMP"}, None),
        ({"can_resume": False}, None),
        ({"resume_blocked_by": [CUFF]}, Act(NURSE, "measure")),
        ({"resume_blocked_by": [CUFF, "no broker: gone"]}, None),
        ({"resume_blocked_by": ["no broker: gone"]}, None),
        ({"findings": [{"releasable": False, "demand": "PAUSE"}]}, None),
        ({**HALF, "findings": [{"releasable": False, "demand": "SLOW"}]}, None),
        ({**HALF, "findings": [{"releasable": True, "demand": "SLOW"}]}, Act(NURSE, "restore")),
        ({"findings": [{"releasable": True, "demand": "PAUSE"}]}, Act(NURSE, "resume")),
        ({"findings": [{"releasable": False, "demand": "ADVISE"}]}, Act(NURSE, "resume")),
    ],
)
def test_what_a_careful_nurse_does(situation: dict[str, Any], act: Act | None) -> None:
    assert next_act({**BASE, **situation}) == act


def test_the_daemon_shows_every_key_she_looks_at() -> None:
    """The table above uses hand-made states; these come from the core."""
    bench = Bench()
    assert next_act(bench.shown) == Act(PRESCRIBER, "order", tuple(ORDER))
    bench.order()
    assert next_act(bench.shown) == Act(NURSE, "verify")
    bench.verify()
    assert next_act(bench.shown) == Act(NURSE, "measure"), "the baseline is measured after the order"
    assert next_act(verified().shown) == Act(NURSE, "start")
    running = infusing()
    assert next_act(running.shown) is None
    running.is_attended = False
    running.advance(240)
    running.cuff(126, 79)
    running.advance(242)
    assert next_act(running.shown) == SCORE
    running.score(Signal.MOAAS, 5)
    assert next_act(running.shown) is None
    running.cuff(190, 112)
    running.advance(1)
    assert next_act(running.shown) == ACKNOWLEDGE
    running.acknowledge()
    assert next_act(running.shown) is None
    running.stop()
    assert next_act(running.shown) is None


def test_her_order_is_one_that_pumpctl_understands() -> None:
    assert PATIENT in ORDER
    parser().parse_args(["--as", PRESCRIBER, "order", *ORDER])


async def acted(bench: ConsoleBench, act: Act) -> tuple[bool, str]:
    nurse = Nurse(bench.path, PINS)
    return await asyncio.to_thread(nurse.do, act)


async def test_what_the_daemon_takes_is_taken_in_her_name(tmp_path: Path) -> None:
    def script(bench: ConsoleBench, act: Any) -> None:
        bench.console.answer(act.request_id, "accepted")
        bench.console.answer(act.request_id, "confirmed")

    bench = ConsoleBench(tmp_path / "c.sock", script=script)
    async with bench.serving():
        is_taken, _ = await acted(bench, Act(NURSE, "start"))
    assert is_taken
    (heard,) = bench.heard
    assert (heard.verb, heard.by, heard.roles) == ("start", NURSE, frozenset({"nurse"}))


async def test_a_refusal_comes_back_with_its_reason(tmp_path: Path) -> None:
    def script(bench: ConsoleBench, act: Any) -> None:
        bench.console.answer(act.request_id, "refused", ["no baseline: none yet"])

    bench = ConsoleBench(tmp_path / "c.sock", script=script)
    async with bench.serving():
        is_taken, printed = await acted(bench, Act(NURSE, "start"))
    assert not is_taken
    assert "no baseline: none yet" in printed


def test_without_a_daemon_she_is_told_and_does_not_fall_over(tmp_path: Path) -> None:
    is_taken, printed = Nurse(tmp_path / "none.sock", PINS).do(Act(NURSE, "start"))
    assert not is_taken
    assert "pumpd is not running" in printed
