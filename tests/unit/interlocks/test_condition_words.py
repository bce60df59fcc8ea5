"""Every kind of condition has words, and they say what it asks."""

import importlib
import inspect
import pkgutil
from dataclasses import replace
from typing import get_args

import pytest

import interlocks
from interlocks.alerts import AlertedTimes
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AllOf, AnyOf, IfSent, Not, OneFresh, Unless
from interlocks.condition_words import CONDITION_WORDS, condition_words, limit_words, seconds
from interlocks.conditions import Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.limits import Absolute, FlowLimit, Limit, OfBaseline, site_limit, site_percent
from interlocks.quality import RefusedInARow, SuspectReading
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.situation import Clock
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Flag, Signal, Truth
from interlocks.volumes import Direction, ExcessOver, GivenOver, MovedHalted, WindowOff

HIGH = Over(Signal.SYS, Absolute(160))
LOW = Under(Signal.DIA, Absolute(50), or_equal=True)


def _kinds() -> set[type]:
    """Every class of the package that can be asked like a condition; bases begin with an underscore."""
    found = set()
    for module in pkgutil.walk_packages(interlocks.__path__, "interlocks."):
        for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            is_asked = all(hasattr(kind, verb) for verb in ("truth", "sentence", "wanted", "is_timed"))
            if is_asked and kind is not Condition and not name.startswith("_"):
                found.add(kind)
    return found


def test_every_kind_of_condition_has_words() -> None:
    """A new kind without words fails here, and names itself."""
    assert _kinds() >= {Over, AnyOf, Unless, FlagUp, GivenOver}
    assert {kind.__name__ for kind in _kinds() ^ set(CONDITION_WORDS)} == set()


def test_a_kind_without_words_is_refused_and_not_left_blank() -> None:
    class Strange:
        pass

    with pytest.raises(TypeError, match="Strange has no words"):
        condition_words(Strange())  # type: ignore[arg-type]


