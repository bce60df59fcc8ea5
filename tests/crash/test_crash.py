"""A few deaths of a short treatment; and that a daemon which goes on by itself, or forgets, is found by them.

`./run crash` plays a death behind every step of four stories.
"""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from crash.afterlife import Afterlife
from crash.run_crash import STORIES, Row, main, page
from crash.steps import word_of
from crash.trunk import is_power_of_2, play

from hil_sim.bench.story import Story, load_story

SHORT_S = 92.0


def short(name: str = "plain", family: str = "new_era") -> Story:
    story = load_story(STORIES / f"{name}.toml")
    return replace(story, pump=replace(story.pump, family=family), ends_after_s=SHORT_S)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("family", "every"), [("new_era", 23), ("modbus-tcp", 41)])
def test_I7_a_daemon_killed_at_some_steps_of_a_start_comes_back_paused_and_whole(
    family: str, every: int, tmp_path: Path
) -> None:
    trunk, reports = play(short(family=family), tmp_path, workers=2, every=every, repeats=1)
    assert trunk.played == len(reports) >= 5
    assert [said for one in reports for said in one["violations"]] == []
    assert {one["outcome"] for one in reports} == {"not begun", "resumed"}


@pytest.mark.timeout(300)
def test_a_disk_that_forgets_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest records vanish from the copy, and the head with them: nobody could tell by the chain alone."""
    settle = Afterlife._settle_disk

    def forgetful(self: Afterlife) -> Path:
        path = settle(self)
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM record WHERE seq > 40")
        return path

    monkeypatch.setattr(Afterlife, "_settle_disk", forgetful)
    _, reports = play(
        replace(short(), ends_after_s=14.0), tmp_path, workers=2, every=17, repeats=1, twins=False
    )
    late = [one for one in reports if one["t_s"] > 3.0]
    assert late
    assert all("were durable" in one["violations"][0] for one in late)


@pytest.mark.timeout(300)
def test_a_branch_that_falls_is_a_violation_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(self: Afterlife) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(Afterlife, "_look", fall)
    _, reports = play(
        replace(short(), ends_after_s=3.0), tmp_path, workers=2, every=30, repeats=1, twins=False
    )
    assert {one["outcome"] for one in reports} == {"fell"}
    assert all(one["violations"] for one in reports)


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (b"\x02\x0f0RAT26.20MH]\xd5\x03", "#RAT#MH"),
        (b"irate 437.5 ul/min\r", "irate # ul/min"),
        (bytes.fromhex("0007 0000 0006 01 04 0000 0008"), "040000"),
        (bytes.fromhex("01 04 0000 0008 f1cc"), "040000"),
    ],
)
def test_frames_that_differ_in_numbers_only_are_alike(frame: bytes, word: str) -> None:
    assert word_of(frame) == word


def test_alike_steps_are_spread_over_the_story() -> None:
    assert [number for number in range(1, 20) if is_power_of_2(number)] == [1, 2, 4, 8, 16]


def test_the_page_counts_and_names_what_stood_in_the_way() -> None:
    reports = [
        {
            "step": 1,
            "t_s": 1.0,
            "kind": "wire",
            "label": "x",
            "twin": "kept",
            "outcome": "resumed",
            "violations": [],
        },
        {
            "step": 2,
            "t_s": 2.0,
            "kind": "wire",
            "label": "x",
            "twin": "",
            "outcome": "blocked",
            "violations": ["I7"],
            "blocked_by": ["BP2 stands"],
            "stood_s": 2.5,
        },
    ]
    row = Row("plain", "new_era", 900, reports, 1.0)
    assert row.as_line() == "| plain | `new_era` | 900 | 2 | 1 | 1 | 0 | 1 | 0 | 2.5 s | 1 |"
    text = page([row], type("Options", (), {"every": 1, "repeats": 1})())  # type: ignore[arg-type]
    assert "- BP2 stands: 1" in text
    assert "2 deaths" in text


def test_a_story_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.toml"
    file.write_text("titel = 1\n", encoding="utf-8")
    assert main(["--story", str(file)]) == 2
    assert "titel" in capsys.readouterr().err
