"""Families and the modules that stop their pumps."""

import subprocess
import sys
from pathlib import Path

import pytest

from drivers.line.halts import CannotBeStopped, halt_module
from drivers.registry import families


@pytest.mark.parametrize("family", families())
def test_every_installed_family_of_ours_can_be_stopped(family: str) -> None:
    module = halt_module(family)
    assert module.dialects_from(dict(module.DEFAULTS)), family
    assert module.settings_from(dict(module.DEFAULTS)).baud > 0


@pytest.mark.parametrize("family", ["sirius", "..", "", "a b"])
def test_a_family_that_is_not_installed_is_named(family: str) -> None:
    with pytest.raises(CannotBeStopped, match="installed"):
        halt_module(family)


def other_package(folder: Path, halt: str | None) -> None:
    """A family of somebody else's, installed as far as Python can tell."""
    (folder / "acme").mkdir()
    (folder / "acme" / "__init__.py").touch()
    (folder / "acme" / "options.py").write_text("raise RuntimeError('not to be imported for a stop')")
    if halt is not None:
        (folder / "acme" / "halt.py").write_text(halt)
    made = folder / "acme-1.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[pumpd.drivers]\nacme = acme.options\n")


WHOLE = """
from drivers.line.halting import PortSettings
DEFAULTS = {}
def settings_from(options): return PortSettings(1200)
def dialects_from(options): return ()
"""


@pytest.mark.parametrize(
    ("halt", "expected"),
    [
        (WHOLE, "1200"),
        (None, "the family acme brings no module acme.halt"),
        ("DEFAULTS = {}", "acme.halt exports no settings_from and no dialects_from"),
        ("raise OSError('no card')", "acme.halt cannot be imported: no card"),
    ],
    ids=["whole", "none", "half", "broken"],
)
def test_a_family_of_somebody_else_is_found_beside_its_entry_and_its_entry_is_not_loaded(
    tmp_path: Path, halt: str | None, expected: str
) -> None:
    other_package(tmp_path, halt)
    script = (
        f"import sys; sys.path.append({str(tmp_path)!r})\n"
        "from drivers.line.halts import CannotBeStopped, halt_module\n"
        "try: print(halt_module('acme').settings_from({}).baud)\n"
        "except CannotBeStopped as reason: print(reason)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
