"""Every kind of condition in plain English, without a patient.

Theory of operation. A condition says of a situation what is the case (`sentence`) and what should be (`wanted`); here it
is said what is asked for, before anything was measured. Every kind has words of its own; one without is an error, never a
blank, so that no row can be in force that the manual does not show. A limit that a site has moved says so wherever it is
read.
"""

from collections.abc import Callable
from typing import Any

from interlocks.alerts import AlertedTimes
from interlocks.combinations import AllOf, AnyOf, IfSent, Not, OneFresh, Unless
from interlocks.conditions import SPOKEN, WORDS, Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.limits import FlowLimit, Limit, OfBaseline
from interlocks.quality import RefusedInARow, SuspectReading
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Signal
from interlocks.volumes import Direction, ExcessOver, GivenOver, MovedHalted, WindowOff

_ML_NL = 1_000_000

#: Signals that are either so or not; a number against a number would say nothing.
_EITHER = {
    Signal.BUTTON: ("bedside button pressed", "bedside button released"),
    Signal.SYMPTOMS: ("symptoms of a hypertensive crisis seen", "no symptoms of a hypertensive crisis"),
    Signal.PRESENCE: ("a person present", "nobody present"),
}


def seconds(ms: int) -> str:
    """Return a duration as people say it: 90000 -> "90 s", 600000 -> "10 min", 500 -> "500 ms"."""
    if ms % 1000:
        return f"{ms} ms" if ms < 1000 else f"{ms / 1000:g} s"
    return f"{ms // 60_000} min" if ms >= 600_000 and ms % 60_000 == 0 else f"{ms // 1000} s"


def _ml(volume_nl: int) -> str:
    return f"{volume_nl / _ML_NL:g} mL"


# -- limits ------------------------------------------------------------------------------------------------------


def limit_words(signal: Signal, limit: Limit) -> str:
    """Return a limit with its unit, where it comes from, and its default where a site has moved it."""
    words = _plain_limit(signal, limit)
    if limit.default is None or limit.setting == limit.default:
        return words
    default = _plain_limit(signal, limit.set_to(int(limit.default)), is_short=True)
    return f"{words} (default {default}, set by the site)"


def _plain_limit(signal: Signal, limit: Limit, *, is_short: bool = False) -> str:
    if isinstance(limit, OfBaseline):
        percent = limit.percent + limit.offset
        return f"{percent}" if is_short else f"{percent} % of baseline"
    hundredfold = limit.hundredfold(signal, None)
    number = f"{limit.value:g}" if hundredfold is None else f"{hundredfold / 100:g}"
    if is_short:
        return number
    unit = SPOKEN[signal]
    words = f"{number} {unit}" if unit else number
    return words if limit.percent == 100 else f"{words} ({limit.percent} % of the limit)"


def _flow_limit(limit: FlowLimit) -> str:
    return f"{limit.percent} % (and more than {_ml(limit.at_least_nl)})"


# -- conditions --------------------------------------------------------------------------------------------------


def _compared(condition: Over | Under, relation: str) -> str:
    if condition.signal in _EITHER:
        return _EITHER[condition.signal][isinstance(condition, Under)]
    sign = relation + "=" if condition.or_equal else relation
    return f"{WORDS[condition.signal]} {sign} {limit_words(condition.signal, condition.limit)}"


def _over(condition: Over) -> str:
    return _compared(condition, ">")


def _under(condition: Under) -> str:
    return _compared(condition, "<")


def _within(part: Condition) -> str:
    """Return a part as it stands inside a joined sentence."""
    words = condition_words(part)
    is_joined = isinstance(part, Unless) or (isinstance(part, AnyOf | AllOf) and len(part.parts) > 1)
    return f"({words})" if is_joined else words


def _any_of(condition: AnyOf) -> str:
    return " or ".join(_within(part) for part in condition.parts)


def _all_of(condition: AllOf) -> str:
    return " and ".join(_within(part) for part in condition.parts)


def _not(condition: Not) -> str:
    part = condition.part
    if isinstance(part, OlderThan):
        joint = " or " if part.is_any_enough else " and "
        return f"{_watched(part, joint)} not older than {seconds(part.limit_ms)}"
    if isinstance(part, ReportOlderThan):
        return f"a believable report from the pump within {seconds(part.limit_ms)}"
    return f'no longer "{condition_words(part)}"'


def _if_sent(condition: IfSent) -> str:
    return f"{_within(condition.part)} (once it has been sent)"


def _unless(condition: Unless) -> str:
    return f"{_within(condition.part)}, unless {condition.words}"


