"""All sounders of a daemon."""

import asyncio
import contextlib

import pytest

from drivers.conformance.virtual_time import JumpingLoop
from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal
from pumpd.shell.bedside.bedside import Bedside, UnknownSounder, sounder_of
from pumpd.shell.bedside.bell import Bell
from pumpd.shell.bedside.sounder import Signals

HIGH = AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH)


class Lamp:
    """A sounder of somebody else's."""

    def __init__(self, name: str, fault: str = "", is_broken: bool = False) -> None:
        self.name, self.fault = name, fault
        self.shown: list[Signals] = []
        self._is_broken = is_broken

    def show(self, signals: Signals) -> None:
        if self._is_broken:
            raise RuntimeError("planted")
        self.shown.append(signals)

    async def run(self) -> None:
        await asyncio.get_running_loop().create_future()


def test_every_sounder_hears_of_every_channel() -> None:
    lamps = Lamp("a"), Lamp("b")
    bedside = Bedside(lamps)
    bedside.show("bed-1", HIGH)
    bedside.show("bed-2", AlarmSignal())
    expected = [{"bed-1": HIGH}, {"bed-1": HIGH, "bed-2": AlarmSignal()}]
    assert lamps[0].shown == lamps[1].shown == expected


def test_a_sounder_that_raises_loses_its_own_sound_and_nothing_else() -> None:
    """It is called in the middle of a decision: what it raises would break the channel."""
    lamps = Lamp("bad", is_broken=True), Lamp("good")
    Bedside(lamps).show("bed-1", HIGH)
    assert lamps[1].shown == [{"bed-1": HIGH}]


def test_people_are_told_which_work() -> None:
    told = Bedside((Lamp("a"), Lamp("b", "gone"))).status()
    assert told == [{"name": "a", "ok": True, "reason": ""}, {"name": "b", "ok": False, "reason": "gone"}]


def test_only_a_sounder_that_works_speaks_up_as_a_listener() -> None:
    lamps = Lamp("a"), Lamp("b", "gone")
    heard: list[tuple[float, str]] = []

    async def script() -> None:
        loop = asyncio.get_running_loop()
        bedside = Bedside(lamps)
        attending = asyncio.ensure_future(bedside.attend(lambda name: heard.append((loop.time(), name)), 5.0))
        await asyncio.sleep(12)
        lamps[0].fault, lamps[1].fault = "gone", ""
        await asyncio.sleep(5)
        attending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await attending

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(script())
    assert heard == [(1.0, "a"), (6.0, "a"), (11.0, "a"), (16.0, "b")]


def test_the_bell_is_built_in() -> None:
    assert isinstance(sounder_of("bell", "/dev/tty1", False), Bell)


def test_a_kind_that_is_not_installed_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownSounder, match=r"horn is no kind .* known: bell"):
        sounder_of("horn", "/dev/tty1", False)


def test_a_kind_of_somebody_else_s_is_made_by_its_entry_point(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package is a folder as pip leaves it, found on the path and imported for real."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "hornlib.py").write_text(
        "class Horn:\n"
        "    def __init__(self, device, has_light):\n"
        "        self.name = f'horn {device} {has_light}'\n"
        "def broken(device, has_light):\n"
        "    raise RuntimeError('no horn on this port')\n"
    )
    dist = folder / "hornlib-1.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: hornlib\nVersion: 1\n")
    (dist / "entry_points.txt").write_text("[pumpd.sounders]\nhorn = hornlib:Horn\nbad = hornlib:broken\n")
    monkeypatch.syspath_prepend(str(folder))
    assert sounder_of("horn", "/dev/ttyS0", True).name == "horn /dev/ttyS0 True"
    with pytest.raises(UnknownSounder, match="bad cannot be used: RuntimeError: no horn on this port"):
        sounder_of("bad", "/dev/ttyS0", True)
