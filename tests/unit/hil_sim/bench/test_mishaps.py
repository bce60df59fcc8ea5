"""What befalls the bench itself, and slips at the screen, as a story tells them."""

import pytest

from hil_sim.bench.recording import Recording
from hil_sim.bench.story import read_story
from hil_sim.bench.virtual_run import play_virtually

HEAD = """
title = "t"
ends_after_s = 125
[patient]
response_factor = 0.3
[monitor]
nibp_cycle_s = 20.0
nibp_first_cycles_s = [2.0, 65.0]
nibp_error_sd_mmhg = 1.0
nibp_failure_share = 0.0
nibp_artefact_share = 0.0
[nurse]
by_the_book = false
"""


def play(*acts: str) -> Recording:
    text = HEAD + "".join(f"[[timeline]]\n{act}\n" for act in acts)
    return play_virtually(read_story(text, "t.toml"), "t.toml", 1)


def test_a_fault_of_the_bench_bites_is_written_down_and_ends() -> None:
    """Catalogue 41: the broker is down for ten seconds; what is silent is shown."""
    seen = play('at_s = 100\nkind = "fault"\nname = "broker_down"\nfor_s = 10')
    (began,) = seen.of("fault", name="broker_down")
    (over,) = seen.of("fault_over", name="broker_down")
    assert (began.t_s, over.t_s) == (pytest.approx(100.0, abs=0.2), pytest.approx(110.0, abs=0.3))
    assert {"LP1", "ST3"} <= set(seen.rules_seen())


def test_a_monitor_that_is_gone_says_nothing_at_all() -> None:
    """Catalogue 53: neither pulse nor cuff, and its last will is heard."""
    act = 'at_s = 100\nkind = "fault"\nname = "monitor_gone"\nfor_s = 15'
    rules = play(act).rules_seen()
    assert {"ST2", "ST3"} <= set(rules)
    assert "LP1" not in rules


def test_a_mishap_after_the_start_waits_for_the_plunger() -> None:
    act = 'after_start_s = 5\nkind = "fault"\nname = "wall_clock_stepped"\ns = 60.0'
    seen = play(act)
    (stepped,) = seen.of("fault", name="wall_clock_stepped")
    assert seen.infusion_began_s is not None
    assert stepped.t_s == pytest.approx(seen.infusion_began_s + 5.0, abs=0.2)


def test_a_slip_at_the_screen_is_written_down_under_its_own_name_and_answered() -> None:
    """Catalogue 81."""
    seen = play(
        'at_s = 100\nkind = "operator"\nname = "pause"',
        'at_s = 105\nkind = "operator"\nname = "wrong_pin"',
    )
    (slip,) = seen.of("operator", name="wrong_pin")
    (answer,) = seen.of("answer", name="resume")
    assert slip.t_s <= answer.t_s
    assert answer.detail["stage"] == "refused"


def test_the_daemon_s_box_that_hangs_is_late_with_everything_and_the_world_is_not() -> None:
    """Catalogue 93; WD1."""
    seen = play('at_s = 100\nkind = "fault"\nname = "loop_blocked"\ns = 0.6')
    assert seen.rules_seen() == ["WD1"]
    # What had been commanded went on for as long as the daemon hung.
    (halted,) = [one.t_s for one in seen.of("motion") if one.detail["ml_h"] == 0.0]
    assert 100.6 <= halted <= 101.0


def test_a_story_is_not_over_while_a_mishap_is_still_to_come() -> None:
    text = HEAD.replace("125", "400")
    stop = '[[timeline]]\nat_s = 90\nkind = "operator"\nname = "stop"\n'
    late = '[[timeline]]\nat_s = 200\nkind = "fault"\nname = "panel_gone"\nfor_s = 5\n'
    seen = play_virtually(read_story(text + stop + late, "t.toml"), "t.toml", 1)
    assert [one.name for one in seen.of("fault_over")] == ["panel_gone"]
    assert seen.simulated_s < 300.0
