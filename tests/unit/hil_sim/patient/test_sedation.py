"""Depth of sedation from the level: facts/clinical.md 6.2."""

import pytest

from hil_sim.patient.sedation import Mind, breathing_share, dissociation, moaas


@pytest.mark.parametrize(
    ("ng_ml", "score"),
    [
        (0, 5), (199.9, 5), (200, 4), (399.9, 4), (400, 3), (699.9, 3), (700, 2), (999.9, 2), (1000, 1),
        (1499.9, 1), (1500, 0),
    ],
)  # fmt: skip
def test_the_score_falls_in_the_steps_of_the_table(ng_ml: float, score: int) -> None:
    assert moaas(ng_ml) == score


def test_people_differ_in_where_the_steps_lie() -> None:
    assert (moaas(180.0, 1.2), moaas(210.0, 0.8)) == (4, 5)


@pytest.mark.parametrize(("ng_ml", "points"), [(0, 0), (50, 0), (150, 30), (200, 45), (1000, 100)])
def test_dissociation_is_linear_from_50_ng_per_ml(ng_ml: float, points: float) -> None:
    """Bowdle 1998: 0.3 points per ng/mL."""
    assert dissociation(ng_ml) == pytest.approx(points)


def test_breathing_is_spared_until_the_person_no_longer_answers_to_shaking() -> None:
    assert breathing_share(699.0) == 1.0
    assert breathing_share(1100.0) == pytest.approx(0.65)
    assert breathing_share(5000.0) == pytest.approx(0.3)


def test_people_differ_in_how_far_away_a_level_takes_them() -> None:
    assert (dissociation(100.0, 2.0), dissociation(300.0, 2.0)) == (30.0, 100.0)


@pytest.mark.parametrize("bad", [{"sedation_factor": -0.1}, {"dissociation_factor": float("nan")}])
def test_a_negative_factor_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="negative"):
        Mind(**bad)
