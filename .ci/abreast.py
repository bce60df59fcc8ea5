"""All tests, in lanes that run beside each other.

Theory of operation. Tests on real wires mostly wait: for a lease to run out, for a broker to be missed. The others
compute. So the waiting ones have lanes of their own, and on two cores the whole takes about as long as its longest lane.
What does nothing but compute has only the time that nobody else wants: a bench that plays at ten times life takes every
wait for ten. What failed while the machine stood still is run again, see `again`. What the lanes beside it say is kept
and shown at the end, so that they do not talk into each other. Arguments go to every pytest.

The tests of what decides on delivery are run by `branches`, under coverage, and not a second time by the rest. The tests
in `tests/e2e` drive a browser, and the browser's library runs a loop that pytest-asyncio's tests cannot stand beside:
each part of a lane is a run of its own, one after another.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from again import STOOD_S, Witness, failed_files
from branches import SUITES

#: Judged by a script of ours. Of the mutants what stands between every other fault and the patient, whole; of the rules,
#: which take long: ./run mutants.
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "branches": (".ci/branches.py",),
    "mutants": (".ci/mutants.py", "--module", "drivers/gate.py", "--module", "pumpd/core/restriction.py"),
}
#: Real processes with a stop-watch that live among tests which compute; one run of pytest for all of them.
PROCESSES = "processes in tests/unit"
GATHERED: Mapping[str, tuple[str, ...]] = {
    PROCESSES: (
        *(
            "tests/bench",
            "tests/unit/drivers/conformance/test_plugin.py",
            "tests/unit/pumpd/demo/test_by_hand.py",
        ),
        *("tests/unit/hil_sim/test_replay_verb.py", "tests/unit/hil_sim/test_tap.py"),
        *("tests/unit/hil_sim/bench/test_live_daemon.py", "tests/unit/hil_sim/bench/test_live_verb.py"),
    ),
}
#: Keep real time: what the others yield to.
#: Files of `hil` are shared out so that no lane is much longer than the others.
REAL_TIME = (
    ("tests/hil", "tests/hil/test_several_beds.py"),
    ("tests/e2e", "tests/unit/pumpd/commission", "tests/unit/hil_sim/bench/test_live_run.py", PROCESSES),
    (
        *("tests/hil/test_pump_faults.py", "tests/hil/test_doctor.py", "tests/hil/test_demo.py"),
        # Last, when the browser has gone: a dozen lines at a time, each with a limit of its own.
        *("tests/unit/pumpd/cli", "tests/contract"),
    ),
)
COMPUTING = (
    (
        *("branches", "mutants", "tests/soak", "tests/crash", "tests/faulting", "tests/planted"),
        *("tests/cohort", "tests/unit/ci"),
    ),
    ("tests/properties", "tests/scenarios", "tests/packaging"),
)
LANES = (*REAL_TIME, *COMPUTING)
#: `nice` is not enough: a niced one still keeps a core for milliseconds from one that wakes.
YIELDING = ("chrt", "--idle", "0")
#: What shares one run: all that is in no lane.
REST = "the rest"
#: pytest's exit status when nothing was selected, as where no broker is installed.
NOTHING_TO_DO = 5


def parts() -> list[str]:
    """Everything that has a run of its own."""
    return [part for lane in LANES for part in lane]


def paths(part: str) -> Sequence[str]:
    """The folders and files of a part; () of a script's."""
    return () if part in SCRIPTS else GATHERED.get(part, (part,))


def command(part: str, arguments: Sequence[str]) -> list[str]:
    """The command line of a part: a script of ours, or pytest on folders and files, or on what is left."""
    yielding = () if any(part in lane for lane in REAL_TIME) else YIELDING
    if part in SCRIPTS:
        return [*yielding, sys.executable, *SCRIPTS[part]]
    pytest = [*yielding, sys.executable, "-m", "pytest"]
    if part == REST:
        return [
            *pytest,
            *(f"--ignore={one}" for one in (*(path for name in parts() for path in paths(name)), *SUITES)),
            *arguments,
        ]
    others = [path for other in parts() if other != part for path in paths(other)]
    elsewhere = [f"--ignore={other}" for other in others if other.startswith(f"{part}/")]
    return [*pytest, *paths(part), *elsewhere, *arguments]


def verdict(*statuses: int) -> int:
    """The first exit status that is not good; 0 if all are."""
    return next((status for status in statuses if status not in (0, NOTHING_TO_DO)), 0)


def measured_again(part: str, said: str, stood_s: float, arguments: Sequence[str]) -> int | None:
    """Run once more what failed in a part while the machine stood still; its exit status; None: no reason to."""
    files = failed_files(said) if part not in SCRIPTS and any(part in lane for lane in REAL_TIME) else ()
    if not files or stood_s < STOOD_S:
        return None
    print(f"\nwhile {part} ran the machine stood still for {stood_s * 1000:.0f} ms; once more:", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", *files, *arguments], check=False).returncode


def main(arguments: Sequence[str], saw_s: Callable[[float, float], float] | None = None) -> int:
    """Run them all; the exit status of the whole. `saw_s`: as `Witness.saw_s`."""
    if saw_s is None:
        witness = Witness()
        witness.start()
        saw_s = witness.saw_s
    # What the set-up has just installed would be written to the disk for half a minute, under the first journals.
    os.sync()
    took: list[tuple[str, int, float]] = []
    stood: dict[str, float] = {}
    kept: dict[str, str] = {}

    def run(part: str) -> None:
        began = time.monotonic()
        to = None if part == REST else subprocess.PIPE
        ended = subprocess.run(
            command(part, arguments), check=False, stdout=to, stderr=to and subprocess.STDOUT
        )
        stood[part] = saw_s(began, time.monotonic())
        took.append((part, ended.returncode, time.monotonic() - began))
        kept[part] = (ended.stdout or b"").decode(errors="replace")

    def follow(lane: Sequence[str]) -> None:
        for part in lane:
            run(part)

    with ThreadPoolExecutor(len(LANES)) as threads:
        lanes = [threads.submit(follow, lane) for lane in LANES]
        run(REST)
        for lane in lanes:
            lane.result()
    for part in parts():
        print(f"\nbeside that, {part}:\n{kept[part]}", flush=True)
    last = {part: status for part, status, _ in took}
    for part, status, _ in list(took):
        began = time.monotonic()
        again = measured_again(part, kept[part], stood[part], arguments) if verdict(status) else None
        if again is not None:
            last[part] = again
            took.append((f"{part}, once more", again, time.monotonic() - began))
    for part, status, seconds in took:
        print(f"  {part:44} {'ok' if verdict(status) == 0 else 'FAILED':7} {seconds:6.1f} s")
    return verdict(*last.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
