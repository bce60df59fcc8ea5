"""What is laid where, and that nothing of the place of building stays."""

import os
import shutil
import stat
from pathlib import Path

from deb_scripts import ROOT, load
from unit_files import PROGRAM, UNITS

tree = load("tree")
EPOCH_S = 1_700_000_000


def laid(stage: Path) -> Path:
    tree.empty_environment(stage)
    tree.lay_programs(stage)
    tree.lay_files(stage, ROOT, "1.2-3", EPOCH_S)
    tree.lay_control(stage, ROOT, "1.2-3", "amd64")
    tree.settle(stage, EPOCH_S)
    return stage


def test_the_program_that_the_units_call_is_there_and_stands_beside_its_interpreter(tmp_path: Path) -> None:
    stage = laid(tmp_path)
    program = stage / PROGRAM.lstrip("/")
    assert os.readlink(program) == "../lib/pumpd/bin/pumpd"
    first = program.resolve().read_text(encoding="utf-8").splitlines()[0]
    assert first == "#!/usr/lib/pumpd/bin/python3 -IB"
    assert os.readlink(stage / "usr/lib/pumpd/bin/python3") == str(tree.PYTHON)
    assert {path.name for path in (stage / "usr/lib/systemd/system").iterdir()} == set(UNITS)


def test_no_file_is_laid_under_etc_so_no_daemon_starts_with_somebody_else_s_bed(tmp_path: Path) -> None:
    stage = laid(tmp_path)
    assert {path.name for path in stage.iterdir()} == {"usr", "DEBIAN"}
    assert (stage / "usr/share/doc/pumpd/examples/pumpd.toml").exists()


def test_what_tells_two_builds_apart_is_taken_out(tmp_path: Path) -> None:
    tree.empty_environment(tmp_path)
    record = tmp_path / tree.SITE / "a-1.dist-info" / "RECORD"
    (record.parent / "__pycache__").mkdir(parents=True)
    (tmp_path / tree.LIB / "bin" / "uvicorn").write_text("#!/some/place", encoding="utf-8")
    record.write_text("b,,\n../../../bin/uvicorn,sha256=x,1\na/__pycache__/b.pyc,,\na,,\n", encoding="utf-8")
    tree.strip_places(tmp_path)
    assert record.read_text(encoding="utf-8") == "a,,\nb,,\n"
    assert [path.name for path in (tmp_path / tree.LIB / "bin").iterdir()] == ["python3"]
    assert not list(tmp_path.rglob("__pycache__"))


def test_modes_and_times_are_the_same_whatever_the_umask_is(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        stage = laid(tmp_path)
    finally:
        os.umask(old)
    for path in stage.rglob("*"):
        found = path.lstat()
        assert found.st_mtime == EPOCH_S, path
        if not path.is_symlink():
            assert stat.S_IMODE(found.st_mode) in (0o755, 0o644), path
            assert not path.is_dir() or stat.S_IMODE(found.st_mode) == 0o755
    assert os.access(stage / "DEBIAN/postinst", os.X_OK)


def test_the_sums_and_the_size_are_those_of_the_files(tmp_path: Path) -> None:
    stage = laid(tmp_path)
    sums = (stage / "DEBIAN/md5sums").read_text(encoding="utf-8").splitlines()
    named = {line.split("  ")[1] for line in sums}
    present = {
        str(p.relative_to(stage)) for p in (stage / "usr").rglob("*") if p.is_file() and not p.is_symlink()
    }
    assert named == present
    control = (stage / "DEBIAN/control").read_text(encoding="utf-8")
    assert "Version: 1.2-3\nArchitecture: amd64\n" in control
    assert "{" not in control


def test_the_documents_that_the_units_name_are_laid_where_they_say(tmp_path: Path) -> None:
    stage = laid(tmp_path)
    for name in UNITS:
        text = (ROOT / "systemd" / name).read_text(encoding="utf-8")
        [place] = [
            line.partition("file:///")[2] for line in text.splitlines() if line.startswith("Documentation=")
        ]
        assert (stage / place).exists(), place
    shutil.rmtree(stage / "usr")
