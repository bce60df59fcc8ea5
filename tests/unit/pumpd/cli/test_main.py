"""One door, many verbs; what is asked wrongly costs nothing but a sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from site_bench import site

from pumpd.cli.main import NOT_A_DEVICE, command_line, main


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


def _loaded_by(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded when `code` is done."""
    told = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_no_verb_loads_the_module_of_another() -> None:
    """What the daemon loads it keeps for as long as it lives, and it is ready so much later."""
    loaded = _loaded_by("from pumpd.cli.main import command_line; command_line('run')")
    verbs = {one for one in loaded if one.endswith(("_verb", "_verbs", ".verb"))}
    assert verbs == {"pumpd.cli.run_verbs"}
    assert not {"pumpd.demo.pumps", "drivers.line.halting", "sqlite3", "tempfile"} & loaded


@pytest.mark.parametrize("verb", ["run", "check", "stop-all", "call-out", "journal", "tones"])
def test_a_verb_alone_has_the_usage_that_it_has_among_all(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = []
    for parser in (command_line(), command_line(verb)):
        with pytest.raises(SystemExit):
            parser.parse_args([verb, "--help"])
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1] != ""
