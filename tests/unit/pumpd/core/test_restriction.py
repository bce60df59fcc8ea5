"""One permit out of many limits: the order, the arithmetic of SLOW, and who is named for it (laws 1 and 2)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlocks.vocabulary import Demand, Finding, Priority, Stamp
from pumpd.core.restriction import Hold, Permit, Restriction, Source, from_findings, permit

RATE = 26_200_000
TOP = Restriction(Source.PROGRAMME, Hold.NONE, RATE, "prescribed rate")
NOW = Stamp(0, 0)


def found(rule: str, demand: Demand, cause: str = "") -> Finding:
    return Finding(
        rule, cause or rule, demand, Priority.HIGH, f"why {rule}", 0, NOW, (), True, False, False, "still"
    )


def ceiling(rate_nl_h: int, source: Source = Source.INTERLOCK) -> Restriction:
    return Restriction(source, Hold.NONE, rate_nl_h, f"at most {rate_nl_h}")


def hold(kind: Hold, ceiling_nl_h: int = 0) -> Restriction:
    return Restriction(Source.OPERATOR, kind, ceiling_nl_h, kind.name)


def slow_to(findings: list[Finding], rate_nl_h: int = RATE) -> Permit:
    return permit((TOP, *from_findings(findings, rate_nl_h, lambda one: one)))


def test_the_programme_alone_permits_its_rate() -> None:
    assert permit((TOP,)) == Permit(RATE, Hold.NONE, (TOP,))


@pytest.mark.parametrize("rows", [(), (TOP, TOP), (ceiling(5),)], ids=["none", "two", "other"])
def test_there_is_exactly_one_programme(rows: tuple[Restriction, ...]) -> None:
    with pytest.raises(ValueError, match="exactly one programme"):
        permit(rows)


def test_a_ceiling_below_zero_is_a_defect_and_zero_is_none() -> None:
    with pytest.raises(ValueError, match="below zero"):
        permit((TOP, ceiling(-1)))
    assert permit((TOP, ceiling(0))).rate_nl_h == 0


def test_the_order_is_total_stop_below_pause_below_every_ceiling() -> None:
    rising = [hold(Hold.STOP), hold(Hold.PAUSE), ceiling(0), ceiling(1), TOP]
    for low, high in pairwise(rising):
        others = () if TOP in (low, high) else (TOP,)
        granted = permit((high, low, *others))
        assert granted.binding == (low,)
        assert granted.hold is low.hold


@pytest.mark.parametrize("kind", [Hold.PAUSE, Hold.STOP])
def test_under_a_hold_the_rate_is_zero_whatever_ceiling_stands_beside_it(kind: Hold) -> None:
    granted = permit((TOP, hold(kind, ceiling_nl_h=RATE), ceiling(5)))
    assert (granted.rate_nl_h, granted.hold) == (0, kind)


def test_binding_names_every_restriction_at_the_minimum_in_the_order_given_and_no_other() -> None:
    first, second = ceiling(10), ceiling(10, Source.OPERATOR)
    assert permit((first, TOP, second, ceiling(11))).binding == (first, second)
    pauses = (hold(Hold.PAUSE), hold(Hold.PAUSE, ceiling_nl_h=7))
    assert permit((TOP, *pauses, ceiling(0))).binding == pauses


@given(
    st.lists(
        st.builds(ceiling, st.integers(0, 2 * RATE))
        | st.builds(hold, st.sampled_from([Hold.PAUSE, Hold.STOP])),
        max_size=6,
    ),
    st.builds(ceiling, st.integers(0, 2 * RATE)) | st.builds(hold, st.sampled_from([Hold.PAUSE, Hold.STOP])),
)
def test_law_1_one_more_restriction_never_permits_more(rows: list[Restriction], more: Restriction) -> None:
    before, after = permit((TOP, *rows)), permit((TOP, *rows, more))
    assert after.rate_nl_h <= before.rate_nl_h <= RATE
    assert after.hold >= before.hold
    assert after.binding


# -- from what the rules demand --------------------------------------------------------------------------------


def test_one_slow_is_half_two_causes_are_a_quarter_three_are_a_pause() -> None:
    slows = [
        found("BP1", Demand.SLOW, "pressure"),
        found("ST2", Demand.SLOW, "lost"),
        found("X", Demand.SLOW),
    ]
    assert slow_to(slows[:1]).rate_nl_h == RATE // 2
    assert slow_to(slows[:2]).rate_nl_h == RATE // 4
    granted = slow_to(slows)
    assert (granted.rate_nl_h, granted.hold) == (0, Hold.PAUSE)
    assert [one.rule for one in granted.binding] == ["BP1", "ST2", "X"]


def test_rows_of_one_cause_are_one_reason_to_slow_and_all_are_named() -> None:
    granted = slow_to([found("BP1", Demand.SLOW, "pressure"), found("BP2", Demand.SLOW, "pressure")])
    assert granted.rate_nl_h == RATE // 2
    assert [one.rule for one in granted.binding] == ["BP1", "BP2"]


def test_a_cause_that_pauses_does_not_count_among_those_that_slow() -> None:
    findings = [found("A", Demand.SLOW), found("B", Demand.SLOW), found("C", Demand.PAUSE)]
    rows = from_findings(findings, RATE, lambda one: one)
    assert [(one.hold, one.ceiling_nl_h) for one in rows] == [
        (Hold.NONE, RATE // 4),
        (Hold.NONE, RATE // 4),
        (Hold.PAUSE, 0),
    ]


def test_no_finding_is_no_restriction() -> None:
    assert from_findings([], RATE, lambda one: one) == ()


def test_pause_and_stop_are_holds_with_the_rules_own_words() -> None:
    rows = from_findings([found("A", Demand.PAUSE), found("B", Demand.STOP)], RATE, lambda one: one)
    assert rows == (
        Restriction(Source.INTERLOCK, Hold.PAUSE, 0, "why A", "A"),
        Restriction(Source.INTERLOCK, Hold.STOP, 0, "why B", "B"),
    )


@pytest.mark.parametrize("demand", [Demand.NONE, Demand.ADVISE])
def test_advice_restricts_nothing(demand: Demand) -> None:
    assert from_findings([found("A", demand)], RATE, lambda one: one) == ()


def test_a_slowed_rate_is_floored_to_what_the_pump_can_do() -> None:
    rows = from_findings([found("A", Demand.SLOW)], 26_300_001, lambda one: one - one % 100_000)
    assert rows[0].ceiling_nl_h == 13_100_000


def test_a_slowed_rate_below_what_the_pump_can_do_is_a_pause_not_a_ceiling_of_nothing() -> None:
    (row,) = from_findings([found("A", Demand.SLOW)], 40_000, lambda _one: 0)
    assert (row.hold, row.ceiling_nl_h) == (Hold.PAUSE, 0)


def test_advice_beside_a_slowing_row_restricts_nothing_either() -> None:
    findings = [found("A", Demand.SLOW), found("B", Demand.ADVISE), found("C", Demand.NONE)]
    assert [one.rule for one in from_findings(findings, RATE, lambda one: one)] == ["A"]


def test_the_kinds_of_hold_keep_their_numbers() -> None:
    """They are ordered, they are in journals, and no hold is false."""
    assert [int(kind) for kind in Hold] == [0, 1, 2]
