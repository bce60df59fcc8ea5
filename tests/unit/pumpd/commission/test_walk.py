"""From step to step: kept as they end, never with a running pump between them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from commission_bench import Scripted, commissioning, visited

from pumpd.commission.bench_pump import Standing
from pumpd.commission.kept import Kept
from pumpd.commission.walk import FRESH_MS, Interrupted, names, stand_still, walk


def kept_in(folder: Path) -> Kept:
    kept = Kept(folder / "out")
    kept.begin({"pump": "NE1000"})
    return kept


class Breaking(Scripted):
    """Cancels its own visit when it hears these words."""

    def __init__(self, words: str, then: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.words, self.then = words, then
        self.task = asyncio.current_task()

    def say(self, text: str) -> None:
        super().say(text)
        if text.startswith(self.words) and self.task is not None:
            self.then()
            self.task.cancel()


def test_the_steps_are_walked_in_one_order_each_rate_for_itself() -> None:
    rates = (5_000_000, 26_000_000)
    assert names(rates) == ("stop", "host-loss", "flow:5", "flow:26", "occlusion")
    assert names(rates, ("occlusion", "stop")) == ("stop", "occlusion")


@pytest.mark.hil
async def test_a_step_that_cannot_go_on_is_a_result_and_the_next_one_is_done(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        kept = kept_in(tmp_path)
        async with visited(bench, Scripted(), rates_nl_h=(1,)) as visit:
            await walk(visit, kept, ["stop", "flow:1e-06"])
        found = kept.results()
    assert [one.is_done for one in found.values()] == [False, False]
    assert "with this syringe the pump begins at" in found["stop"].reason
    assert found["stop"].by == "Erika"
    assert found["stop"].at.endswith("UTC")


@pytest.mark.hil
@pytest.mark.parametrize("words", ["  press 2:", "  killed;", "flow:"])
async def test_broken_off_anywhere_the_pump_stands_before_it_is_said_and_then_it_is_kept(
    words: str, tmp_path: Path
) -> None:
    """The host that was killed has left the pump running: that one is opened and halted as well."""
    with commissioning(tmp_path) as bench:
        kept, person = kept_in(tmp_path), Breaking(words)
        step = {"  press 2:": "stop", "  killed;": "host-loss", "flow:": "flow:5"}[words]
        async with visited(bench, person) as visit:
            with pytest.raises(Interrupted, match="reads back that it stands"):
                await walk(visit, kept, [step, "occlusion"])
            assert not bench.truth()["running"]
        assert person.said[-1] == "interrupted: the pump is halted: it reads back that it stands"
        found = kept.results()
    assert list(found) == [step]
    assert not found[step].is_done
    assert "broken off by a person" in found[step].reason


@pytest.mark.hil
async def test_a_step_broken_off_takes_the_place_of_none_that_was_gone_through(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        kept = kept_in(tmp_path)
        async with visited(bench, Scripted()) as visit:
            await walk(visit, kept, ["stop"])
            before = kept.results()["stop"]
            assert before.is_done
            with pytest.raises(Interrupted):
                await walk(replace(visit, person=Breaking("  press 1:")), kept, ["stop"])
    assert kept.results()["stop"] == before


@pytest.mark.hil
async def test_a_pump_that_does_not_come_to_rest_fails_the_step_and_ends_the_walk(tmp_path: Path) -> None:
    """Faults rows 4 and 8 together."""
    with commissioning(tmp_path) as bench:

        class Saboteur(Scripted):
            def say(self, text: str) -> None:
                super().say(text)
                if text.startswith("  press 1:"):
                    bench.do(do="fault", name="stop_ignored", lying=False)
                    bench.do(do="fault", name="watchdog_dead")

        kept = kept_in(tmp_path)
        async with visited(bench, Saboteur()) as visit:
            await walk(visit, kept, ["stop", "occlusion"])
        found = kept.results()
    assert list(found) == ["stop"]
    assert found["stop"].word == "FAILED"
    assert any("NOT CONFIRMED HALTED" in one.note for one in found["stop"].figures)


@pytest.mark.hil
async def test_rest_that_was_proven_long_ago_is_proven_anew(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        async with visited(bench, Scripted()) as visit:
            await stand_still(visit)
            first = proven(visit.standing)
            await stand_still(visit)
            assert proven(visit.standing) == first
            visit.standing.proven_ms = first - FRESH_MS
            await stand_still(visit)
            assert proven(visit.standing) > first - FRESH_MS


def proven(standing: Standing) -> int:
    assert standing.proven_ms is not None
    return standing.proven_ms
