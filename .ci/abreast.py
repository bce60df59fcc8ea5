"""All tests, in lanes that run beside each other.

Theory of operation. Tests on real wires mostly wait: for a lease to run out, for a broker to be missed. The others
compute. So the waiting ones have lanes of their own, and on two cores the whole takes about as long as its longest lane.
What does nothing but compute is niced, and steps back for what keeps real time. What the lanes beside it say is kept and
shown at the end, so that they do not talk into each other. Arguments go to all.

The tests in `tests/e2e` drive a browser, and the browser's library runs a loop that pytest-asyncio's tests cannot stand
beside: each folder of a lane is a run of its own, one after another.
"""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

#: Keep real time: what the others yield to. A bench that plays at ten times life is late ten times as much.
#: The two files of `hil` are here so that no lane is much longer than the others.
_REAL_TIME = (
    *("contract", "e2e", "unit/pumpd/cli", "unit/hil_sim/bench/test_live_run.py"),
    *("hil/test_demo.py", "hil/test_several_beds.py"),
)
_COMPUTING = ("soak", "crash", "faulting", "planted", "cohort")
#: What has a run of its own, by lane; the rest of the tests share one.
LANES = (("tests/hil",), tuple(f"tests/{one}" for one in (*_REAL_TIME, *_COMPUTING)))
REAL_TIME = ("tests/hil", *(f"tests/{one}" for one in _REAL_TIME))
YIELDING = ("nice", "-n10")
#: pytest's exit status when nothing was selected, as where no broker is installed.
NOTHING_TO_DO = 5


def commands(arguments: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The pytest command lines: by folder, and of the rest."""
    pytest = [sys.executable, "-m", "pytest"]
    folders = [folder for lane in LANES for folder in lane]
    apart = {}
    for one in folders:
        elsewhere = [f"--ignore={other}" for other in folders if other.startswith(f"{one}/")]
        apart[one] = [*(() if one in REAL_TIME else YIELDING), *pytest, one, *elsewhere, *arguments]
    return apart, [*YIELDING, *pytest, *(f"--ignore={one}" for one in folders), *arguments]


def verdict(*statuses: int) -> int:
    """The first exit status that is not good; 0 if all are."""
    return next((status for status in statuses if status not in (0, NOTHING_TO_DO)), 0)


def main(arguments: Sequence[str]) -> int:
    """Run them all; the exit status of the whole."""
    apart, rest = commands(arguments)

    def run(lane: Sequence[str]) -> list[subprocess.CompletedProcess[bytes]]:
        pipe, same = subprocess.PIPE, subprocess.STDOUT
        return [subprocess.run(apart[one], check=False, stdout=pipe, stderr=same) for one in lane]

    with ThreadPoolExecutor(len(LANES)) as threads:
        lanes = [threads.submit(run, lane) for lane in LANES]
        statuses = [subprocess.run(rest, check=False).returncode]
        for lane, under_way in zip(LANES, lanes, strict=True):
            for folder, ended in zip(lane, under_way.result(), strict=True):
                statuses.append(ended.returncode)
                print(f"\nbeside that, {folder}:\n{ended.stdout.decode(errors='replace')}", flush=True)
    return verdict(*statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
