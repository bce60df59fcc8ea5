"""The course around an infusion, in the report: from the journal, with every person, however long after the end."""

from pathlib import Path

from channel_bench import infusing
from clinic_bench import CLINIC, ClinicBench, observed, recovered, treated
from session_journal import rows_of, write

from pumpd.core.state import Policy
from pumpd.report.care import section
from pumpd.report.gather import gather
from pumpd.report.session_record import SessionRecord


def record_of(bench: ClinicBench, tmp_path: Path, policy: Policy = CLINIC) -> SessionRecord:
    path = write(tmp_path / "j.db", {"bed-1": rows_of(bench.events, policy)})
    return gather(path, lambda _: policy)


def test_a_whole_course_stands_in_it_with_its_people(tmp_path: Path) -> None:
    """Facts/clinical.md 1 rows 15, 17, 22, 25 and 29."""
    bench = treated()
    bench.happened("nausea", "moderate")
    bench.gave()
    bench.hand_over("omar")
    bench.stop()
    bench.advance(2)
    for _ in range(3):
        bench.look(15, by="omar")
    bench.look(15, sys=150, by="omar", note="sat up")
    bench.sign_off("as at home")
    bench.close("her brother", by="omar")
    record = record_of(bench, tmp_path)
    assert record.care == bench.state.care
    shown = section(record)
    for text in (
        "1 of 6",
        "none known",
        "1.5 mL by hand, by nina; no dose",
        "18 answers by nina",
        "by dora: as at home",
        "by omar, escort: her brother",
        "Pregnant, or possibly pregnant?",
        "+15 min",
        "no: systolic 150 mmHg was 125 before (limit 12.5 mmHg apart); sat up",
        "event: nausea, moderate",
        "given: ondansetron 4 mg given by hand",
        "handover: omar takes over from nina",
        "close: escort: her brother",
    ):
        assert text in shown, text


def test_acts_of_the_course_are_acts_of_people_however_late(tmp_path: Path) -> None:
    bench = recovered()
    bench.close()
    verbs = [(one.verb, one.by, one.outcome) for one in record_of(bench, tmp_path).story.acts]
    assert verbs.count(("observe", "nina", "accepted")) == 4
    assert verbs[-1] == ("close", "nina", "accepted")
    assert verbs.count(("prime", "nina", "accepted")) == 1, "nothing stands there twice"


def test_a_refused_act_is_an_act_but_no_line_of_the_care(tmp_path: Path) -> None:
    bench = observed()
    bench.leap(20)
    bench.close()
    record = record_of(bench, tmp_path)
    assert record.story.acts[-1].outcome == "refused"
    assert all("close" not in one.text for one in record.story.care_notes)
    assert "NOT CLOSED" in section(record)


def test_what_was_not_done_is_said_to_be_missing(tmp_path: Path) -> None:
    bench = ClinicBench(CLINIC)
    bench.advance(1)
    bench.order()
    shown = section(record_of(bench, tmp_path))
    assert "not answered" in shown
    assert "Nobody observed the patient after the end." in shown
    assert "Nothing was written down." in shown


def test_a_blocking_answer_is_loud(tmp_path: Path) -> None:
    bench = ClinicBench(CLINIC)
    bench.advance(1)
    bench.order()
    bench.checklist(alcohol="yes")
    assert "BLOCKS: alcohol" in section(record_of(bench, tmp_path))


def test_the_bench_says_that_it_is_one(tmp_path: Path) -> None:
    bench = infusing()
    path = write(tmp_path / "j.db", {"bed-1": rows_of(bench.events, bench.policy)})
    shown = section(gather(path, lambda _: bench.policy))
    assert shown.startswith("<p>Bench course: no checklist")


def test_text_is_shown_as_text(tmp_path: Path) -> None:
    """Faults row 105."""
    bench = treated()
    bench.wrote("<script>alert(1)</script>")
    shown = section(record_of(bench, tmp_path))
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
