"""What a person sees of the journal."""

import argparse
import asyncio
import json
from pathlib import Path

import pytest

from interlocks.vocabulary import Stamp
from pumpd.cli import journal_verbs
from pumpd.shell.journal import Journal
from pumpd.shell.journal_file import head_path

WALL_MS = 1_795_345_200_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed journal: opened, an order, a hostile name, a list."""

    async def write() -> None:
        journal = Journal(tmp_path / "j.db", {"boot": "b1"}, lambda event: None, asyncio.get_running_loop())
        journal.open()
        journal.append("OrderGiven", Stamp(1, 1), WALL_MS, "bed-1", '{"weight_g":70000,"drug":"ketamine"}')
        journal.append("NursePaused", Stamp(2, 2), WALL_MS + 1, "bed-1", '{"by":"a\\u001b[2J\\r\\nb\\u202e"}')
        journal.append(
            "AlarmRaised", Stamp(3, 3), WALL_MS + 2, "bed-2", '{"reason":"systolic 163 mmHg > 160 mmHg"}'
        )
        assert await asyncio.to_thread(journal.close)

    asyncio.run(write())
    return tmp_path / "j.db"


def run(*words: str) -> int:
    """Run one verb as the command line does."""
    parser = argparse.ArgumentParser()
    journal_verbs.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(words)
    status: int = args.run(args)
    return status


def test_a_whole_journal_is_said_to_be_whole(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify", str(path)) == 0
    assert capsys.readouterr().out == f"{path}: whole, 4 records\n"
    assert run("verify", str(path), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "records": 4,
        "first_bad_seq": None,
        "reason": "",
    }


def test_a_damaged_one_ends_with_status_1(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head_path(path).unlink()
    assert run("verify", str(path)) == 1
    assert "NOT WHOLE" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["verify", "show"])
def test_no_journal_ends_with_status_2_and_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert run(verb, str(tmp_path / "none.db")) == 2
    assert "no such journal" in capsys.readouterr().err


def test_records_are_shown_as_one_printable_line_each(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """faults row 105: no escape of a name reaches the terminal."""
    assert run("show", str(path)) == 0
    lines = capsys.readouterr().out.removesuffix("\n").split("\n")
    assert len(lines) == 4
    assert all(one.isprintable() for one in lines)
    assert "journal_opened" in lines[0]
    assert "2026-11-22T" in lines[1]
    assert "bed-1" in lines[1]
    assert lines[1].endswith("weight_g=70000 drug=ketamine")
    assert r"by=a\x1b[2J\r\nb\u202e" in lines[2]
    assert lines[3].endswith("systolic 163 mmHg > 160 mmHg")


def test_kinds_and_the_newest_can_be_chosen(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", str(path), "--kind", "NursePaused", "--kind", "OrderGiven", "--last", "1") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "NursePaused" in line
    assert run("show", str(path), "--kind", "OrderGiven") == 0
    assert "OrderGiven" in capsys.readouterr().out
    assert run("show", str(path), "--last", "2", "--json") == 0
    records = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert [one["seq"] for one in records] == [3, 4]
    assert records[1]["at_ms"] == 3
    assert len(records[1]["hash"]) == 64


@pytest.mark.parametrize("count", ["0", "-1", "x"])
def test_a_count_of_nothing_is_refused(path: Path, count: str) -> None:
    with pytest.raises(SystemExit):
        run("show", str(path), f"--last={count}")


def test_a_long_or_broken_body_is_still_one_short_line() -> None:
    assert len(journal_verbs.short_text("x" * 1000)) == journal_verbs.TEXT_WIDTH
    assert journal_verbs.short_text("[1,2]") == "[1,2]"
    assert journal_verbs.short_text("\x00") == r"\x00"
    assert journal_verbs.short_text('{"reason":"","n":1}') == "reason= n=1"


def test_an_impossible_wall_time_is_shown_as_a_number(path: Path) -> None:
    from pumpd.shell.journal_file import read

    record = next(read(path))
    assert "-" * 24 in journal_verbs.line(record)
    assert journal_verbs._utc(10**18) == f"{10**18} ms"
