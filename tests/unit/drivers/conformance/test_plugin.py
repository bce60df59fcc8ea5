"""The plug-in as a third party meets it: another folder, another pytest process."""

import subprocess
import sys
from pathlib import Path

import pytest

RIG = Path(__file__).parents[4] / "tests" / "contract" / "rigs" / "new_era.py"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.hil
def test_one_line_holds_somebody_elses_driver_to_the_suite(tmp_path: Path) -> None:
    package = tmp_path / "acme"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "rig.py").write_text(RIG.read_text().replace('family = "new_era"', 'family = "acme"'))
    (tmp_path / "test_theirs.py").write_text("def test_theirs():\n    assert False, 'not asked for'\n")
    done = run(tmp_path, "--pump-conformance", "acme.rig:NewEraRig", "-k", "memory and halt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pump conformance" in done.stdout
    assert "a halt goes before everything that waits [I9]" in done.stdout
    assert "0 failed" in done.stdout


@pytest.mark.hil
def test_a_rig_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name, reason in (("acme.rig:Rig", "No module named"), ("acme", "write it as package.module:Rig")):
        done = run(tmp_path, "--pump-conformance", name)
        assert done.returncode != 0
        assert reason in done.stdout + done.stderr


@pytest.mark.hil
def test_runs_that_do_not_ask_for_it_are_left_alone(tmp_path: Path) -> None:
    """Nothing of ours but the plug-in itself is imported, and nothing is printed."""
    text = "import sys\n\ndef test_theirs():\n"
    text += "    ours = {n for n in sys.modules if n.split('.')[0] in ('drivers', 'pumpd')}\n"
    text += "    assert ours == {'drivers', 'drivers.conformance', 'drivers.conformance.plugin'}, ours\n"
    (tmp_path / "test_theirs.py").write_text(text)
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conformance" not in done.stdout
