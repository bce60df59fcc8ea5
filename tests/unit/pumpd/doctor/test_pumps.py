"""A pump as the doctor sees it: who, whether it stands, whether its watchdog is armed, and what silence told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers.contract import (
    Approval,
    Capabilities,
    DriverEvent,
    Identity,
    LinkDown,
    LinkUp,
    Motion,
    Poll,
    PumpAlarm,
    PumpCommand,
    PumpReport,
    Reported,
    WatchdogKind,
)
from pumpd.config_pumps import abilities_of
from pumpd.doctor.pumps import PumpReading, judge_pump, judge_silence, judge_told, judge_watchdog, read_pump
from pumpd.doctor.verdict import Level

ABLE = abilities_of("new_era", {"model": "NE1000"}, ("bd-60",))["bd-60"]
WHO = Identity("NE1000", "3.928", 0)
AT_REST = PumpReport(Motion.HALTED, 0, 0, watchdog_ms=2000)
GOOD = PumpReading(WHO, AT_REST, 2000)


class Script:
    """A driver that says what it is told to and counts what it is asked."""

    def __init__(self, hear: Callable[[DriverEvent], None], events: tuple[DriverEvent, ...]) -> None:
        self._hear, self._events = hear, events
        self.asked: list[PumpCommand] = []
        self.is_closed = False

    def capabilities(self, _diameter_um: int) -> Capabilities:
        return ABLE

    def approve(self, _approval: Approval) -> None:
        raise AssertionError("nothing is approved by looking")

    def submit(self, _command_id: int, command: PumpCommand) -> None:
        self.asked.append(command)

    async def run(self) -> None:
        try:
            for event in self._events:
                self._hear(event)
                await asyncio.sleep(0)
            await asyncio.Event().wait()
        finally:
            self.is_closed = True


async def _read(*events: DriverEvent) -> tuple[PumpReading, Script]:
    made: list[Script] = []

    def make(hear: Callable[[DriverEvent], None]) -> Script:
        made.append(Script(hear, events))
        return made[0]

    reading = await read_pump(make, 0.3)
    return reading, made[0]


async def test_it_hears_who_answers_asks_for_readbacks_only_and_closes() -> None:
    silent = replace(AT_REST, watchdog_ms=None, alarms=(PumpAlarm.HOST_SILENT,))
    reading, driver = await _read(LinkUp(WHO), Reported(AT_REST), Reported(silent))
    assert (reading.identity, reading.report, reading.watchdog_ms) == (WHO, silent, 2000)
    assert reading.alarms == (PumpAlarm.HOST_SILENT,)
    assert {type(one) for one in driver.asked} <= {Poll}
    assert driver.is_closed


async def test_a_pump_that_moves_is_asked_nothing_more() -> None:
    """Law 7: each word of ours would renew a lease that no control cycle stands behind."""
    running = replace(AT_REST, motion=Motion.INFUSING, rate_nl_h=26_000_000)
    reading, driver = await _read(LinkUp(WHO), Reported(running))
    assert reading.report == running
    assert len(driver.asked) <= 1


async def test_nobody_and_the_wrong_one_are_told() -> None:
    reading, _ = await _read(LinkDown("no answer"))
    assert (reading.identity, reading.reason) == (None, "no answer")
    reading, driver = await _read(LinkDown("says NE500", is_wrong_pump=True))
    assert reading.is_wrong_pump
    assert driver.asked == []


@pytest.mark.parametrize(
    ("reading", "level", "says"),
    [
        (GOOD, Level.OK, "NE1000 firmware 3.928 address 0; halted"),
        (PumpReading(reason="nothing came"), Level.FAIL, "no answer within 4 s (nothing came)"),
        (PumpReading(reason="says NE500", is_wrong_pump=True), Level.FAIL, "another one answers: says NE500"),
        (PumpReading(WHO), Level.FAIL, "no status could be read"),
        (
            PumpReading(WHO, replace(AT_REST, motion=Motion.INFUSING, rate_nl_h=26_200_000)),
            Level.FAIL,
            "it says infusing at 26.2 mL/h",
        ),
        (PumpReading(WHO, AT_REST, 2000, (PumpAlarm.STALL,)), Level.WARN, "tells of stall"),
    ],
)
def test_a_pump_that_is_not_ready_is_told(reading: PumpReading, level: Level, says: str) -> None:
    found = judge_pump("bed-1", "/dev/a", reading, "model = NE1000")
    assert found.level is level
    assert says in found.measured
    assert bool(found.remedy) is (level is not Level.OK)


@pytest.mark.parametrize(
    ("able", "watchdog_ms", "level", "says"),
    [
        (ABLE, 2000, Level.OK, "armed, 2 s, read back"),
        (ABLE, 30_000, Level.FAIL, "30 s is set in the pump, 2 s are configured"),
        (ABLE, 0, Level.FAIL, "0 s is set"),
        (ABLE, None, Level.WARN, "cannot be read at rest"),
        (replace(ABLE, watchdog=WatchdogKind.VOLUME_TARGET), None, Level.OK, "a volume target 2 s ahead"),
        (replace(ABLE, watchdog=WatchdogKind.NONE), None, Level.WARN, "accepted: bench"),
    ],
)
def test_a_watchdog_is_what_was_read_back(
    able: Capabilities, watchdog_ms: int | None, level: Level, says: str
) -> None:
    found = judge_watchdog("bed-1", able, watchdog_ms, "bench")
    assert found.level is level
    assert says in found.measured


@pytest.mark.parametrize(
    ("family", "after", "level", "says"),
    [
        ("new_era", replace(GOOD, alarms=(PumpAlarm.HOST_SILENT,)), Level.OK, "TESTED: after 3 s"),
        ("new_era", GOOD, Level.FAIL, "says nothing of it"),
        ("modbus", GOOD, Level.WARN, "at rest a modbus pump need not"),
        ("new_era", PumpReading(reason="gone"), Level.FAIL, "does not answer (gone)"),
    ],
)
def test_silence_tells_whether_the_watchdog_works(
    family: str, after: PumpReading, level: Level, says: str
) -> None:
    found = judge_silence("bed-1", family, 3.0, after)
    assert found.level is level
    assert says in found.measured


def test_a_running_daemon_is_believed_about_its_pump() -> None:
    state = {
        "pump": {"link": "up", "identity": "NE1000 3.9 address 0", "motion": "infusing", "watchdog_ms": 2000}
    }
    pump, armed = judge_told("b", state, 2000, WatchdogKind.COMMUNICATION)
    assert (pump.level, armed.level) == (Level.OK, Level.OK)
    assert "the port was left alone" in pump.measured
    (pump,) = judge_told("b", {"pump": {"link": "down", "reason": "unplugged"}}, 2000, WatchdogKind.NONE)
    assert (pump.level, "unplugged" in pump.measured) == (Level.FAIL, True)
    unread = {"pump": {**state["pump"], "watchdog_ms": None}}
    assert judge_told("b", unread, 2000, WatchdogKind.COMMUNICATION)[1].level is Level.WARN
    assert len(judge_told("b", state, 2000, WatchdogKind.VOLUME_TARGET)) == 1
