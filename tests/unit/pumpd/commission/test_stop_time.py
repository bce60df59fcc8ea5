"""Stops, timed."""

from pathlib import Path

import pytest
from commission_bench import MODBUS_TCP, NEW_ERA, Scripted, commissioning, visited

from pumpd.commission import stop_time

pytestmark = pytest.mark.hil


@pytest.mark.parametrize(("sim", "table"), [("new_era", NEW_ERA), ("modbus-tcp", MODBUS_TCP)])
async def test_each_press_is_timed_to_its_readback(sim: str, table: str, tmp_path: Path) -> None:
    """faults.md 0, T_s."""
    with commissioning(tmp_path, sim, table) as bench:
        async with visited(bench, Scripted()) as visit:
            found = await stop_time.measure(visit)
        assert not bench.truth()["running"]
    assert found.word == "passed"
    assert [one[0] for one in found.series["stops_ms"]] == [1.0, 2.0, 3.0]
    by_name = {one.name: one.value or 0.0 for one in found.figures}
    assert 0 < by_name["stop to readback, median"] <= by_name["stop to readback, worst"] < 1000
    assert by_name["stop to the plunger's stand-still, worst"] < 1000


async def test_a_pump_that_does_not_obey_its_stop_has_failed(tmp_path: Path) -> None:
    """Faults rows 3 and 4."""
    with commissioning(tmp_path) as bench:

        class Saboteur(Scripted):
            def say(self, text: str) -> None:
                super().say(text)
                if text.startswith("  press 2:"):
                    bench.do(do="fault", name="stop_ignored", lying=False)

        async with visited(bench, Saboteur(), presses=4) as visit:
            found = await stop_time.measure(visit)
    assert found.word == "FAILED"
    assert found.figures[-1].note.startswith("press 3: halt: ")
    assert "infusing" in found.figures[-1].note
