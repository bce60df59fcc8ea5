"""All tests, those on real wires beside the others.

Theory of operation. The tests in `tests/hil` mostly wait: for a lease to run out, for a broker to be missed. The others
compute. So both run at once, and on two cores the whole takes as long as the longer of the two. What the first says is
kept and shown after the other, so that the two do not talk into each other. Arguments go to both.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence

WIRES = "tests/hil"
#: pytest's exit status when nothing was selected, as where no broker is installed.
NOTHING_TO_DO = 5


def commands(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The two pytest command lines: real wires, and all the rest."""
    pytest = [sys.executable, "-m", "pytest"]
    return [*pytest, WIRES, *arguments], [*pytest, f"--ignore={WIRES}", *arguments]


def verdict(*statuses: int) -> int:
    """The first exit status that is not good; 0 if all are."""
    return next((status for status in statuses if status not in (0, NOTHING_TO_DO)), 0)


def main(arguments: Sequence[str]) -> int:
    """Run both; the exit status of the whole."""
    on_wires, others = commands(arguments)
    with tempfile.TemporaryFile() as said, subprocess.Popen(on_wires, stdout=said, stderr=said) as beside:
        status = subprocess.run(others, check=False).returncode
        beside_status = beside.wait()
        said.seek(0)
        print(f"\nbeside that, {WIRES}:\n{said.read().decode(errors='replace')}", flush=True)
    return verdict(status, beside_status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
