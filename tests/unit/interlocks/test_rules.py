"""A row works out once what every evaluation needs."""

from dataclasses import replace

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.rules import Itself
from interlocks.silences import OlderThan
from interlocks.vocabulary import Demand, Priority, Signal

ROW = {rule.id: rule for rule in DEFAULT_RULES}


def test_steps_without_a_question_ask_the_rows() -> None:
    bp3 = ROW["BP3"]
    assert [question == bp3.when for _, question in bp3.ladder] == [True, True, False]
    assert bp3.inputs == {Signal.SYS, Signal.DIA}
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


def test_other_questions_give_another_ladder() -> None:
    row, other = ROW["BP2"], ROW["BP3"]
    changed = row.with_conditions(other.when, other.steps, other.clear)
    assert changed.ladder == other.ladder
    assert changed.id == "BP2"
    assert replace(row, on_stale=Itself()).max_age.after_ms == 0
