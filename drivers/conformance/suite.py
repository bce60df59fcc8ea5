"""One line for a test file: `test_pump = conformance(MyRig)`. Every check, on every kind of line, as a test of its own.

Theory of operation. The tests are ordinary parametrised functions, so that selection, reports and editors know them.
A check that does not apply is not made into a test; the table of the plug-in says why. In memory the clock jumps; on
the pty and on TCP it is the real one. Nothing is needed but pytest: a test in memory owns its event loop, those on
real wires share one (`abreast.py`).
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drivers.conformance import table
from drivers.conformance.abreast import Abreast, neighbours
from drivers.conformance.bench import Bench
from drivers.conformance.checks import Check, all_checks
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Rig
from drivers.conformance.virtual_time import JumpingLoop

#: Rigs as they are handed in: called without arguments, once for every check.
RigMaker = type[Rig]


@dataclass(frozen=True, slots=True)
class Cell:
    """One check of one pump on one kind of line."""

    rig: RigMaker
    medium: Medium
    check: Check

    @property
    def name(self) -> str:
        """As it stands in a test's id."""
        return f"{self.rig.family}-{self.medium.value}-{self.check.name}"

    @property
    def is_real(self) -> bool:
        """Its clock is the world's."""
        return self.medium is not Medium.MEMORY

    async def make(self) -> None:
        """Make the check. Raises AssertionError."""
        with tempfile.TemporaryDirectory(prefix="pump-") as folder:
            bench = Bench(self.rig(), self.medium, Path(folder))
            try:
                await bench.line.plug()
                await self.check.body(bench)
                wrong = bench.audit()
                assert not wrong, wrong
            finally:
                await bench.end()


def cells(rigs: Sequence[RigMaker], media: Sequence[Medium] = tuple(Medium)) -> list[Cell]:
    """Everything that applies."""
    made = []
    for rig in rigs:
        for check in all_checks():
            reason = check.inapplicable(rig)
            if reason:
                table.note_inapplicable(rig.family, check.name, reason)
                continue
            made += [Cell(rig, medium, check) for medium in media if medium in check.media]
    # Those on real wires stand together, so that they can run abreast.
    return sorted(made, key=lambda cell: (cell.is_real, cell.rig.family))


def marked(cell: Cell) -> Any:
    """The cell as a parameter; on a real wire it carries the mark `hil`."""
    marks = [] if cell.medium is Medium.MEMORY else [pytest.mark.hil]
    return pytest.param(cell, id=cell.name, marks=marks)


_GROUP = pytest.StashKey[Abreast]()


def perform(cell: Cell, request: pytest.FixtureRequest) -> None:
    """Make the check of this test, and leave word for the table. Raises AssertionError."""
    where = cell.rig.family, cell.medium.value, cell.check.name, cell.check.rows
    request.node.user_properties.append((table.PROPERTY, where))
    if not cell.is_real:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(cell.make())
        return
    stash, name = request.config.stash, request.node.nodeid
    group = stash.get(_GROUP, None)
    if group is None or name not in group:
        tests = [(item.nodeid, _real_cell(item)) for item in request.session.items]
        group = Abreast([(test, one.make) for test, one in neighbours(tests, name)])
        stash[_GROUP] = group
        request.config.add_cleanup(group.close)
    group.run(name)


def _real_cell(item: pytest.Item) -> Cell | None:
    call = getattr(item, "callspec", None)
    cell = call.params.get("cell") if call is not None else None
    return cell if isinstance(cell, Cell) and cell.is_real else None


def conformance(*rigs: RigMaker, media: Sequence[Medium] = tuple(Medium)) -> Callable[..., None]:
    """A test function for `test_... = conformance(Rig, ...)`.

    `media`: a driver that cannot be handed a line in memory says (Medium.PTY, Medium.TCP).
    """

    @pytest.mark.parametrize("cell", [marked(cell) for cell in cells(rigs, media)])
    def test_conformance(cell: Cell, request: pytest.FixtureRequest) -> None:
        perform(cell, request)

    return test_conformance
