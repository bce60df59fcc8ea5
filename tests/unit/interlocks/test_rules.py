"""A row works out once what every evaluation needs."""

from dataclasses import replace

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.rules import Itself
from interlocks.silences import OlderThan
from interlocks.vocabulary import Demand, Priority, Signal

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


def test_a_failed_row_demands_its_highest_step_up_to_pause() -> None:
    """Faults row 100."""
    assert ROW["BP1"].error_step() == (Demand.SLOW, Priority.MEDIUM)
    assert ROW["BP3"].error_step() == (Demand.PAUSE, Priority.HIGH)
    assert ROW["VT1"].error_step() == (Demand.PAUSE, Priority.HIGH)
    assert ROW["ST1"].error_step() == (Demand.ADVISE, Priority.LOW)
    assert ROW["VT2"].error_step() == (Demand.PAUSE, Priority.HIGH), (
        "a row that can stop does not merely advise"
    )


def test_other_questions_give_another_ladder() -> None:
    row, other = ROW["BP2"], ROW["BP3"]
    changed = row.with_conditions(other.when, other.steps, other.clear)
    assert changed.ladder == other.ladder
    assert changed.id == "BP2"
    assert replace(row, on_stale=Itself()).max_age.after_ms == 0


def test_at_rest_only_the_first_of_each_silence_is_asked() -> None:
    """What is not yet 10 s old is not yet 30 s old: that keeps the tick cheap."""
    st2 = ROW["ST2"]
    assert len(st2.ladder) == 4
    assert st2.timed == (st2.when,)
    assert ROW["SE0"].timed == (ROW["SE0"].when,)
    other_signals = OlderThan((Signal.RR,), 60_000, st2.when.clock)  # type: ignore[attr-defined]
    both = replace(st2, steps=(*st2.steps, replace(st2.steps[-1], when=other_signals)))
    assert both.timed == (st2.when, other_signals)
