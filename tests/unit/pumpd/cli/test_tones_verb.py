"""`pumpd tones`: four files that can be played, and a sentence when they cannot be written."""

import subprocess
import sys
import wave
from pathlib import Path

import pytest

from pumpd.cli.main import main


def test_four_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "made" / "tones"
    assert main(["tones", "--out", str(folder)]) == 0
    lengths_s = {}
    for path in folder.iterdir():
        with wave.open(str(path)) as file:
            lengths_s[path.name] = file.getnframes() / file.getframerate()
    assert sorted(lengths_s) == ["high.wav", "low.wav", "medium.wav", "reminder.wav"]
    assert lengths_s["high.wav"] > lengths_s["medium.wav"] > lengths_s["low.wav"] > lengths_s["reminder.wav"]
    said = capsys.readouterr().out
    assert f"{folder / 'high.wav'}: 10 pulses in " in said
    assert f"{folder / 'reminder.wav'}: 1 pulse in " in said


def test_the_other_sample_rate(tmp_path: Path) -> None:
    assert main(["tones", "--out", str(tmp_path), "--rate", "44100"]) == 0
    with wave.open(str(tmp_path / "low.wav")) as file:
        assert file.getframerate() == 44_100


def test_a_folder_that_cannot_be_made_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["tones", "--out", str(tmp_path / "file" / "x")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Not a directory" in said.err


def test_a_process_that_makes_tones_loads_nothing_but_the_standard_library() -> None:
    check = (
        "import sys, pumpd.tones.render; "
        "print([m for m in ('numpy', 'pydantic', 'asyncio', 'paho') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, timeout=20, check=True
    )
    assert said.stdout == "[]\n"
