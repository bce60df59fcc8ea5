"""The daemon killed, frozen and blocked under its unit: from the blow to the plunger's true stand-still.

Theory of operation. `unit_supervisor` does what pumpd.service says. A Chemyx pump has no lease: nothing but the emergency
stop ends its run before the whole volume is given, so it shows what the stop does by itself. The others have a lease
besides, and whichever comes first counts. Measured times stand in the summary of a run and in docs/engineer.md.
"""

import itertools
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rig import Rig, why
from rig_programs import link_ms, pumpd
from rig_pumps import ALARIS, CHEMYX, HARVARD, MODBUS_TCP, NEW_ERA, RigPump
from unit_supervisor import UnitSupervisor

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

#: facts/faults.md 0, T_h: process hang or death, watchdog's kill and the stop script done. On a machine that is busy with
#: other tests a start takes longer than alone.
HANG_S = 4.0
DEATH_S = 2.0

Supervise = Callable[..., UnitSupervisor]


@pytest.fixture
def supervise() -> Iterator[Supervise]:
    made: list[UnitSupervisor] = []

    def start(rig: Rig, *program: str) -> UnitSupervisor:
        words = (program,) if program else ()
        made.append(UnitSupervisor(rig.write_config(), rig.folder, *words).start())
        rig.daemon = made[-1].daemon
        rig.programs += made[-1].programs
        return made[-1]

    yield start
    for one in made:
        one.close()


def infusing(rig: Rig) -> None:
    rig.begin()
    rig.sim.until(lambda now: now["counter_nl"] > 15_000, 10.0, "some volume is given")


def came_to_stand(rig: Rig, since_ms: float, within_s: float, what: str) -> float:
    truth = rig.sim.until_halted(within_s + 1.0)
    took_s: float = (truth["halted_at_link_ms"] - since_ms) / 1000.0
    rig.note(f"{rig.pump.sim}: {what} to stand-still", took_s)
    assert took_s <= within_s, f"stood after {took_s:.2f} s, allowed {within_s} s"
    return took_s


def comes_back_paused(rig: Rig, unit: UnitSupervisor) -> None:
    """I7, law 9: READY again, halted, PAUSED, and nothing by itself."""
    unit.ear.wait_for("READY=1", 20.0, unit.died_ms[0])
    # Of a pump that nothing ends, the daemon must take it that the whole volume was given meanwhile: then it is complete.
    words = ("PAUSED",) if rig.pump.alone_s is not None else ("PAUSED", "COMPLETED")
    state = rig.until(
        lambda one: one["word"] in words and one["pump"]["motion"] == "halted",
        20.0,
        "standing, and nothing due",
    )
    assert "daemon was restarted" in why(state) + str(state["alarms"])
    rig.programs += [one for one in unit.programs if one not in rig.programs]
    assert not rig.sim.truth()["running"]


@pytest.mark.parametrize("pump", [NEW_ERA, HARVARD, MODBUS_TCP, ALARIS, CHEMYX], ids=lambda pump: pump.sim)
def test_a_killed_daemon_s_pump_is_stopped_by_the_unit_and_the_daemon_comes_back_paused(
    make_rig: Callable[..., Rig], supervise: Supervise, pump: RigPump
) -> None:
    """Rows 91, 97 (an OOM kill is a SIGKILL), I7: for a pump without a lease this is all there is."""
    rig = make_rig(pump=pump)
    unit = supervise(rig)
    infusing(rig)
    killed_ms = link_ms()
    unit.daemon.send(signal.SIGKILL)
    came_to_stand(rig, killed_ms, DEATH_S, "SIGKILL")
    status, said = unit.wait_for_stop(20.0)
    assert (status, "STANDS" in said) == (0, True), said
    assert unit.results == ["signal"]
    comes_back_paused(rig, unit)


