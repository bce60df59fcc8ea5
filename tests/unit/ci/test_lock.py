"""`./run lock`: exact versions, hashes, no address; a bad answer changes nothing."""

from pathlib import Path

import pytest
from ci_scripts import FOLDER, load

lock = load("lock")
GOOD = "a==1 \\\n    --hash=sha256:00\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("a==1\n", "no hash"),
        ("a==1 \\\n    --hash=md5:00\n", "no hash"),
        ("a>=1 \\\n    --hash=sha256:00\n", "no exact version"),
        ("--index-url https://x.example\n", "address"),
        ("a @ https://x.example/a.whl \\\n    --hash=sha256:00\n", "address"),
    ],
)
def test_a_lock_without_hashes_or_with_an_address_is_refused(text: str, says: str) -> None:
    assert says in "; ".join(lock.lock_faults(text))


def test_the_lock_in_the_tree_has_a_hash_for_every_pin_and_no_address() -> None:
    text = (FOLDER.parent / "requirements.lock").read_text(encoding="utf-8")
    assert lock.lock_faults(text) == []
    assert {"hatchling", "editables"} <= {line.split("==")[0] for line in text.splitlines()}


def resolver(root: Path, writes: str, status: int = 0) -> None:
    """A program named uv that writes this where it is told to."""
    (root / "requirements.lock").write_text("b==2 \\\n    --hash=sha256:01\n", encoding="utf-8")
    (root / "answer").write_text(writes, encoding="utf-8")
    uv = root / ".venv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    lines = [
        "#!/bin/sh",
        '[ "$UV_PYTHON_DOWNLOADS" = never ] || exit 9',
        "for out; do :; done",
        'cp answer "$out"',
    ]
    text = "\n".join([*lines, f"exit {status}", ""])
    uv.write_text(text, encoding="utf-8")
    uv.chmod(0o755)


def test_a_sound_lock_takes_the_old_ones_place(tmp_path: Path) -> None:
    resolver(tmp_path, GOOD)
    assert lock.main(tmp_path) == 0
    assert (tmp_path / "requirements.lock").read_text(encoding="utf-8") == GOOD
    assert not (tmp_path / "requirements.new").exists()


@pytest.mark.parametrize(("writes", "status"), [("a==1\n", 0), (GOOD, 3)], ids=["bad lock", "resolver fails"])
def test_otherwise_the_old_lock_stays(tmp_path: Path, writes: str, status: int) -> None:
    resolver(tmp_path, writes, status)
    assert lock.main(tmp_path) == 1
    assert (tmp_path / "requirements.lock").read_text(encoding="utf-8").startswith("b==2")
    assert not (tmp_path / "requirements.new").exists()


def test_without_uv_it_cannot_run_and_says_what_would_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lock.main(tmp_path) == 2
    assert "pip install uv" in capsys.readouterr().out
