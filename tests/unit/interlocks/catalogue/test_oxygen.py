"""Oxygen saturation, second by second."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.oxygen import ROWS, SP0, SP1, SP2, SP3
from interlocks.rules import Rule
from interlocks.vocabulary import Demand, Priority, Signal


def breathe(scene: Scene, value: float, until_ms: int) -> None:
    while scene.now.ms < until_ms:
        scene.hear_at(min(scene.now.ms + 1000, until_ms), {Signal.SPO2: value})


@pytest.mark.parametrize(
    ("rule", "value", "after_ms", "demand", "priority"),
    [
        (SP0, 93.0, 30_000, Demand.ADVISE, Priority.LOW),
        (SP1, 91.0, 15_000, Demand.SLOW, Priority.MEDIUM),
        (SP2, 89.0, 10_000, Demand.PAUSE, Priority.HIGH),
        (SP3, 84.0, 5_000, Demand.STOP, Priority.HIGH),
    ],
)
def test_each_row_acts_at_its_value_and_in_its_time(
    rule: Rule, value: float, after_ms: int, demand: Demand, priority: Priority
) -> None:
    """Clinical.md 3.2: < 94 % 30 s, < 92 % 15 s, < 90 % 10 s, < 85 % 5 s."""
    scene = Scene((rule,))
    scene.hear({Signal.SPO2: value})
    breathe(scene, value, after_ms - 1)
    assert scene.demand(rule.id) is Demand.NONE
    breathe(scene, value, after_ms)
    assert scene.demand(rule.id) is demand
    assert scene.finding(rule.id).priority is priority
    spared = Scene((rule,))
    spared.hear({Signal.SPO2: value + 1})
    breathe(spared, value + 1, 120_000)
    assert spared.demand(rule.id) is Demand.NONE


def test_84_for_5_s_stops_before_any_other_row_has_spoken() -> None:
    scene = Scene(ROWS)
    scene.hear({Signal.SPO2: 84.0})
    breathe(scene, 84, 5000)
    assert [finding.rule_id for finding in scene.last.findings] == ["SP3"]
    breathe(scene, 84, 30_000)
    assert [finding.rule_id for finding in scene.last.findings] == ["SP3", "SP2", "SP1", "SP0"]


def test_the_prompt_ends_by_itself_at_95_for_30_s() -> None:
    scene = Scene((SP0,))
    scene.hear({Signal.SPO2: 93.0})
    breathe(scene, 93, 30_000)
    breathe(scene, 94, 90_000)
    assert scene.demand("SP0") is Demand.ADVISE
    breathe(scene, 95, 120_999)
    assert scene.demand("SP0") is Demand.ADVISE
    breathe(scene, 95, 121_000)
    assert scene.demand("SP0") is Demand.NONE


@pytest.mark.parametrize(
    ("rule", "value", "trip_ms", "dwell_ms"), [(SP1, 91.0, 15_000, 60_000), (SP2, 89.0, 10_000, 120_000)]
)
def test_94_for_a_while_lets_a_person_go_on(rule: Rule, value: float, trip_ms: int, dwell_ms: int) -> None:
    scene = Scene((rule,))
    scene.hear({Signal.SPO2: value})
    breathe(scene, value, trip_ms)
    breathe(scene, 93, trip_ms + 200_000)
    assert not scene.finding(rule.id).is_releasable
    begin = scene.now.ms + 1000
    breathe(scene, 94, begin + dwell_ms - 1)
    assert scene.finding(rule.id).is_present
    breathe(scene, 94, begin + dwell_ms)
    assert scene.finding(rule.id).is_releasable is (not rule.is_latching)
    scene.acknowledge()
    scene.release()
    assert scene.demand(rule.id) is Demand.NONE


def test_nothing_clears_a_stop() -> None:
    scene = Scene((SP3,))
    scene.hear({Signal.SPO2: 80.0})
    breathe(scene, 80, 5000)
    breathe(scene, 99, 1_000_000)
    scene.acknowledge()
    scene.release()
    assert scene.demand("SP3") is Demand.STOP
