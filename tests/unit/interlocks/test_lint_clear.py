"""A clear condition undoes every question of its row, or the linter says which it leaves."""

from dataclasses import replace

import pytest

from interlocks.alerts import AlertedTimes
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AllOf, AnyOf, IfSent, Not, Unless
from interlocks.conditions import Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.limits import Absolute, OfBaseline
from interlocks.lint_clear import clearing, size
from interlocks.quality import RefusedInARow, SuspectReading
from interlocks.rules import Clear, Rule
from interlocks.silences import FlagUp, OlderThan
from interlocks.situation import Clock
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Flag, Signal, Truth

ROW = {rule.id: rule for rule in DEFAULT_RULES}
QA1 = ROW["QA1"]
LINK, TREATMENT = Clock.LINK, Clock.TREATMENT
HR, SPO2, RR = Signal.HR, Signal.SPO2, Signal.RR


def row(question: Condition, clear: Condition) -> Rule:
    return replace(QA1, when=question, clear=Clear(clear))


PAIRS: list[tuple[Condition, Condition, Condition]] = [
    # (question, a clear condition that undoes it, one that does not)
    (RisenBy(30, 10_000), Not(RisenBy(20, 15_000)), Not(RisenBy(31, 15_000))),
    (RisenBy(30, 10_000), Not(RisenBy(30, 10_000)), Not(RisenBy(30, 9_000))),
    (FallenBy(100, 1000), Not(FallenBy(100, 2000)), Not(RisenBy(100, 1000))),
    (ElapsedOver(60_000), Not(ElapsedOver(50_000)), Not(ElapsedOver(60_001))),
    (ElapsedOverPlan(200), Not(ElapsedOverPlan(150)), Not(ElapsedOverPlan(201))),
    (PausedOver(60_000), Not(PausedOver(50_000)), Not(ElapsedOver(50_000))),
    (RefusedInARow(3), Not(RefusedInARow(1)), Not(RefusedInARow(4))),
    (TickLate(500), Not(TickLate(400)), Not(TickLate(501))),
    (AlertedTimes(3, 1000, "LP1"), Not(AlertedTimes(2, 2000)), Not(AlertedTimes(3, 1000, "LP2"))),
    (AlertedTimes(3, 1000), Not(AlertedTimes(3, 1000)), Not(AlertedTimes(3, 999))),
    (SuspectReading(), Not(SuspectReading()), SuspectReading()),
    (Not(TickLate(500)), TickLate(500), Not(TickLate(500))),
    (
        FlagUp((Flag.BROKER_DOWN,), "down"),
        Not(FlagUp((Flag.BROKER_DOWN,), "down")),
        Not(FlagUp((Flag.WRONG_PATIENT,), "other")),
    ),
    (
        Unless(RisenBy(30, 10_000), (Flag.CUFF_ACTIVE,), "cuff"),
        Not(RisenBy(30, 10_000)),
        Not(RisenBy(40, 10_000)),
    ),
    (
        OlderThan((HR,), 5000, LINK, if_heard=(RR,)),
        Not(OlderThan((HR, RR), 5000, LINK)),
        Not(OlderThan((HR,), 5000, LINK)),
    ),
    (
        OlderThan((HR,), 5000, LINK),
        Not(OlderThan((HR, SPO2), 5000, LINK)),
        Not(OlderThan((HR,), 5000, TREATMENT)),
    ),
    (
        OlderThan((HR, SPO2), 5000, LINK, is_any_enough=True),
        Not(OlderThan((HR,), 4000, LINK, is_any_enough=True)),
        Not(OlderThan((HR, SPO2), 4000, LINK)),
    ),
    (
        OlderThan((HR, SPO2), 5000, LINK),
        Not(OlderThan((HR, SPO2), 5000, LINK)),
        Not(OlderThan((HR, SPO2), 5000, LINK, is_any_enough=True)),
    ),
    (
        OlderThan((HR,), 5000, LINK),
        Under(HR, Absolute(100)),
        AllOf((Under(SPO2, Absolute(100)), Not(Over(HR, Absolute(100))))),
    ),
    (
        AnyOf((TickLate(500), RefusedInARow(3))),
        AllOf((Not(TickLate(500)), Not(RefusedInARow(3)))),
        Not(TickLate(500)),
    ),
    (AllOf((TickLate(500), RefusedInARow(3))), Not(TickLate(500)), Not(PausedOver(500))),
    (
        AnyOf((TickLate(500), RefusedInARow(3))),
        Not(AnyOf((TickLate(500), RefusedInARow(3), PausedOver(1)))),
        Not(AllOf((TickLate(500), RefusedInARow(3)))),
    ),
    (Over(HR, Absolute(120)), Under(HR, Absolute(110)), Not(Over(HR, Absolute(110)))),
]


@pytest.mark.parametrize(("question", "undone", "left"), PAIRS)
def test_a_clear_condition_undoes_its_question_or_is_refused(
    question: Condition, undone: Condition, left: Condition
) -> None:
    """Hysteresis: released means that the question is provably false, with room to spare."""
    assert list(clearing(row(question, undone))) == []
    assert list(clearing(row(question, left))) != []


def test_a_clear_condition_met_when_nothing_was_ever_sent_is_refused() -> None:
    """After a restart the picture is empty, and an empty picture proves nothing."""
    optional = IfSent(Under(HR, Absolute(110)), Truth.TRUE)
    complaints = list(clearing(row(Over(HR, Absolute(120)), optional)))
    assert complaints == ["its clear condition is met when nothing was ever sent"]
    both = AllOf((optional, Over(SPO2, Absolute(94))))
    assert list(clearing(row(Over(HR, Absolute(120)), both))) == []


def test_silence_is_not_ended_by_a_value_that_may_be_missing() -> None:
    """A row tripped by never having heard a signal would be clear and tripped at once."""
    optional = IfSent(Under(RR, Absolute(30)), Truth.TRUE)
    clear = AllOf((Under(HR, Absolute(110)), optional))
    complaint = "silence over 5000 ms is not on the safe side of its clear condition"
    assert list(clearing(row(OlderThan((HR, RR), 5000, LINK), clear))) == [complaint]
    assert list(clearing(row(OlderThan((HR,), 5000, LINK, if_heard=(RR,)), clear))) == []
    assert list(clearing(row(OlderThan((HR,), 5000, LINK, if_heard=(SPO2,)), clear))) == [complaint]
    needed = IfSent(Under(RR, Absolute(30)), Truth.FALSE)
    assert list(clearing(row(OlderThan((RR,), 5000, LINK), needed))) == []


def test_a_note_goes_with_an_acknowledgement() -> None:
    assert list(clearing(replace(QA1, needs_note=True))) == [
        "wants a note with an acknowledgement that it does not want"
    ]
    assert list(clearing(ROW["BP3"])) == []


def test_sizes_count_what_a_limit_is_moved_by() -> None:
    assert size(Absolute(160).moved(-10)) == 15_000
    assert size(OfBaseline(120).moved(-5)) == 115
