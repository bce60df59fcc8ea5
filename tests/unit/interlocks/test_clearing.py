"""What a clearing wants, and the words for what is missing."""

from rule_scene import Scene

from interlocks.catalogue.haemodynamic import BP1, BP2
from interlocks.catalogue.line import LP2
from interlocks.clearing import blocks_because, is_releasable, with_clearing
from interlocks.vocabulary import Demand, Signal


def test_an_idle_row_is_not_releasable() -> None:
    scene = Scene((BP2,))
    assert not is_releasable(BP2, scene.state("BP2"))


def test_silence_keeps_the_readings_proven_but_clears_nothing() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    scene.cuff(60_000, 120, 80)
    scene.cuff(180_000, 120, 80)
    assert scene.finding("BP2").is_releasable
    scene.at(180_000 + 390_001)
    assert not scene.finding("BP2").is_releasable, "never use an old reading to clear (clinical.md 4)"
    assert "measured anew" in scene.finding("BP2").blocks_because
    scene.cuff(600_000, 120, 80)
    assert scene.finding("BP2").is_releasable


def test_a_row_that_need_not_be_acknowledged_says_only_what_is_missing() -> None:
    scene = Scene((BP1,))
    scene.cuff(0, 155, 80)
    scene.cuff(60_000, 155, 80)
    words = blocks_because(BP1, scene.state("BP1"), scene.situation())
    assert words == (
        "needs systolic < 143.75 mmHg (115 % of baseline) (now 155 mmHg)"
        " in 2 new readings at least 120 s apart, has 0"
    )


def test_nothing_clears_what_nothing_clears() -> None:
    scene = Scene((LP2,), has_line_pressure=True)
    for ms in (100, 200):
        scene.hear_at(ms, {Signal.LINE_PRESSURE: 500.0})
    state = scene.state("LP2")
    assert with_clearing(LP2, state, scene.situation()) is state
    assert state.demand is Demand.STOP
    assert blocks_because(LP2, state, scene.situation()).startswith("the session is stopped")
