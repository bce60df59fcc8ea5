"""Hold ten seconds, then say so (faults row 65)."""

from hil_sim.monitors.oximeter import Oximeter, OximeterDraw, OximeterSample

CLEAN = OximeterDraw()


def test_a_probe_on_the_finger_shows_pulse_and_saturation_with_their_errors() -> None:
    shown = Oximeter().sample(0.0, 72.0, 97.0, OximeterDraw(1.6, -1.2))
    assert shown == OximeterSample(74, 96, is_ok=True)


def test_saturation_never_passes_a_hundred() -> None:
    assert Oximeter().sample(0.0, 72.0, 99.8, OximeterDraw(0.0, 3.0)).spo2 == 100


def test_a_probe_off_holds_ten_seconds_then_is_bad_without_a_number() -> None:
    probe = Oximeter()
    held = probe.sample(5.0, 72.0, 97.0, CLEAN)
    assert probe.sample(15.0, 130.0, 80.0, CLEAN, is_probe_on=False) == held
    assert probe.sample(15.1, 130.0, 80.0, CLEAN, is_probe_on=False) == OximeterSample(
        None, None, is_ok=False
    )
    assert probe.sample(15.2, 72.0, 97.0, CLEAN, is_probe_on=False).is_ok is False


def test_a_probe_that_never_saw_a_pulse_has_nothing_to_hold() -> None:
    assert Oximeter().sample(0.0, 72.0, 97.0, CLEAN, is_probe_on=False).spo2 is None


def test_no_pulse_is_no_signal() -> None:
    assert Oximeter().sample(0.0, 10.0, 97.0, CLEAN).is_ok is False


def test_a_probe_put_back_shows_the_truth_again() -> None:
    probe = Oximeter(hold_s=1.0)
    probe.sample(0.0, 72.0, 97.0, CLEAN)
    probe.sample(5.0, 72.0, 97.0, CLEAN, is_probe_on=False)
    assert probe.sample(6.0, 90.0, 88.0, CLEAN) == OximeterSample(90, 88, is_ok=True)
