"""No start into a row that would hold it at once: what is known beforehand is judged (facts/clinical.md 3.3, START)."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, make_verified, verified

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.site_table import site_table
from interlocks.vocabulary import Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.actions import Stage
from pumpd.core.gates import baseline_shown, start_blockers
from pumpd.core.start_check import unsafe_rows
from pumpd.core.state import Policy

#: What is known before the start, the row that it crosses at once or in time, and the row's sentence.
CROSSED: list[tuple[Signal, float, str]] = [
    (Signal.HR, 121, "HR1: heart rate 121 bpm > 120 bpm"),
    (Signal.HR, 150, "HR2: heart rate 150 bpm > 140 bpm"),
    (Signal.HR, 44, "HR2: heart rate 44 bpm < 45 bpm"),
    (Signal.SPO2, 91, "SP1: SpO2 91 % < 92 %"),
    (Signal.RR, 9, "RR1: respiration rate 9 /min < 10 /min"),
    (Signal.BREATH_GAP, 20, "RR2: time since the last breath 20 s >= 20 s"),
    (Signal.LINE_PRESSURE, 301, "LP1: line pressure 301 mmHg > 300 mmHg"),
    (Signal.MOAAS, 1, "SE3: sedation score MOAA/S 1 <= 1"),
    (Signal.RASS, 2, "SE1: sedation score RASS 2 >= 2"),
]
SAFE: list[tuple[Signal, float]] = [
    (Signal.HR, 100),
    (Signal.SPO2, 94),
    (Signal.RR, 10),
    (Signal.BREATH_GAP, 19),
    (Signal.LINE_PRESSURE, 300),
    (Signal.MOAAS, 5),
    (Signal.RASS, 1),
    (Signal.SYMPTOMS, 1),
]


def said(bench: Bench) -> tuple[str, ...]:
    baseline = baseline_shown(bench.state)
    return unsafe_rows(bench.state, bench.policy, None if isinstance(baseline, str) else baseline)


def known(signal: Signal, value: float, policy: Policy = POLICY) -> Bench:
    bench = make_verified(Bench(policy))
    bench.now = Stamp(bench.now.ms + 10, bench.now.link_ms + 10)
    bench.sample((signal, value))
    return bench


@pytest.mark.parametrize(("signal", "value", "row"), CROSSED)
def test_a_value_that_a_row_would_slow_or_stand_for_blocks_the_start_by_its_name(
    signal: Signal, value: float, row: str
) -> None:
    rows = said(known(signal, value))
    assert row in rows
    assert set(rows) <= set(start_blockers(known(signal, value).state, POLICY))


@pytest.mark.parametrize(("signal", "value"), SAFE)
def test_a_value_on_the_safe_side_does_not(signal: Signal, value: float) -> None:
    bench = known(signal, value)
    assert said(bench) == ()
    assert start_blockers(bench.state, POLICY) == ()


def cuffs(first: tuple[float, float], second: tuple[float, float], policy: Policy = POLICY) -> Bench:
    bench = Bench(policy)
    bench.advance(1)
    bench.order()
    bench.verify()
    bench.cuff(*first)
    bench.advance(61)
    bench.cuff(*second)
    bench.advance(1)
    return bench


def test_a_newest_cuff_reading_over_the_limit_blocks_though_the_mean_is_below_it() -> None:
    bench = cuffs((155, 95), (165, 104))
    (row,) = said(bench)
    assert row == "BP2: systolic 165 mmHg > 160 mmHg and diastolic 104 mmHg > 100 mmHg"
    (answer,) = bench.start()
    assert (answer.stage, answer.reasons) == (Stage.REFUSED, (row,))


def test_a_low_pressure_blocks_without_waiting_for_its_repeat() -> None:
    (row,) = said(cuffs((88, 55), (88, 55)))
    assert row.startswith("BP4: systolic 88 mmHg < 90 mmHg")


def test_a_site_s_own_limits_guard_the_start_too() -> None:
    tight = replace(POLICY, rules=site_table({"systolic_slow_mmhg": 140}, {}))
    assert said(cuffs((150, 88), (150, 88))) == ()
    (row,) = said(cuffs((150, 88), (150, 88), tight))
    assert row == "BP2: systolic 150 mmHg > 140 mmHg"


def test_each_table_is_asked_by_its_own_limits_however_many_are_in_turn() -> None:
    """More tables than are remembered, each made and dropped, so that one may lie where another lay."""
    at_150 = cuffs((150, 88), (150, 88))
    for limit in (*range(141, 160), *range(159, 140, -1)):
        policy = replace(POLICY, rules=site_table({"systolic_slow_mmhg": limit}, {}))
        baseline = baseline_shown(at_150.state)
        assert not isinstance(baseline, str)
        rows = unsafe_rows(at_150.state, policy, baseline)
        assert rows == ((f"BP2: systolic 150 mmHg > {limit} mmHg",) if limit < 150 else ())


def test_a_row_on_trial_blocks_nothing() -> None:
    rules = tuple(replace(one, is_shadow=True) if one.id == "RR1" else one for one in DEFAULT_RULES)
    assert said(known(Signal.RR, 9, replace(POLICY, rules=rules))) == ()


def test_a_number_that_is_none_blocks() -> None:
    (row,) = said(known(Signal.RR, float("nan")))[:1]
    assert row.startswith("RR1: cannot be judged: ")


def test_without_a_baseline_what_needs_none_is_said_all_the_same() -> None:
    bench = known(Signal.HR, 150)
    rows = unsafe_rows(bench.state, bench.policy, None)
    assert [one.split(":")[0] for one in rows] == ["HR1", "HR2"]


def test_link_and_identity_are_said_once_and_not_as_rows() -> None:
    bench = verified()
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="refused"))
    bench.refuse(reason="wrong_patient")
    assert said(bench) == ()
    assert len(start_blockers(bench.state, POLICY)) == 2


def test_row_62_two_monitors_under_one_name_block_a_start_and_are_said_once() -> None:
    bench = verified()
    bench.refuse(reason="two_monitors")
    assert said(bench) == ()
    assert len(start_blockers(bench.state, POLICY)) == 1


def test_a_breathing_rate_that_fell_silent_blocks() -> None:
    bench = known(Signal.RR, 14)
    bench.advance(29)
    assert start_blockers(bench.state, POLICY) == ()
    bench.advance(2)
    (row,) = start_blockers(bench.state, POLICY)
    assert row.startswith("ST2: no new respiration rate for ")


def test_who_starts_is_at_the_chair() -> None:
    """An old presence is no reason: the start itself is one (PR1)."""
    bench = verified()
    bench.present()
    bench.advance(900)
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.advance(1)
    assert bench.start()[0].stage is Stage.ACCEPTED
    bench.advance(1)
    assert bench.word == "INFUSING"
