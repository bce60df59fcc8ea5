"""After the end: slots, what is missed, what is recovered, when it may be closed (facts/clinical.md 1 rows 9 to 15)."""

from dataclasses import replace

import pytest
from clinic_bench import CLINIC, MINUTE_MS, ClinicBench, observed, ready, recovered, treated

from interlocks.vocabulary import Baseline
from pumpd.core.clinic import observing
from pumpd.core.clinic.course import Care, Clinic, Observation, SignOff

HOUR, TWO_HOURS = Clinic(60), Clinic(120)
BEFORE = Baseline(sys=125, dia=78, map=94, hr=72)


def one_set(at_min: float, slot_min: int | None = None, **changes: object) -> Observation:
    known = Observation(
        slot_min=round(at_min) if slot_min is None else slot_min,
        at_ms=round(at_min * MINUTE_MS),
        wall_ms=1,
        by="nina",
        sys=125,
        dia=78,
        hr=72,
        spo2=97,
        moaas=5,
        dissociation=0,
    )
    made = replace(known, **changes)  # type: ignore[arg-type]
    return replace(made, short_of=observing.shortfalls(made, BEFORE, 97))


def care(now_min: float, *sets: Observation, sign_off: SignOff | None = None) -> Care:
    return Care(since_end_ms=round(now_min * MINUTE_MS), observations=sets, sign_off=sign_off)


def test_the_slots_are_every_quarter_of_an_hour_for_one_hour_or_two() -> None:
    assert observing.slots(HOUR) == (15, 30, 45, 60)
    assert observing.slots(TWO_HOURS) == (15, 30, 45, 60, 75, 90, 105, 120)


@pytest.mark.parametrize(
    ("now_min", "taken", "slot"),
    [
        (13.0, (), 15),
        (15.0, (), 15),
        (27.9, (), 15),
        (28.0, (), 30),
        (30.0, (15,), 30),
        (61.0, (15, 30, 45), 60),
        (75.0, (15, 30, 45), 60),
        (70.0, (15, 30, 45, 60), 70),
    ],
)
def test_a_set_fills_the_newest_slot_that_has_come(now_min: float, taken: tuple[int, ...], slot: int) -> None:
    """A quarter of an hour that is over cannot be looked at any more."""
    assert observing.slot_of(care(now_min, *map(one_set, taken)), HOUR) == slot


@pytest.mark.parametrize(
    ("now_min", "taken", "reason"),
    [
        (12.9, (), "the first observation is due in 2 min 6 s"),
        (20.0, (15,), "the next observation is due in 10 min 0 s"),
        (64.0, (15, 30, 45, 60), "the last observation is 240 s old (at least 300 s apart)"),
    ],
)
def test_between_the_slots_none_is_wanted(now_min: float, taken: tuple[int, ...], reason: str) -> None:
    assert observing.slot_of(care(now_min, *map(one_set, taken)), HOUR) == reason


def test_the_next_one_due_is_the_oldest_that_nobody_has_looked_for() -> None:
    assert observing.due_ms(care(0), HOUR) == 15 * MINUTE_MS
    assert observing.due_ms(care(40), HOUR) == 15 * MINUTE_MS
    assert observing.due_ms(care(14, one_set(14, 15)), HOUR) == 30 * MINUTE_MS
    assert observing.due_ms(care(40, one_set(40, 30)), HOUR) == 45 * MINUTE_MS


def test_behind_the_last_slot_sets_go_on_until_two_in_a_row_are_good() -> None:
    """Row 15: on two consecutive sets."""
    high = one_set(60, sys=150)
    assert observing.due_ms(care(61, one_set(45), high), HOUR) == 75 * MINUTE_MS
    assert observing.due_ms(care(76, high, one_set(75)), HOUR) == 90 * MINUTE_MS
    assert observing.due_ms(care(91, high, one_set(75), one_set(90)), HOUR) is None


# -- the alarm ---------------------------------------------------------------------------------------------------


def test_a_set_that_nobody_takes_is_an_alarm_until_one_is_taken() -> None:
    """Row 9: a missed task is an alarm. Five minutes of grace, to the tick."""
    bench = observed()
    late_ms = (15 + 5) * MINUTE_MS - bench.state.care.since_end_ms
    bench.leap(late_ms / MINUTE_MS)
    assert [one.key for one in bench.state.alarms] == []
    bench.tick(1)
    (alarm,) = bench.state.alarms
    assert (alarm.key, alarm.priority.value) == ("OBSERVATION", "medium")
    assert alarm.text == "the observation due 15 min after the end was not taken: look at the patient"
    bench.leap(10)
    assert [one.key for one in bench.state.alarms] == ["OBSERVATION"], "also in the next quarter of an hour"
    bench.look(0)
    assert bench.state.alarms == ()


