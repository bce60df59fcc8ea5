"""Every complaint the linter knows, provoked once."""

from dataclasses import replace
from math import nan

import pytest

from interlocks.alerts import AlertedTimes
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AllOf, AnyOf, Not, Unless
from interlocks.conditions import Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.limits import Absolute, FlowLimit, OfBaseline
from interlocks.lint import lint
from interlocks.quality import RefusedInARow
from interlocks.rules import (
    FIRST_READING,
    NEVER,
    Clear,
    Consecutive,
    Itself,
    Persist,
    Readings,
    Rule,
    SeeRow,
    Step,
)
from interlocks.silences import OlderThan, ReportOlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Demand, Priority, Signal
from interlocks.volumes import Direction, WindowOff

ROW = {rule.id: rule for rule in DEFAULT_RULES}
BP2 = ROW["BP2"]
SLOW = Step(Demand.SLOW, Priority.MEDIUM, FIRST_READING)
PAUSE = Step(Demand.PAUSE, Priority.HIGH, FIRST_READING)


def stepping(confirm: Readings | Consecutive | Persist) -> Rule:
    return replace(BP2, steps=(replace(SLOW, confirm=confirm),))


def asking(when: Condition, clear: Condition | None = None) -> Rule:
    return replace(BP2, when=when, clear=replace(BP2.clear, when=clear or BP2.clear.when))


SYS_160 = Over(Signal.SYS, Absolute(160))
LOOSE = Absolute(350, default=300, tightest=50)

