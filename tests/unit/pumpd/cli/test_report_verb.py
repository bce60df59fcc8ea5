"""`pumpd report` as it is called."""

import argparse
import json
from pathlib import Path

import pytest
from channel_bench import POLICY, infusing
from session_journal import Row, rows_of, write

from interlocks.vocabulary import Stamp
from pumpd.cli import report_verb
from pumpd.shell.journal_file import head_path
from pumpd.shell.record import CONFIGURATION

CHANNEL = {
    "name": "bed-1",
    "bed": "bed-1",
    "monitors": ["monitor-1"],
    "transducer": "transducer-1",
    "pump": {"driver": "new_era", "port": "/dev/ttyUSB0", "model": "NE1000"},
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    bench = infusing()
    bench.advance(20)
    bench.cuff(186, 92)
    bench.advance(2)
    configured = (CONFIGURATION, Stamp(0, 0), json.dumps({"channel": CHANNEL, "speed": 1.0}))
    return [configured, *rows_of(bench.events, POLICY)[1:]]


@pytest.fixture
def journal(tmp_path: Path, rows: list[Row]) -> Path:
    return write(tmp_path / "j.db", {"bed-1": rows})


def run(*words: str) -> int:
    """Run the verb as the command line does."""
    parser = argparse.ArgumentParser()
    report_verb.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["report", *words])
    status: int = args.run(args)
    return status


def test_the_page_is_written_and_its_first_sentence_printed(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.html"
    assert run(str(journal), "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert said.startswith("Not ended where the record ends: ")
    assert said.endswith(f"{out}\n")
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not list(tmp_path.glob("*.part"))


def test_the_same_numbers_for_a_machine(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.ndjson"
    truth.write_text('{"plunger_nl":0,"patient_nl":0}\n{"plunger_nl":145600,"patient_nl":140000}\n')
    assert run(str(journal), "--out", str(tmp_path / "r.html"), "--truth", str(truth), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["journal"]["ok"]
    assert answer["prescribed_ng"] == 35_000_000
    given = answer["given_nl"]
    assert given["low"] <= given["best"] == answer["counter_nl"] <= given["high"]
    assert answer["truth_nl"] == {"plunger": 145_600, "patient": 140_000}
    (trip,) = (one for one in answer["trips"] if one["rule"] == "BP3")
    assert (trip["action"], trip["effect"], trip["reaction_ms"]) == ("PAUSE", "halted", 0)


def test_a_journal_that_is_not_whole_is_reported_on_and_ends_with_status_1(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head_path(journal).unlink()
    assert run(str(journal), "--out", str(tmp_path / "r.html")) == 1
    assert "NOT WHOLE" in capsys.readouterr().out
    assert "NOT WHOLE" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("none.db", "--out", "r.html"), "no such journal"),
        (("j.db", "--out", "r.html", "--session", "7"), "no session 7"),
        (("j.db", "--out", "r.html", "--channel", "bed-9"), "nobody has entered an order on channel bed-9"),
        (("j.db", "--out", "r.html", "--truth", "none"), "No such file"),
        (("j.db", "--out", "none/r.html"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_said_with_status_2_and_nothing_is_written(
    journal: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(journal.parent)
    assert run(*words) == 2
    assert reason in capsys.readouterr().err
    assert not Path("r.html").exists()
