"""Results survive, and are not mixed with another pump's."""

from pathlib import Path

import pytest

from pumpd.commission.kept import FolderRefused, Kept, write
from pumpd.commission.measured import StepResult

SUBJECT = {"channel": "bed-1", "pump": "NE1000"}


def test_what_was_kept_comes_back_by_step(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "out")
    kept.begin(SUBJECT)
    result = StepResult("flow:5", series={"flow_ml_h": [[0.0, 5.0]]})
    kept.keep(result)
    again = Kept(tmp_path / "out")
    again.begin(SUBJECT)
    assert again.results() == {"flow:5": result}


def test_a_folder_of_another_pump_is_refused_by_what_differs(tmp_path: Path) -> None:
    Kept(tmp_path).begin(SUBJECT)
    with pytest.raises(FolderRefused, match="another pump: 'NE1000', now 'NE500'"):
        Kept(tmp_path).begin({**SUBJECT, "pump": "NE500"})


def test_a_file_that_is_no_result_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.begin(SUBJECT)
    (tmp_path / "step-stop.json").write_text("{}")
    with pytest.raises(FolderRefused, match=r"step-stop\.json: is no result of a step"):
        kept.results()


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write(tmp_path / "a", "text")
    assert [one.name for one in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "text"
