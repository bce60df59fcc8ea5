"""`pumpd exercise` killed in the middle of its run, on each family: when the plunger stands still, with nobody left to ask.

Theory of operation. `kill -9` leaves no room for a halt. A pump with a lease or a watchdog stands within the bound that
its capabilities name; one without stands at the end of the volume it was given, which `exercise` keeps at one and a half
times what the rate and the seconds ask for. So the seconds are few there, and the run is over while the test waits. All
families at the same time: an Alaris takes 15 s.
"""

import json
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from rig import Rig
from rig_programs import Sim, Truth, link_ms, pumpd
from rig_pumps import (
    ALARIS,
    CHEMYX,
    HARVARD,
    MODBUS_RTU,
    MODBUS_TCP,
    NEW_ERA,
    NEW_ERA_BASIC,
    RigPump,
)

pytestmark = pytest.mark.hil

RATE_NL_H = 20_000_000
#: What has been given when the program is killed.
BEGUN_NL = 5_000
#: A pump that only its volume ends is to do that while the test waits.
SHORT_S, LONG_S = 10, 60


@dataclass(frozen=True, slots=True)
class Killed:
    """One pump and the words that an engineer says of it."""

    pump: RigPump
    words: tuple[str, ...]
    rate: str = "20"

    def program(self, port: str) -> list[str]:
        """`pumpd exercise` of it."""
        seconds = str(SHORT_S if self.pump.alone_s is None else LONG_S)
        run = ("--syringe", "bd-60", "--rate", self.rate, "--seconds", seconds, "--json")
        return pumpd("exercise", "--port", port, *self.words, *run)


PUMPS = (
    Killed(NEW_ERA, ("--driver", "new_era")),
    Killed(NEW_ERA_BASIC, ("--driver", "new_era", "--accept-basic-mode")),
    Killed(HARVARD, ("--driver", "harvard", "--model", "11 ELITE"), "20"),
    Killed(MODBUS_RTU, ("--driver", "modbus")),
    Killed(MODBUS_TCP, ("--driver", "modbus", "--set", "transport=tcp")),
    Killed(
        ALARIS,
        (
            *("--driver", "alaris", "--set", "serial=8003-00417", "--set", "syringe_um=26590"),
            *("--set", "rate_max_nl_h=1200000000"),
        ),
    ),
    Killed(
        CHEMYX,
        (
            *("--driver", "chemyx", "--set", "slowest_nm_h=42050", "--set", "fastest_nm_h=3060300000"),
            "--accept-basic-mode",
        ),
    ),
)


def bound_ms(one: Killed) -> int | None:
    """As the program tells it of a port where nothing is; None: no bound in time."""
    argv = one.program("tcp:127.0.0.1:1" if one.pump.is_tcp else "/dev/no-such-port")
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    told = json.loads(done.stdout)["capabilities"]
    return None if told["watchdog"] == "none" else int(told["watchdog_bound_ms"])


def killed(one: Killed, folder: Path) -> tuple[float, Truth, Truth]:
    """Seconds from the kill to the stand-still, and the truth at the kill and at the end."""
    folder.mkdir()
    sim = Sim(folder, one.pump)
    try:
        running = subprocess.Popen(one.program(sim.tcp or str(folder / "pump")), stdout=subprocess.DEVNULL)
        before = sim.until(lambda now: now["plunger_nl"] > BEGUN_NL, 30.0, "it has begun")
        assert before["running"]
        killed_ms = link_ms()
        running.send_signal(signal.SIGKILL)
        running.wait(10.0)
        alone_s = 2.0 * SHORT_S if one.pump.alone_s is None else one.pump.stands_within_s
        after = sim.until_halted(alone_s + 1.0)
        assert (after["last_stop_rx_link_ms"] or 0.0) < killed_ms, "a stop reached it"
        return (after["halted_at_link_ms"] - killed_ms) / 1000.0, before, after
    finally:
        sim.close()


def test_a_killed_exercise_leaves_a_pump_that_stands_within_its_bound(tmp_path: Path) -> None:
    """Law 7, rows 90, 91, I3: from the kill to the plunger, and the bound is the one that was claimed."""
    with ThreadPoolExecutor(len(PUMPS)) as pool:
        stories = {one: pool.submit(killed, one, tmp_path / one.pump.sim) for one in PUMPS}
    for one, story in stories.items():
        took_s, before, after = story.result()
        pump, claimed_ms = one.pump, bound_ms(one)
        bound = "end of its volume" if claimed_ms is None else f"bound {claimed_ms / 1000:g} s"
        Rig.measured.append((f"{pump.sim}: pumpd exercise killed, to stand-still ({bound})", took_s))
        assert claimed_ms == (None if pump.alone_s is None else pump.alone_s * 1000)
        if claimed_ms is None:
            volume_nl = 1.5 * RATE_NL_H * SHORT_S / 3600
            assert volume_nl - 1_000 <= after["plunger_nl"] <= volume_nl + 1, (pump.sim, after)
            continue
        assert took_s <= pump.stands_within_s, pump.sim
        alone_nl = after["plunger_nl"] - before["plunger_nl"]
        assert alone_nl <= RATE_NL_H * pump.stands_within_s / 3600, (pump.sim, alone_nl)
