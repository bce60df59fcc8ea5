"""Stories played in one process."""

import pytest

from hil_sim.bench.recording import Recording
from hil_sim.bench.seat import DaemonUnknown
from hil_sim.bench.story import read_story
from hil_sim.bench.virtual_run import play_virtually

HEAD = """
title = "t"
ends_after_s = 190
[patient]
response_factor = 0.3
[monitor]
nibp_error_sd_mmhg = 1.0
nibp_failure_share = 0.0
nibp_artefact_share = 0.0
"""


def play(text: str, seed: int = 1) -> Recording:
    return play_virtually(read_story(HEAD + text, "t.toml"), "t.toml", seed)


def test_a_story_s_acts_are_carried_out_at_their_times_and_its_claims_are_judged() -> None:
    """One clamp on the line, one press, one death of the daemon; what each led to is seen and said."""
    seen = play(
        """
[[timeline]]
after_start_s = 10
kind = "operator"
name = "pause"
[[timeline]]
after_start_s = 30
kind = "daemon"
name = "crash"
for_s = 5
[[timeline]]
at_s = 100
kind = "event"
name = "hr_shift"
hr = 3.0
[[expect]]
word = "PAUSED"
after = "pause"
within = "1 s"
[[expect]]
still = true
after = "pause"
within = "500 ms"
[[expect]]
answer = "pause"
stage = "confirmed"
after = "pause"
within = "1 s"
[[expect]]
word = "INFUSING"
after = "crash"
within = "20 s"
"""
    )
    assert [one.passed for one in seen.verdicts] == [True, True, True, False], seen.verdicts
    began_s = seen.infusion_began_s
    assert began_s is not None
    (pressed,) = seen.of("operator", name="pause")
    assert pressed.t_s == pytest.approx(began_s + 10.0, abs=0.2)
    assert len(list(seen.of("start"))) == 2
    (shift,) = seen.of("event", name="hr_shift")
    assert shift.t_s == pytest.approx(100.0, abs=0.2)


def test_a_story_ends_a_minute_after_its_session_when_nothing_is_planned() -> None:
    act = '[[timeline]]\nafter_start_s = 5\nkind = "operator"\nname = "stop"\n'
    text = HEAD.replace("190", "4000") + act
    seen = play_virtually(read_story(text, "t.toml"), "t.toml", 1)
    (stopped,) = [one for one in seen.of("word") if one.name == "STOPPED"]
    assert seen.simulated_s == pytest.approx(stopped.t_s + 60.0, abs=3.0)


def test_the_same_seed_tells_the_same_story() -> None:
    first, second = play("", seed=5), play("", seed=5)
    assert first.happenings == second.happenings
    assert first.moments == second.moments


def test_a_daemon_that_is_not_installed_is_named() -> None:
    with pytest.raises(DaemonUnknown, match="'other': no such daemon"):
        play_virtually(read_story(HEAD, "t.toml"), "t.toml", daemon="other")