def _one_fresh(condition: OneFresh) -> str:
    """Signals that stand in for one another: one of them newly so, and none of them known otherwise."""
    return " or ".join(_within(part) for part in condition.parts) + ", newly, and none known to be otherwise,"


def _named(signals: tuple[Signal, ...], joint: str) -> str:
    return joint.join(WORDS[signal] for signal in signals)


def _watched(condition: OlderThan, joint: str) -> str:
    names = _named(condition.watched, joint)
    if not condition.if_heard:
        return names
    return f"{names},{joint}{_named(condition.if_heard, joint)} (once it has been sent),"


def _older_than(condition: OlderThan) -> str:
    begin = "neither" if condition.is_any_enough else "no"
    joint = " nor " if condition.is_any_enough else " or "
    return f"{begin} new {_watched(condition, joint)} for more than {seconds(condition.limit_ms)}"


def _flag_up(condition: FlagUp) -> str:
    return condition.words


def _report_older_than(condition: ReportOlderThan) -> str:
    while_running = " while delivering" if condition.only_running else ""
    return f"no believable report from the pump for more than {seconds(condition.limit_ms)}{while_running}"


def _window_off(condition: WindowOff) -> str:
    if condition.direction is Direction.OVER_60S:
        return f"delivery over the command by more than {_flow_limit(condition.limit)} in 60 s"
    return f"delivery under the command by more than {_flow_limit(condition.limit)} in 120 s"


def _excess_over(condition: ExcessOver) -> str:
    return f"delivery over the command by more than {_ml(condition.limit_nl)} in total"


def _moved_halted(condition: MovedHalted) -> str:
    return f"more than {_ml(condition.limit_nl)} moved while halted"


def _given_over(condition: GivenOver) -> str:
    return f"the most that can have been given > prescribed + {condition.percent} %"


def _alerted_times(condition: AlertedTimes) -> str:
    by = f" by {condition.rule_id}" if condition.rule_id else ""
    return f"delivery brought to a stand{by} {condition.n} times within {seconds(condition.within_ms)}"


def _tick_late(condition: TickLate) -> str:
    return f"a control cycle more than {seconds(condition.limit_ms)} after the one before"


def _refused_in_a_row(condition: RefusedInARow) -> str:
    names = " or ".join(WORDS[signal] for signal in condition.watched)
    return f"{condition.n} readings of {names} refused in a row"


def _suspect_reading(_: SuspectReading) -> str:
    return "the newest cuff reading is more than 30 % from the one before, or hardly possible"


def _risen_by(condition: RisenBy) -> str:
    return f"line pressure rose by {condition.by_mmhg:g} mmHg or more in {seconds(condition.within_ms)}"


def _fallen_by(condition: FallenBy) -> str:
    return f"line pressure fell by {condition.by_mmhg:g} mmHg or more in {seconds(condition.within_ms)}"


def _elapsed_over(condition: ElapsedOver) -> str:
    return f"the session has lasted more than {seconds(condition.limit_ms)}"


def _elapsed_over_plan(condition: ElapsedOverPlan) -> str:
    return f"the session has lasted more than {condition.percent} % of its planned time"


def _paused_over(condition: PausedOver) -> str:
    return f"delivery has stood still for more than {seconds(condition.limit_ms)} in total"


#: The words of every kind of condition; a test finds the kinds by what they can do.
CONDITION_WORDS: dict[type, Callable[[Any], str]] = {
    Over: _over,
    Under: _under,
    AnyOf: _any_of,
    AllOf: _all_of,
    Not: _not,
    IfSent: _if_sent,
    OlderThan: _older_than,
    FlagUp: _flag_up,
    ReportOlderThan: _report_older_than,
    WindowOff: _window_off,
    ExcessOver: _excess_over,
    MovedHalted: _moved_halted,
    GivenOver: _given_over,
    Unless: _unless,
    OneFresh: _one_fresh,
    AlertedTimes: _alerted_times,
    TickLate: _tick_late,
    RefusedInARow: _refused_in_a_row,
    SuspectReading: _suspect_reading,
    RisenBy: _risen_by,
    FallenBy: _fallen_by,
    ElapsedOver: _elapsed_over,
    ElapsedOverPlan: _elapsed_over_plan,
    PausedOver: _paused_over,
}


def condition_words(condition: Condition) -> str:
    """Return what a condition asks. Errors: TypeError for a kind without words."""
    words = CONDITION_WORDS.get(type(condition))
    if words is None:
        raise TypeError(f"{type(condition).__name__} has no words for the manual")
    return words(condition)
