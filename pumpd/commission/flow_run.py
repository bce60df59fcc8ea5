"""How much really flows: the pump runs at one rate, and a scale or a simulator's truth says what came out by when.

Theory of operation. The clock of the measurement begins with the plunger: a simulator tells when that moved, in its own
seconds; a person starts the scale's log when told that the pump runs, so that readings of a file count from its first
line. Typed readings carry the time at which they were typed. Whatever the readings are, `flow` computes from them; the
pump is halted first, and a reading that cannot be used takes nothing back from that.
"""

import asyncio
from pathlib import Path

from pumpd.commission.bench import Bench, words_of_rate
from pumpd.commission.bench_pump import BenchPump, held, now_ms
from pumpd.commission.flow import SAMPLE_S, Analysis, Reading, Window, analysed
from pumpd.commission.gravimetric import Unreadable, parse, readings
from pumpd.commission.limits import MEAN_FLOW
from pumpd.commission.measured import Figure, StepResult, disclosed, judged, missing
from pumpd.commission.simulator import LOOK_S, last_start_s

FULL_MIN, QUICK_MIN = 120.0, 12.0
#: How much of the syringe a run may use.
USABLE = 0.9
HEAVIEST_G = 10_000.0
#: A scale's log may begin a little before the pump and end a little after it, s.
LOG_SLACK_S = 60.0


def name_of(rate_nl_h: int) -> str:
    """Each rate is a step of its own."""
    return f"flow:{words_of_rate(rate_nl_h)}"


def minutes_of(bench: Bench, rate_nl_h: int) -> float:
    """How long: as asked, else two hours or what the syringe holds; `--quick` has its own."""
    if bench.flow_minutes is not None:
        return bench.flow_minutes
    holds_min = USABLE * bench.syringe.nominal_ml * 60e6 / rate_nl_h
    return min(QUICK_MIN if bench.is_quick else FULL_MIN, holds_min // 1)


async def measure(bench: Bench, rate_nl_h: int) -> StepResult:
    """One rate. Raises Abandoned, SimulatorGone, Left, Unusable."""
    minutes = minutes_of(bench, rate_nl_h)
    volume = bench.volume_nl(rate_nl_h, minutes * 60 + 60 * bench.speed)
    bench.person.say(
        f"flow: {rate_nl_h / 1e6:g} mL/h for {minutes:g} min, {rate_nl_h * minutes / 60e6:.1f} mL"
    )
    if bench.simulator is not None:
        async with held(bench.bound, bench.standing) as pump:
            await pump.prepare(rate_nl_h, volume)
            found = await _by_truth(bench, pump, rate_nl_h, volume, minutes)
    else:
        found = await _by_scale(bench, rate_nl_h, volume, minutes)
    analysis = analysed(found, rate_nl_h)
    return StepResult(
        name_of(rate_nl_h),
        is_quick=bench.is_quick,
        how=bench.told_by,
        figures=_figures(analysis),
        series={
            "flow_ml_h": [[i * SAMPLE_S / 60, one / 1e6] for i, one in enumerate(analysis.flows_nl_h)],
            "windows": [list(_edges(one)) for one in analysis.windows if not one.lacking],
            "rate_ml_h": [[rate_nl_h / 1e6]],
            "period_min": [[analysis.begin_s / 60, analysis.end_s / 60]],
        },
    )


async def _by_truth(
    bench: Bench, pump: BenchPump, rate: int, volume: int, minutes: float
) -> tuple[Reading, ...]:
    """In the simulator's seconds from the first motion of its plunger."""
    simulator = bench.simulator
    assert simulator is not None
    before = await simulator.truth()
    await bench.started(pump, rate, volume)
    begun_s = last_start_s(await simulator.truth())
    kept: list[Reading] = [(min(before["t_s"] - begun_s, 0.0), before["patient_nl"])]
    at_s, told_s = 0.0, 0.0
    running = asyncio.create_task(pump.runs(10 * minutes * 60, rate), name="watch")
    try:
        while at_s < minutes * 60 and not running.done():
            truth = await simulator.truth()
            at_s = truth["t_s"] - begun_s
            if at_s > kept[-1][0]:
                kept.append((at_s, truth["patient_nl"]))
            if at_s - told_s >= minutes * 60 / 4:
                told_s = at_s
                bench.person.say(f"  {at_s / 60:.0f} min, {(truth['patient_nl'] - kept[0][1]) / 1e6:.2f} mL")
            await asyncio.sleep(LOOK_S)
        if running.done():
            running.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return tuple((at, nl - kept[0][1]) for at, nl in kept)


async def _by_scale(bench: Bench, rate: int, volume: int, minutes: float) -> tuple[Reading, ...]:
    """What a person types while it runs, or what a scale has written by the end."""
    person = bench.person
    await person.ask("  line primed, cup on the scale, that much and more in the syringe? Enter goes on:")
    rows: list[Reading] = []
    if bench.scale_file is None:
        start_g = await person.number(
            "  what does the scale show, g? The pump starts with that:", 0.0, HEAVIEST_G
        )
        rows.append((0.0, start_g or 0.0))
    async with held(bench.bound, bench.standing) as pump:
        await pump.prepare(rate, volume)
        await bench.started(pump, rate, volume)
        begun_ms = now_ms()
        person.say("  GO: the pump runs; start the scale's log now, if it keeps one")
        ending = asyncio.create_task(_typed(bench, begun_ms, rows), name="typing")
        try:
            await pump.runs(minutes * 60, rate, ending.done)
            if ending.done():
                ending.result()
        finally:
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)
        await pump.halt()
        ran_s = (now_ms() - begun_ms) / 1000
    person.say(f"  {bench.standing.words}; it ran for {ran_s:.0f} s")
    if bench.scale_file is not None:
        return await of_file(bench, bench.scale_file, ran_s)
    last_g = await person.number("  and the last reading, when it drips no more, g?", 0.0, HEAVIEST_G)
    rows.append((ran_s, last_g or 0.0))
    return readings(rows, bench.liquid)


