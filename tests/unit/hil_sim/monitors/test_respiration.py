"""The respiration channel lags in its rate and not in its gap (clinical.md 3.2, RR2)."""

from hil_sim.monitors.respiration import APNOEA_S, RespirationMeter, RespirationSample


def test_the_rate_is_counted_with_its_error() -> None:
    assert RespirationMeter().sample(14.0, 2.34, 0.6) == RespirationSample(15, 2.3)


def test_apnoea_shows_the_last_rate_until_the_apnoea_time_is_over() -> None:
    meter = RespirationMeter()
    meter.sample(14.0, 1.0, 0.0)
    assert meter.sample(0.0, APNOEA_S - 0.1, 0.0) == RespirationSample(14, 19.9)
    assert meter.sample(0.0, APNOEA_S, 0.0) == RespirationSample(0, 20.0)
    assert meter.sample(14.0, 0.1, 0.0) == RespirationSample(14, 0.1)
