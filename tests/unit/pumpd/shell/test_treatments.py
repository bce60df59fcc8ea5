"""The index of past sessions: kept by the journal, carried by the events of an order and a start."""

import json
from dataclasses import replace
from pathlib import Path

from clinic_bench import CLINIC, ClinicBench, ready, treated
from site_bench import write_records

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.state import ChannelState
from pumpd.shell.treatments import KEPT, TREATMENT, Treatments

AT = Stamp(1, 1)


def a_record(patient: str, wall_ms: int) -> tuple[str, Stamp, str]:
    return TREATMENT, AT, json.dumps({"patient": patient, "wall_ms": wall_ms})


def loaded(path: Path, *records: tuple[str, Stamp, str]) -> Treatments:
    write_records(path, records)
    known = Treatments()
    assert known.load(path) == ""
    return known


def test_what_the_journal_knows_is_known_oldest_first_and_by_patient(tmp_path: Path) -> None:
    known = loaded(
        tmp_path / "journal.sqlite",
        a_record("tok-1", 300),
        ("decision", AT, "{}"),
        a_record("tok-2", 150),
        a_record("tok-1", 100),
        a_record("tok-1", 300),
    )
    assert known.of("tok-1") == (100, 300)
    assert known.of("tok-2") == (150,)
    assert known.of("tok-3") == ()


def test_what_cannot_be_read_is_told_and_the_daemon_goes_on(tmp_path: Path) -> None:
    """A daemon that refused to start here could not halt its pump."""
    known = Treatments()
    assert "no such journal" in known.load(tmp_path / "none.sqlite")
    write_records(tmp_path / "odd.sqlite", [(TREATMENT, AT, '{"patient":"tok-1"}')])
    assert "wall_ms" in known.load(tmp_path / "odd.sqlite")


def test_an_order_and_a_start_carry_the_moment_and_the_sessions_of_their_patient(tmp_path: Path) -> None:
    known = loaded(tmp_path / "journal.sqlite", a_record("tok-4711", 100), a_record("tok-9", 200))
    order = ev.OrderEntered(
        at=AT, request_id="r", by="dora", roles=("nurse",), fields=(("patient", "tok-4711"),), accept_soft=()
    )
    assert known.placed(order, ChannelState(), 999) == replace(order, wall_ms=999, past_wall_ms=(100,))
    bench = ready()
    start = ev.StartPressed(at=AT, request_id="r", by="nina", roles=("nurse",), epoch=1)
    assert known.placed(start, bench.state, 999) == replace(start, wall_ms=999, past_wall_ms=(100,))
    assert known.placed(start, ChannelState(), 999) == replace(start, wall_ms=999)


def test_any_other_act_carries_nothing() -> None:
    pause = ev.PausePressed(at=AT, request_id="r", by="nina")
    assert Treatments().placed(pause, ChannelState(), 999) is pause


def test_a_session_that_has_begun_is_recorded_once() -> None:
    known, bench = Treatments(), treated()
    body = known.begun(bench.state)
    begun_ms = bench.state.care.started_wall_ms
    assert json.loads(body) == {"patient": "tok-4711", "wall_ms": begun_ms}
    assert known.of("tok-4711") == (begun_ms,)
    assert known.begun(bench.state) == ""


def test_nothing_is_recorded_before_a_start_and_on_the_bench() -> None:
    known = Treatments()
    assert known.begun(ChannelState()) == known.begun(ready().state) == ""
    bench = ready(ClinicBench(CLINIC))
    assert known.begun(replace(bench.state, care=replace(bench.state.care, started_wall_ms=0))) == ""


def test_of_one_patient_the_newest_are_kept(tmp_path: Path) -> None:
    many = [a_record("tok-1", one) for one in range(KEPT + 2)]
    assert loaded(tmp_path / "journal.sqlite", *many).of("tok-1") == tuple(range(2, KEPT + 2))
