"""`./run test`, stage "branches": no branch of what decides on delivery is left untried by its own tests.

Theory of operation. The tests of the rules, of the permit and of the gate are run once more under coverage; only these,
so that a branch which is merely passed through by a whole-session test somewhere counts as untried. Below 100 % the
stage fails and names the lines.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
JUDGED = ("interlocks/*", "pumpd/core/restriction.py", "drivers/gate.py")
SUITES = (
    "tests/rules",
    "tests/unit/interlocks",
    "tests/unit/pumpd/core/test_restriction.py",
    "tests/unit/drivers/test_gate.py",
)


def main(judged: Sequence[str] = JUDGED, suites: Sequence[str] = SUITES, root: Path = ROOT) -> int:
    """Run the tests, print what they leave untried; 0 only if that is nothing."""
    with tempfile.TemporaryDirectory(prefix="pumpd-branches-") as folder:
        record = f"--data-file={Path(folder, 'coverage')}"
        coverage = [sys.executable, "-m", "coverage"]
        include = f"--include={','.join(judged)}"
        tests = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suites]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        status = subprocess.call([*coverage, "run", record, "--branch", include, *tests], cwd=root, env=kept)
        if status != 0:
            return status
        report = ["report", record, "--show-missing", "--skip-covered", "--fail-under=100", "--precision=2"]
        return subprocess.call([*coverage, *report], cwd=root, env=kept)


if __name__ == "__main__":
    sys.exit(main())
