"""`pumpd explain` as it is called, on a journal of a session that was slowed, paused by a row and paused by a nurse."""

import json
from pathlib import Path

import pytest
from channel_bench import Bench, make_verified
from session_journal import Row, rows_of, write
from site_bench import CHANNEL

from interlocks.vocabulary import Stamp
from pumpd.cli.main import main
from pumpd.policy import policy_for, recorded_configuration
from pumpd.shell.record import CONFIGURATION


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    policy = policy_for(CHANNEL)
    bench = make_verified(Bench(policy))
    bench.start()
    bench.advance(60)
    bench.cuff(165, 92)
    bench.advance(30)
    bench.acknowledge("BP2", by="otto")
    bench.advance(10)
    bench.pause()
    bench.advance(10)
    configured = (CONFIGURATION, Stamp(0, 0), recorded_configuration(CHANNEL, 1.0, {}, {}))
    return [configured, *rows_of(bench.events, policy)[1:]]


@pytest.fixture
def journal(tmp_path: Path, rows: list[Row]) -> Path:
    return write(tmp_path / "j.db", {"bed-1": rows})


def explain(*words: str) -> int:
    return main(["explain", *words])


def test_while_all_is_well_the_programme_is_the_reason(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(str(journal), "--at", "+00:30") == 0
    said = capsys.readouterr().out
    assert "INFUSING at 26.2 mL/h, the prescribed rate" in said
    assert "  > programme  26.2 mL/h    prescribed rate\n" in said
    assert "Rows in force\n  none\n" in said


def test_a_slow_is_explained_down_to_its_samples(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(str(journal), "--at", "+01:20") == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].endswith(", 1:20 after the start")
    assert "SLOWED to 50 %: systolic 165 mmHg > 160 mmHg" in said
    assert "programme 26.2 mL/h   permitted 13.1 mL/h   commanded 13.1 mL/h   pump says 13.1 mL/h" in said
    assert "    programme  26.2 mL/h    prescribed rate" in said
    assert "  > interlock  13.1 mL/h    BP2: systolic 165 mmHg > 160 mmHg" in said
    assert "  BP2 SLOW, medium priority, since " in said
    assert "(20 s before)" in said
    assert "      guards    hypertension under ketamine, absolute limit" in said
    assert "      rests on  systolic 165 mmHg, measured " in said
    assert " by monitor-1, 20 s old" in said
    assert "      seen      not acknowledged" in said
    assert "      release   needs systolic <= 150 mmHg (now 165 mmHg) in 2 new readings" in said
    assert "  -0:20   pumpd      BP2 SLOW: systolic 165 mmHg > 160 mmHg" in said
    assert "  -1:20   nina       start: accepted" in said
    assert "(20 s old, not acknowledged, first)" in said


def test_a_nurse_s_pause_binds_and_who_acknowledged_is_told(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(str(journal), "--at", "+1.75min") == 0
    said = capsys.readouterr().out
    assert "PAUSED: paused by nina" in said
    assert "  > operator   PAUSE        paused by nina" in said
    assert "      seen      acknowledged by otto" in said
    assert "  nurse, since " in said
    assert "  -0:05   nina       pause: accepted" in said


def test_the_same_for_a_machine(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(str(journal), "--at", "+01:20", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["asked_wall_ms"] - shown["started_wall_ms"] == 80_000
    assert shown["rate"]["permitted_nl_h"] == 13_100_000
    assert [one["rule"] for one in shown["restrictions"] if one["binding"]] == ["BP2"]
    assert shown["findings"][0]["evidence"][0]["age_ms"] == 20_000
    assert shown["before"][-1]["what"] == "BP2 SLOW"


def test_an_instant_in_a_gap_of_the_record_says_so(
    journal: Path, rows: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    kind, at, body = rows[-1]
    late = (kind, Stamp(at.ms + 60_000, at.link_ms + 60_000), body)
    path = write(journal.with_name("gap.db"), {"bed-1": [*rows, late]})
    assert explain(str(path), "--at", "+02:20") == 0
    assert "Nothing was recorded in the 30 s before; this is " in capsys.readouterr().out


def test_several_channels_must_be_told_apart(
    journal: Path, rows: list[Row], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(journal.with_name("two.db"), {"bed-1": rows, "bed-2": rows[:5]})
    assert explain(str(path), "--at", "+00:30") == 2
    assert "several channels, name one: bed-1, bed-2" in capsys.readouterr().err
    assert explain(str(path), "--at", "+00:30", "--channel", "bed-1") == 0
    assert explain(str(path), "--at", "+00:30", "--channel", "bed-9") == 2
    assert "no channel bed-9 in this record; there are bed-1, bed-2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("none.db", "--at", "+00:30"), "no such journal"),
        (("j.db", "--at", "+99:00"), "the record reaches from"),
        (("j.db", "--at", "soon"), "not a time"),
    ],
)
def test_what_cannot_be_explained_is_said_with_status_2(
    journal: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(journal.parent)
    assert explain(*words) == 2
    assert reason in capsys.readouterr().err


def test_an_empty_record_explains_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "j.db", {})
    assert explain(str(path), "--at", "13:00") == 2
    assert "an empty record: nothing was decided" in capsys.readouterr().err


def test_a_record_in_use_by_a_daemon_is_read_and_left_as_it_is(journal: Path) -> None:
    before = journal.read_bytes()
    assert explain(str(journal), "--at", "+00:30") == 0
    assert journal.read_bytes() == before
