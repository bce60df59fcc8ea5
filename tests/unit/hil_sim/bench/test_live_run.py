"""A live bench and a toy of a daemon with every vice a bench must name."""

import shlex
import sys
from pathlib import Path

import pytest
import toy_daemon
from real_mosquitto import Mosquitto, free_port

from hil_sim.bench import live_run
from hil_sim.bench.live_run import HeldClock, NotPlayed, play_live
from hil_sim.bench.live_wiring import Wiring
from hil_sim.bench.recording import Recording
from hil_sim.bench.story import read_story

pytestmark = pytest.mark.mosquitto

QUIET = 'title = "t"\nends_after_s = {ends_s}\n[nurse]\nstarts = false\n'
SPEED = 10.0


def wiring_of(broker: int, *vice: str, speed: float = SPEED) -> Wiring:
    command = (sys.executable, str(Path(toy_daemon.__file__)), *vice)
    return Wiring(("127.0.0.1", broker), command=command, speed=speed)


async def play(wiring: Wiring, rest: str = "", ends_s: float = 5.0) -> Recording:
    story = read_story(QUIET.format(ends_s=ends_s) + rest, "t.toml")
    return await play_live(story, Path("t.toml"), 0, wiring)


async def test_a_story_is_played_and_judged_on_what_a_foreign_daemon_shows(mosquitto: Mosquitto) -> None:
    claims = '[[expect]]\nword = "NO ORDER"\n[[expect]]\nword = "INFUSING"\n'
    event = '[[timeline]]\nat_s = 2\nkind = "event"\nname = "hr_shift"\nhr = 5.0\n'
    seen = await play(wiring_of(mosquitto.port, speed=2.0), event + claims)
    assert [one.passed for one in seen.verdicts] == [True, False]
    assert seen.mode_words == "live at 2x"
    assert seen.simulated_s == pytest.approx(5.0, abs=0.6)
    assert seen.wall_s < 5.0  # and so faster than life
    assert [one.t_s for one in seen.moments] == pytest.approx([0, 1, 2, 3, 4], abs=0.6)
    (shift,) = seen.of("event", name="hr_shift")
    assert shift.t_s == pytest.approx(2.0, abs=0.6)


async def test_a_crash_kills_the_process_and_another_one_is_started(mosquitto: Mosquitto) -> None:
    crash = '[[timeline]]\nat_s = 2\nkind = "daemon"\nname = "crash"\nfor_s = 4\n'
    press = '[[timeline]]\nat_s = 4\nkind = "operator"\nname = "pause"\n'
    seen = await play(wiring_of(mosquitto.port), crash + press, ends_s=40.0)
    (killed,) = seen.of("crash")
    first, second = seen.of("start")
    assert first.t_s == 0.0
    assert second.t_s == pytest.approx(killed.t_s + 4.0, abs=0.6)
    assert [one.detail["stage"] for one in seen.of("answer", name="pause")] == ["unreachable"]


@pytest.mark.parametrize(
    ("vice", "why"),
    [
        ("leaving", "ended by itself with status 3; it last said: I have had enough"),
        ("babbling", "said what is no reply"),
        ("lacking", "not as the console's documentation has it: KeyError\\('word'\\)"),
        ("refusing", "shows no state .*: there is no such bed"),
        ("silent", "shows no state"),
    ],
)
async def test_a_vice_is_named_in_one_sentence(
    mosquitto: Mosquitto, vice: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_run, "COMES_UP_S", 1.5)
    with pytest.raises(NotPlayed, match=why):
        await play(wiring_of(mosquitto.port, vice))


async def test_a_console_that_hangs_up_is_called_again_and_that_is_written_down(mosquitto: Mosquitto) -> None:
    seen = await play(wiring_of(mosquitto.port, "hanging up"), ends_s=10.0)
    assert [one.text for one in seen.of("answer", name="watch")] == ["the console hung up"]
    assert seen.moments[-1].word == "NO ORDER"


async def test_a_program_that_is_not_there_is_named(mosquitto: Mosquitto) -> None:
    wiring = Wiring(("127.0.0.1", mosquitto.port), command=shlex.split("/no/such/program --now"))
    with pytest.raises(NotPlayed, match="'/no/such/program' cannot be started"):
        await play(wiring)


async def test_a_broker_that_is_not_there_is_named() -> None:
    port = free_port()
    with pytest.raises(NotPlayed, match=f"no broker answers at 127.0.0.1:{port}"):
        await play(wiring_of(port))


async def test_no_second_daemon_is_started_at_a_console_that_answers(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    one = wiring_of(mosquitto.port)
    console = tmp_path / "console.sock"
    server = await live_run.asyncio.start_unix_server(lambda _reader, writer: writer.close(), console)
    async with server:
        with pytest.raises(NotPlayed, match=r"answers at .*console\.sock already"):
            await play(Wiring(one.broker, console=console, command=one.command))


async def test_what_was_made_for_a_story_is_kept_where_it_is_wanted(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    one = wiring_of(mosquitto.port)
    await play(Wiring(one.broker, command=one.command, speed=SPEED, folder=tmp_path / "kept"), ends_s=1.0)
    (folder,) = (tmp_path / "kept").iterdir()
    assert {"site.json", "daemon.log"} <= {path.name for path in folder.iterdir()}


def test_treatment_time_stands_until_the_story_begins_and_wall_time_does_not() -> None:
    mono_s = 100.0
    clock = HeldClock(10.0, 0, wall_s=lambda: 0.0, mono_s=lambda: mono_s)
    mono_s = 103.0
    assert clock.read() == (0.0, 103_000.0)
    assert clock.wall_treatment_ms() == 30_000
    clock.begin()
    mono_s = 104.0
    assert clock.read() == (10.0, 104_000.0)
