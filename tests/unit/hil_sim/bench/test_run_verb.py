"""`hil-sim run`: many stories, one verdict."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from hil_sim.bench.run_verb import HELD, NOT_HELD, NOT_PLAYED
from hil_sim.cli import main

QUICK = 'title = "Nothing is ordered"\nends_after_s = 5\n[nurse]\nstarts = false\n'
HOLDS = QUICK + '[[expect]]\nword = "NO ORDER"\nat_s = 1\nwithin = "2 s"\n'
BREAKS = QUICK.replace("Nothing", "Something") + '[[expect]]\nword = "INFUSING"\nat_s = 1\nwithin = "2 s"\n'


def test_claims_that_hold_are_a_success_with_xml_and_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holds.toml").write_text(HOLDS)
    html, xml = tmp_path / "out" / "html", tmp_path / "out.xml"
    words = ["run", str(tmp_path), "--workers", "1", "--junit", str(xml), "--html", str(html)]
    assert main(words) == HELD
    said = capsys.readouterr().out
    assert "Nothing is ordered" in said
    assert "1/1" in said
    assert ElementTree.parse(xml).getroot().get("failures") == "0"
    assert "Nothing is ordered" in (html / "index.html").read_text()
    assert len(list(html.glob("*.html"))) == 2


def test_a_claim_that_breaks_is_told_with_what_was_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "breaks.toml").write_text(BREAKS)
    assert main(["run", str(tmp_path / "breaks.toml"), "--workers", "1"]) == NOT_HELD
    said = capsys.readouterr().out
    assert "INFUSING within 2 s after 1 s" in said
    assert "NO ORDER" in said


def test_a_file_that_is_no_story_does_not_keep_the_others_from_being_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text('title = "x"\npatinet = 1\n')
    (tmp_path / "holds.toml").write_text(HOLDS)
    assert main(["run", str(tmp_path), "--workers", "1"]) == NOT_PLAYED
    said = capsys.readouterr().out.replace("\n", "")
    assert "1/1" in said
    assert "patinet" in said


def test_a_folder_without_stories_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path)]) == NOT_PLAYED
    assert "no story (*.toml)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--broker", ":1883"], "--broker needs --live"),
        (["--command", "x"], "--command needs --live"),
        (["--speed", "2"], "--speed needs --live"),
        (["--workers", "0"], "--workers is 1 or more, not 0"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    tmp_path: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holds.toml").write_text(HOLDS)
    assert main(["run", str(tmp_path), *words]) == NOT_PLAYED
    assert why in capsys.readouterr().err


def test_results_without_a_place_are_told_before_anything_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "holds.toml").write_text(HOLDS)
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert main(["run", str(tmp_path), "--junit", str(in_the_way / "out.xml")]) == NOT_PLAYED
    shown = capsys.readouterr()
    assert "file" in shown.err
    assert shown.out == ""
