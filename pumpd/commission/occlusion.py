"""What a shut line does: pressure and time when it is noticed, and what comes out when it is opened again.

Theory of operation. Two things may notice. Where the channel has a transducer, the daemon's rule LP1 pauses at the line's
limit; here that is a person at a gauge, or the simulator's own pressure, and this program halts the pump as the daemon
would. Where it has none, only the pump can notice, by its motor's stall. Either way the highest pressure is held against
what no line may reach, the time against the softest line that the facts know, and the bolus of the release against what
may go into a patient unasked. The pump is not drawn back: pumpd never does that (decision 0013).

A line that reaches the highest pressure allowed without anybody noticing is ended there and has failed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drivers.contract import Motion, PumpAlarm
from pumpd.commission import limits
from pumpd.commission.bench import Bench
from pumpd.commission.bench_pump import POLL_S, Abandoned, BenchPump, held, now_ms
from pumpd.commission.measured import Figure, StepResult, disclosed, failed, judged
from pumpd.commission.simulator import LOOK_S, Simulator

NAME = "occlusion"
#: Intermediate rate of a syringe pump (IEC 60601-2-24, facts/clinical.md 5.2).
RATE_NL_H = 5_000_000
#: The line settles after start and after release, treatment s; its time constant is about one.
SETTLES_S = 30.0
#: A drive takes up its slack first: at this rate up to 86 s of a 50 mL syringe (facts/clinical.md 7).
FLOWS_WITHIN_S, FLOW_LOOK_S, FLOWING = 600.0, 10.0, 0.5
#: Nobody waits longer for an alarm than this many times the limit.
PATIENCE = 1.5
HIGHEST_GAUGE_MMHG, HEAVIEST_G = 5_000.0, 10_000.0
NOTHING_NOTICED = "nothing noticed the occlusion"


@dataclass(slots=True)
class Found:
    """`by`: who noticed; empty: nobody. Pressures mmHg, time s from closing, bolus nl; None: nobody could tell."""

    by: str = ""
    after_s: float = 0.0
    alarm_mmhg: float | None = None
    highest_mmhg: float | None = None
    released_nl: float | None = None


async def measure(bench: Bench) -> StepResult:
    """Shut, wait, halt, open. Raises Abandoned, SimulatorGone, Left."""
    rate = bench.settable(RATE_NL_H)
    limit_mmhg = float(bench.line_limit_mmhg or limits.HIGHEST_PRESSURE.most)
    latest = limits.time_to_alarm(limit_mmhg, rate, bench.syringe.nominal_ml)
    volume = bench.volume_nl(rate, PATIENCE * latest.most + FLOWS_WITHIN_S + 30 * bench.speed)
    what = (
        "the line's limit"
        if bench.line_limit_mmhg
        else "the pump's own alarm (this channel has no transducer)"
    )
    bench.person.say(f"occlusion: {rate / 1e6:g} mL/h until {what}, at the latest {limit_mmhg:g} mmHg")
    if bench.simulator is None:
        await bench.person.ask("  line primed, gauge at its end, clamp open? Enter starts the pump:")
    rows: list[list[float]] = []
    try:
        async with held(bench.bound, bench.standing) as pump:
            await pump.prepare(rate, volume)
            await bench.started(pump, rate, volume)
            if bench.simulator is not None:
                found = await _simulated(
                    bench.simulator, pump, rate, limit_mmhg, PATIENCE * latest.most, rows
                )
            else:
                found = await _by_hand(bench, pump, rate, limit_mmhg, PATIENCE * latest.most)
    finally:
        if bench.simulator is not None:  # only now: the pump stands
            await bench.simulator.ask(do="event", name="release")
    if bench.simulator is None:
        await _weighed(bench, found, rows)
    if not bench.line_limit_mmhg and found.by != _PUMP:
        found.by = ""
    figures = _figures(found, latest, bench.line_limit_mmhg)
    return StepResult(
        NAME, figures=figures, series={"mmhg": rows}, how=f"{bench.told_by}; {found.by or 'no alarm'}"
    )


_PUMP, _LINE = "the pump's own alarm", "the line's limit"


async def _simulated(
    simulator: Simulator,
    pump: BenchPump,
    rate: int,
    limit_mmhg: float,
    patience_s: float,
    rows: list[list[float]],
) -> Found:
    found = Found()
    watching = asyncio.create_task(_until_pump_notices(pump, rate), name="watch")
    try:
        await _until_flowing(simulator, rate)
        closed = await simulator.ask(do="event", name="occlude")
        while not found.by and found.after_s < patience_s:
            truth = await simulator.truth()
            found.after_s, found.alarm_mmhg = truth["t_s"] - closed["t_s"], truth["line_mmhg"]
            rows.append([found.after_s / 60, truth["line_mmhg"]])
            if watching.done():
                watching.result()
                found.by = _PUMP
            elif truth["line_mmhg"] >= limit_mmhg:
                found.by = _LINE
            else:
                await asyncio.sleep(LOOK_S)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    await pump.halt()
    stood = await simulator.truth()
    found.highest_mmhg = max(stood["line_mmhg"], found.alarm_mmhg or 0.0)
    rows.append([(stood["t_s"] - closed["t_s"]) / 60, stood["line_mmhg"]])
    await simulator.ask(do="event", name="release")
    after = await simulator.until_settled(SETTLES_S)
    found.released_nl = after["patient_nl"] - stood["patient_nl"]
    return found


async def _until_flowing(simulator: Simulator, rate: int) -> None:
    """A line that is shut before it flows is measured with the drive's slack. Raises Abandoned: it never flows."""
    before = await simulator.truth()
    end_s = before["t_s"] + FLOWS_WITHIN_S
    while before["t_s"] < end_s:
        after = await simulator.until_settled(FLOW_LOOK_S)
        flow_nl_h = (after["patient_nl"] - before["patient_nl"]) / (after["t_s"] - before["t_s"]) * 3600.0
        if flow_nl_h >= FLOWING * rate:
            return
        before = after
    raise Abandoned(f"in {FLOWS_WITHIN_S:g} s the flow never came to {FLOWING:.0%} of the rate")


