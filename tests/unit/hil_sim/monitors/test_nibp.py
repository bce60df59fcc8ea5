"""The cuff's machine: grid, STAT, gap, retry, error code (facts/clinical.md 4)."""

import pytest

from hil_sim.monitors.nibp import Cuff, CuffDraw, CuffReading

CLEAN = CuffDraw()


def readings(
    cuff: Cuff, until_s: float, draw: CuffDraw = CLEAN, stat_at: tuple[float, ...] = ()
) -> list[CuffReading]:
    """Run a cuff on a still patient in one-second looks."""
    seen = []
    for now in range(int(until_s) + 1):
        if float(now) in stat_at:
            cuff.request_stat(float(now))
        if cuff.advance(float(now)):
            reading = cuff.take_reading(120.0, 80.0, 70.0, draw)
            if reading is not None:
                seen.append(reading)
    return seen


def ends(seen: list[CuffReading]) -> list[float]:
    return [reading.ended_s for reading in seen]


def test_a_reading_comes_at_the_end_of_each_cycle_every_five_minutes() -> None:
    assert ends(readings(Cuff(), 700)) == [35.0, 335.0, 635.0]


def test_first_cycles_are_placed_and_the_period_runs_from_the_last() -> None:
    assert ends(readings(Cuff(first_cycles_s=(5.0, 80.0)), 700)) == [35.0, 110.0, 410.0]


def test_the_reading_is_the_true_pressure_with_the_drawn_error() -> None:
    seen = readings(Cuff(), 40, CuffDraw(sys_error_mmhg=4.4, dia_error_mmhg=-3.0))[0]
    assert (seen.sys, seen.dia, seen.mean, seen.error) == (124, 77, 93, None)


def test_an_artefact_scales_both_pressures() -> None:
    assert readings(Cuff(), 40, CuffDraw(artefact_factor=1.4))[0].sys == 168


def test_stat_starts_a_cycle_at_once_and_leaves_the_grid_alone() -> None:
    assert ends(readings(Cuff(), 400, stat_at=(100.0,))) == [35.0, 130.0, 335.0]


def test_a_running_cycle_serves_a_stat_request() -> None:
    assert ends(readings(Cuff(), 300, stat_at=(20.0,))) == [35.0]


def test_many_requests_are_one_cycle() -> None:
    assert ends(readings(Cuff(), 300, stat_at=(100.0, 101.0, 115.0))) == [35.0, 130.0]


def test_the_minimum_gap_is_kept_after_a_cycle() -> None:
    assert ends(readings(Cuff(), 300, stat_at=(36.0,))) == [35.0, 70.0]


def test_an_automatic_cycle_due_while_the_cuff_is_tight_is_served_by_it() -> None:
    assert ends(readings(Cuff(), 650, stat_at=(290.0,))) == [35.0, 320.0, 635.0]


def test_the_cuff_is_active_from_inflation_to_reading() -> None:
    cuff = Cuff()
    states = []
    for now in range(40):
        if cuff.advance(float(now)):
            cuff.take_reading(120.0, 80.0, 70.0, CLEAN)
        states.append(cuff.is_active)
    assert [states.index(True), states.index(False, 6)] == [5, 35]


def test_a_failure_is_tried_again_with_the_cuff_tight_then_reported_without_numbers() -> None:
    """Faults row 65: an error code, not a number."""
    seen = readings(Cuff(), 300, CuffDraw(has_failed=True))
    assert [(each.ended_s, each.sys, each.dia, each.mean, each.error) for each in seen] == [
        (65.0, None, None, None, "motion")
    ]


def test_a_second_attempt_that_works_gives_numbers() -> None:
    cuff = Cuff()
    cuff.advance(35.0)
    assert cuff.take_reading(120.0, 80.0, 70.0, CuffDraw(has_failed=True)) is None
    assert cuff.is_active
    assert not cuff.advance(64.0)
    assert cuff.advance(65.0)
    reading = cuff.take_reading(120.0, 80.0, 70.0, CLEAN)
    assert reading is not None
    assert reading.sys == 120


@pytest.mark.parametrize(
    ("sys", "dia", "hr", "error"),
    [
        (120.0, 80.0, 39.0, "weak_pulse"),
        (120.0, 80.0, 241.0, "weak_pulse"),
        (39.0, 20.0, 70.0, "out_of_range"),
        (271.0, 90.0, 70.0, "out_of_range"),
        (120.0, 9.0, 70.0, "out_of_range"),
        (80.0, 80.0, 70.0, "out_of_range"),
    ],
)
def test_what_a_cuff_cannot_measure_is_an_error(sys: float, dia: float, hr: float, error: str) -> None:
    cuff = Cuff(max_attempts=1)
    cuff.advance(35.0)
    reading = cuff.take_reading(sys, dia, hr, CLEAN)
    assert reading is not None
    assert (reading.sys, reading.error) == (None, error)


def test_a_long_absence_gives_one_reading_stamped_when_it_was_due() -> None:
    cuff = Cuff()
    assert cuff.advance(10_000.0)
    reading = cuff.take_reading(120.0, 80.0, 70.0, CLEAN)
    assert reading is not None
    assert reading.ended_s == 35.0


def test_a_reading_without_a_cycle_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(RuntimeError):
        Cuff().take_reading(120.0, 80.0, 70.0, CLEAN)


@pytest.mark.parametrize(
    "bad",
    [
        {"cycle_s": 0.0},
        {"cycle_s": 100.0},
        {"period_s": 60.0},
        {"first_cycles_s": (80.0, 5.0)},
        {"first_cycles_s": ()},
        {"max_attempts": 0},
    ],
)
def test_settings_that_never_let_go_of_the_arm_are_refused(bad: dict[str, float]) -> None:
    """IEC 60601-2-30: at most 180 s (clinical.md 4)."""
    with pytest.raises(ValueError):
        Cuff(**bad)  # type: ignore[arg-type]
