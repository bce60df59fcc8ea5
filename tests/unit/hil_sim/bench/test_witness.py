"""What a bench shows becomes the oracle's steps."""

import asyncio
from collections.abc import Mapping
from typing import Any

from virtual_bed import Bed, run_bed

from hil_sim.bench.witness import Witness
from hil_sim.oracle import scene as saw
from hil_sim.oracle.judge import Oracle

ORDER = {"weight_kg": "70", "dose_mg_per_kg": "0.5", "concentration_mg_per_ml": "2", "minutes": "40"}


class Diary(Oracle):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(saw.Scene(saw.Prescribed.of(ORDER), slack_nl=120_000.0))
        self.steps: list[saw.Step] = []

    def see(self, step: saw.Step) -> None:
        self.steps.append(step)
        super().see(step)

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.steps if type(one) is kind]


def test_a_start_is_seen_from_the_press_to_the_plunger_and_nothing_is_wrong_with_it() -> None:
    diary = Diary()

    async def story(bed: Bed) -> None:
        witness = Witness(bed.bench, diary)
        await bed.until_word("INFUSING")
        await asyncio.sleep(2.0)
        assert witness.motions[-1][1] > 26e6
        assert "INFUSING" in witness.words

    run_bed(story)
    pressed = next(one for one in diary.of(saw.Pressed) if one.verb == "start")
    told = next(one for one in diary.of(saw.Answered) if one.verb == "start" and one.stage == "accepted")
    run = next(one for one in diary.of(saw.Sent) if one.is_run)
    moved = diary.of(saw.Moved)[0]
    assert pressed.t_s < told.t_s <= run.t_s <= moved.t_s
    assert any(one.t_s > pressed.t_s and one.until_s <= run.t_s for one in diary.of(saw.Committed))
    assert {one.what for one in diary.of(saw.Lived)} >= {"ready", "open"}
    assert diary.violations == []


def test_a_sample_that_a_fault_spoils_is_not_sound() -> None:
    diary = Diary()

    async def story(bed: Bed) -> None:
        Witness(bed.bench, diary)
        await asyncio.sleep(5.0)
        bed.world.inject("nan", only="pressure")
        diary.steps.clear()
        await asyncio.sleep(2.0)

    run_bed(story)
    sound = {(one.device, one.is_sound) for one in diary.of(saw.Heard)}
    assert ("transducer-1", False) in sound
    assert ("monitor-1", True) in sound
    assert ("transducer-1", True) not in sound


def test_what_began_and_ended_is_told_by_whoever_let_it_happen() -> None:
    diary = Diary()
    nothing: Mapping[str, Any] = {}

    async def story(bed: Bed) -> None:
        witness = Witness(bed.bench, diary)
        witness.happened("fault", "reply_lost", {"command": "STP"})
        witness.happened("fault_over", "reply_lost", nothing)
        witness.happened("word", "PAUSED", nothing)
        await asyncio.sleep(0.2)

    run_bed(story)
    assert [(one.name, one.params, one.is_over) for one in diary.of(saw.Broke)] == [
        ("reply_lost", {"command": "STP"}, False),
        ("reply_lost", {}, True),
    ]
