"""structlog is imported without rich and greenlet, and both are there for whoever comes later."""

import subprocess
import sys
from pathlib import Path

import pytest

from pumpd.shell.plain_structlog import import_plain

SAYS = (
    "import sys, pumpd.shell.log; print(*(one in sys.modules for one in ('structlog', 'rich', 'greenlet'))); "
    "import rich.text, greenlet"
)


def test_a_daemon_logs_without_rich_and_greenlet_and_others_still_find_them() -> None:
    said = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "False", "False"]


def test_of_two_packages_the_one_that_is_there_already_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sys.modules["json"]
    (tmp_path / "sober.py").write_text("import json\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import_plain("sober", "json", "no_such_other")
    assert sys.modules["json"] is there
    assert sys.modules.pop("sober").json is there
    assert "no_such_other" not in sys.modules


def test_a_module_is_told_that_the_other_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gaudy.py").write_text("")
    text = "try:\n    import gaudy\nexcept ImportError:\n    gaudy = None\nis_plain = gaudy is None\n"
    (tmp_path / "drab.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    import_plain("drab", "gaudy")
    assert sys.modules.pop("drab").is_plain
    assert "gaudy" not in sys.modules


def test_what_is_there_already_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    there = sys.modules["json"]
    import_plain("no_such_module", "json")
    assert sys.modules["json"] is there
    import_plain("json", "no_such_module")
    assert "no_such_module" not in sys.modules


def test_the_other_is_found_again_after_an_import_that_failed() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_plain("no_such_module", "no_such_other")
    assert "no_such_other" not in sys.modules