def test_every_kind_of_limit_has_words() -> None:
    for kind in get_args(Limit):
        assert limit_words(Signal.SYS, kind(110))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (HIGH, "systolic > 160 mmHg"),
        (replace(HIGH, or_equal=True), "systolic >= 160 mmHg"),
        (LOW, "diastolic <= 50 mmHg"),
        (Over(Signal.SYS, OfBaseline(120), or_equal=True), "systolic >= 120 % of baseline"),
        (Under(Signal.SYS, OfBaseline(120).moved(-5)), "systolic < 115 % of baseline"),
        (Under(Signal.SYS, Absolute(160).moved(-10)), "systolic < 150 mmHg"),
        (Under(Signal.LINE_PRESSURE, Absolute(300, 50)), "line pressure < 150 mmHg (50 % of the limit)"),
        (Over(Signal.BUTTON, Absolute(0)), "bedside button pressed"),
        (Under(Signal.BUTTON, Absolute(0), or_equal=True), "bedside button released"),
        (Under(Signal.MOAAS, Absolute(3), or_equal=True), "sedation score MOAA/S <= 3"),
        (AnyOf((HIGH, LOW)), "systolic > 160 mmHg or diastolic <= 50 mmHg"),
        (
            AllOf((HIGH, AnyOf((LOW, HIGH)))),
            "systolic > 160 mmHg and (diastolic <= 50 mmHg or systolic > 160 mmHg)",
        ),
        (Not(HIGH), 'no longer "systolic > 160 mmHg"'),
        (IfSent(HIGH, Truth.FALSE), "systolic > 160 mmHg (once it has been sent)"),
        (
            AnyOf((LOW, Unless(HIGH, (Flag.CUFF_ACTIVE,), "a cuff cycle is under way"))),
            "diastolic <= 50 mmHg or (systolic > 160 mmHg, unless a cuff cycle is under way)",
        ),
        (
            OneFresh((HIGH, LOW)),
            "systolic > 160 mmHg or diastolic <= 50 mmHg, newly, and none known to be otherwise,",
        ),
        (
            OlderThan((Signal.SYS, Signal.DIA), 390_000, Clock.TREATMENT),
            "no new systolic or diastolic for more than 390 s",
        ),
        (
            OlderThan((Signal.HR,), 10_000, Clock.LINK, if_heard=(Signal.RR,)),
            "no new heart rate, or respiration rate (once it has been sent), for more than 10 s",
        ),
        (
            OlderThan((Signal.MOAAS, Signal.RASS), 600_000, Clock.TREATMENT, is_any_enough=True),
            "neither new sedation score MOAA/S nor sedation score RASS for more than 10 min",
        ),
        (Not(OlderThan((Signal.SYS,), 390_000, Clock.TREATMENT)), "systolic not older than 390 s"),
        (FlagUp((Flag.BROKER_DOWN,), "the link is down"), "the link is down"),
        (
            ReportOlderThan(1000, only_running=True),
            "no believable report from the pump for more than 1 s while delivering",
        ),
        (Not(ReportOlderThan(1000, only_running=False)), "a believable report from the pump within 1 s"),
        (
            WindowOff(Direction.OVER_60S, FlowLimit(10, 100_000)),
            "delivery over the command by more than 10 % (and more than 0.1 mL) in 60 s",
        ),
        (
            WindowOff(Direction.UNDER_120S, FlowLimit(10, 200_000)),
            "delivery under the command by more than 10 % (and more than 0.2 mL) in 120 s",
        ),
        (ExcessOver(300_000), "delivery over the command by more than 0.3 mL in total"),
        (MovedHalted(50_000), "more than 0.05 mL moved while halted"),
        (GivenOver(1), "the most that can have been given > prescribed + 1 %"),
        (AlertedTimes(3, 600_000), "delivery brought to a stand 3 times within 10 min"),
        (AlertedTimes(3, 600_000, "LP1"), "delivery brought to a stand by LP1 3 times within 10 min"),
        (TickLate(500), "a control cycle more than 500 ms after the one before"),
        (RefusedInARow(3), "3 readings of systolic or diastolic or mean pressure refused in a row"),
        (
            SuspectReading(),
            "the newest cuff reading is more than 30 % from the one before, or hardly possible",
        ),
        (RisenBy(30, 15_000), "line pressure rose by 30 mmHg or more in 15 s"),
        (FallenBy(100, 1_000), "line pressure fell by 100 mmHg or more in 1 s"),
        (ElapsedOver(3_600_000), "the session has lasted more than 60 min"),
        (ElapsedOverPlan(200), "the session has lasted more than 200 % of its planned time"),
        (PausedOver(1_800_000), "delivery has stood still for more than 30 min in total"),
    ],
)
def test_the_words_say_what_is_asked(condition: Condition, words: str) -> None:
    assert condition_words(condition) == words


def test_a_limit_that_a_site_has_moved_says_so_with_its_default() -> None:
    limit = site_limit("systolic_slow_mmhg", 160, tightest=140).set_to(150)
    assert limit_words(Signal.SYS, limit) == "150 mmHg (default 160, set by the site)"
    assert limit_words(Signal.SYS, limit.moved(-10)) == "140 mmHg (default 150, set by the site)"
    rise = site_percent("rise", 120, tightest=110).set_to(115)
    assert limit_words(Signal.SYS, rise) == "115 % of baseline (default 120, set by the site)"
    line = replace(site_limit("line", 300, tightest=50, step=25), percent=50).set_to(200)
    assert (
        limit_words(Signal.LINE_PRESSURE, line)
        == "100 mmHg (50 % of the limit) (default 150, set by the site)"
    )


def test_a_limit_as_the_table_has_it_is_not_marked() -> None:
    assert limit_words(Signal.SYS, site_limit("systolic_slow_mmhg", 160, tightest=140)) == "160 mmHg"


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (500, "500 ms"),
        (1_000, "1 s"),
        (1_500, "1.5 s"),
        (390_000, "390 s"),
        (600_000, "10 min"),
        (610_000, "610 s"),
    ],
)
def test_durations_are_said_as_people_say_them(ms: int, words: str) -> None:
    assert seconds(ms) == words


def test_no_row_of_the_default_table_is_marked_and_every_question_can_be_said() -> None:
    for rule in DEFAULT_RULES:
        for _, question in rule.ladder:
            words = condition_words(question)
            assert words
            assert "set by the site" not in words
