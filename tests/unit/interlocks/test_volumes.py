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
        (OVER, {"commanded_60s_nl": 0, "delivered_60s_nl": 100_000}, Truth.FALSE),
        (OVER, {"commanded_60s_nl": 0, "delivered_60s_nl": 100_001}, Truth.TRUE),
        (OVER, {"commanded_60s_nl": 0, "delivered_60s_nl": 100_001, "is_full_120s": False}, Truth.TRUE),
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
        (GivenOver(1), {"vtbi_nl": 0, "given_high_nl": 0}, Truth.FALSE),
        (GivenOver(1), {"vtbi_nl": 0, "given_high_nl": 1}, Truth.TRUE),
    ],
)
def test_a_volume_is_judged_to_the_nanolitre(
    condition: Technical, changes: dict[str, int | bool], answer: Truth
) -> None:
    """FL1, FL2, VT1; faults rows 9 and 11, I1, I15."""
    assert truth(condition, **changes) is answer


@pytest.mark.parametrize(
    ("condition", "changes", "said"),
    [
        (
            OVER,
            {"commanded_60s_nl": 3_000_000, "delivered_60s_nl": 3_400_000},
            "delivery 0.4000 mL over the command in 60 s, limit 0.3000 mL",
        ),
        (
            UNDER,
            {"commanded_120s_nl": 6_000_000, "delivered_120s_nl": 5_300_000},
            "delivery 0.7000 mL under the command in 120 s, limit 0.6000 mL",
        ),
        (
            GivenOver(1),
            {"vtbi_nl": 60_000_000, "given_high_nl": 61_000_000},
            "up to 61.0000 mL given, limit 60.6000 mL (prescribed + 1 %)",
        ),
        (
            ExcessOver(300_000),
            {"excess_total_nl": 60_000_000},
            "delivery 60.0000 mL over the command in total, limit 0.3000 mL",
        ),
        (
            MovedHalted(50_000),
            {"moved_halted_nl": 60_000},
            "0.0600 mL moved while halted, limit 0.0500 mL",
        ),
    ],
)
def test_a_volume_is_said_in_millilitres_beside_its_limit(
    condition: Technical, changes: dict[str, int], said: str
) -> None:
    """What an engineer compares with the plunger: a wrong figure sends him to the wrong end of the line."""
    flow: Flow = replace(CALM_FLOW, **changes)  # type: ignore[arg-type]
    assert condition.sentence(Scene((), flow=flow).situation()) == said  # type: ignore[attr-defined]