async def _by_hand(bench: Bench, pump: BenchPump, rate: int, limit_mmhg: float, patience_s: float) -> Found:
    found, person = Found(), bench.person
    await _kept_polled(pump, lambda: person.ask("  flow is steady? press Enter AS YOU CLOSE the clamp:"))
    closed_ms = now_ms()
    pressing = asyncio.create_task(person.ask(f"  press Enter WHEN THE GAUGE SHOWS {limit_mmhg:g} mmHg:"))
    watching = asyncio.create_task(_until_pump_notices(pump, rate), name="watch")
    try:
        done, _ = await asyncio.wait(
            {pressing, watching}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED
        )
        found.after_s = (now_ms() - closed_ms) / 1000
        if watching in done:
            watching.result()
        found.by = _PUMP if watching in done else _LINE if done else ""
    finally:
        for one in (pressing, watching):
            one.cancel()
        await asyncio.gather(pressing, watching, return_exceptions=True)
    await pump.halt()
    return found


async def _weighed(bench: Bench, found: Found, rows: list[list[float]]) -> None:
    """What only a person can read, asked for when the pump stands."""
    person = bench.person
    person.say(f"  {found.by or NOTHING_NOTICED} after {found.after_s:.1f} s; {bench.standing.words}")
    highest = await person.number("  highest pressure on the gauge, mmHg?", 0.0, HIGHEST_GAUGE_MMHG)
    found.alarm_mmhg = found.highest_mmhg = highest
    rows += [[0.0, 0.0], [found.after_s / 60, highest or 0.0]]
    before_g = await person.number(
        "  empty cup under the line: what does the scale show, g?", 0.0, HEAVIEST_G
    )
    after_g = await person.number("  OPEN the clamp; when it drips no more, g?", before_g or 0.0, HEAVIEST_G)
    found.released_nl = bench.liquid.nl((after_g or 0.0) - (before_g or 0.0))


async def _kept_polled(pump: BenchPump, asking: Callable[[], Awaitable[str]]) -> None:
    """The pump's lease lives on while somebody thinks."""
    answered = asyncio.ensure_future(asking())
    try:
        while not answered.done():
            await pump.poll()
            await asyncio.wait({answered}, timeout=POLL_S)
        answered.result()
    finally:
        answered.cancel()


async def _until_pump_notices(pump: BenchPump, rate: int) -> None:
    """Returns when it has stalled or stands by itself. Raises Abandoned: it does something else."""
    while True:
        shown = await pump.poll()
        if PumpAlarm.STALL in shown.alarms:
            return
        if (shown.motion, shown.rate_nl_h) != (Motion.INFUSING, rate):
            raise Abandoned(f"a poll read back {shown.motion.value} without an alarm of an occlusion")
        await asyncio.sleep(POLL_S)


def _figures(found: Found, latest: limits.Limit, line_limit_mmhg: int | None) -> tuple[Figure, ...]:
    made: list[Figure] = []
    if not found.by:
        at = "" if found.highest_mmhg is None else f" at {found.highest_mmhg:.0f} mmHg"
        made.append(failed("time to alarm", "s", f"{NOTHING_NOTICED} in {found.after_s:.0f} s{at}"))
    else:
        made.append(judged("time from closing to alarm", found.after_s, latest, found.by))
    if found.alarm_mmhg is not None:
        made.append(
            disclosed("pressure at alarm", found.alarm_mmhg, "mmHg", found.by or "no alarm; ended here")
        )
    if found.highest_mmhg is not None:
        most = limits.overshoot(line_limit_mmhg) if line_limit_mmhg else limits.HIGHEST_PRESSURE
        made.append(judged("highest pressure", found.highest_mmhg, most))
    if found.released_nl is not None:
        made.append(judged("bolus at release", found.released_nl / 1e6, limits.RELEASED))
    return tuple(made)
