"""The bell on virtual time, with a terminal that notes when it rang."""

import asyncio
import contextlib
import errno
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from drivers.conformance.virtual_time import JumpingLoop
from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal
from pumpd.shell.bedside.bell import BEL, Bell
from pumpd.shell.bedside.rhythm import BURSTS
from pumpd.shell.bedside.sounder import Sounder

HIGH, MEDIUM, LOW = (
    AlarmSignal(light=one, sound=one) for one in (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
)
REMINDS = AlarmSignal(light=Priority.HIGH, has_reminder=True)
QUIET = AlarmSignal()


class Output:
    """Notes what was written when; may fail."""

    def __init__(self) -> None:
        self.written: list[tuple[int, bytes]] = []
        self.failure = ""
        self.is_closed = False

    def check(self) -> None:
        if self.failure:
            raise OSError(errno.EIO, self.failure)

    def write(self, text: bytes) -> None:
        self.check()
        self.written.append((round(asyncio.get_running_loop().time() * 1000), text))

    def close(self) -> None:
        self.is_closed = True

    def rang(self) -> list[int]:
        return [at_ms for at_ms, text in self.written if text == BEL]


class Bench:
    def __init__(self, has_light: bool = False) -> None:
        self.output = Output()
        self.bell = Bell("/dev/tty1", has_light, self.output)

    def show(self, signal: AlarmSignal, channel: str = "bed-1") -> None:
        self.bell.show({channel: signal})

    @staticmethod
    async def wait(seconds: float) -> None:
        await asyncio.sleep(seconds)


def play(bench: Bench, script: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    async def both() -> None:
        ringing = asyncio.ensure_future(bench.bell.run())
        try:
            await script(bench)
            assert not ringing.done()
        finally:
            ringing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ringing

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(both())


def test_the_bell_is_a_sounder() -> None:
    one: Sounder = Bell("/dev/tty1")
    assert (one.name, one.fault) == ("bell /dev/tty1", "not opened yet")


@pytest.mark.parametrize(
    ("signal", "priority", "count"),
    [(HIGH, Priority.HIGH, 60), (MEDIUM, Priority.MEDIUM, 9), (LOW, Priority.LOW, 4)],
)
def test_a_minute_of_a_priority_is_its_rhythm(signal: AlarmSignal, priority: Priority, count: int) -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        bench.show(signal)
        await bench.wait(59.9)

    play(bench, script)
    rhythm = BURSTS[priority]
    expected = [n * rhythm.every_ms + one for n in range(6) for one in rhythm.pulses_ms]
    assert bench.output.rang() == [one for one in expected if one < 59_900]
    assert len(bench.output.rang()) == count


def test_something_worse_is_heard_at_once_and_silence_is_at_once() -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        bench.show(LOW)
        await bench.wait(5)
        bench.show(HIGH)
        await bench.wait(1)
        bench.show(QUIET)
        await bench.wait(60)

    play(bench, script)
    heard = bench.output.rang()
    assert heard[:2] == list(BURSTS[Priority.LOW].pulses_ms)
    assert heard[2] == 5_000
    assert heard[2:] == [5_000 + one for one in BURSTS[Priority.HIGH].pulses_ms if one < 1_000]


def test_what_is_said_again_unchanged_does_not_begin_its_burst_again() -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        for _ in range(20):
            bench.show(MEDIUM)
            await bench.wait(1)

    play(bench, script)
    assert bench.output.rang() == list(BURSTS[Priority.MEDIUM].pulses_ms)


def test_a_reminder_rings_once_a_minute_after_the_first_minute() -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        bench.show(REMINDS)
        await bench.wait(125)

    play(bench, script)
    assert bench.output.rang() == [60_000, 120_000]


def test_a_busy_loop_leaves_pulses_out_and_never_makes_them_up() -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        bench.show(HIGH)
        await bench.wait(0.1)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)
        loop._now_s += 100.0  # nothing ran meanwhile
        await bench.wait(0.05)

    play(bench, script)
    assert len(bench.output.rang()) == 2


def test_a_terminal_that_fails_is_said_once_counts_as_no_listener_and_is_tried_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench = Bench()
    faults: list[str] = []

    async def script(bench: Bench) -> None:
        bench.show(HIGH)
        for failure in ("", "its other end has gone", ""):
            bench.output.failure = failure
            await bench.wait(10)
            faults.append(bench.bell.fault)

    play(bench, script)
    assert faults == ["", "its other end has gone", ""]
    said = capsys.readouterr().out
    assert said.count("sounder fails") == 1
    assert [at for at in bench.output.rang() if 10_001 < at < 20_000] == []
    assert [at for at in bench.output.rang() if at > 20_000], "it rings again"


def test_a_terminal_is_looked_at_although_nothing_sounds() -> None:
    """A sounder that would fail at the next alarm must not count as a listener now."""
    bench = Bench()
    seen: list[str] = []

    async def script(bench: Bench) -> None:
        await bench.wait(0.5)
        seen.append(bench.bell.fault)
        bench.output.failure = "gone"
        await bench.wait(1.1)
        seen.append(bench.bell.fault)

    play(bench, script)
    assert seen == ["", "gone"]
    assert bench.output.written == []


def test_the_terminal_is_let_go_at_the_end() -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        await bench.wait(1)

    play(bench, script)
    assert bench.output.is_closed


def test_a_light_is_one_coloured_line_where_it_was_asked_for_and_goes_out() -> None:
    """Colours of IEC 60601-1-8: red, yellow, cyan."""
    bench = Bench(has_light=True)

    async def script(bench: Bench) -> None:
        bench.bell.show({"bed-2": AlarmSignal(light=Priority.LOW), "bed-1": REMINDS, "bed-3": QUIET})
        await bench.wait(0.1)
        bench.show(QUIET)
        await bench.wait(0.1)

    play(bench, script)
    lines = [text for _, text in bench.output.written]
    assert b"41m *** HIGH ALARM bed-1 bed-2 *** " in lines[0]
    assert lines[1] == b"\r\x1b[2K"
    assert len(lines) == 2


def test_without_a_light_nothing_but_pulses_is_written() -> None:
    bench = Bench()

    async def script(bench: Bench) -> None:
        bench.show(HIGH)
        await bench.wait(3)
        bench.show(QUIET)
        await bench.wait(3)

    play(bench, script)
    assert {text for _, text in bench.output.written} == {BEL}
