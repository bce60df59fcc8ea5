"""The worker on a module of its own: what is noticed, what is not, what never ends, and what never began."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ci_scripts import FOLDER, load

mutate = load("mutate")

MODULE = """
LIMIT = 3

def is_over(value):
    if value > LIMIT:
        return True
    return False

def count_down(value):
    while value > 0:
        value -= 1
    return value

def made_early(value):
    return value + 1

def untested(value):
    return value * 2
"""
TESTS = """
import sys
sys.path.insert(0, ROOT)
import pytest
from thing import count_down, is_over, made_early

@pytest.mark.parametrize("made", [made_early(1)])
def test_made(made):
    assert made == 2

def test_limit():
    assert is_over(4)
    assert is_over(3) is False

def test_end():
    assert count_down(2) == 0
"""


BATTERY = """
import sys
sys.path.insert(0, ROOT)
from thing import untested

def test_thoroughly():
    assert untested(3) == 6
"""


#: Where every mutant costs an interpreter's start: one of each kind.
FEW = ("value >= LIMIT:", "LIMIT = 4", "value - 1", "value * 3", "value > 1:")


def is_tried(name: str, is_direct: bool) -> bool:
    """Without those that count the wrong way: they end by the limit, and that is tested by itself."""
    return name.endswith(FEW) if is_direct else "value -= 1" not in name


def attack(
    root: Path, tests: str = TESTS, is_direct: bool = False, battery: str = "", excused: str = ""
) -> tuple[dict[str, str], list[str]]:
    """What came of each mutant, by the change it makes, and the faults told."""
    for script in ("mutate.py", "mutant_worker.py"):
        target = root / ".ci" / script
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((FOLDER / script).read_bytes())
    (root / "thing.py").write_text(MODULE, encoding="utf-8")
    (root / "test_thing.py").write_text(tests.replace("ROOT", repr(str(root))), encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    found = mutate.mutants("thing.py", MODULE)
    suite = ["test_thing.py"]
    if battery:
        suite.append("tests/rules/test_battery.py")
        (root / "tests" / "rules").mkdir(parents=True)
        (root / suite[-1]).write_text(battery.replace("ROOT", repr(str(root))), encoding="utf-8")
    job = {
        "suites": {"thing.py": suite},
        "limit_s": 60.0,
        "is_direct": is_direct,
        "mutants": [
            {
                "module": "thing.py",
                "index": one.index,
                "function": one.function,
                "is_excused": one.name == excused,
            }
            for one in found
            if is_tried(one.name, is_direct)
        ],
    }
    command = [sys.executable, str(root / ".ci" / "mutant_worker.py")]
    done = subprocess.run(
        command, input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True, timeout=100
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    outcomes = {found[line["index"]].name: line["outcome"] for line in lines if "index" in line}
    return outcomes, [line["fault"] for line in lines if "fault" in line]


@pytest.mark.parametrize("is_direct", [False, True], ids=["rehearsed", "direct"])
def test_what_a_test_notices_is_killed_and_what_none_calls_survives(tmp_path: Path, is_direct: bool) -> None:
    outcomes, faults = attack(tmp_path, is_direct=is_direct)
    assert faults == []
    assert outcomes["thing.py is_over: if value > LIMIT: -> if value >= LIMIT:"] == "killed"
    assert outcomes["thing.py module: LIMIT = 3 -> LIMIT = 4"] == "killed"  # acts on import
    assert (
        outcomes["thing.py made_early: return value + 1 -> return value - 1"] == "killed"
    )  # acts on collection
    assert outcomes["thing.py untested: return value * 2 -> return value * 3"] == "survived"
    assert outcomes["thing.py count_down: while value > 0: -> while value > 1:"] == "killed"
    survivors = {name for name, word in outcomes.items() if word == "survived"}
    assert all("untested" in name for name in survivors)


def test_the_battery_is_tried_only_on_what_the_other_tests_let_live_and_nobody_argues_for(
    tmp_path: Path,
) -> None:
    argued = "thing.py untested: return value * 2 -> return value * 3"
    outcomes, faults = attack(tmp_path, battery=BATTERY, excused=argued)
    assert faults == []
    assert outcomes["thing.py untested: return value * 2 -> return value * 1"] == "killed"
    assert [name for name, word in outcomes.items() if word == "survived"] == [argued]


def test_a_battery_that_fails_by_itself_is_a_fault(tmp_path: Path) -> None:
    outcomes, faults = attack(tmp_path, battery=BATTERY.replace("6", "7"))
    assert not any("untested" in name for name in outcomes), "what is left was not tried"
    assert len(faults) == 1


def test_tests_that_fail_by_themselves_are_a_fault_and_no_mutant_counts_as_noticed(tmp_path: Path) -> None:
    outcomes, faults = attack(tmp_path, TESTS + "\ndef test_bad():\n    assert False\n")
    assert outcomes == {}
    assert len(faults) == 1
    assert "fail without any mutant" in faults[0]


def test_an_endless_mutant_is_ended() -> None:
    worker = load("mutant_worker")

    def endless() -> int:
        while True:
            pass

    assert worker.in_child(endless, 0.2) == worker.TIMED_OUT
    assert worker.in_child(lambda: 0, 5.0) == worker.SURVIVED
    assert worker.in_child(lambda: 1, 5.0) == worker.KILLED
