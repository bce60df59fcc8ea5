"""Conditions and alarms: nothing that happened is lost, nothing is switched off (I18, faults row 74)."""

from interlocks.vocabulary import Priority, Stamp
from pumpd.core.alarms import Alarm, Condition, acknowledge, advance, by_priority

AT = Stamp(1_000, 1_000)
LATER = Stamp(5_000, 5_000)
BP = Condition("BP2", Priority.MEDIUM, "systolic 165 mmHg > 160 mmHg")
LINE = Condition("LP1", Priority.HIGH, "line pressure 310 mmHg > 300 mmHg")


def test_a_condition_becomes_an_alarm_at_once_and_the_first_of_an_episode_is_marked() -> None:
    both = advance((), (BP, LINE), AT)
    assert [(one.key, one.is_first_out, one.since, one.is_present) for one in both] == [
        ("BP2", True, AT, True),
        ("LP1", False, AT, True),
    ]
    assert all(one.acknowledged_by == "" for one in both)


def test_a_second_condition_of_the_same_episode_is_not_first_out() -> None:
    alarms = advance(advance((), (BP,), AT), (BP, LINE), LATER)
    assert [one.is_first_out for one in alarms] == [True, False]


def test_once_nothing_is_present_any_more_a_new_episode_has_a_new_first() -> None:
    over = advance(advance((), (BP,), AT), (), LATER)
    assert [one.is_first_out for one in advance(over, (LINE,), LATER)] == [True, True]


def test_a_condition_that_went_away_unseen_leaves_its_alarm_standing() -> None:
    (alarm,) = advance(advance((), (BP,), AT), (), LATER)
    assert (alarm.key, alarm.is_present, alarm.since) == ("BP2", False, AT)
    assert advance((alarm,), (), LATER) == (alarm,)


def test_a_condition_that_went_away_after_it_was_seen_takes_its_alarm_along() -> None:
    seen = acknowledge(advance((), (BP,), AT), "BP2", "nina")
    assert seen[0].acknowledged_by == "nina"
    assert advance(seen, (), LATER) == ()


def test_an_acknowledged_alarm_stays_while_its_condition_holds() -> None:
    seen = acknowledge(advance((), (BP,), AT), "", "nina")
    assert advance(seen, (BP,), LATER) == seen


def test_acknowledging_what_is_over_ends_it_and_what_is_present_stays() -> None:
    over = advance(advance((), (BP, LINE), AT), (LINE,), LATER)
    assert [one.key for one in acknowledge(over, "", "nina")] == ["LP1"]


def test_acknowledging_one_alarm_leaves_the_other_unseen() -> None:
    alarms = acknowledge(advance((), (BP, LINE), AT), "LP1", "nina")
    assert [(one.key, one.acknowledged_by) for one in alarms] == [("BP2", ""), ("LP1", "nina")]


def test_row_74_a_condition_that_comes_back_speaks_again() -> None:
    gone = advance(advance((), (BP,), AT), (), AT)
    (back,) = advance(gone, (BP,), LATER)
    assert (back.is_present, back.since, back.acknowledged_by) == (True, LATER, "")


def test_a_rising_priority_speaks_again_and_a_falling_one_does_not() -> None:
    seen = acknowledge(advance((), (BP,), AT), "", "nina")
    worse = Condition("BP2", Priority.HIGH, BP.text)
    (risen,) = advance(seen, (worse,), LATER)
    assert (risen.priority, risen.since, risen.acknowledged_by) == (Priority.HIGH, LATER, "")
    seen_again = acknowledge((risen,), "", "nina")
    (fallen,) = advance(seen_again, (BP,), Stamp(9_000, 9_000))
    assert (fallen.priority, fallen.since, fallen.acknowledged_by) == (Priority.MEDIUM, LATER, "nina")


def test_a_new_sentence_for_the_same_cause_is_taken_over_without_a_new_alarm() -> None:
    seen = acknowledge(advance((), (BP,), AT), "", "nina")
    (alarm,) = advance(seen, (Condition("BP2", Priority.MEDIUM, "systolic 170 mmHg > 160 mmHg"),), LATER)
    assert (alarm.text, alarm.since, alarm.acknowledged_by) == ("systolic 170 mmHg > 160 mmHg", AT, "nina")


def test_people_read_unseen_before_seen_then_high_before_low_then_old_before_new() -> None:
    seen = Alarm("SEEN", Priority.HIGH, "", AT, acknowledged_by="nina")
    low = Alarm("LOW", Priority.LOW, "", AT)
    medium = Alarm("MEDIUM", Priority.MEDIUM, "", AT)
    newer = Alarm("NEWER", Priority.HIGH, "", LATER)
    older = Alarm("OLDER", Priority.HIGH, "", AT)
    order = [one.key for one in by_priority((seen, low, newer, medium, older))]
    assert order == ["OLDER", "NEWER", "MEDIUM", "LOW", "SEEN"]
