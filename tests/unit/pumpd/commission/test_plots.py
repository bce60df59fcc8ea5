"""Each step's pictures, and that a limit is in them."""

import pytest

from pumpd.commission.limits import MEAN_FLOW, STOP
from pumpd.commission.measured import StepResult, judged
from pumpd.commission.plots import pictures

FLOW = StepResult(
    "flow:5",
    figures=(judged("mean flow error", -1.25, MEAN_FLOW),),
    series={
        "flow_ml_h": [[0.0, 0.0], [0.5, 4.9], [1.0, 5.1]],
        "windows": [[2.0, 1.5, -2.5], [5.0, 0.5, -0.75]],
        "rate_ml_h": [[5.0]],
        "period_min": [[0.5, 1.5]],
    },
)


def test_flow_has_a_start_up_curve_and_a_trumpet() -> None:
    start, trumpet = pictures(FLOW)
    assert "Start-up" in start
    assert "set 5 mL/h" in start
    assert "observation window, min" in trumpet
    assert "mean -1.25 %" in trumpet


def test_without_a_single_window_there_is_no_trumpet() -> None:
    short = StepResult("flow:5", figures=FLOW.figures, series={**FLOW.series, "windows": []})
    assert len(pictures(short)) == 1


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            StepResult("stop", figures=(judged("stop", 30.0, STOP),), series={"stops_ms": [[1.0, 30.0]]}),
            "limit 1000 ms",
        ),
        (
            StepResult("occlusion", series={"mmhg": [[0.0, 10.0], [1.0, 200.0]]}),
            "minutes from closing the line",
        ),
    ],
)
def test_stops_and_occlusion_are_drawn(result: StepResult, words: str) -> None:
    (picture,) = pictures(result)
    assert words in picture


def test_what_was_not_measured_is_not_drawn() -> None:
    assert pictures(StepResult("occlusion", is_done=False, reason="torn")) == ()
    assert pictures(StepResult("host-loss")) == ()
