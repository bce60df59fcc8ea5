"""What the file names: PINs of the documents, secrets, bells, folders."""

import os
import pty
from pathlib import Path

import pytest
from site_bench import site

from pumpd import config as cfg
from pumpd.cli.config_verbs import example_text
from pumpd.doctor.ports import Account
from pumpd.doctor.setup import (
    judge_bell,
    judge_folder,
    judge_people,
    judge_secret_file,
    judge_setup,
    printed_hashes,
)
from pumpd.doctor.verdict import Level

NOBODY = Account("pumpd", 4_000_000, frozenset({4_000_000}))
ROOT = Account("root", 0, frozenset())


def test_whoever_uses_a_printed_pin_has_no_lock() -> None:
    users = cfg.parse(example_text(), "x").users
    found = judge_people(users, printed_hashes())
    assert found.level is Level.FAIL
    assert "dora, nina, otto" in found.measured
    assert judge_people(users, frozenset()).level is Level.OK


def test_a_secret_is_readable_for_the_daemon_and_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "password"
    assert judge_secret_file("password_file", path, NOBODY).level is Level.FAIL
    path.write_text("x")
    for mode, level in ((0o600, Level.FAIL), (0o644, Level.WARN)):
        path.chmod(mode)
        assert judge_secret_file("password_file", path, NOBODY).level is level
    path.chmod(0o640)
    assert judge_secret_file("password_file", path, ROOT).level is Level.OK


def test_a_bell_is_looked_at_and_not_rung(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        bell = cfg.Sounder(kind="bell", device=os.ttyname(theirs))
        assert judge_bell(bell, ROOT).level is Level.OK
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):
            os.read(ours, 10)
        os.chmod(os.ttyname(theirs), 0o600)
        assert judge_bell(bell, NOBODY).level is Level.FAIL
    finally:
        os.close(ours)
        os.close(theirs)
    (tmp_path / "f").write_text("")
    assert judge_bell(cfg.Sounder(kind="bell", device=str(tmp_path / "f")), ROOT).level is Level.FAIL
    assert judge_bell(cfg.Sounder(kind="bell", device="/dev/no-such-bell"), ROOT).level is Level.FAIL


def test_a_folder_must_take_the_daemon_s_files_and_keep_patients_to_itself(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert judge_folder("journal", tmp_path, NOBODY).level is Level.FAIL
    assert judge_folder("journal", tmp_path, ROOT).level is Level.WARN
    tmp_path.chmod(0o750)
    assert judge_folder("journal", tmp_path, ROOT).level is Level.OK
    missing = judge_folder("console", tmp_path / "none", NOBODY)
    assert (missing.level, "install -d -o pumpd" in missing.remedy) == (Level.FAIL, True)


def test_a_whole_setup_is_looked_at(tmp_path: Path) -> None:
    config = cfg.parse(site(tmp_path), "x.toml")
    assert {one.check for one in judge_setup(config, ROOT)} >= {"people", "folder"}
