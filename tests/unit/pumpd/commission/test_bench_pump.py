"""A pump in the hand: it runs only as asked, and no way out leaves it running."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from commission_bench import Bench, bound_of, commissioning

from drivers.contract import Motion
from pumpd.commission.bench_pump import Abandoned, BenchPump, Bound, Standing, held, words_of

pytestmark = pytest.mark.hil
RATE, VOLUME = 20_000_000, 1_000_000


async def run_and(bench: Bench, standing: Standing, then: Callable[[BenchPump], Awaitable[object]]) -> None:
    async with held(bound_of(bench), standing) as pump:
        await pump.prepare(RATE, VOLUME)
        await pump.start(RATE, VOLUME)
        await then(pump)


async def test_it_runs_is_watched_and_halts_with_a_time(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        standing = Standing()
        async with held(bound_of(bench), standing) as pump:
            await pump.prepare(RATE, VOLUME)
            await pump.start(RATE, VOLUME)
            assert bench.truth()["running"]
            assert standing.was_moved
            await pump.runs(0.5, RATE)
            took_ms = await pump.halt()
            assert pump.shown.motion is Motion.HALTED
            assert words_of(pump.shown) == "halted, 20 mL/h"
        assert 0 < took_ms < 1000
        assert standing.is_confirmed
        assert "reads back that it stands" in standing.words


@pytest.mark.parametrize("ending", [RuntimeError, asyncio.CancelledError, Abandoned])
async def test_however_its_body_ends_the_pump_is_halted_and_asked(
    ending: type[BaseException], tmp_path: Path
) -> None:
    with commissioning(tmp_path) as bench:
        standing = Standing()

        async def break_off(_pump: BenchPump) -> None:
            raise ending

        with pytest.raises(ending):
            await run_and(bench, standing, break_off)
        assert not bench.truth()["running"]
        assert standing.is_confirmed


async def test_a_pump_that_stops_by_itself_ends_the_watching(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        async with held(bound_of(bench), Standing()) as pump:
            await pump.prepare(RATE, VOLUME)
            await pump.start(RATE, VOLUME)
            bench.do(do="fault", name="keypad_stop")
            with pytest.raises(Abandoned, match="a poll read back halted"):
                await pump.runs(5.0, RATE)


async def test_a_pump_that_does_not_obey_is_said_not_to_stand(tmp_path: Path) -> None:
    """Faults row 4, decision 0002: told, then left without a word for its lease, and only then given up."""
    with commissioning(tmp_path) as bench:
        standing = Standing()

        async def sabotage(pump: BenchPump) -> None:
            bench.do(do="fault", name="stop_ignored", lying=False)
            bench.do(do="fault", name="watchdog_dead")
            await pump.halt()

        with pytest.raises(Abandoned):
            await run_and(bench, standing, sabotage)
        assert not standing.is_confirmed
        assert "NOT CONFIRMED HALTED" in standing.words
        assert "look at the pump" in standing.words


async def test_a_pump_that_obeys_only_its_watchdog_is_starved_of_its_lease(tmp_path: Path) -> None:
    """Decision 0002."""
    with commissioning(tmp_path) as bench:
        standing = Standing()

        async def sabotage(pump: BenchPump) -> None:
            bench.do(do="fault", name="stop_ignored", lying=False)
            await pump.halt()

        with pytest.raises(Abandoned):
            await run_and(bench, standing, sabotage)
        assert not bench.truth()["running"]
        assert standing.is_confirmed


async def test_who_does_not_answer_was_sent_nothing_and_is_not_said_to_stand_where_it_was_moved() -> None:
    nowhere = Bound("new_era", {"model": "NE1000"}, "/dev/no-such-port", 26_590)
    for was_moved, words in ((False, "nothing was sent"), (True, "NOT CONFIRMED HALTED")):
        standing = Standing(was_moved=was_moved)
        with pytest.raises(Abandoned, match="no such device"):
            async with held(nowhere, standing):
                pass
        assert words in standing.words
        assert standing.is_confirmed is not was_moved
