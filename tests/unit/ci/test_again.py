"""Who sees that the machine does not keep time, and what is run again then."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ci_scripts import load

again = load("again")
WATCH = """
import sys, time
sys.path.insert(0, sys.argv[1])
from again import Witness
witness = Witness()
witness.start()
print("looks", flush=True)
began_s = time.monotonic()
sys.stdin.readline()
ends_s = time.monotonic() + 10
while not witness.saw_s(began_s, ends_s) and time.monotonic() < ends_s:
    time.sleep(0.01)
print(witness.saw_s(began_s, time.monotonic()), flush=True)
"""


def test_a_witness_sees_a_stand_still_and_how_long_it_was() -> None:
    folder = Path(again.__file__).parent
    with subprocess.Popen(
        [sys.executable, "-c", WATCH, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "looks\n"
        os.kill(watcher.pid, signal.SIGSTOP)
        time.sleep(0.5)  # the stand-still itself
        os.kill(watcher.pid, signal.SIGCONT)
        watcher.stdin.write("done\n")
        watcher.stdin.flush()
        saw_s = float(watcher.stdout.readline())
    assert saw_s >= 0.4


def test_the_files_are_those_of_the_summary() -> None:
    said = (
        "tests/hil/test_a.py F.E\n"
        "FAILED tests/hil/test_a.py::test_x[1-2] - AssertionError: FAILED tests/hil/test_no.py::\n"
        "ERROR tests/hil/test_b.py::test_y - Failed\nERROR tests/hil/test_c.py - SyntaxError\n"
        "FAILED tests/hil/test_a.py::test_z\n"
    )
    assert again.failed_files(said) == ["tests/hil/test_a.py", "tests/hil/test_b.py", "tests/hil/test_c.py"]
    many = "".join(f"FAILED tests/hil/test_{n}.py::test\n" for n in range(again.FILES_MAX + 1))
    assert again.failed_files(many) == ()