@pytest.mark.parametrize("pump", [NEW_ERA, CHEMYX], ids=lambda pump: pump.sim)
def test_a_frozen_daemon_is_killed_by_its_watchdog_and_its_pump_stopped(
    make_rig: Callable[..., Rig], supervise: Supervise, pump: RigPump
) -> None:
    """Row 92, I3, I20: SIGSTOP; no ping, so it is killed and the stop runs."""
    rig = make_rig(pump=pump)
    unit = supervise(rig)
    infusing(rig)
    frozen_ms = link_ms()
    unit.daemon.send(signal.SIGSTOP)
    came_to_stand(rig, frozen_ms, HANG_S, "SIGSTOP")
    status, said = unit.wait_for_stop(20.0)
    assert (status, unit.results) == (0, ["watchdog"]), said
    rig.note(f"{pump.sim}: SIGSTOP to the watchdog's kill", (unit.killed_ms[0] - frozen_ms) / 1000.0)
    assert not [at for at in unit.ear.times_ms("WATCHDOG=1") if frozen_ms + 100 < at < unit.killed_ms[0]]
    comes_back_paused(rig, unit)


BLOCKED = """
import os, sys, threading
import pumpd.shell.kernel as kernel
decided = kernel.decide
def decide(*words):
    if os.path.exists({flag!r}):
        threading.Event().wait(60.0)  # a decision that does not come back; every other thread lives
    return decided(*words)
kernel.decide = decide
from pumpd.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_decision_that_blocks_feeds_nothing_although_every_other_thread_lives(
    make_rig: Callable[..., Rig], supervise: Supervise, tmp_path: Path
) -> None:
    """Row 93, I20: the ping is the cycle's own word; no timer and no thread says it for a dead loop."""
    rig = make_rig(pump=CHEMYX)
    flag, script = tmp_path / "block", tmp_path / "blocked.py"
    script.write_text(BLOCKED.format(flag=str(flag)))
    unit = supervise(rig, sys.executable, str(script))
    infusing(rig)
    blocked_ms = link_ms()
    flag.touch()
    came_to_stand(rig, blocked_ms, HANG_S, "a blocked decision")
    flag.unlink()
    status, said = unit.wait_for_stop(20.0)
    assert (status, unit.results) == (0, ["watchdog"]), said
    assert not [at for at in unit.ear.times_ms("WATCHDOG=1") if blocked_ms + 200 < at < unit.killed_ms[0]]
    comes_back_paused(rig, unit)


def test_a_daemon_that_controls_is_pinged_for_in_time_all_along_and_says_what_it_does(
    make_rig: Callable[..., Rig], supervise: Supervise
) -> None:
    """I20, and no false kill: from READY over an order to an infusion and its end."""
    rig = make_rig()
    unit = supervise(rig)
    infusing(rig)
    pings = unit.ear.times_ms("WATCHDOG=1")
    gaps = [late - early for early, late in itertools.pairwise(pings)]
    rig.note("longest time between two pings", max(gaps) / 1000.0)
    assert max(gaps) < unit.watchdog_s * 1000.0
    assert min(gaps) > 200.0, "four times a second at most"
    assert "bed-1 INFUSING" in unit.ear.lines("STATUS")
    unit.daemon.send(signal.SIGTERM)
    unit.ear.wait_for("STOPPING=1", 5.0)
    status, said = unit.wait_for_stop(20.0)
    assert (status, unit.results) == (0, ["success"]), said
    assert not rig.sim.truth()["running"]


@pytest.mark.parametrize("pump", [NEW_ERA, MODBUS_TCP], ids=lambda pump: pump.sim)
def test_beside_a_daemon_that_lives_the_pump_stands_and_the_daemon_stays_paused(
    make_rig: Callable[..., Rig], pump: RigPump
) -> None:
    """Row 22, I13: the daemon holds the port; it is asked to pause, and says who paused."""
    rig = make_rig(pump=pump)
    rig.start_daemon()
    infusing(rig)
    called_ms = link_ms()
    words = pumpd("stop-all", "--config", str(rig.folder / "pumpd.toml"))
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "STANDS" in done.stdout) == (0, True), done
    came_to_stand(rig, called_ms, DEATH_S, "stop-all beside a daemon")
    state = rig.until(lambda one: one["word"] == "PAUSED", 10.0, "PAUSED")
    assert "paused by stop-all" in why(state), why(state)
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.5, "it stays paused")
    assert not rig.sim.truth()["running"]
