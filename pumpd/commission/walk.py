"""From step to step: each begun with the pump at rest, each ended with the pump proven at rest, each kept as it ends.

Theory of operation. A step that cannot go on is a result too: not done, with the reason. Whatever a step did, the walk
does not go further until a readback says that the pump stands; if none comes, that is a failure of the step, and the walk
ends. An interruption (Ctrl-C, a closed terminal) ends the step where it is: the pump is halted and asked first, then it is
said, then it is written down.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from pumpd.commission import flow_run, host_loss, occlusion, stop_time
from pumpd.commission.bench import Bench, utc_now
from pumpd.commission.bench_pump import Abandoned, held, now_ms
from pumpd.commission.flow import Unusable
from pumpd.commission.kept import Kept
from pumpd.commission.measured import StepResult, Verdict, failed
from pumpd.commission.page import figure_words, title_of
from pumpd.commission.person import Left
from pumpd.commission.simulator import SimulatorGone

#: A proof of rest is fresh for so long, ms; older ones are made anew before anybody is told.
FRESH_MS = 2000
KINDS = (stop_time.NAME, host_loss.NAME, "flow", occlusion.NAME)


class Interrupted(Exception):
    """A person broke off; what there is has been kept."""


def names(rates_nl_h: Sequence[int], kinds: Sequence[str] = KINDS) -> tuple[str, ...]:
    """The steps of these kinds, in the order in which they are walked; each rate of flow is one."""
    found: list[str] = []
    for kind in KINDS:
        if kind in kinds:
            found += [flow_run.name_of(rate) for rate in rates_nl_h] if kind == "flow" else [kind]
    return tuple(found)


async def walk(bench: Bench, kept: Kept, steps: Sequence[str]) -> None:
    """Do these steps.

    Raises:
        Interrupted: a person broke off.
        OSError: a result could not be kept.
    """
    for name in steps:
        try:
            result = await _step(bench, name)
        except (asyncio.CancelledError, Left) as ended:
            # The step's own end has halted the pump already; this proves it anew where it has not, and only then
            # is anything written.
            await stand_still(bench)
            bench.person.say(f"interrupted: {bench.standing.words}")
            why = str(ended) or "broken off by a person"
            _keep(
                kept, _signed(bench, StepResult(name, is_done=False, reason=f"{why}; {bench.standing.words}"))
            )
            raise Interrupted(bench.standing.words) from None
        await stand_still(bench)
        if not bench.standing.is_confirmed:
            more = failed("the pump at the step's end", "", bench.standing.words)
            result = replace(result, figures=(*result.figures, more))
        _keep(kept, _signed(bench, result))
        _tell(bench, result)
        if not bench.standing.is_confirmed:
            return


async def stand_still(bench: Bench) -> None:
    """Prove that the pump stands, unless that was done a moment ago; `bench.standing` says what came of it."""
    proven_ms = bench.standing.proven_ms
    if bench.standing.is_confirmed and proven_ms is not None and now_ms() - proven_ms < FRESH_MS:
        return
    try:
        async with held(bench.bound, bench.standing):
            pass
    except Abandoned as reason:
        bench.standing.words = f"{bench.standing.words} ({reason})"


async def _step(bench: Bench, name: str) -> StepResult:
    try:
        return await _measure_of(bench, name)()
    except (Abandoned, SimulatorGone, Unusable) as reason:
        return StepResult(name, is_done=False, reason=str(reason))


def _measure_of(bench: Bench, name: str) -> Callable[[], Awaitable[StepResult]]:
    for rate in bench.rates_nl_h:
        if name == flow_run.name_of(rate):
            return lambda: flow_run.measure(bench, rate)
    found = {stop_time.NAME: stop_time, host_loss.NAME: host_loss, occlusion.NAME: occlusion}[name]
    return lambda: found.measure(bench)


def _signed(bench: Bench, result: StepResult) -> StepResult:
    return replace(result, at=utc_now(), by=bench.by)


def _keep(kept: Kept, result: StepResult) -> None:
    """A step that was broken off takes the place of none that was gone through, unless it found a fault."""
    known = kept.results().get(result.name)
    is_fault = any(one.verdict is Verdict.FAILED for one in result.figures)
    if known is None or result.is_done or is_fault or not known.is_done:
        kept.keep(result)


def _tell(bench: Bench, result: StepResult) -> None:
    say = bench.person.say
    say(f"{title_of(result.name)}: {result.word}" + (f": {result.reason}" if result.reason else ""))
    for one in result.figures:
        say(f"  {figure_words(one)}")
