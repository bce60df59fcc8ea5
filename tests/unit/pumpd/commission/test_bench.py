"""The arithmetic of a visit: what the pump can be told, and a net under every run."""

from pathlib import Path

import pytest
from commission_bench import Scripted, commissioning, visited

from pumpd.commission.bench import utc_now, words_of_rate
from pumpd.commission.bench_pump import Abandoned, held

pytestmark = pytest.mark.hil


async def test_rates_and_volumes_are_what_the_pump_can_be_told(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        async with visited(bench, Scripted(), speed=1.0) as visit:
            assert visit.settable(5_000_123) == 5_000_000
            assert visit.settable(10**12) == visit.offered.rate_max_nl_h
            with pytest.raises(Abandoned, match="with this syringe the pump begins at"):
                visit.settable(1)
            # 36 mL/h is 10 uL/s: 60 s and 5 s of slack, and half as much again, are 975 uL.
            assert visit.volume_nl(36_000_000, 60.0) == 975_000
            visit.speed = 10.0
            assert visit.volume_nl(36_000_000, 60.0) == 1_650_000
            assert "a simulator's truth" in visit.told_by


async def test_a_simulator_that_is_not_behind_the_port_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with commissioning(tmp_path / "a") as bench, commissioning(tmp_path / "b") as other:
        bench.control = other.control
        async with visited(bench, Scripted()) as visit, held(visit.bound, visit.standing) as pump:
            await pump.prepare(20_000_000, 1_000_000)
            with pytest.raises(Abandoned, match="it is not behind this port"):
                await visit.started(pump, 20_000_000, 1_000_000)


def test_a_rate_is_named_as_people_write_it() -> None:
    assert [words_of_rate(one) for one in (5_000_000, 26_200_000)] == ["5", "26.2"]
    assert utc_now().endswith(" UTC")
