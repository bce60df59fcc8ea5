"""The libraries from `.venv`: in the version of the lock, as they were installed, or not at all."""

from importlib.metadata import version
from pathlib import Path

import pytest
from deb_scripts import load

installed = load("installed")


def test_a_distribution_is_laid_file_by_file_without_its_programs_and_its_byte_code(tmp_path: Path) -> None:
    installed.take_over({"uvicorn": f"uvicorn=={version('uvicorn')} \\\n    --hash=sha256:0"}, tmp_path)
    assert (tmp_path / "uvicorn" / "main.py").exists()
    [notes] = tmp_path.glob("uvicorn-*.dist-info")
    assert (notes / "RECORD").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"uvicorn", notes.name}
    assert not list(tmp_path.rglob("*.pyc"))


def test_another_version_than_the_lock_s_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"uvicorn .* the lock says otherwise: ./run setup"):
        installed.take_over({"uvicorn": "uvicorn==0.0.1"}, tmp_path)


def test_what_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no-such-thing is not installed: ./run setup"):
        installed.take_over({"no-such-thing": "no-such-thing==1"}, tmp_path)


def test_a_file_that_was_changed_since_it_was_installed_does_not_get_into_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, notes = tmp_path / "site", tmp_path / "site" / "a-1.dist-info"
    notes.mkdir(parents=True)
    (notes / "METADATA").write_text("Metadata-Version: 2.1\nName: a\nVersion: 1\n", encoding="utf-8")
    sum_of_nothing = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    (notes / "RECORD").write_text(f"a.py,sha256={sum_of_nothing},0\n", encoding="utf-8")
    (site / "a.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    installed.take_over({"a": "a==1"}, tmp_path / "whole")
    assert (tmp_path / "whole" / "a.py").exists()
    (site / "a.py").write_text("import os\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.py of a is not what was installed"):
        installed.take_over({"a": "a==1"}, tmp_path / "changed")
