"""All tests, in lanes that run beside each other.

Theory of operation. Tests on real wires mostly wait: for a lease to run out, for a broker to be missed. The others
compute. So the waiting ones have lanes of their own, and on two cores the whole takes about as long as its longest lane.
What computes steps back for what keeps real time: its lane is niced. What the lanes beside it say is kept and shown at
the end, so that they do not talk into each other. Arguments go to all.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence

#: Folders with a lane of their own each; the rest of the tests share one.
LANES = ("tests/hil", "tests/contract")
#: What the lane of the rest yields to those that keep real time.
NICE = 5
#: pytest's exit status when nothing was selected, as where no broker is installed.
NOTHING_TO_DO = 5


def commands(arguments: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """The pytest command lines: of each lane, and of the rest."""
    pytest = [sys.executable, "-m", "pytest"]
    rest = [*pytest, *(f"--ignore={lane}" for lane in LANES), *arguments]
    return [[*pytest, lane, *arguments] for lane in LANES], rest


def verdict(*statuses: int) -> int:
    """The first exit status that is not good; 0 if all are."""
    return next((status for status in statuses if status not in (0, NOTHING_TO_DO)), 0)


def main(arguments: Sequence[str]) -> int:
    """Run them all; the exit status of the whole."""
    lanes, rest = commands(arguments)
    with contextlib.ExitStack() as open_files:
        said = [open_files.enter_context(tempfile.TemporaryFile()) for _ in lanes]
        beside = [
            subprocess.Popen(lane, stdout=out, stderr=out) for lane, out in zip(lanes, said, strict=True)
        ]
        statuses = [subprocess.run(["nice", f"-n{NICE}", *rest], check=False).returncode]
        for name, one, out in zip(LANES, beside, said, strict=True):
            statuses.append(one.wait())
            out.seek(0)
            print(f"\nbeside that, {name}:\n{out.read().decode(errors='replace')}", flush=True)
    return verdict(*statuses)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
