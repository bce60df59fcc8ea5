"""The one word: what makes it PASSED, and everything that does not."""

import json
import math

import pytest

from pumpd.commission.limits import STOP
from pumpd.commission.measured import (
    StepResult,
    Verdict,
    Whole,
    disclosed,
    failed,
    judged,
    missing,
    whole,
)

GOOD = StepResult("stop", figures=(judged("stop", 30.0, STOP), disclosed("other", 1.0, "ms")))
BAD = StepResult("stop", figures=(judged("stop", 1000.5, STOP),))
TORN = StepResult("flow:5", is_done=False, reason="broken off")
SHORT = StepResult("flow:5", figures=(missing("window 31 min", "%", "not computed"),))


def test_a_figure_passes_up_to_its_limit_and_no_further() -> None:
    assert judged("stop", 1000.0, STOP).verdict is Verdict.PASSED
    assert judged("stop", 1000.1, STOP).verdict is Verdict.FAILED
    assert judged("error", -1000.1, STOP).verdict is Verdict.FAILED


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_passes_nothing(value: float) -> None:
    assert judged("stop", value, STOP).verdict is Verdict.FAILED


def test_everything_done_and_inside_is_a_pass() -> None:
    assert whole(["stop"], {"stop": GOOD}) is Whole.PASSED


@pytest.mark.parametrize("other", [None, TORN, SHORT])
def test_a_step_that_lacks_anything_makes_it_incomplete_and_never_passed(other: StepResult | None) -> None:
    steps = {"stop": GOOD} | ({"flow:5": other} if other is not None else {})
    assert whole(["stop", "flow:5"], steps) is Whole.INCOMPLETE


@pytest.mark.parametrize("other", [None, TORN, SHORT])
def test_a_figure_outside_its_limit_is_failed_whatever_else_is_missing(other: StepResult | None) -> None:
    steps = {"stop": BAD} | ({"flow:5": other} if other is not None else {})
    assert whole(["stop", "flow:5"], steps) is Whole.FAILED


def test_a_fault_found_before_a_step_was_broken_off_stays_a_fault() -> None:
    torn = StepResult("stop", is_done=False, reason="torn", figures=(failed("stop", "ms", "went on"),))
    assert torn.word == "FAILED"
    assert whole(["stop"], {"stop": torn}) is Whole.FAILED


def test_a_commissioning_of_nothing_is_no_pass() -> None:
    assert whole([], {}) is Whole.INCOMPLETE


def test_a_result_comes_back_from_its_file_as_it_was() -> None:
    result = StepResult(
        "stop", figures=GOOD.figures, series={"stops_ms": [[1.0, 30.0]]}, by="Erika", how="truth"
    )
    assert StepResult.from_json(json.loads(json.dumps(result.as_json()))) == result


def test_a_file_that_is_no_result_is_refused() -> None:
    with pytest.raises(KeyError):
        StepResult.from_json({"name": "stop"})
    with pytest.raises(TypeError):
        StepResult.from_json({"name": "stop", "figures": [], "strange": 1})
