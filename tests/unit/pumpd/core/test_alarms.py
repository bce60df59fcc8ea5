"""Alarms by cause: nothing that happened is lost, nothing rings twice, nothing is switched off (I18, faults row 74)."""

from dataclasses import fields, replace
from typing import Any

import pytest

from interlocks.vocabulary import Demand, Priority, Stamp
from pumpd.core.actions import AlarmPhase
from pumpd.core.alarms import Alarm, Condition, acknowledge, advance, by_priority, notes, restarted, worst

AT = Stamp(1_000, 1_000)
LATER = Stamp(5_000, 5_000)
LAST = Stamp(9_000, 9_000)

BP = Condition(
    "blood-pressure",
    Priority.MEDIUM,
    "systolic 165 mmHg > 160 mmHg",
    lead="BP2",
    members=("BP2",),
    demand=Demand.SLOW,
)
BP_WORSE = replace(
    BP, priority=Priority.HIGH, lead="BP3", members=("BP2", "BP3"), demand=Demand.PAUSE, text="systolic 185"
)
LINE = Condition("line-pressure", Priority.HIGH, "line pressure 310 mmHg > 300 mmHg", "LP1", ("LP1",))
WARM = Condition("heart-rate", Priority.MEDIUM, "heart rate 125 bpm", "HR1", ("HR1",), is_latching=False)


def after(alarms: tuple[Alarm, ...], *conditions: Condition, now: Stamp = LATER) -> tuple[Alarm, ...]:
    return advance(alarms, conditions, now)[0]


def begun(*conditions: Condition) -> tuple[Alarm, ...]:
    return after((), *conditions, now=AT)


def seen(alarms: tuple[Alarm, ...], by: str = "nina") -> tuple[Alarm, ...]:
    return acknowledge(alarms, lambda _: True, by)


# -- beginning and end -------------------------------------------------------------------------------------------


def test_R44_a_condition_becomes_an_alarm_at_once_with_its_exact_words() -> None:
    alarms, has_called = advance((), (BP,), AT)
    assert alarms == (
        Alarm(
            "blood-pressure",
            Priority.MEDIUM,
            "systolic 165 mmHg > 160 mmHg",
            AT,
            is_first_out=True,
            lead="BP2",
            members=("BP2",),
            demand=Demand.SLOW,
            called_link_ms=1_000,
        ),
    )
    assert has_called


def test_R47_alarms_stand_in_order_of_occurrence() -> None:
    alarms = after(begun(WARM), WARM, BP)
    alarms = after(alarms, LINE, BP, WARM, now=LAST)
    assert [one.key for one in alarms] == ["heart-rate", "blood-pressure", "line-pressure"]


def test_clinical_5_1_a_latching_alarm_outlives_its_condition_until_somebody_has_seen_it() -> None:
    over = after(begun(BP))
    assert [(one.key, one.is_present, one.since) for one in over] == [("blood-pressure", False, AT)]
    assert after(over) == over
    assert after(seen(over)) == ()


def test_clinical_5_1_an_alarm_that_does_not_latch_ends_by_itself_seen_or_not() -> None:
    assert after(begun(WARM)) == ()
    assert after(seen(begun(WARM))) == ()


def test_a_latching_alarm_that_was_seen_ends_with_its_condition_and_not_before() -> None:
    alarms = seen(begun(BP))
    assert after(alarms, BP) == alarms
    assert after(alarms) == ()


def test_what_is_over_but_has_a_row_that_waits_for_a_person_stands_although_it_was_seen() -> None:
    waiting = replace(BP, is_present=False)
    (alarm,) = after(seen(begun(BP)), waiting)
    assert (alarm.is_present, alarm.acknowledged_by) == (False, "nina")


def test_row_74_an_alarm_that_comes_back_calls_again() -> None:
    (back,), has_called = advance(after(begun(BP)), (BP,), LAST)
    assert (back.is_present, back.since, back.acknowledged_by) == (True, LAST, "")
    assert has_called


def test_seen_and_back_in_the_same_decision_is_one_alarm_that_calls_again() -> None:
    (back,) = after(seen(after(begun(BP))), BP, now=LAST)
    assert (back.is_present, back.acknowledged_by) == (True, "")


