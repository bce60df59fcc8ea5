"""A configuration with faults: every one of them told with its place, and nothing opened."""

import re
import subprocess
from pathlib import Path

import pytest
from rig_programs import pumpd

pytestmark = pytest.mark.hil

BAD = """\
[site]
name = "Ward 3"
[broker]
host = "127.0.0.1"
port = 70000
tls = false
[journal]
path = "{dir}/journal.sqlite"
[console]
socket = "{dir}/console.sock"
mode = "0777"
[[users]]
name = "nina"
roles = ["surgeon"]
pin_scrypt = "1234"
[[channels]]
name = "bed-1"
bed = "bed-1"
monitors = ["monitor-1"]
line_pressure_limit_mmhg = 9000
colour = "blue"
transducer = "transducer-1"
[channels.pump]
driver = "new_era"
port = "pump"
model = "NE1000"
lease_s = nan
"""
#: Line of the file and the key that the message must name.
FAULTS = {
    2: "name",
    5: "port",
    11: "mode",
    14: "roles",
    15: "pin_scrypt",
    20: "line_pressure_limit_mmhg",
    21: "colour",
    25: "port",
    27: "lease_s",
}


@pytest.mark.parametrize("verb", ["run", "check"])
def test_every_fault_of_a_configuration_is_told_with_file_and_line(tmp_path: Path, verb: str) -> None:
    """Row 102, I25, R-config: one message per fault, exit 2, nothing opened."""
    path = tmp_path / "pumpd.toml"
    path.write_text(BAD.replace("{dir}", str(tmp_path)))
    done = subprocess.run(
        pumpd(verb, "--config", str(path)), capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2, done
    assert done.stdout == ""
    told = done.stderr.splitlines()
    for line, key in FAULTS.items():
        ours = [one for one in told if one.startswith(f"{path}:{line}:")]
        assert len(ours) == 1, f"line {line}: {ours} in {done.stderr}"
        assert key in ours[0]
    assert all(re.match(rf"{re.escape(str(path))}(:\d+)?: ", one) for one in told), told
    assert [one.name for one in tmp_path.iterdir()] == ["pumpd.toml"], "no journal, no socket"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[site\n", r":1: \[site: not TOML: Expected"),
        (b'[site]\nname = "x"\n\xff\n', r":3: not UTF-8"),
        (None, r"cannot be read"),
    ],
)
def test_a_file_that_is_no_configuration_is_told_as_such(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    """Row 102."""
    path = tmp_path / "pumpd.toml"
    if content is not None:
        path.write_bytes(content)
    done = subprocess.run(
        pumpd("run", "--config", str(path)), capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2
    assert re.search(expected, done.stderr), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_daemon_without_its_checks_does_not_start(tmp_path: Path) -> None:
    """Row 103: python -O."""
    argv = pumpd("run", "--config", str(tmp_path / "pumpd.toml"))
    done = subprocess.run([argv[0], "-O", *argv[1:]], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, "-O" in done.stderr) == (2, True)