def test_on_the_bench_and_when_nothing_was_given_nothing_is_missed() -> None:
    unstarted = ready()
    unstarted.stop()
    unstarted.leap(90)
    assert not observing.is_open(unstarted.state, CLINIC)
    assert unstarted.state.alarms == ()
    bench = observed()
    assert observing.is_open(bench.state, CLINIC)
    assert not observing.is_open(bench.state, replace(CLINIC, clinic=None))
    late = replace(bench.state, care=care(50))
    assert observing.missed(late, CLINIC)
    assert not observing.missed(late, replace(CLINIC, clinic=None))


def test_an_infusion_is_not_observed_yet() -> None:
    bench = treated()
    assert not observing.is_open(bench.state, CLINIC)
    bench.stop()
    assert observing.is_open(bench.state, CLINIC)


# -- recovered -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sys": 137.5}, ""),
        ({"sys": 138.0}, "systolic 138 mmHg was 125 before (limit 12.5 mmHg apart)"),
        ({"sys": 112.0}, "systolic 112 mmHg was 125 before (limit 12.5 mmHg apart)"),
        ({"dia": 88.0}, ""),
        ({"dia": 89.0}, "diastolic 89 mmHg was 78 before (limit 10 mmHg apart)"),
        ({"hr": 82.0}, ""),
        ({"hr": 83.0}, "heart rate 83 /min was 72 before (limit 10 /min apart)"),
        ({"hr": 61.0}, "heart rate 61 /min was 72 before (limit 10 /min apart)"),
        ({"spo2": 95.0}, ""),
        ({"spo2": 94.0}, "SpO2 94 % was 97 % before (limit 2 % below)"),
        ({"spo2": 100.0}, ""),
        ({"moaas": 4}, "MOAA/S 4: needs 5"),
        ({"dissociation": 1}, "dissociation 1: needs 0"),
    ],
)
def test_each_criterion_at_its_limit(changes: dict[str, object], reason: str) -> None:
    """Row 15; below the baseline counts like above it."""
    assert one_set(15, **changes).short_of == ((reason,) if reason else ())


def test_what_was_not_known_before_cannot_be_recovered() -> None:
    blind = observing.shortfalls(one_set(15), None, None)
    assert [one for one in blind if "not known" in one] == list(blind)
    assert len(blind) == 4


def test_two_good_sets_in_a_row_are_recovered_one_is_not() -> None:
    assert observing.unrecovered(care(60)) == ("0 of 2 observations in a row",)
    assert observing.unrecovered(care(60, one_set(45))) == ("1 of 2 observations in a row",)
    assert observing.unrecovered(care(60, one_set(45), one_set(60))) == ()
    reasons = observing.unrecovered(care(60, one_set(45), one_set(60, dissociation=2)))
    assert reasons == ("at 60 min: dissociation 2: needs 0",)


def test_a_sign_off_accepts_the_vitals_it_has_seen() -> None:
    high = one_set(60, sys=150)
    accepted = SignOff("dora", "as at home", 2)
    assert observing.unrecovered(care(61, one_set(45), high, sign_off=accepted)) == ()
    later = care(76, one_set(45), high, one_set(75, sys=170), sign_off=accepted)
    assert observing.unrecovered(later) != (), "what came afterwards nobody has accepted"
    good = care(76, one_set(45), high, one_set(75), sign_off=accepted)
    assert observing.unrecovered(good) == ()


@pytest.mark.parametrize("changes", [{"moaas": 4}, {"dissociation": 3}])
def test_nobody_signs_a_patient_off_who_is_not_back(changes: dict[str, object]) -> None:
    """Row 15: MOAA/S 5 and dissociation 0 are no vitals."""
    seen = care(61, one_set(45), one_set(60, **changes), sign_off=SignOff("dora", "fine", 2))
    assert len(observing.unrecovered(seen)) == 1


# -- closing -------------------------------------------------------------------------------------------------------


def test_before_the_hour_is_over_nobody_closes_and_at_the_hour_somebody_may() -> None:
    """Row 9: CLOSE refused before +60 min."""
    bench = recovered()
    state = bench.state
    for now_ms, blockers in ((60 * MINUTE_MS - 1, 1), (60 * MINUTE_MS, 0)):
        state = replace(state, care=replace(state.care, since_end_ms=now_ms))
        assert len(observing.close_blockers(state, CLINIC)) == blockers
    strict = replace(CLINIC, clinic=TWO_HOURS)
    assert observing.close_blockers(state, strict) == ("the observation lasts 120 min: 60 min 0 s left",)


def test_a_pump_that_has_not_confirmed_its_halt_is_not_left_alone() -> None:
    bench: ClinicBench = recovered()
    delivery = replace(bench.state.delivery, halt_since=bench.now)
    state = replace(bench.state, delivery=delivery)
    assert observing.close_blockers(state, CLINIC) == ("the pump has not confirmed that it stands still",)
