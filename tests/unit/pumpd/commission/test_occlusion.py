"""A shut line: by a simulator's truth, by hand, with and without a transducer."""

from pathlib import Path

import pytest
from commission_bench import MODBUS_TCP, NEW_ERA, Scripted, commissioning, visited

from pumpd.commission import occlusion
from pumpd.commission.bench_pump import Abandoned

pytestmark = pytest.mark.hil


@pytest.mark.parametrize(("sim", "table"), [("new_era", NEW_ERA), ("modbus-tcp", MODBUS_TCP)])
async def test_with_a_transducer_the_lines_limit_ends_it_and_the_bolus_is_what_the_line_stored(
    sim: str, table: str, tmp_path: Path
) -> None:
    """LP1; clinical.md 7: 1.7 uL/mmHg above 10 mmHg of vein."""
    with commissioning(tmp_path, sim, table, speed=100.0) as bench:
        async with visited(bench, Scripted()) as visit:
            found = await occlusion.measure(visit)
        truth = bench.truth()
    assert not truth["running"]
    assert not truth["occluded"]
    assert found.word == "passed", found.figures
    by_name = {one.name: one.value or 0.0 for one in found.figures}
    assert 200 <= by_name["pressure at alarm"] <= by_name["highest pressure"] < 300
    stored_ml = 1.7e-3 * (by_name["highest pressure"] - 10)
    assert by_name["bolus at release"] == pytest.approx(stored_ml, abs=0.01)
    # From 10 to 200 mmHg at 5 mL/h.
    assert by_name["time from closing to alarm"] == pytest.approx(190 * 1.7e-3 / 5 * 3600, rel=0.15)


async def test_a_line_that_does_not_flow_is_not_shut(tmp_path: Path) -> None:
    with commissioning(tmp_path, speed=300.0) as bench:
        bench.do(do="fault", name="underdelivery", factor=0.4, counted=False)
        async with visited(bench, Scripted()) as visit:
            with pytest.raises(Abandoned, match="never came to 50% of the rate"):
                await occlusion.measure(visit)
        assert not bench.truth()["running"]


async def test_without_one_a_pump_that_stalls_too_late_has_failed_with_the_pressure(tmp_path: Path) -> None:
    """requirements.md 38: the simulated motor stalls at 1500 mmHg, no line may come above 1034."""
    with commissioning(tmp_path, speed=300.0) as bench:
        async with visited(bench, Scripted(), line_limit_mmhg=None) as visit:
            found = await occlusion.measure(visit)
        assert not bench.truth()["running"]
    assert found.word == "FAILED"
    by_name = {one.name: one for one in found.figures}
    assert by_name["time to alarm"].note.startswith("nothing noticed the occlusion in")
    assert (by_name["highest pressure"].value or 0.0) > 1034
    assert by_name["highest pressure"].verdict == "FAILED"
    assert by_name["bolus at release"].verdict == "FAILED"


async def test_by_hand_the_person_presses_reads_and_weighs_and_the_pump_stands_before_anything_is_read(
    tmp_path: Path,
) -> None:
    with commissioning(tmp_path) as bench:

        def at_the_gauge() -> str:
            assert bench.truth()["running"]
            return ""

        def read() -> str:
            assert not bench.truth()["running"]
            return "205"

        person = Scripted("", at_the_gauge, at_the_gauge, read, "10.000", "10.330")
        async with visited(bench, person, simulator=None) as visit:
            found = await occlusion.measure(visit)
    by_name = {one.name: one.value for one in found.figures}
    assert by_name["highest pressure"] == 205
    assert by_name["bolus at release"] == pytest.approx(0.330 / 0.9982)
    assert found.word == "passed"
    assert found.how == "a person and a scale; the line's limit"
