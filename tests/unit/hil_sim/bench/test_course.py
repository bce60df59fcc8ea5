"""The course of a story on a bench of the test's own, whose clock it moves."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from hil_sim.bench.casting import world_of
from hil_sim.bench.course import Course
from hil_sim.bench.panel import Panel
from hil_sim.bench.story import read_story

QUIET = 'title = "t"\nends_after_s = 600\n[nurse]\nstarts = false\n'


class Screen:
    """A panel that shows what the test says and keeps what is asked."""

    def __init__(self) -> None:
        self.state: dict[str, Any] | None = None
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def ask(
        self,
        verb: str,
        by: str = "",
        pin: str = "",
        args: Mapping[str, Any] | None = None,
        answer: object = None,
    ) -> None:
        self.asked.append((verb, by, dict(args or {})))


class Stage:
    """A story, played by hand."""

    def __init__(self, text: str) -> None:
        story = read_story(QUIET + text, "t.toml")
        self.world = world_of(story, 1)
        self.screen = Screen()
        self.crashes: list[float] = []
        panel = cast(Panel, self.screen)
        self.course = Course(story, self.world, panel, lambda: self.world.treatment_s, self.crashes.append)

    def show(self, phase: str) -> None:
        self.screen.state = {"phase": phase, "epoch": 1, "alarms": [], "start_blocked_by": []}

    def until(self, at_s: float) -> None:
        while self.world.treatment_s < at_s:
            self.world.advance(0.1, self.world.link_ms + 100.0)
            self.course.tick()


def test_what_people_and_death_do_falls_due_at_its_time() -> None:
    stage = Stage(
        '[[timeline]]\nat_s = 3\nkind = "operator"\nname = "pause"\nby = "dora"\n'
        '[[timeline]]\nat_s = 5\nkind = "daemon"\nname = "crash"\nfor_s = 7\n'
        '[[timeline]]\nat_s = 6\nkind = "daemon"\nname = "crash"\n'
    )
    stage.show("idle")
    stage.until(2.8)
    assert stage.screen.asked == []
    stage.until(4.0)
    assert stage.screen.asked == [("pause", "dora", {})]
    stage.until(7.0)
    assert stage.crashes == [7.0, 2.0]
    assert [one.t_s for one in stage.course.recorder.happenings if one.kind == "crash"] == pytest.approx(
        [5.0, 6.0], abs=0.2
    )


def test_an_act_after_the_start_waits_for_the_true_plunger() -> None:
    stage = Stage('[[timeline]]\nafter_start_s = 2\nkind = "operator"\nname = "stop"\n')
    stage.show("idle")
    stage.until(5.0)
    assert stage.screen.asked == []
    stage.world.first_motion_s = 5.0
    stage.until(6.8)
    assert stage.screen.asked == []
    stage.until(7.2)
    assert stage.screen.asked == [("stop", "nina", {})]


@pytest.mark.parametrize("phase", ["completed", "stopped"])
def test_it_is_over_a_minute_after_the_session_when_nothing_is_planned(phase: str) -> None:
    stage = Stage('[[timeline]]\nat_s = 100\nkind = "event"\nname = "hr_shift"\n')
    stage.show(phase)
    stage.until(99.0)
    assert not stage.course.is_over
    stage.until(101.0)
    assert stage.course.is_over
    assert stage.course.share == pytest.approx(101.0 / 600.0, abs=0.01)


def test_it_is_over_at_its_end_whatever_is_shown() -> None:
    stage = Stage("")
    stage.until(599.0)
    assert not stage.course.is_over
    stage.until(600.2)
    assert stage.course.is_over
    assert stage.course.share == 1.0
