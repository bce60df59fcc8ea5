"""`./run deb`: its words, its time, and what it says when it cannot."""

from pathlib import Path

import pytest
from deb_scripts import load

build = load("build")


def test_the_time_of_a_build_is_the_one_asked_for_or_that_of_the_last_commit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert build.epoch_s() == 1_700_000_000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert build.epoch_s() == int(build.ask("git", "log", "-1", "--format=%ct"))


def test_on_a_machine_without_debian_s_python_it_says_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build.tree, "PYTHON", build.ROOT / "not-there")
    assert build.main([]) == build.EXIT_CANNOT_RUN
    assert "built on Debian 12" in capsys.readouterr().out


def test_a_proof_that_cannot_be_made_here_says_what_to_install_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without the look first, the engineer waits minutes for two packages and then reads "No such file"."""
    monkeypatch.setattr(build.box.os, "geteuid", lambda: 0)
    monkeypatch.setattr(build.box, "NEEDED", {"sh": "dash", "no-such-program": "debootstrap"})
    assert build.main(["--prove", "--out", str(tmp_path)]) == build.EXIT_CANNOT_RUN
    assert capsys.readouterr().out.endswith("not on this machine: apt-get install debootstrap\n")
    monkeypatch.setattr(build.box.os, "geteuid", lambda: 1000)
    assert build.main(["--prove", "--out", str(tmp_path)]) == build.EXIT_CANNOT_RUN
    assert "sudo ./run deb --prove" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_build_that_fails_is_a_fault_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build.tree, "PYTHON", build.ROOT / "run")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert build.main([]) == build.EXIT_FAULT
    assert "no package" in capsys.readouterr().out
