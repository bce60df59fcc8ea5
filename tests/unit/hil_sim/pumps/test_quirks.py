"""A pump without quirks is an honest one."""

from hil_sim.pumps.quirks import Quirks


def test_all_quirks_are_off_by_default() -> None:
    quirks = Quirks()

    assert (quirks.stop, quirks.is_rate_ignored, quirks.version, quirks.is_watchdog_dead) == (
        "",
        False,
        None,
        False,
    )
    assert (quirks.motor_factor, quirks.hidden_factor, quirks.frozen) == (1.0, 1.0, None)
