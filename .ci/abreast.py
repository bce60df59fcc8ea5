"""All tests, those on real wires beside the others.

Theory of operation. The tests in `tests/hil` mostly wait: for a lease to run out, for a broker to be missed. The others
compute. So both run at once, and on two cores the whole takes as long as the longer of the two. What the first says is
kept and shown after the other, so that the two do not talk into each other. Arguments go to both.

The tests in `tests/e2e` drive a browser, and the browser's library runs a loop that pytest-asyncio's tests cannot stand
beside: they are a third run, after the second.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence

WIRES = "tests/hil"
BROWSER = "tests/e2e"
#: pytest's exit status when nothing was selected, as where no broker is installed.
NOTHING_TO_DO = 5


def commands(arguments: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """The pytest command lines: real wires, all the rest, and the browser."""
    pytest = [sys.executable, "-m", "pytest"]
    rest = [f"--ignore={WIRES}", f"--ignore={BROWSER}"]
    return [*pytest, WIRES, *arguments], [*pytest, *rest, *arguments], [*pytest, BROWSER, *arguments]


def verdict(*statuses: int) -> int:
    """The first exit status that is not good; 0 if all are."""
    return next((status for status in statuses if status not in (0, NOTHING_TO_DO)), 0)


def main(arguments: Sequence[str]) -> int:
    """Run all; the exit status of the whole."""
    on_wires, others, in_browser = commands(arguments)
    with tempfile.TemporaryFile() as said, subprocess.Popen(on_wires, stdout=said, stderr=said) as beside:
        status = subprocess.run(others, check=False).returncode
        browser_status = subprocess.run(in_browser, check=False).returncode
        beside_status = beside.wait()
        said.seek(0)
        print(f"\nbeside that, {WIRES}:\n{said.read().decode(errors='replace')}", flush=True)
    return verdict(status, browser_status, beside_status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