async def _typed(bench: Bench, begun_ms: int, rows: list[Reading]) -> None:
    """Until nothing is typed: that ends the run."""
    if bench.scale_file is not None:
        await bench.person.ask("  Enter ends the run before its time:")
        return
    question = "  g now (best each half minute; Enter alone ends the run)?"
    while (grams := await bench.person.number(question, 0.0, HEAVIEST_G, may_be_empty=True)) is not None:
        rows.append(((now_ms() - begun_ms) / 1000, grams))


async def of_file(bench: Bench, file: str, ran_s: float) -> tuple[Reading, ...]:
    """The scale's log, once a person says that it is complete and it can be one of this run. Raises Left."""
    while True:
        await bench.person.ask(f"  {file} is complete? Enter:")
        try:
            found = readings(parse(Path(file).read_text(encoding="utf-8"), file), bench.liquid)
        except (OSError, UnicodeDecodeError, Unreadable) as wrong:
            bench.person.say(f"  {wrong}")
            continue
        spans_s = found[-1][0] - found[0][0] if found else 0.0
        if spans_s <= 0.0 or spans_s > ran_s + LOG_SLACK_S:
            bench.person.say(
                f"  {file} spans {spans_s:.0f} s, the pump ran for {ran_s:.0f} s: not of this run"
            )
            continue
        start_s = found[0][0]
        return tuple((at - start_s, nl) for at, nl in found)


def _figures(analysis: Analysis) -> tuple[Figure, ...]:
    begin, end = analysis.begin_s / 60, analysis.end_s / 60
    period = f"minutes {begin:g} to {end:g}, readings up to {analysis.widest_gap_s:.1f} s apart"
    found = [judged("mean flow error", analysis.mean_error_percent, MEAN_FLOW, period)]
    if analysis.started_s is None:
        found.append(missing("start-up: 95 % of the rate", "s", "the flow never came to 95 % of the rate"))
    else:
        found.append(disclosed("start-up: 95 % of the rate by", float(analysis.started_s), "s"))
    for one in analysis.windows:
        name = f"window {one.minutes} min"
        if one.lacking:
            found.append(missing(name, "%", f"not computed: {one.lacking}"))
            continue
        edges = _edges(one)
        found.append(disclosed(f"{name}, highest error", edges[1], "%"))
        found.append(disclosed(f"{name}, lowest error", edges[2], "%"))
    return tuple(found)


def _edges(window: Window) -> tuple[float, float, float]:
    return float(window.minutes), window.highest_percent or 0.0, window.lowest_percent or 0.0
