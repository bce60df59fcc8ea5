"""Phases and holds as one table, and the baseline rules at their limits (facts/clinical.md 3.3)."""

from itertools import product

import pytest

from interlocks.vocabulary import Baseline, Stamp
from pumpd.core.session import (
    TRANSITIONS,
    Act,
    CuffReading,
    HoldKind,
    Phase,
    Session,
    baseline_of,
    held,
    moved,
)

NOW = Stamp(7, 7)
MINUTE = 60_000

#: Rows: phase; columns: ENTER, VERIFY, START, COMPLETE, STOP. A dot changes nothing and is refused.
TABLE = """
idle      ordered  .         .         .          .
ordered   ordered  verified  .         .          stopped
verified  ordered  .         infusing  .          stopped
infusing  .        .         .         completed  stopped
completed ordered  .         .         .          .
stopped   ordered  .         .         .          .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
EXPECTED = {
    (Phase(row[0]), act): None if cell == "." else Phase(cell)
    for row in ROWS
    for act, cell in zip(Act, row[1:], strict=True)
}


@pytest.mark.parametrize(("phase", "act"), list(product(Phase, Act)))
def test_every_pair_of_phase_and_act_leads_where_the_table_says_or_nowhere(phase: Phase, act: Act) -> None:
    before = Session(phase=phase, serial=3, entered_by="dora", ratchet_nl_h=5)
    after = moved(before, act)
    assert (None if after is None else after.phase) is EXPECTED[phase, act]
    if after is not None:
        assert (after.serial, after.entered_by, after.ratchet_nl_h) == (3, "dora", 5)


def test_only_a_verified_session_leads_to_infusing() -> None:
    assert [pair for pair, to in TRANSITIONS.items() if to is Phase.INFUSING] == [(Phase.VERIFIED, Act.START)]


@pytest.mark.parametrize("phase", [one for one in Phase if one is not Phase.INFUSING])
def test_outside_an_infusion_there_is_nothing_to_hold(phase: Phase) -> None:
    session = Session(phase=phase)
    assert held(session, HoldKind.NURSE, "paused", "nina", NOW) is session


def test_holds_of_different_kinds_stand_side_by_side_and_the_first_reason_of_a_kind_stays_in_front() -> None:
    session = held(Session(phase=Phase.INFUSING), HoldKind.PUMP, "link lost", "pumpd", NOW)
    session = held(session, HoldKind.NURSE, "paused by nina", "nina", NOW)
    session = held(session, HoldKind.PUMP, "another reason", "pump", Stamp(9, 9))
    assert [(one.kind, one.reason, one.by, one.since) for one in session.holds] == [
        (HoldKind.PUMP, "link lost; another reason", "pumpd", NOW),
        (HoldKind.NURSE, "paused by nina", "nina", NOW),
    ]


def test_one_hold_of_the_pump_says_three_things_at_most_and_nothing_twice() -> None:
    session = Session(phase=Phase.INFUSING)
    for reason in ("one", "two", "one", "three", "four"):
        session = held(session, HoldKind.PUMP, reason, "pump", NOW)
    assert [one.reason for one in session.holds] == ["one; two; three"]


def test_what_a_restart_has_lost_is_added_to_its_hold_and_all_of_it() -> None:
    session = Session(phase=Phase.INFUSING)
    for reason in ("restarted", "row A", "row B", "restarted", "row C"):
        session = held(session, HoldKind.RESTART, reason, "pumpd", NOW)
    assert [one.reason for one in session.holds] == ["restarted; row A; row B; row C"]


@pytest.mark.parametrize("kind", [HoldKind.NURSE, HoldKind.RECORD])
def test_of_a_nurses_and_a_records_hold_the_first_reason_is_the_only_one(kind: HoldKind) -> None:
    session = held(Session(phase=Phase.INFUSING), kind, "one", "nina", NOW)
    assert held(session, kind, "two", "omar", NOW) is session


# -- baseline --------------------------------------------------------------------------------------------------


def cuff(ms: int, sys: float = 120, dia: float = 80, mean: float | None = 93) -> CuffReading:
    return CuffReading(ms, sys, dia, mean)


def test_the_baseline_is_the_mean_of_two_readings_a_minute_apart() -> None:
    readings = (cuff(0, 120, 78, 92), cuff(MINUTE, 130, 82, 98))
    assert baseline_of(readings, 71, MINUTE) == Baseline(sys=125, dia=80, map=95, hr=71)


def test_without_a_mean_pressure_in_both_there_is_none_in_the_baseline() -> None:
    baseline = baseline_of((cuff(0, mean=None), cuff(MINUTE)), None, MINUTE)
    assert isinstance(baseline, Baseline)
    assert (baseline.map, baseline.hr) == (None, None)


@pytest.mark.parametrize(("apart_ms", "is_enough"), [(MINUTE - 1, False), (MINUTE, True), (MINUTE + 1, True)])
def test_two_readings_are_two_only_a_minute_apart(apart_ms: int, is_enough: bool) -> None:
    answer = baseline_of((cuff(0), cuff(apart_ms)), None, apart_ms)
    assert isinstance(answer, Baseline) is is_enough
    if not is_enough:
        assert "second is needed" in str(answer)


@pytest.mark.parametrize(
    ("sys", "dia", "refused"),
    [
        (130, 80, None),
        (110, 90, None),
        (130.5, 80, "systolic 120 and 130.5"),
        (109.5, 80, "systolic 120 and 109.5"),
        (120, 90.5, "diastolic 80 and 90.5"),
        (120, 69.5, "diastolic 80 and 69.5"),
    ],
)
def test_two_readings_agree_up_to_and_at_10_mmHg(sys: float, dia: float, refused: str | None) -> None:
    answer = baseline_of((cuff(0), cuff(MINUTE, sys, dia)), None, MINUTE)
    if refused is None:
        assert isinstance(answer, Baseline)
    else:
        assert refused in str(answer)
        assert "10 mmHg" in str(answer)


@pytest.mark.parametrize(("age_ms", "is_young"), [(15 * MINUTE, True), (15 * MINUTE + 1, False)])
def test_both_readings_are_at_most_15_minutes_old(age_ms: int, is_young: bool) -> None:
    newest = baseline_of((cuff(0), cuff(MINUTE)), None, MINUTE + age_ms)
    earlier = baseline_of((cuff(0), cuff(MINUTE)), None, age_ms)
    assert isinstance(earlier, Baseline) is is_young
    assert isinstance(newest, str), "the earlier one is a minute older still"
    assert newest.startswith("earlier" if is_young else "newest")


def test_the_partner_is_the_newest_reading_that_is_a_minute_older() -> None:
    readings = (cuff(0, 150), cuff(MINUTE, 122), cuff(2 * MINUTE - 1, 160), cuff(2 * MINUTE, 124))
    baseline = baseline_of(readings, None, 2 * MINUTE)
    assert isinstance(baseline, Baseline)
    assert baseline.sys == 123


def test_no_reading_and_one_reading_say_what_is_missing() -> None:
    assert "no cuff reading" in str(baseline_of((), 70, 0))
    assert "one cuff reading so far" in str(baseline_of((cuff(0),), 70, 0))
