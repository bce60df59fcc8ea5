"""`hil-sim run --live` against pumpd as a process: a real pty, Debian's mosquitto, the console's socket, SIGKILL.

Theory of operation. The command is the one of docs/bench.md, with the example that stands there, so that the manual is
tested too. One treatment at five times life: a baseline, a start, a death of the daemon, and what must be true then
whoever is tested: the plunger stands by itself, and stays still until a person resumes.
"""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from real_mosquitto import Mosquitto

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

EXAMPLE = Path(__file__).parents[2] / "docs" / "pumpd_at_bench.py"
#: 2.5 s is the longest that a New Era pump may go on alone, and link time is real: 12.5 s of treatment.
STORY = """
title = "Killed while it infuses"
ends_after_s = 160
[patient]
response_factor = 0.3
[pump]
slack_ml = 0.0
[monitor]
nibp_first_cycles_s = [1.0, 63.0]
nibp_cycle_s = 3.0
nibp_error_sd_mmhg = 1.0
nibp_failure_share = 0.0
nibp_artefact_share = 0.0
[nurse]
resumes = false
[[timeline]]
after_start_s = 15
kind = "daemon"
name = "crash"
for_s = 15
[[expect]]
word = "INFUSING"
[[expect]]
still = true
after = "crash"
within = "15 s"
[[expect]]
word = "PAUSED"
after = "crash"
within = "40 s"
[[expect]]
still = true
after = "crash"
within = "55 s"
"""


def test_pumpd_killed_while_it_infuses_comes_back_paused_and_halted(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """design.md law 9: after a crash read, halt, PAUSED, wait for a person."""
    (tmp_path / "story.toml").write_text(STORY)
    xml, kept = tmp_path / "out.xml", tmp_path / "kept"
    argv = [
        sys.executable,
        "-m",
        "hil_sim.cli",
        "run",
        "--live",
        str(tmp_path / "story.toml"),
        "--speed",
        "5",
    ]
    argv += ["--broker", f"127.0.0.1:{mosquitto.port}", "--command", f"{sys.executable} {EXAMPLE}"]
    argv += ["--junit", str(xml), "--keep", str(kept)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ElementTree.parse(xml).getroot().get("failures") == "0"
    (folder,) = kept.iterdir()
    assert (folder / "journal.sqlite").stat().st_size > 0
    assert not (folder / "pump").is_symlink()
