"""How late the control cycle is, as metrics tell it."""

from pumpd.outputs.pace import WINDOW_MS, Pace


def test_a_cycle_is_late_by_what_lies_beyond_the_period() -> None:
    pace = Pace(1_700_000_000_000, 0.1)
    for link_ms in (5_000, 5_100, 5_260, 5_350):
        pace.cycle_began(link_ms)
    assert pace.figures() == {
        "started_wall_ms": 1_700_000_000_000,
        "cycles": 4,
        "cycle_late_ms": 60,
        "cycle_latest_ms": 60,
    }


def test_the_latest_cycle_is_kept_for_a_whole_window_and_not_for_ever() -> None:
    pace = Pace(0, 0.1)
    pace.cycle_began(0)
    pace.cycle_began(900)
    link_ms = 900
    while link_ms < WINDOW_MS + 500:
        link_ms += 100
        pace.cycle_began(link_ms)
    assert pace.figures()["cycle_latest_ms"] == 800, "who looks every half minute has seen it"
    while link_ms < 2 * WINDOW_MS + 500:
        link_ms += 100
        pace.cycle_began(link_ms)
    assert pace.figures()["cycle_latest_ms"] == 0
    assert pace.figures()["cycle_late_ms"] == 800
