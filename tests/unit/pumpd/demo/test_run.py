"""The play, against a console that tells a story and a stage without processes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from console_bench import PINS, until
from console_bench import Bench as ConsoleBench

from pumpd.console_client import ConsoleUnreachable
from pumpd.demo import run as run_module
from pumpd.demo.run import hold_open, play
from pumpd.demo.stage import BED, Places, Stage, StageError, scenario_path

IDLE: dict[str, Any] = {
    "channel": BED,
    "phase": "infusing",
    "word": "INFUSING",
    "headline": "Infusing",
    "alarms": [],
    "findings": [],
    "can_resume": False,
    "start_blocked_by": [],
    "resume_blocked_by": [],
    "can_restore": False,
    "restore_blocked_by": [],
    "observations": {"moaas": {"value": 5, "age_ms": 0}},
}
END = {**IDLE, "phase": "completed", "word": "COMPLETED", "headline": "Complete"}
ALARMING = {**IDLE, "alarms": [{"acknowledged": False}]}


class BareStage(Stage):
    """A stage on which nothing was started; `fell` is what has ended by itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, 45, scenario_path())
        self.pins = PINS
        self.fell = ""

    def fallen(self) -> str:
        return self.fell


class Play:
    """A console whose acts move the story on, and a stage in front of it."""

    def __init__(
        self, folder: Path, state: dict[str, Any], answers: list[tuple[str, dict[str, Any]]]
    ) -> None:
        self._answers = answers
        self.stage = BareStage(folder)
        self.console = ConsoleBench(Places(folder).socket, script=self._answer)
        self.console.state = state
        self.shown: list[tuple[str, str]] = []

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """What somebody did, without the saying that somebody looks on."""
        return [(one.verb, one.by) for one in self.console.heard if one.verb != "listening"]

    def _answer(self, bench: ConsoleBench, act: Any) -> None:
        if act.verb == "listening":
            return
        stage, bench.state = self._answers.pop(0)
        bench.console.answer(act.request_id, stage, ["not now"] if stage == "refused" else [])
        bench.console.publish_state(BED)

    def show(self, state: dict[str, Any], said: str) -> None:
        self.shown.append((state["word"], said))

    async def play(self) -> dict[str, Any] | StageError:
        """The last state, or what ended the play; returned, because the console's task group would wrap it."""
        async with self.console.serving():
            try:
                return await asyncio.to_thread(play, self.stage, 45.0, self.show)
            except StageError as fault:
                return fault


async def test_it_ends_with_the_session_and_returns_the_last_state(tmp_path: Path) -> None:
    on_stage = Play(tmp_path, END, [])
    assert await on_stage.play() == END
    assert on_stage.shown == [("COMPLETED", "")]
    assert on_stage.deeds == []
    listeners = [one.args["listener"] for one in on_stage.console.heard]
    assert listeners == ["demonstration"], "whoever shows the states can be seen"


async def test_the_nurse_acts_on_what_is_shown_and_her_act_is_told(tmp_path: Path) -> None:
    on_stage = Play(tmp_path, ALARMING, [("accepted", END)])
    assert await on_stage.play() == END
    assert on_stage.deeds == [("acknowledge", "nina")]
    assert on_stage.shown[-1] == ("COMPLETED", "nina: acknowledge")


async def test_what_is_refused_is_told_with_its_reason_and_tried_again_later(tmp_path: Path) -> None:
    """A nurse does not hammer a button she was refused."""
    on_stage = Play(tmp_path, ALARMING, [("refused", ALARMING), ("accepted", END)])
    assert await on_stage.play() == END
    assert on_stage.deeds == [("acknowledge", "nina")] * 2
    assert any(
        said.startswith("nina: acknowledge refused: ") and "not now" in said for _, said in on_stage.shown
    )


async def test_a_part_that_falls_over_ends_the_play_with_its_name(tmp_path: Path) -> None:
    on_stage = Play(tmp_path, IDLE, [])
    on_stage.stage.fell = "simulator"
    assert str(await on_stage.play()) == "the simulator ended before the session did"


async def test_a_session_without_an_end_is_given_up_with_what_was_last_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "LONGEST_TREATMENT_S", (0.5 - 30) * 45)
    given_up = await Play(tmp_path, IDLE, []).play()
    assert isinstance(given_up, StageError)
    assert "last seen: INFUSING: Infusing" in str(given_up)


def test_without_a_daemon_there_is_no_play(tmp_path: Path) -> None:
    with pytest.raises(ConsoleUnreachable, match="not running"):
        play(BareStage(tmp_path), 45.0, lambda state, said: None)


async def test_what_is_held_open_is_shown_until_the_daemon_goes(tmp_path: Path) -> None:
    on_stage = Play(tmp_path, IDLE, [])
    async with on_stage.console.serving():
        holding = asyncio.ensure_future(asyncio.to_thread(hold_open, on_stage.stage, on_stage.show))
        await until(lambda: bool(on_stage.shown))
    async with asyncio.timeout(10):
        await holding
    assert on_stage.shown[0] == ("INFUSING", "")


def test_nothing_is_held_open_once_a_part_has_fallen(tmp_path: Path) -> None:
    stage = BareStage(tmp_path)
    stage.fell = "broker"
    hold_open(stage, lambda state, said: pytest.fail("nothing to show"))
