"""The demonstration itself, as a user starts it: every process, every wire, judged by its own exit status."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from real_time import go_ahead_together


@pytest.mark.hil
@pytest.mark.timeout(240)
def test_the_demo_plays_the_whole_treatment_and_every_expectation_holds(tmp_path: Path) -> None:
    """Dose within 1 %, the four trips in order, completed, a report with a picture."""
    report = tmp_path / "report.html"
    program = Path(sys.executable).with_name("pumpd")
    with subprocess.Popen(
        [str(program), "demo", "--json", "--report", str(report)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as demo:
        while not list(tmp_path.glob("pumpd-demo-*/console.sock")) and demo.poll() is None:
            time.sleep(0.05)
        go_ahead_together(demo.pid)
        said, complained = demo.communicate(timeout=230)
    assert demo.returncode == 0, complained + said
    answer = json.loads(said)
    assert answer["completed"] is True
    assert abs(answer["delivered_mg"] - answer["prescribed_mg"]) <= 0.35
    assert answer["delivered_low_mg"] <= answer["plunger_mg"] <= answer["delivered_high_mg"]
    trips = [(one["rule"], one["action"]) for one in answer["trips"]]
    assert trips == [("BP1", "SLOW"), ("BP2", "SLOW"), ("BP2", "PAUSE"), ("LP1", "PAUSE")]
    assert "<svg" in report.read_text(encoding="utf-8")
    explained = subprocess.run(
        [str(program), "explain", str(tmp_path / "report.sqlite"), "--at", "+16:00"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "BP2 PAUSE" in explained.stdout, explained.stderr
    assert not [one for one in tmp_path.iterdir() if one.name.startswith("pumpd-demo-")]
