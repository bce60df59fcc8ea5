"""The pump behind a port: who it is, that it stands, that its watchdog is armed; and, when asked, that it works.

Theory of operation. The line is opened by the pump's own driver, which says nothing but what opening needs (the identity,
and with some families the watchdog), and then polls, which reads. Nothing is approved, so the gate would let no motion
pass if anybody asked for one, and nobody does. While a daemon runs the port is its own: then the daemon is asked what it
knows, over the console, and the port is left alone.

The test of the watchdog is silence: the line is closed for longer than the lease and opened again, and the pump must tell
that it missed its host. It is done only when asked for, and only with a plunger that stands. A pump that says nothing of
it at rest can be tested only with one that moves, which is `pumpd commission`'s work.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from drivers.contract import (
    Capabilities,
    DriverEvent,
    Identity,
    LinkDown,
    LinkUp,
    Motion,
    Poll,
    PumpAlarm,
    PumpDriver,
    PumpReport,
    Reported,
    WatchdogKind,
)
from pumpd.doctor.verdict import Finding, fail, ok, warn

CHECK, WATCHDOG = "pump", "watchdog"
#: A line is opened, its pump identified and read back within this, or it does not answer.
ANSWERS_WITHIN_S = 4.0
POLL_EVERY_S = 0.25
REPORTS = 4
#: Beyond its lease, before it is asked whether it missed us.
SILENCE_MARGIN_S = 1.0
#: Families whose pumps tell of a missed host even when they stood: facts/protocols.md 1.
TELLS_AT_REST = frozenset({"new_era"})

MakeDriver = Callable[[Callable[[DriverEvent], None]], PumpDriver]


@dataclass(slots=True)
class PumpReading:
    """What came over the line. `alarms`: all that were told, in order."""

    identity: Identity | None = None
    report: PumpReport | None = None
    watchdog_ms: int | None = None
    alarms: tuple[PumpAlarm, ...] = ()
    reason: str = ""
    is_wrong_pump: bool = False


async def read_pump(make: MakeDriver, within_s: float = ANSWERS_WITHIN_S) -> PumpReading:
    """Open the line, hear who answers, poll a few times, close."""
    reading, news, reports = PumpReading(), asyncio.Event(), 0

    def hear(event: DriverEvent) -> None:
        nonlocal reports
        match event:
            case LinkUp(identity):
                reading.identity = identity
            case LinkDown(reason, is_wrong_pump):
                reading.reason, reading.is_wrong_pump = reason, is_wrong_pump
            case Reported(report):
                reports += 1
                reading.report = report
                reading.alarms += report.alarms
                reading.watchdog_ms = (
                    report.watchdog_ms if report.watchdog_ms is not None else reading.watchdog_ms
                )
        news.set()

    driver = make(hear)
    task = asyncio.create_task(driver.run())
    try:
        async with asyncio.timeout(within_s):
            while reports < REPORTS and not reading.is_wrong_pump and not _moves(reading):
                if reading.identity is not None:
                    driver.submit(0, Poll())
                news.clear()
                try:
                    async with asyncio.timeout(POLL_EVERY_S):
                        await news.wait()
                        await asyncio.sleep(POLL_EVERY_S / 2)
                except TimeoutError:
                    pass
    except TimeoutError:
        pass
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return reading


def _moves(reading: PumpReading) -> bool:
    """Each word of ours would renew the lease of a run that no daemon watches over (law 7): say no more."""
    return reading.report is not None and reading.report.motion is not Motion.HALTED


def judge_pump(channel: str, port: str, reading: PumpReading, expected: str) -> Finding:
    """Whether the configured pump answers and stands. `expected`: its table, in words."""
    if reading.is_wrong_pump:
        remedy = f"put the pump of this bed on this cable, or correct its table ({expected})"
        return fail(CHECK, channel, f"{port}: another one answers: {reading.reason}", remedy)
    who = reading.identity
    if who is None:
        told = f"{port}: no answer within {ANSWERS_WITHIN_S:g} s"
        told += f" ({reading.reason})" if reading.reason else ""
        remedy = f"check power, cable, speed and address; `pumpd probe {port}` says who answers"
        return fail(CHECK, channel, told, remedy)
    named = f"{who.model} firmware {who.firmware} address {who.address} {who.serial}".rstrip()
    if reading.report is None:
        return fail(
            CHECK,
            channel,
            f"{port}: {named}; no status could be read",
            "look at its display, then power it off and on",
        )
    if reading.report.motion is not Motion.HALTED:
        told = f"{port}: {named}; it says {reading.report.motion.value} at {reading.report.rate_nl_h / 1e6:g} mL/h"
        return fail(
            CHECK, channel, told, "stop it with its own key or `pumpd stop-all`, and find out who started it"
        )
    stall = [
        one.value for one in reading.alarms if one in (PumpAlarm.STALL, PumpAlarm.BATTERY, PumpAlarm.PROGRAM)
    ]
    if stall:
        return warn(
            CHECK,
            channel,
            f"{port}: {named}; halted, it tells of {', '.join(stall)}",
            "see to it at the pump",
        )
    return ok(CHECK, channel, f"{port}: {named}; halted")


def judge_watchdog(channel: str, ability: Capabilities, watchdog_ms: int | None, risk: str) -> Finding:
    """Whether what ends a run without a host is in force. `risk`: what the site wrote to accept that nothing is."""
    bound_s = ability.watchdog_bound_ms / 1000
    if ability.watchdog is WatchdogKind.NONE:
        told = "this pump has none: it goes on to the end of its volume when the host falls silent"
        return warn(WATCHDOG, channel, f"{told}; accepted: {risk}", "stay beside it, or use another pump")
    if ability.watchdog is WatchdogKind.VOLUME_TARGET:
        return ok(WATCHDOG, channel, f"a volume target {bound_s:g} s ahead, kept by the driver while it runs")
    if watchdog_ms is None:
        told = f"it is armed with each infusion for {bound_s:g} s and cannot be read at rest"
        return warn(WATCHDOG, channel, told, "`pumpd commission` measures how long the pump goes on alone")
    if watchdog_ms != ability.watchdog_bound_ms:
        told = f"{watchdog_ms / 1000:g} s is set in the pump, {bound_s:g} s are configured"
        return fail(
            WATCHDOG,
            channel,
            told,
            "power the pump off and on and look again; if it stays, the pump refuses it",
        )
    return ok(WATCHDOG, channel, f"armed, {bound_s:g} s, read back")


def judge_silence(channel: str, family: str, silent_s: float, after: PumpReading) -> Finding:
    """Whether the pump has noticed that nobody spoke to it for `silent_s`."""
    if after.identity is None:
        told = f"after {silent_s:g} s of silence the pump does not answer ({after.reason or 'nothing came'})"
        return fail(WATCHDOG, channel, told, "look at the pump before anybody uses it")
    if PumpAlarm.HOST_SILENT in after.alarms:
        return ok(
            WATCHDOG,
            channel,
            f"TESTED: after {silent_s:g} s of silence the pump says that it missed its host",
        )
    if family in TELLS_AT_REST:
        told = f"TESTED: after {silent_s:g} s of silence the pump says nothing of it"
        return fail(WATCHDOG, channel, told, "its watchdog does not work: take this pump out of use")
    told = f"after {silent_s:g} s of silence the pump says nothing; at rest a {family} pump need not"
    return warn(WATCHDOG, channel, told, "`pumpd commission` tests it with a plunger that moves")


def judge_told(
    channel: str, state: Mapping[str, Any], lease_ms: int, kind: WatchdogKind
) -> tuple[Finding, ...]:
    """The same of a pump that a running daemon holds, from its state."""
    pump = state.get("pump") if isinstance(state.get("pump"), dict) else {}
    assert isinstance(pump, dict)
    told = "asked the running daemon; the port was left alone"
    if pump.get("link") != "up":
        reason = pump.get("reason") or "no reason told"
        remedy = "check power, cable, speed and address; the daemon tries again by itself"
        return (fail(CHECK, channel, f"not connected: {reason} ({told})", remedy),)
    found = [ok(CHECK, channel, f"{pump.get('identity')}; {pump.get('motion')} ({told})")]
    armed = pump.get("watchdog_ms")
    if kind is not WatchdogKind.COMMUNICATION:
        return tuple(found)
    if armed == lease_ms:
        found.append(ok(WATCHDOG, channel, f"armed, {lease_ms / 1000:g} s, read back by the daemon"))
    else:
        shown = "nothing" if armed is None else f"{armed / 1000:g} s"
        remedy = "it is set up with an order; if it stays so then, the pump refuses it"
        found.append(
            warn(WATCHDOG, channel, f"the daemon has read back {shown}, needed {lease_ms / 1000:g} s", remedy)
        )
    return tuple(found)
