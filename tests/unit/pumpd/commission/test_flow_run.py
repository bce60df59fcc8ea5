"""Flow, by a simulator's truth and by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from commission_bench import Scripted, commissioning, visited

from pumpd.commission import flow_run
from pumpd.commission.bench_pump import Abandoned
from pumpd.commission.flow import Unusable

RATE = 5_000_000


@pytest.mark.hil
async def test_a_slow_pump_is_out_of_its_limit_by_the_simulators_truth(tmp_path: Path) -> None:
    """Faults rows 9 and 11: the pump's own counter does not see it, the cup does."""
    with commissioning(tmp_path, speed=300.0) as bench:
        bench.do(do="fault", name="underdelivery", factor=0.9, counted=False)
        async with visited(bench, Scripted()) as visit:
            found = await flow_run.measure(visit, RATE)
        assert not bench.truth()["running"]
    assert found.word == "FAILED"
    mean = found.figures[0]
    assert mean.value == pytest.approx(-10.0, abs=0.2)
    assert mean.limit == 2.0
    assert found.is_quick
    assert [one.note for one in found.figures if one.name == "window 31 min"] == [
        "not computed: the analysis period is 6 min"
    ]


@pytest.mark.hil
async def test_somebody_at_the_keypad_ends_the_measurement_and_the_pump_stands(tmp_path: Path) -> None:
    """Faults row 15."""
    with commissioning(tmp_path, speed=60.0) as bench:

        class Meddler(Scripted):
            def say(self, text: str) -> None:
                super().say(text)
                if text.startswith("  3 min"):
                    bench.do(do="fault", name="keypad_stop")

        async with visited(bench, Meddler()) as visit:
            with pytest.raises(Abandoned, match="nobody had asked for that"):
                await flow_run.measure(visit, RATE)
        assert visit.standing.is_confirmed


@pytest.mark.hil
async def test_typed_readings_that_are_too_short_are_refused_after_the_pump_stands(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:

        def while_it_runs() -> str:
            assert bench.truth()["running"]
            return "10.001"

        person = Scripted("", "10.0", while_it_runs, "", "10.002")
        async with visited(bench, person, simulator=None, flow_minutes=2.0) as visit:
            with pytest.raises(Unusable, match="the least is 60 s"):
                await flow_run.measure(visit, RATE)
        assert not bench.truth()["running"]
    assert any("the pump is halted: it reads back that it stands; it ran for" in one for one in person.said)


@pytest.mark.hil
async def test_a_scales_log_is_taken_when_it_can_be_of_this_run(tmp_path: Path) -> None:
    """A log that is longer than the run, or that holds a line that is no reading, is said and asked for again."""
    log = tmp_path / "scale.csv"

    def write(*rows: str) -> str:
        log.write_text("time_s,grams\n" + "\n".join(rows))
        return ""

    person = Scripted(
        lambda: write("0,10.0", "900,11.0"),
        lambda: write("0,10.0", "30;1O.04"),
        lambda: write("5,10.0", "35,10.0416", "65,10.0832"),
    )
    with commissioning(tmp_path) as bench:
        async with visited(bench, person, simulator=None) as visit:
            found = await flow_run.of_file(visit, str(log), 60.0)
    assert found == (
        (0.0, 0.0),
        (30.0, pytest.approx(0.0416 / 0.9982 * 1e6)),
        (60.0, pytest.approx(0.0832 / 0.9982 * 1e6)),
    )
    assert any("spans 900 s, the pump ran for 60 s: not of this run" in one for one in person.said)
    assert any("scale.csv:3: '30;1O.04'" in one for one in person.said)


@pytest.mark.hil
async def test_two_hours_or_what_the_syringe_holds(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        async with visited(bench, Scripted(), is_quick=False) as visit:
            assert flow_run.minutes_of(visit, 5_000_000) == 120
            assert flow_run.minutes_of(visit, 26_000_000) == 103  # 45 mL of 50
            assert flow_run.minutes_of(replace(visit, is_quick=True), 26_000_000) == 12
            assert flow_run.minutes_of(replace(visit, flow_minutes=70.0), 26_000_000) == 70


def test_each_rate_is_a_step_of_its_own() -> None:
    assert flow_run.name_of(26_200_000) == "flow:26.2"
