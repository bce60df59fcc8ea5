"""A journal that is whole, cut, foreign, absent, or was once set aside."""

from pathlib import Path

from site_bench import write_records

from interlocks.vocabulary import Stamp
from pumpd.doctor.record import judge_record, read_record
from pumpd.doctor.verdict import Level
from pumpd.shell.journal_file import head_path


def _journal(folder: Path) -> Path:
    path = folder / "journal.sqlite"
    write_records(path, [("note", Stamp(1, 1), "{}"), ("note", Stamp(2, 2), "{}")])
    return path


def test_a_whole_one_says_how_many_records_it_has(tmp_path: Path) -> None:
    reading = read_record(_journal(tmp_path))
    (found,) = judge_record(reading)
    assert found.level is Level.OK
    assert "chain whole, 3 records" in found.measured
    assert reading.last_wall_s == 0.002


def test_one_that_is_not_there_yet_is_begun_by_the_first_start(tmp_path: Path) -> None:
    (found,) = judge_record(read_record(tmp_path / "none.sqlite"))
    assert (found.level, "not there yet" in found.measured) == (Level.OK, True)


def test_a_missing_head_and_a_foreign_file_are_told(tmp_path: Path) -> None:
    """I22."""
    path = _journal(tmp_path)
    head_path(path).unlink()
    (found,) = judge_record(read_record(path))
    assert found.level is Level.FAIL
    assert "head file is missing" in found.measured
    foreign = tmp_path / "other.sqlite"
    foreign.write_text("this is no database")
    (found,) = judge_record(read_record(foreign))
    assert found.level is Level.FAIL


def test_one_that_was_set_aside_once_is_still_told(tmp_path: Path) -> None:
    path = _journal(tmp_path)
    (tmp_path / "journal.sqlite.corrupt-1").write_text("")
    _, found = judge_record(read_record(path))
    assert (found.level, "corrupt-1" in found.measured) == (Level.WARN, True)