BAD: list[tuple[Rule, str]] = [
    (replace(BP2, why=" "), "why is empty"),
    (replace(BP2, hazard=""), "hazard is empty"),
    (replace(BP2, steps=()), "has no step"),
    (replace(BP2, steps=(PAUSE, SLOW)), "the ladder falls from PAUSE to SLOW"),
    (replace(BP2, steps=(SLOW, SLOW)), "ask the same for the same demand"),
    (replace(BP2, steps=(replace(SLOW, demand=Demand.NONE),)), "demands nothing"),
    (stepping(Persist(-1)), "persistence of -1 ms"),
    (stepping(Readings(0)), "confirmation by 0"),
    (stepping(Consecutive(0)), "confirmation by 0"),
    (stepping(Readings(3, within_ms=50_000, apart_ms=30_000)), "never fit"),
    (stepping(Readings(2, unrepeated_ms=0)), "is at once"),
    (asking(Over(Signal.SYS, Absolute(nan))), "is no number"),
    (asking(Over(Signal.SYS, LOOSE)), "looser than the loosest"),
    (asking(Over(Signal.SYS, Absolute(40, default=300, tightest=50))), "tighter than the tightest"),
    (asking(Under(Signal.SYS, Absolute(80, default=90, tightest=95))), "looser than the loosest"),
    (asking(Over(Signal.SYS, Absolute(160, step=0))), "steps of 0"),
    (asking(Over(Signal.SYS, OfBaseline(0))), "limit of 0 %"),
    (asking(Over(Signal.SPO2, OfBaseline(90))), "no baseline to be relative to"),
    (asking(Under(Signal.DIA, Absolute(100))), "a low diastolic limit of 100 mmHg is refused"),
    (asking(Under(Signal.DIA, Absolute(70))), "a low diastolic limit of 70 mmHg is refused"),
    (asking(Under(Signal.DIA, Absolute(140, percent=50))), "a low diastolic limit of 70 mmHg is refused"),
    (asking(Not(Over(Signal.DIA, Absolute(100)))), "a low diastolic limit of 100 mmHg is refused"),
    (asking(Under(Signal.DIA, OfBaseline(75))), "a low diastolic limit relative to baseline"),
    (replace(BP2, clear=NEVER), "nothing clears it"),
    (replace(BP2, clear=replace(BP2.clear, for_ms=5)), "by readings and by time"),
    (replace(BP2, clear=replace(BP2.clear, apart_ms=-1)), "negative amount"),
    (asking(SYS_160, AnyOf((Under(Signal.SYS, Absolute(150)),))), "one part alone"),
    (asking(SYS_160, Under(Signal.SYS, Absolute(161))), "no clear limit on its safe side"),
    (asking(SYS_160, Under(Signal.SYS, OfBaseline(110))), "no clear limit on its safe side"),
    (asking(SYS_160, Under(Signal.DIA, Absolute(90))), "no clear limit on its safe side"),
    (asking(SYS_160, Over(Signal.SYS, Absolute(150))), "no clear limit on its safe side"),
    (asking(Over(Signal.SYS, Absolute(160)), Under(Signal.SYS, Absolute(160))), "safe side"),
    (replace(ROW["PS1"], clear=Clear(Not(ReportOlderThan(5000, only_running=False)))), "silence of the pump"),
    (replace(ROW["ST3"], clear=Clear(Not(OlderThan((Signal.HR,), 1, Clock.LINK)))), "not undone"),
    (
        replace(ROW["ST2"], clear=Clear(Not(OlderThan((Signal.HR, Signal.SPO2), 70_000, Clock.LINK)))),
        "not on the safe side",
    ),
    (
        replace(ROW["FL1"], when=WindowOff(Direction.OVER_60S, FlowLimit(-1, 5))),
        "volume tolerance of -1 %",
    ),
    (replace(ROW["ST1"], when=OlderThan((), 390_000, Clock.LINK)), "makes no sense"),
    (asking(Over(Signal.SYS, OfBaseline(130, default=120, tightest=110))), "looser than the loosest"),
    (asking(RisenBy(0, 15_000)), "makes no sense"),
    (asking(RisenBy(nan, 15_000)), "makes no sense"),
    (asking(FallenBy(100, 15_001)), "makes no sense"),
    (asking(FallenBy(100, 0)), "makes no sense"),
    (asking(ElapsedOver(0)), "makes no sense"),
    (asking(PausedOver(-1)), "makes no sense"),
    (asking(TickLate(0)), "makes no sense"),
    (asking(ElapsedOverPlan(100)), "makes no sense"),
    (asking(RefusedInARow(0)), "makes no sense"),
    (asking(AlertedTimes(0, 600_000)), "makes no sense"),
    (asking(AlertedTimes(3, 600_001)), "makes no sense"),
    (asking(AlertedTimes(3, 600_000, "XX9")), "stands of an unknown row XX9"),
    (asking(Unless(SYS_160, (), "it is so")), "explained by no flag"),
    (replace(ROW["RR2"], on_stale=SeeRow(("ST3",), MaxAge(1, Clock.LINK))), "the silence of breath_gap, rr"),
    (replace(ROW["SE2"], on_stale=SeeRow(("PR1",), MaxAge(1, Clock.LINK))), "the silence of moaas, rass"),
    (replace(BP2, on_stale=Itself()), "nobody who watches their silence"),
    (replace(BP2, on_stale=SeeRow((), MaxAge(1, Clock.LINK))), "to nobody"),
    (replace(BP2, on_stale=SeeRow(("ST9",), MaxAge(1, Clock.LINK))), "unknown rows ST9"),
    (replace(BP2, on_stale=SeeRow(("BP1",), MaxAge(1, Clock.LINK))), "leaves its own to another"),
    (replace(BP2, on_stale=SeeRow(("ST1",), MaxAge(1, Clock.LINK))), "rows that only advise"),
    (replace(BP2, on_stale=SeeRow(("ST2",), MaxAge(1, Clock.LINK))), "watches the silence of dia, sys"),
    (replace(BP2, on_stale=SeeRow(("ST1b",), MaxAge(0, Clock.LINK))), "stale after 0 ms"),
]


@pytest.mark.parametrize(("rule", "words"), BAD, ids=[words for _, words in BAD])
def test_a_bad_row_is_named_and_refused(rule: Rule, words: str) -> None:
    table = tuple(rule if old.id == rule.id else old for old in DEFAULT_RULES)
    complaints = lint(table)
    assert any(words in complaint for complaint in complaints), complaints
    assert all(complaint.startswith(f"{rule.id}: ") for complaint in complaints)


def test_an_id_used_twice_is_refused() -> None:
    assert lint((*DEFAULT_RULES, BP2)) == ("BP2: the id is used twice",)


def test_a_sound_low_diastolic_limit_is_allowed() -> None:
    rule = asking(Under(Signal.DIA, Absolute(69)), Over(Signal.DIA, Absolute(72)))
    assert lint(tuple(rule if old.id == "BP2" else old for old in DEFAULT_RULES)) == ()


def test_limits_that_touch_are_on_the_safe_side_if_one_of_them_excludes_the_edge() -> None:
    rule = asking(SYS_160, AllOf((Under(Signal.SYS, Absolute(160), or_equal=True),)))
    assert lint(tuple(rule if old.id == "BP2" else old for old in DEFAULT_RULES)) == ()
