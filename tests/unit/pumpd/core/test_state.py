"""The channel's memory before anything is known, and what the pump view says of itself."""

from dataclasses import FrozenInstanceError, replace

import pytest
from channel_bench import ML, infusing

from drivers.contract import Motion, PumpReport
from interlocks.vocabulary import Stamp
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Delivery


def test_a_channel_begins_knowing_nothing_and_permitting_nothing() -> None:
    state = ChannelState()
    assert state.session.phase is Phase.IDLE
    assert state.permit is None
    assert not state.delivery.is_link_up
    assert not state.delivery.is_halt_confirmed
    assert not state.feed.is_up


def test_the_first_poll_is_due_at_once() -> None:
    assert 0 - Delivery().polled_link_ms >= 250


def test_a_state_is_a_value() -> None:
    with pytest.raises(FrozenInstanceError):
        ChannelState().epoch = 1  # type: ignore[misc]
    assert replace(infusing().state, now=Stamp(1, 1)) == replace(infusing().state, now=Stamp(1, 1))


def delivery(motion: Motion, rate_nl_h: int, commanded_nl_h: int, doubted_nl_h: int = 0) -> Delivery:
    report = PumpReport(motion, 0, rate_nl_h)
    return Delivery(report=report, commanded_nl_h=commanded_nl_h, doubted_nl_h=doubted_nl_h)


@pytest.mark.parametrize("motion", list(Motion))
def test_only_a_halted_motor_moves_at_no_rate(motion: Motion) -> None:
    expected = 0 if motion is Motion.HALTED else 20 * ML
    assert delivery(motion, 20 * ML, 0).reported_nl_h == expected
    assert Delivery().reported_nl_h == 0


@pytest.mark.parametrize(
    ("reported", "commanded", "doubted", "unobserved"),
    [(20, 20, 0, 0), (21, 20, 0, 21), (19, 20, 0, 0), (19, 20, 15, 15), (30, 20, 25, 30), (30, 20, 40, 40)],
)
def test_a_rate_above_the_commanded_one_stays_in_doubt_when_the_line_is_lost(
    reported: int, commanded: int, doubted: int, unobserved: int
) -> None:
    view = delivery(Motion.INFUSING, reported * ML, commanded * ML, doubted * ML)
    assert view.unobserved_nl_h == unobserved * ML
