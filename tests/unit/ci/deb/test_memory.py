"""Where a memory group is made, and that nobody but the one process can be meant."""

import os
from pathlib import Path

import pytest
from deb_scripts import load

memory = load("memory")


def test_a_group_that_cannot_be_made_is_an_error_and_nothing_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_place", lambda: (tmp_path / "absent", "limit", "count"))
    with pytest.raises(OSError, match="absent"):
        memory.exhaust(os.getpid())


def test_the_limit_is_written_before_the_process_comes_in_and_the_kernel_s_count_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round the process would bring its memory with it, and nothing might happen."""
    written: list[tuple[str, str]] = []
    write = Path.write_text

    def noted(path: Path, text: str) -> int:
        written.append((path.name, text))
        return write(path, text)

    group = tmp_path / f"pumpd-proof-{os.getpid()}"
    monkeypatch.setattr(memory, "_place", lambda: (tmp_path, "limit", "count"))
    monkeypatch.setattr(Path, "write_text", noted)
    monkeypatch.setattr(memory, "leave_groups", lambda left: None)
    monkeypatch.setattr(Path, "mkdir", lambda path: (os.mkdir(path), write(path / "count", "oom_kill 1\n")))
    assert memory.exhaust(1234567) == "oom_kill 1"
    assert written[:2] == [("limit", "4096"), ("cgroup.procs", "1234567")]
    assert group.exists()
