"""`pumpd export` as it is called."""

import json
from pathlib import Path

import hl7
import pytest
from channel_bench import Bench, infusing
from session_journal import Row, rows_of, write

from interlocks.vocabulary import Stamp
from pumpd.cli.main import main
from pumpd.policy import policy_from
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
    bench.stop()
    bench.advance(2)
    configured = json.dumps({"channel": CHANNEL, "speed": 1.0})
    return [(CONFIGURATION, Stamp(0, 0), configured), *rows_of(bench.events, bench.policy)[1:]]


@pytest.fixture
def journal(tmp_path: Path, rows: list[Row]) -> Path:
    return write(tmp_path / "j.db", {"bed-1": rows})


def test_all_messages_go_to_a_file_as_the_wire_has_them(journal: Path, tmp_path: Path) -> None:
    out = tmp_path / "session.hl7"
    assert main(["export", "hl7", str(journal), "--out", str(out)]) == 0
    raw = out.read_bytes().decode()
    assert "\n" not in raw
    found = [hl7.parse(f"MSH|{one}") for one in raw.split("MSH|")[1:]]
    assert {str(one.segment("MSH")[9][0][1]) for one in found} == {"R01", "R42"}
    assert [one.name for one in tmp_path.glob("session.hl7*")] == ["session.hl7"]


def test_one_transaction_in_lines_for_people(
    journal: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["export", "hl7", str(journal), "--message", "pcd10", "--lines", "--session", "1"]) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert [one.split("|")[8] for one in lines if one.startswith("MSH")] == ["ORU^R42^ORU_R42"] * 2


def test_fhir_says_what_it_is_and_that_it_is_no_care(
    journal: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["export", "fhir", str(journal)]) == 0
    resource = json.loads(capsysbinary.readouterr().out)
    assert (resource["resourceType"], resource["status"]) == ("MedicationAdministration", "stopped")
    assert resource["meta"]["tag"][0]["code"] == "HTEST"
    assert main(["export", "fhir", str(journal), "--production"]) == 0
    assert "meta" not in json.loads(capsysbinary.readouterr().out)


def test_a_journal_that_is_not_whole_is_exported_and_told_with_status_1(
    journal: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    head_path(journal).unlink()
    assert main(["export", "fhir", str(journal)]) == 1
    told = capsysbinary.readouterr()
    assert b"NOT WHOLE" in told.err
    assert any("NOT WHOLE" in one["text"] for one in json.loads(told.out)["note"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["hl7", "no.db"], b"no such journal"),
        (["hl7", "{journal}", "--session", "7"], b"no session 7 on channel bed-1: it has 1"),
        (["fhir", "{journal}", "--channel", "bed-9"], b"nobody has entered an order on channel bed-9"),
        (["fhir", "{journal}", "--out", "/nowhere/x.json"], b"No such file"),
    ],
)
def test_what_cannot_be_exported_is_said_with_status_2_and_nothing_is_printed(
    words: list[str], told: bytes, journal: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["export", *(one.format(journal=journal) for one in words)]) == 2
    heard = capsysbinary.readouterr()
    assert heard.out == b""
    assert heard.err.startswith(b"pumpd export: ")
    assert told in heard.err


def test_an_order_that_was_not_begun_is_no_administration(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    bench = Bench()
    bench.order()
    bench.advance(1)
    configured = json.dumps({"channel": CHANNEL, "speed": 1.0})
    rows = [(CONFIGURATION, Stamp(0, 0), configured), *rows_of(bench.events, policy_from(configured))[1:]]
    path = write(tmp_path / "j.db", {"bed-1": rows})
    assert main(["export", "fhir", str(path)]) == 2
    assert b"has not begun: nothing was administered" in capsysbinary.readouterr().err
