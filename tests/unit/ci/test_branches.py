"""The branch stage: it fails for a branch that is not tried, and looks at what decides on delivery."""

from pathlib import Path

import pytest
from ci_scripts import FOLDER, load

branches = load("branches")

TRIED = "from one import sign\ndef test_it():\n    assert sign(-1) == -1\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    text = "def sign(x):\n    if x < 0:\n        x = -1\n    return x\n"
    (tmp_path / "one.py").write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    return tmp_path


def judge(tree: Path, test: str) -> int:
    (tree / "test_one.py").write_text(test, encoding="utf-8")
    status: int = branches.main(("one.py",), ("test_one.py",), tree)
    return status


def test_a_branch_nobody_takes_fails_although_every_line_is_run(tree: Path) -> None:
    assert judge(tree, TRIED) == 2


def test_with_every_branch_taken_it_passes(tree: Path) -> None:
    assert judge(tree, TRIED + "    assert sign(2) == 2\n") == 0


def test_failing_tests_fail_it(tree: Path) -> None:
    assert judge(tree, TRIED + "    assert sign(2) == 3\n") == 1


def test_the_rules_the_permit_and_the_gate_are_judged_and_their_tests_exist() -> None:
    assert {"interlocks/*", "pumpd/core/restriction.py", "drivers/gate.py"} == set(branches.JUDGED)
    assert all((FOLDER.parent / suite).exists() for suite in branches.SUITES)
