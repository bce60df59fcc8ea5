"""The line: facts/clinical.md 7, faults row 9."""

import pytest

from hil_sim.pumps.line import Line


def run(line: Line, rate_ml_h: float, seconds: float, dt_s: float = 0.1) -> float:
    out_nl = 0.0
    for _ in range(round(seconds / dt_s)):
        out_nl += line.advance(dt_s, rate_ml_h * 1e6 / 3600.0 * dt_s)
    return out_nl


def test_normal_running_pressure_is_the_vein_plus_a_few_mmhg() -> None:
    line = Line()
    run(line, 52.5, 30.0)

    assert line.pressure_mmhg == pytest.approx(10.0 + 7.6, abs=0.01)


@pytest.mark.parametrize(
    ("rate_ml_h", "mmhg", "seconds"), [(26.25, 150.0, 35.0), (52.5, 300.0, 35.0), (105.0, 525.0, 31.0)]
)
def test_an_occluded_line_reaches_the_tabulated_pressures_in_time(
    rate_ml_h: float, mmhg: float, seconds: float
) -> None:
    line = Line(pressure_mmhg=0.0, is_occluded=True)
    out_nl = run(line, rate_ml_h, seconds)

    assert out_nl == 0.0
    assert line.pressure_mmhg == pytest.approx(mmhg, rel=0.02)


def test_a_release_lets_the_stored_bolus_go() -> None:
    """0.51 mL stored at 300 mmHg (clinical 7)."""
    line = Line(pressure_mmhg=310.0, is_occluded=True)
    stored_nl = line.stored_nl
    line.is_occluded = False

    assert stored_nl == pytest.approx(510_000.0)
    assert run(line, 0.0, 20.0) == pytest.approx(stored_nl, rel=1e-6)


def test_one_long_step_equals_many_short_ones() -> None:
    short, long = Line(pressure_mmhg=200.0), Line(pressure_mmhg=200.0)
    out_short = run(short, 26.25, 60.0, dt_s=0.01)
    out_long = long.advance(60.0, 26.25e6 / 60.0)

    assert out_long == pytest.approx(out_short, rel=1e-9)
    assert long.pressure_mmhg == pytest.approx(short.pressure_mmhg, rel=1e-9)


def test_volume_is_conserved_through_a_cuff_cycle() -> None:
    line = Line()
    out_nl = run(line, 26.25, 10.0)
    line.is_cuffed = True
    assert run(line, 26.25, 30.0) == 0.0
    line.is_cuffed = False
    out_nl += run(line, 26.25, 60.0)

    kept_nl = line.compliance_nl_per_mmhg * (line.pressure_mmhg - 10.0)
    assert out_nl + kept_nl == pytest.approx(26.25e6 / 3600.0 * 100.0, rel=1e-9)


def test_raising_the_pump_gives_a_bolus_and_lowering_it_stops_flow() -> None:
    """50 cm are 36.8 mmHg, 54-106 uL (clinical 7, second check)."""
    line = Line()
    line.height_cm = 50.0
    assert 54_000.0 < run(line, 0.0, 20.0) < 106_000.0

    line.height_cm = 0.0
    assert run(line, 1.0, 60.0) < 0.0


def test_a_cuff_over_the_infusion_raises_the_pressure_and_its_release_is_a_bolus() -> None:
    """Clinical.md 7: 4.3 mmHg/s at 26.25 mL/h, outflow blocked 20-60 s; what was stored comes as a bolus."""
    line = Line()
    run(line, 26.25, 20.0)
    before_mmhg = line.pressure_mmhg
    line.is_cuffed = True
    assert run(line, 26.25, 30.0) == 0.0
    assert line.pressure_mmhg - before_mmhg == pytest.approx(30.0 * 4.3, rel=0.01)
    line.is_cuffed = False
    in_5_s_nl = run(line, 26.25, 5.0)
    assert in_5_s_nl == pytest.approx(35.0 * 26.25e6 / 3600.0, rel=0.01)  # 30 s of stored flow on top of 5 s
    assert line.pressure_mmhg == pytest.approx(before_mmhg, abs=1.0)


def test_a_line_that_comes_apart_falls_to_the_air_within_a_second_and_gives_nothing() -> None:
    """Clinical.md 3.2, LP3."""
    line = Line(pressure_mmhg=180.0, is_occluded=True)
    line.is_disconnected = True
    assert run(line, 26.25, 1.0) == 0.0
    assert line.pressure_mmhg == pytest.approx(0.4, abs=0.2)
    assert line.spilled_nl == pytest.approx(1700.0 * 180.0 + 26.25e6 / 3600.0, rel=0.01)
    line.is_disconnected = False
    assert line.is_blocked


def test_friction_holds_a_loose_plunger_until_the_suction_is_stronger() -> None:
    """Clinical.md 7: 5 N are 67 mmHg on a BD 60."""
    assert Line(pressure_mmhg=-67.0).pulls_nl(0.1) == 0.0
    assert Line(pressure_mmhg=-68.0).pulls_nl(0.1) > 0.0


def test_a_force_sensor_adds_friction_and_noise() -> None:
    assert Line(pressure_mmhg=20.0).sensed_mmhg(noise_mmhg=0.5, friction_mmhg=67.0) == 87.5


def test_no_time_moves_nothing() -> None:
    assert Line().advance(0.0, 0.0) == 0.0