# -- one cause, one alarm ----------------------------------------------------------------------------------------


def test_pain_8_a_second_row_of_the_cause_is_the_same_alarm_and_a_higher_priority_calls_again() -> None:
    (alarm,), has_called = advance(seen(begun(BP)), (BP_WORSE,), LATER)
    assert (alarm.priority, alarm.since, alarm.acknowledged_by) == (Priority.HIGH, LATER, "")
    assert (alarm.members, alarm.lead, alarm.text) == (("BP2", "BP3"), "BP3", "systolic 185")
    assert (alarm.called_link_ms, has_called) == (5_000, True)


def test_a_row_that_demands_more_calls_again_even_at_the_same_priority() -> None:
    more = replace(BP, demand=Demand.PAUSE, members=("BP2", "BP4"))
    (alarm,), has_called = advance(seen(begun(BP)), (more,), LATER)
    assert (alarm.since, alarm.acknowledged_by, has_called) == (LATER, "", True)


def test_a_further_row_that_nobody_has_seen_calls_once_although_it_asks_for_no_more() -> None:
    first = replace(BP, callers=("BP2",))
    joined = replace(BP, members=("BP2", "BP4"), callers=("BP4",))
    (alarm,), has_called = advance(seen(begun(first)), (joined,), LATER)
    assert (alarm.since, alarm.called_link_ms, alarm.acknowledged_by) == (LATER, LATER.link_ms, "")
    assert has_called
    other_words = replace(joined, text="systolic 85, and other words")
    (same,), has_called = advance((alarm,), (other_words,), LAST)
    assert (same.since, same.text, has_called) == (LATER, other_words.text, False)
    quiet = replace(other_words, callers=())
    assert advance(seen((same,)), (quiet,), LAST)[0][0].acknowledged_by == "nina"


def test_a_row_that_was_seen_or_over_and_wants_a_person_again_calls_again() -> None:
    wants, rests = replace(BP, callers=("BP2",)), BP
    for alarms in (seen(begun(wants)), after(begun(wants), rests)):
        (alarm,), has_called = advance(alarms, (wants,), LAST)
        assert (alarm.since, alarm.acknowledged_by, has_called) == (LAST, "", True)


def test_a_row_that_joins_an_alarm_nobody_has_seen_does_not_put_its_escalation_off() -> None:
    first = replace(BP, callers=("BP2",))
    joined = replace(BP, members=("BP2", "BP4"), callers=("BP2", "BP4"))
    (alarm,), has_called = advance(begun(first), (joined,), LATER)
    assert (alarm.since, alarm.called_link_ms, has_called) == (LATER, AT.link_ms, True)


def test_a_loss_is_known_once_the_alarm_has_called_with_it_or_somebody_has_seen_it_and_until_it_is_over() -> (
    None
):
    lost = replace(WARM, losses=("monitor-1",))
    (called,) = begun(lost)
    assert called.known_losses == ("monitor-1",)
    (worded,) = after(begun(WARM), lost)
    assert (worded.losses, worded.known_losses) == (("monitor-1",), ()), "other words call nobody"
    assert seen((worded,))[0].known_losses == ("monitor-1",)
    (again,) = after((worded,), replace(lost, callers=("HR1",)), now=LAST)
    assert again.known_losses == ("monitor-1",)
    more = replace(lost, losses=("monitor-1", "pulse-2"))
    assert after((called,), more)[0].known_losses == ("monitor-1",)
    assert after((called,), WARM)[0].known_losses == ()


def test_pain_9_a_further_row_that_calls_nobody_only_changes_the_words() -> None:
    more = replace(BP, members=("BP2", "BP1"), text="systolic 165 mmHg > 160 mmHg, and more")
    (alarm,), has_called = advance(seen(begun(BP)), (more,), LATER)
    assert (alarm.text, alarm.members) == (more.text, ("BP2", "BP1"))
    assert (alarm.since, alarm.acknowledged_by, has_called) == (AT, "nina", False)


