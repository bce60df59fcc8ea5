"""A row works out once what every evaluation needs."""

from dataclasses import replace

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AnyOf, IfSent, Not
from interlocks.rules import Itself
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.situation import Clock
from interlocks.vocabulary import Demand, Flag, Priority, Signal

ROW = {rule.id: rule for rule in DEFAULT_RULES}


def test_steps_without_a_question_ask_the_rows() -> None:
    bp3 = ROW["BP3"]
    assert [question == bp3.when for _, question in bp3.ladder] == [True, True, False, False]
    assert bp3.inputs == {Signal.SYS, Signal.DIA, Signal.SYMPTOMS}
    assert bp3.timed == ()


def test_silence_that_trips_by_itself_is_a_rung_like_any_other() -> None:
    step, question = ROW["LP1"].ladder[-1]
    assert step.demand is Demand.PAUSE
    assert isinstance(question, OlderThan)
    assert question.limit_ms == 2000
    assert ROW["LP1"].timed == (question,)


def test_silence_misses_what_not_every_monitor_sends_from_its_first_sample_on() -> None:
    """AI1: a sensor that keeps no total is not silent about it; one without bubbles is."""
    _, question = ROW["AI1"].ladder[-1]
    assert question == OlderThan((Signal.AIR_BUBBLE,), 2000, Clock.LINK, if_heard=(Signal.AIR_15MIN,))
    total = ROW["AI1"].when.members()[1]
    assert isinstance(total, IfSent)
    both = replace(ROW["AI1"], when=AnyOf((total, Not(total.part))))
    assert both.ladder[-1][1] == OlderThan((Signal.AIR_15MIN,), 2000, Clock.LINK), (
        "asked without an if as well"
    )


def test_a_failed_row_demands_its_highest_step_up_to_pause() -> None:
    """Faults row 100."""
    assert ROW["BP1"].error_step() == (Demand.SLOW, Priority.MEDIUM)
    assert ROW["BP3"].error_step() == (Demand.PAUSE, Priority.HIGH)
    assert ROW["VT1"].error_step() == (Demand.PAUSE, Priority.HIGH)
    assert ROW["ST1"].error_step() == (Demand.ADVISE, Priority.LOW)
    assert ROW["VT2"].error_step() == (Demand.PAUSE, Priority.HIGH), (
        "a row that can stop does not merely advise"
    )


def test_a_failed_row_keeps_the_priority_of_the_step_it_demands() -> None:
    """Faults row 100: a row whose own pause is no high alarm does not become one by failing."""
    bp3 = ROW["BP3"]
    pause = replace(bp3.steps[-1], demand=Demand.PAUSE, priority=Priority.MEDIUM)
    stop = replace(pause, demand=Demand.STOP, priority=Priority.HIGH)
    slow = replace(pause, demand=Demand.SLOW, priority=Priority.LOW)
    assert replace(bp3, steps=(pause,)).error_step() == (Demand.PAUSE, Priority.MEDIUM)
    assert replace(bp3, steps=(slow, pause, stop)).error_step() == (Demand.PAUSE, Priority.MEDIUM)
    assert replace(bp3, steps=(slow, stop)).error_step() == (Demand.PAUSE, Priority.HIGH)
    assert replace(bp3, steps=(stop,)).error_step() == (Demand.PAUSE, Priority.HIGH)


def test_a_row_shows_itself_as_it_was_written() -> None:
    """What is worked out would say everything twice."""
    for computed in ("ladder", "inputs", "timed", "max_age=MaxAge(after_ms=0"):
        assert f" {computed}" not in repr(replace(ROW["BP1"], on_stale=Itself()))


def test_other_questions_give_another_ladder() -> None:
    row, other = ROW["BP2"], ROW["BP3"]
    changed = row.with_conditions(other.when, other.steps, other.clear)
    assert changed.ladder == other.ladder
    assert changed.id == "BP2"
    assert replace(row, on_stale=Itself()).max_age.after_ms == 0


def test_a_silence_does_not_stand_in_for_a_flag() -> None:
    """A link that is down and a pulse not heard are two questions, whichever limit is shorter."""
    down = FlagUp((Flag.BROKER_DOWN,), "the link is down")
    report = ReportOlderThan(60_000, only_running=False)
    st2 = ROW["ST2"]
    for other in (down, report):
        row = replace(st2, steps=(*st2.steps, replace(st2.steps[-1], when=other)))
        assert row.timed == (st2.when, other)


def test_at_rest_only_the_first_of_each_silence_is_asked() -> None:
    """What is not yet 10 s old is not yet 30 s old: that keeps the tick cheap."""
    st2 = ROW["ST2"]
    assert len(st2.ladder) == 4
    assert st2.timed == (st2.when,)
    assert ROW["SE0"].timed == (ROW["SE0"].when,)
    other_signals = OlderThan((Signal.RR,), 60_000, st2.when.clock)  # type: ignore[attr-defined]
    both = replace(st2, steps=(*st2.steps, replace(st2.steps[-1], when=other_signals)))
    assert both.timed == (st2.when, other_signals)
