"""What a body does of itself (facts/clinical.md 6.2, "Scenarios"): a faint, nausea, vomiting, panic."""

import pytest

from hil_sim.patient.body import Body
from hil_sim.patient.episodes import EPISODES, Tendency, symptoms_of_pressure


def live(body: Body, seconds: float, nl_s: float = 0.0) -> None:
    for _ in range(round(seconds * 10)):
        body.advance(0.1, nl_s * 0.1)


def test_a_faint_takes_pressure_pulse_and_answers_away_and_gives_them_back() -> None:
    """BP4 (< 90 mmHg), HR2 (< 45/min) and SE3 (MOAA/S <= 1) of clinical.md 3.2; less than a minute long."""
    body = Body(70.0, 2000.0)
    body.event("faint")
    live(body, 20.0)
    seen = body.vitals()
    assert (seen.sys, seen.dia, seen.hr) == pytest.approx((58.0, 34.0, 38.0))
    assert (seen.moaas, seen.symptoms) == (1, ("faint", "unconscious"))
    live(body, 45.0)
    seen = body.vitals()
    assert (seen.sys, seen.dia, seen.hr) == pytest.approx((125.0, 78.0, 72.0))
    assert (seen.moaas, seen.symptoms) == (5, ())


def test_a_faint_goes_to_its_pressure_however_much_drug_is_at_work() -> None:
    body = Body(70.0, 2000.0)
    live(body, 2400.0, 26_250_000 / 3600)
    body.event("faint", for_s=30.0)
    live(body, 20.0, 26_250_000 / 3600)
    assert body.vitals().sys == pytest.approx(58.0, abs=0.2)


def test_vomiting_raises_pulse_and_pressure_and_shakes_the_arm_for_a_minute() -> None:
    body = Body(70.0, 2000.0)
    body.event("vomit")
    live(body, 15.0)
    seen = body.vitals()
    assert (seen.sys, seen.hr, seen.is_shaking) == (137.0, 92.0, True)
    assert seen.symptoms == ("nausea", "vomiting")
    live(body, 60.0)
    assert (body.vitals().hr, body.vitals().is_shaking) == (72.0, False)


def test_nausea_is_told_and_moves_no_value() -> None:
    body = Body(70.0, 2000.0)
    before = body.vitals()
    body.event("nausea", for_s=30.0)
    assert body.vitals().symptoms == ("nausea",)
    assert (body.vitals().sys, body.vitals().hr) == (before.sys, before.hr)
    live(body, 31.0)
    assert body.vitals().symptoms == ()


def test_panic_races_the_pulse_and_the_breath() -> None:
    """HR1 of clinical.md 3.2: above 120 beats/min for a minute."""
    body = Body(70.0, 2000.0)
    body.event("panic")
    live(body, 70.0)
    assert (body.vitals().hr, body.vitals().rr, body.vitals().symptoms) == (132.0, 24.0, ("anxiety",))


def test_the_same_episode_twice_lasts_longer_and_does_not_add_up() -> None:
    body = Body(70.0, 2000.0)
    body.event("panic", for_s=100.0)
    live(body, 70.0)
    body.event("panic", for_s=100.0)
    live(body, 60.0)
    assert body.vitals().hr == 132.0
    live(body, 105.0)
    assert body.vitals().hr == pytest.approx(72.0)


def test_a_tendency_begins_once_when_its_level_is_reached() -> None:
    """62 ng/mL is the level at ten minutes of the usual infusion (clinical.md 6.1)."""
    body = Body(
        70.0, 2000.0, tendencies=(Tendency("vomit", 109.0), Tendency("nausea", 62.0, {"for_s": 60.0}))
    )
    live(body, 560.0, 26_250_000 / 3600)
    assert body.vitals().symptoms == ()
    live(body, 60.0, 26_250_000 / 3600)
    assert body.vitals().symptoms == ("nausea",)
    live(body, 70.0, 26_250_000 / 3600)
    assert body.vitals().symptoms == ()
    live(body, 540.0, 26_250_000 / 3600)
    assert body.vitals().symptoms == ("nausea", "vomiting")
    live(body, 120.0, 26_250_000 / 3600)
    assert body.vitals().symptoms == ()


def test_a_tendency_without_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="levitate"):
        Body(70.0, 2000.0, tendencies=(Tendency("levitate", 62.0),))


@pytest.mark.parametrize("params", [{"sys": 50.0}, {"for_s": -1.0}, {"for_s": float("nan")}])
def test_an_episode_takes_a_length_and_nothing_else(params: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="for_s"):
        Body(70.0, 2000.0).event("faint", **params)


@pytest.mark.parametrize(
    ("sys", "dia", "mean", "told"),
    [
        (125.0, 78.0, 93.7, ()), (88.0, 46.0, 60.0, ()), (85.0, 45.0, 59.9, ("dizziness",)),
        (60.0, 44.0, 49.9, ("unconscious",)), (199.9, 119.9, 146.0, ()), (200.0, 90.0, 126.7, ("headache",)),
        (170.0, 120.0, 136.7, ("headache",)),
    ],
)  # fmt: skip
def test_pressure_itself_is_felt_at_its_limits(
    sys: float, dia: float, mean: float, told: tuple[str, ...]
) -> None:
    assert symptoms_of_pressure(sys, dia, mean) == told


def test_every_episode_passes_and_shows_itself() -> None:
    assert all(one.lasts_s > 0.0 and one.symptoms and one.what for one in EPISODES.values())