def test_the_priority_never_falls_while_nobody_has_seen_it_and_falls_once_somebody_has() -> None:
    worse = after(begun(BP), BP_WORSE)
    (unseen,) = after(worse, BP, now=LAST)
    assert (unseen.priority, unseen.demand) == (Priority.HIGH, Demand.PAUSE)
    assert unseen.text == BP.text, "the words say what is true now"
    (fallen,) = after(seen(worse), BP, now=LAST)
    assert (fallen.priority, fallen.demand, fallen.acknowledged_by) == (Priority.MEDIUM, Demand.SLOW, "nina")
    (risen,) = after((fallen,), BP_WORSE, now=LAST)
    assert risen.acknowledged_by == ""


def test_nothing_new_is_the_very_same_alarm() -> None:
    alarms = begun(BP, LINE)
    again, has_called = advance(alarms, (BP, LINE), LATER)
    assert all(one is other for one, other in zip(again, alarms, strict=True))
    assert not has_called


@pytest.mark.parametrize(
    "change",
    [
        {"priority": Priority.HIGH},
        {"text": "systolic 171 mmHg > 160 mmHg"},
        {"lead": "BP3"},
        {"members": ("BP2", "MAP1")},
        {"demand": Demand.PAUSE},
        {"is_present": False},
        {"is_latching": False},
        {"callers": ("BP2",)},
        {"losses": ("monitor-1",)},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("is_seen", [False, True], ids=["unseen", "seen"])
def test_whatever_else_a_condition_says_its_alarm_says_from_then_on(
    change: dict[str, Any], is_seen: bool
) -> None:
    alarms = seen(begun(BP)) if is_seen else begun(BP)
    changed = after(alarms, replace(BP, **change))
    field, value = next(iter(change.items()))
    assert getattr(changed[0], field) == value


@pytest.mark.parametrize(
    "worse", [{"priority": Priority.HIGH}, {"demand": Demand.PAUSE}], ids=["priority", "demand"]
)
def test_what_was_seen_and_asks_for_less_in_the_same_words_says_so(worse: dict[str, Any]) -> None:
    assert after(seen(begun(replace(BP, **worse))), BP)[0] == seen(begun(BP))[0]


def test_every_word_of_a_condition_is_one_that_its_alarm_is_held_against() -> None:
    """A field that is added is added to the test above."""
    assert {one.name for one in fields(Condition)} == {
        *("key", "priority", "text", "lead", "members", "demand"),
        *("is_present", "is_latching", "callers", "losses"),
    }


def test_what_comes_and_goes_unseen_cannot_put_its_own_escalation_off() -> None:
    (back,) = after(after(begun(BP)), BP, now=LAST)
    assert (back.since, back.called_link_ms) == (LAST, AT.link_ms)
    (new,) = after(seen(after(begun(BP))), BP, now=LAST)
    assert new.called_link_ms == LAST.link_ms


# -- first-out ---------------------------------------------------------------------------------------------------


def test_of_two_alarms_in_one_decision_the_first_is_the_first_out() -> None:
    assert [one.is_first_out for one in begun(BP, LINE)] == [True, False]


def test_what_joins_an_episode_is_not_its_first() -> None:
    assert [one.is_first_out for one in after(begun(BP), BP, LINE)] == [True, False]


def test_once_nothing_is_present_any_more_a_new_episode_has_a_new_first() -> None:
    over = after(begun(BP))
    assert [one.is_first_out for one in after(over, LINE, now=LAST)] == [True, True]


def test_the_first_out_that_leaves_and_returns_within_its_episode_is_still_the_first() -> None:
    left = after(begun(BP, LINE), LINE)
    assert [one.is_first_out for one in after(left, BP, LINE, now=LAST)] == [True, False]


def test_the_first_out_of_an_old_episode_that_returns_in_a_new_one_is_not_the_first_of_that() -> None:
    new = after(after(begun(BP)), LINE)
    assert [one.is_first_out for one in after(new, BP, LINE, now=LAST)] == [False, True]


def test_of_two_that_return_together_only_one_is_the_first_out() -> None:
    gone = after(begun(BP, LINE))
    assert [one.is_first_out for one in after(gone, BP, LINE, now=LAST)] == [True, False]


# -- people ------------------------------------------------------------------------------------------------------


def test_an_alarm_answers_to_its_cause_and_to_each_of_its_rows() -> None:
    (alarm,) = begun(BP_WORSE)
    assert [alarm.is_named(one) for one in ("blood-pressure", "BP2", "BP3", "BP1", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_acknowledging_one_alarm_leaves_the_other_unseen_and_ends_its_escalation() -> None:
    alarms = tuple(replace(one, escalation=2) for one in begun(BP, LINE))
    alarms = acknowledge(alarms, lambda one: one.is_named("LP1"), "nina")
    assert [(one.acknowledged_by, one.escalation) for one in alarms] == [("", 2), ("nina", 0)]


def test_who_saw_it_first_stays_the_one_who_saw_it() -> None:
    assert [one.acknowledged_by for one in seen(seen(begun(BP)), by="dora")] == ["nina"]


def test_a_new_process_waits_anew_and_forgets_neither_who_has_seen_nor_what_is_over() -> None:
    old = (*seen(begun(BP)), *after(begun(LINE), now=LATER))
    zero = Stamp(0, 0)
    assert restarted(old, zero) == tuple(replace(one, since=zero, called_link_ms=0) for one in old)


def test_people_read_unseen_before_seen_then_high_before_low_then_old_before_new() -> None:
    been = Alarm("SEEN", Priority.HIGH, "", AT, acknowledged_by="nina")
    low = Alarm("LOW", Priority.LOW, "", AT)
    medium = Alarm("MEDIUM", Priority.MEDIUM, "", AT)
    newer = Alarm("NEWER", Priority.HIGH, "", LATER)
    older = Alarm("OLDER", Priority.HIGH, "", AT)
    order = [one.key for one in by_priority((been, low, newer, medium, older))]
    assert order == ["OLDER", "NEWER", "MEDIUM", "LOW", "SEEN"]


def test_R45_high_is_worse_than_medium_and_medium_than_low() -> None:
    assert worst(Priority.LOW, Priority.HIGH, Priority.MEDIUM) is Priority.HIGH
    assert worst(Priority.LOW, Priority.MEDIUM) is Priority.MEDIUM


# -- what is told ------------------------------------------------------------------------------------------------


def test_R52_a_beginning_a_change_and_an_end_are_each_told_once_with_all_that_a_reader_needs() -> None:
    first = begun(BP_WORSE)
    (start,) = notes((), (), first)
    assert (start.phase, start.key, start.priority) == (AlarmPhase.START, "blood-pressure", Priority.HIGH)
    assert (start.text, start.since, start.members) == ("systolic 185", AT, ("BP2", "BP3"))
    assert (start.is_present, start.is_first_out, start.acknowledged_by, start.escalation) == (
        True,
        True,
        "",
        0,
    )
    over = after(first)
    (update,) = notes(first, first, over)
    assert (update.phase, update.is_present) == (AlarmPhase.UPDATE, False)
    acted = seen(over)
    (end,) = notes(over, acted, after(acted))
    assert (end.phase, end.is_present, end.acknowledged_by) == (AlarmPhase.END, False, "nina")


def test_what_did_not_change_is_not_told_again() -> None:
    alarms = begun(BP)
    assert notes(alarms, alarms, after(alarms, BP)) == ()


def test_what_changed_only_for_our_own_counting_is_not_told() -> None:
    alarms = begun(BP)
    assert notes(alarms, alarms, tuple(replace(one, called_link_ms=7) for one in alarms)) == ()


def test_on_request_every_standing_alarm_is_told_again() -> None:
    alarms = begun(BP, LINE)
    told = notes(alarms, alarms, alarms, is_all=True)
    assert [(one.phase, one.key) for one in told] == [
        (AlarmPhase.UPDATE, "blood-pressure"),
        (AlarmPhase.UPDATE, "line-pressure"),
    ]


def test_an_end_of_what_was_present_is_told_as_over() -> None:
    (end,) = notes(begun(WARM), begun(WARM), ())
    assert (end.phase, end.is_present) == (AlarmPhase.END, False)
