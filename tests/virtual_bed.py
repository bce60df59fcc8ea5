"""A bed in one process: the real daemon on the bench's loop, with a nurse who starts a treatment of forty minutes."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.nurse import USERS, Habits, Nurse
from hil_sim.bench.seat import daemon_of
from hil_sim.bench.virtual import Setting, VirtualBench
from hil_sim.monitors.bedside import MonitorSettings
from hil_sim.patient.body import Body
from hil_sim.patient.pd import PdParameters, Resting
from hil_sim.world import World

ORDER = {
    "patient": "tok-4711",
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
    "accept_soft": [],
}
SITE = {
    "bed": "bed-1",
    "pump": {"family": "new_era", "options": {"model": "NE"}},
    "monitors": ["monitor-1"],
    "transducer": "transducer-1",
    "users": USERS,
}
#: A steady arm: what these tests are about is not the cuff.
STEADY = MonitorSettings(nibp_error_sd_mmhg=1.0, nibp_failure_share=0.0, nibp_artefact_share=0.0)
LOOKS_EVERY_S = 1.0


class Bed:
    """A virtual bench, its nurse, and what was seen."""

    def __init__(
        self, folder: Path, seed: int, habits: Habits, site: Mapping[str, Any] = MappingProxyType(SITE)
    ) -> None:
        body = Body(70.0, 2000.0, Resting(118.0, 74.0, 72.0, 97.0), pd=PdParameters(response_factor=0.3))
        self.world = World(body=body, seed=seed)
        setting = Setting(self.world, dict(site), folder, daemon_of("pumpd"), seed, monitor=STEADY)
        self.bench = VirtualBench(setting)
        self.answers: list[tuple[str, str, list[str]]] = []
        self.words: list[str] = []
        self.nurse = Nurse(
            self.bench.panel,
            ORDER,
            lambda: self.world.body.vitals().moaas,
            lambda *said: self.answers.append(said),
            habits,
        )
        self._looked_s = -LOOKS_EVERY_S
        self.bench.watchers.append(self._look)
        self.bench.state_watchers.append(self._note)

    @property
    def state(self) -> dict[str, Any]:
        """What the panel shows."""
        assert self.bench.panel.state is not None, "the panel shows nothing"
        return self.bench.panel.state

    async def until(self, claim: Callable[[], bool], within_s: float = 300.0) -> None:
        """Let time pass in steps of the world until this holds."""
        ends_s = self.bench.now_s + within_s
        while not claim():
            assert self.bench.now_s < ends_s, f"not within {within_s} s; last shown: {self.words[-3:]}"
            await asyncio.sleep(0.1)

    async def until_word(self, word: str, within_s: float = 300.0) -> None:
        """Until the panel shows this word."""
        await self.until(lambda: self.bench.panel.state is not None and self.state["word"] == word, within_s)

    def _look(self, bench: VirtualBench) -> None:
        if bench.now_s - self._looked_s >= LOOKS_EVERY_S:
            self._looked_s = bench.now_s
            self.nurse.look(bench.now_s)

    def _note(self, state: dict[str, Any]) -> None:
        if not self.words or self.words[-1] != state["word"]:
            self.words.append(state["word"])


def run_bed(
    story: Callable[[Bed], Awaitable[None]],
    seed: int = 1,
    habits: Habits | None = None,
    site: Mapping[str, Any] = MappingProxyType(SITE),
) -> str:
    """Play a story at a fresh bed whose daemon has just been started; the run's fingerprint."""
    loop = JumpingLoop()

    async def play(folder: Path) -> str:
        bed = Bed(folder, seed, habits or Habits(), site)
        bed.bench.begin()
        bed.bench.start_daemon()
        try:
            await story(bed)
            assert bed.bench.failures == []
            return bed.bench.trace
        finally:
            await bed.bench.end()

    with tempfile.TemporaryDirectory() as folder:
        try:
            return loop.run_until_complete(play(Path(folder)))
        finally:
            loop.close()
