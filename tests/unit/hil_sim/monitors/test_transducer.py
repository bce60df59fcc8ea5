"""Line pressure: zero error, noise, and no number outside the range."""

from hil_sim.monitors.transducer import Transducer


def test_pressure_is_shown_with_zero_error_and_noise_to_a_tenth() -> None:
    assert Transducer(zero_error_mmhg=2.0).sample(30.0, 0.26) == 32.3


def test_outside_its_range_it_shows_nothing_rather_than_a_steady_lie() -> None:
    sensor = Transducer()
    assert (sensor.sample(1500.0, 0.0), sensor.sample(1500.1, 0.0)) == (1500.0, None)
    assert (sensor.sample(-200.0, 0.0), sensor.sample(-201.0, 0.0)) == (-200.0, None)
