"""The counter against the command, to the nanolitre."""

from dataclasses import replace

import pytest
from rule_scene import CALM_FLOW, Scene

from interlocks.limits import FlowLimit
from interlocks.silences import Technical
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Flow, Truth
from interlocks.volumes import Direction, ExcessOver, GivenOver, MovedHalted, WindowOff

OVER = WindowOff(Direction.OVER_60S, FlowLimit(10, 100_000))
UNDER = WindowOff(Direction.UNDER_120S, FlowLimit(10, 200_000))


def truth(condition: Technical, **changes: int | bool) -> Truth:
    flow: Flow = replace(CALM_FLOW, **changes)  # type: ignore[arg-type]
    situation = Scene((), flow=flow).situation()
    assert condition.sentence(situation).count("mL") == 2  # type: ignore[attr-defined]
    assert condition.wanted(situation) == condition.sentence(situation)  # type: ignore[attr-defined]
    return condition.truth(situation, MaxAge(0, Clock.LINK))  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("condition", "changes", "answer"),
    [
        (OVER, {"commanded_60s_nl": 437_500, "delivered_60s_nl": 537_500}, Truth.FALSE),
        (OVER, {"commanded_60s_nl": 437_500, "delivered_60s_nl": 537_501}, Truth.TRUE),
        (OVER, {"commanded_60s_nl": 3_000_000, "delivered_60s_nl": 3_300_000}, Truth.FALSE),
        (OVER, {"commanded_60s_nl": 3_000_000, "delivered_60s_nl": 3_300_001}, Truth.TRUE),
        (OVER, {"commanded_60s_nl": -1}, Truth.ERROR),
        (UNDER, {"commanded_120s_nl": 875_000, "delivered_120s_nl": 675_000}, Truth.FALSE),
        (UNDER, {"commanded_120s_nl": 875_000, "delivered_120s_nl": 674_999}, Truth.TRUE),
        (UNDER, {"commanded_120s_nl": 875_000, "delivered_120s_nl": 0, "is_full_120s": False}, Truth.FALSE),
        (ExcessOver(300_000), {"excess_total_nl": 300_000}, Truth.FALSE),
        (ExcessOver(300_000), {"excess_total_nl": 300_001}, Truth.TRUE),
        (MovedHalted(50_000), {"moved_halted_nl": 50_000}, Truth.FALSE),
        (MovedHalted(50_000), {"moved_halted_nl": 50_001}, Truth.TRUE),
        (GivenOver(1), {"vtbi_nl": 17_500_000, "given_high_nl": 17_675_000}, Truth.FALSE),
        (GivenOver(1), {"vtbi_nl": 17_500_000, "given_high_nl": 17_675_001}, Truth.TRUE),
        (GivenOver(1), {"vtbi_nl": -1}, Truth.ERROR),
    ],
)
def test_a_volume_is_judged_to_the_nanolitre(
    condition: Technical, changes: dict[str, int | bool], answer: Truth
) -> None:
    """FL1, FL2, VT1; faults rows 9 and 11, I1, I15."""
    assert truth(condition, **changes) is answer
