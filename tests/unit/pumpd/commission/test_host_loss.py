"""A host dies: when the pump stood, by a truth and by the pump's own counter."""

from pathlib import Path

import pytest
from commission_bench import MODBUS_TCP, NEW_ERA, Scripted, commissioning, visited

from pumpd.commission import host_loss

pytestmark = pytest.mark.hil
CHEMYX = 'driver = "chemyx"\nslowest_nm_h = 42050\nfastest_nm_h = 3060300000\naccepted_risk = "bench"\n'


@pytest.mark.parametrize(("sim", "table"), [("new_era", NEW_ERA), ("modbus-tcp", MODBUS_TCP)])
async def test_the_pumps_own_counter_says_about_what_the_truth_says(
    sim: str, table: str, tmp_path: Path
) -> None:
    """Law 7, I3: without a simulator's word, at the fast rate; then the truth is compared."""
    with commissioning(tmp_path, sim, table) as bench:
        async with visited(bench, Scripted(), simulator=None) as visit:
            found = await host_loss.measure(visit)
        assert not bench.truth()["running"]
    assert found.word == "passed", found.figures
    looked, counted = found.figures
    assert looked.name == "stood at the first look after the silence"
    assert counted.limit is not None
    assert counted.value is not None
    # The lease is 2 s from the last word, which is up to a poll's distance before the kill.
    assert 1_400 <= counted.value <= counted.limit
    assert 2_100 < counted.limit <= 2_500


async def test_a_pump_whose_watchdog_is_dead_has_failed_with_the_time_and_is_halted(tmp_path: Path) -> None:
    """Faults row 8."""
    with commissioning(tmp_path) as bench:
        bench.do(do="fault", name="watchdog_dead")
        async with visited(bench, Scripted()) as visit:
            found = await host_loss.measure(visit)
        assert visit.standing.is_confirmed
        assert not bench.truth()["running"]
    assert found.word == "FAILED"
    looked, true = found.figures
    assert "after the kill it was still infusing; limit 2100 ms" in looked.note
    assert "the plunger still moves" in true.note


async def test_a_pump_without_a_watchdog_stands_at_its_volume_and_says_that_nothing_else_stops_it(
    tmp_path: Path,
) -> None:
    with commissioning(tmp_path, "chemyx", CHEMYX) as bench:
        async with visited(bench, Scripted()) as visit:
            found = await host_loss.measure(visit)
        truth = bench.truth()
    assert found.word == "passed", found.figures
    assert found.figures[-1].name == "the volume that was set"
    assert found.figures[-1].value is not None
    assert truth["counter_nl"] == pytest.approx(found.figures[-1].value * 1e6, abs=2)
