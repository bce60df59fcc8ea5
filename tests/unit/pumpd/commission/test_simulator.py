"""The simulator's word: asked over its socket, in its own seconds."""

from pathlib import Path

import pytest
from commission_bench import commissioning

from pumpd.commission.simulator import Simulator, SimulatorGone, last_start_s


@pytest.mark.hil
async def test_its_truth_its_speed_and_its_refusals_are_heard(tmp_path: Path) -> None:
    with commissioning(tmp_path, speed=50.0) as bench:
        told = await Simulator.opened(str(bench.control))
        assert (await told.truth())["running"] is False
        assert 40.0 < await told.speed() < 60.0
        before = await told.truth()
        assert (await told.until_settled(20.0))["t_s"] >= before["t_s"] + 20.0
        with pytest.raises(SimulatorGone, match="unknown"):
            await told.ask(do="event", name="nothing-like-it")
        await told.close()


async def test_where_none_listens_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(SimulatorGone, match="no simulator listens here"):
        await Simulator.opened(str(tmp_path / "none"))


def test_the_last_start_is_the_first_motion_after_the_last_rest() -> None:
    def motions(*rates: float) -> dict[str, object]:
        return {"motions": [{"t_s": float(i), "rate_nl_h": rate} for i, rate in enumerate(rates)]}

    assert last_start_s(motions(5.0)) == 0.0
    assert last_start_s(motions(5.0, 0.0, 7.0, 8.0, 0.0)) == 2.0
    assert last_start_s(motions(5.0, 4.0, 3.0)) == 0.0
    with pytest.raises(SimulatorGone, match="has not moved"):
        last_start_s(motions())
