"""One door, many verbs; what is asked wrongly costs nothing but a sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from site_bench import site

from pumpd.cli.main import NOT_A_DEVICE, main


def test_the_help_names_every_verb_and_says_what_this_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert NOT_A_DEVICE in shown
    for verb in ("run", "check", "journal", "pin", "demo"):
        assert re.search(rf"\b{verb}\b", shown)


@pytest.mark.parametrize(
    "argv",
    [[], ["fly"], ["journal"], ["journal", "burn"], ["run", "--speed", "fast"], ["check", "--speed", "2"]],
)
def test_a_question_asked_wrongly_ends_with_status_2(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "usage: pumpd" in capsys.readouterr().err


def test_the_status_of_the_verb_is_the_status_of_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(site(tmp_path))
    bad.write_text("")
    assert main(["check", "--config", str(good)]) == 0
    assert main(["check", "--config", str(bad)]) == 2
    assert main(["journal", "replay", str(tmp_path / "none")]) == 2
    assert "no such journal" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["check", "rules"])
def test_a_reader_who_has_read_enough_is_no_fault_of_ours(verb: str, tmp_path: Path) -> None:
    """`pumpd rules | head -1`: no traceback."""
    (tmp_path / "good.toml").write_text(site(tmp_path))
    program = Path(sys.executable).with_name("pumpd")
    read_end, write_end = os.pipe()
    os.close(read_end)
    told = subprocess.run(
        [str(program), verb, "--config", str(tmp_path / "good.toml")],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert (told.returncode, told.stderr) == (0, "")
