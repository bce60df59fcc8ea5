"""Other gateways' shapes: what each becomes, what is refused and with which word (facts/faults.md rows 56-62)."""

import json
import random
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from interlocks.vocabulary import Signal
from pumpd.core.measured_units import meaning
from pumpd.shell.feeds.arrivals import Rejected
from pumpd.shell.feeds.foreign import MAX_BYTES, MAX_ROWS, MAX_STAMPS, MAX_UNKNOWN, Dialect, Heard, read
from pumpd.shell.feeds.parsed import Parsed

NAMES = {
    "SYS": "sys mm[Hg]",
    "DIA": "dia mm[Hg]",
    "HR": "hr bpm",
    "SAT": "spo2 1",
    "KPA": "line_pressure kPa",
}
TABLE = {word: meaning(said) for word, said in NAMES.items()}
ROWS = Dialect(TABLE, "dd-mm-yyyy", "Timestamp", "PhysioID", "Value", zone=ZoneInfo("Europe/Vienna"))
FLAT = Dialect(TABLE, "unix_s", "ts")
NOON = "14-03-2026 12:00:00.250"
NOON_MS = round(datetime(2026, 3, 14, 11, 0, 0, 250_000, tzinfo=UTC).timestamp() * 1000)


def row(name: str, value: Any, at: str = NOON, **more: Any) -> dict[str, Any]:
    return {"Timestamp": at, "PhysioID": name, "Value": value, **more}


def heard(message: Any, dialect: Dialect = ROWS) -> Heard:
    found = read(json.dumps(message).encode(), dialect, "monitor-1")
    assert isinstance(found, Heard), found
    return found


def refusal(message: Any, dialect: Dialect = ROWS) -> tuple[str, str]:
    found = read(
        message if isinstance(message, bytes) else json.dumps(message).encode(), dialect, "monitor-1"
    )
    assert isinstance(found, Rejected), found
    return found.reason.value, found.detail


def values(part: Parsed) -> dict[Signal, float | None]:
    return {one.signal: one.value for one in part.values}


def test_rows_of_texts_become_readings_of_one_stamp_in_the_zone_of_the_site() -> None:
    (part,) = heard([row("SYS", "122"), row("DIA", "78"), row("HR", "71.5"), row("SAT", "0.97")]).parts
    assert values(part) == {Signal.SYS: 122.0, Signal.DIA: 78.0, Signal.HR: 71.5, Signal.SPO2: 97.0}
    assert (part.measured_at_ms, part.device, part.seq, part.patient) == (NOON_MS, "monitor-1", None, None)
    assert part.is_cuff_held


def test_a_message_without_a_cuff_holds_none_back() -> None:
    (part,) = heard([row("HR", "71")]).parts
    assert not part.is_cuff_held
    measured = Dialect(TABLE, "unix_s", "ts", is_cuff_held=False)
    (part,) = heard({"ts": 1, "SYS": 120, "DIA": 70}, measured).parts
    assert not part.is_cuff_held


def test_one_object_of_keys_becomes_readings_and_kilopascals_millimetres_of_mercury() -> None:
    (part,) = heard({"ts": 1_700_000_000.5, "HR": 70, "KPA": 40.0}, FLAT).parts
    assert part.measured_at_ms == 1_700_000_000_500
    assert values(part) == {Signal.HR: 70.0, Signal.LINE_PRESSURE: pytest.approx(300.02, abs=0.01)}


def test_rows_of_several_polls_are_parts_oldest_first() -> None:
    late, early = "14-03-2026 12:00:02", "14-03-2026 12:00:01"
    found = heard([row("HR", "71", late), row("HR", "70", early)])
    assert [values(part)[Signal.HR] for part in found.parts] == [70.0, 71.0]


@pytest.mark.parametrize("text", ["-", "--", "", " - ", None])
def test_no_number_is_a_reading_of_bad_quality(text: str | None) -> None:
    """Row 65: what the monitor does not show is missing, not zero."""
    (part,) = heard([row("HR", text)]).parts
    assert values(part) == {Signal.HR: None}


def test_names_that_mean_nothing_here_are_passed_over_and_told() -> None:
    found = heard([row("NOM_TEMP_BLD", "36.6"), row("HR", "70"), row("\x1b[2J", "x")])
    assert len(found.parts) == 1
    assert found.unknown == ("NOM_TEMP_BLD", "\\x1b[2J")
    many = heard([row(f"X{number}", "1") for number in range(MAX_ROWS)])
    assert (many.parts, len(many.unknown)) == ((), MAX_UNKNOWN)


@pytest.mark.parametrize(
    ("message", "word", "says"),
    [
        (b"\xff", "not_utf8", "byte 0"),
        (b"[NaN]", "bad_number", "NaN"),
        (b'[{"PhysioID":"HR","PhysioID":"HR"}]', "duplicate_key", "PhysioID"),
        (b"[[[[[[]]]]]]", "too_deep", "4"),
        (b" " * (MAX_BYTES + 1), "oversize", str(MAX_BYTES)),
        ({}, "wrong_type", "not a list"),
        ([row("HR", "70")] * (MAX_ROWS + 1), "wrong_type", str(MAX_ROWS)),
        ([7], "wrong_type", "7 is not an object"),
        ([{"Value": "70"}], "missing_key", "PhysioID"),
        ([row("HR", "seventy")], "bad_number", "HR: 'seventy'"),
        ([row("HR", "1e999")], "bad_number", "1e999"),
        ([row("HR", "0x46")], "bad_number", "0x46"),
        ([row("HR", "70,5")], "bad_number", "70,5"),
        ([row("HR", True)], "wrong_type", "True"),
        ([row("HR", [70])], "wrong_type", "[70]"),
        ([row("HR", "301")], "implausible", "outside 0..300"),
        ([row("SYS", "16.3"), row("DIA", "10.4")], "implausible", "sys 16.3 outside"),
        ([row("SYS", "120")], "cuff_incomplete", "together"),
        ([row("SYS", "120"), row("DIA", "120")], "implausible", "pulse pressure"),
        ([row("HR", "70"), row("HR", "71")], "repeated_signal", "two values"),
        ([row("HR", "70", "2026-03-14 12:00:00")], "wrong_type", "is no dd-mm-yyyy"),
        ([row("HR", "70", "31-02-2026 12:00:00")], "wrong_type", "is no dd-mm-yyyy"),
        ([row("HR", "70", at=17)], "wrong_type", "17"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_believed_is_refused_with_its_word(message: Any, word: str, says: str) -> None:
    reason, detail = refusal(message)
    assert reason == word
    assert says in detail


def test_a_refusal_names_the_signals_it_would_have_carried() -> None:
    found = read(json.dumps([row("HR", "70"), row("SAT", "x")]).encode(), ROWS, "monitor-1")
    assert isinstance(found, Rejected)
    assert found.signals == (Signal.HR, Signal.SPO2)


@pytest.mark.parametrize("ts", [-1, 1e17, "1700000000", None, True])
def test_a_stamp_that_is_no_instant_is_refused(ts: Any) -> None:
    assert refusal({"ts": ts, "HR": 70}, FLAT)[0] == "wrong_type"


def test_a_stamp_without_a_zone_is_refused_where_the_site_named_none() -> None:
    nowhere = Dialect(TABLE, "iso8601", "ts")
    assert "in no zone" in refusal({"ts": "2026-03-14T12:00:00", "HR": 70}, nowhere)[1]
    (part,) = heard({"ts": "2026-03-14T12:00:00.25+01:00", "HR": 70}, nowhere).parts
    assert part.measured_at_ms == NOON_MS


def test_a_row_in_another_unit_than_the_table_s_is_refused() -> None:
    """Row 60."""
    said = Dialect(TABLE, "dd-mm-yyyy", "Timestamp", "PhysioID", "Value", unit_key="Unit", zone=UTC)
    assert len(heard([row("HR", "70", Unit="bpm")], said).parts) == 1
    assert refusal([row("HR", "70", Unit="1/s")], said) == ("wrong_unit", "HR: '1/s' is not bpm")
    assert refusal([row("HR", "70")], said)[0] == "wrong_unit"


def test_a_message_of_another_monitor_is_refused() -> None:
    """Row 62."""
    ours = Dialect(TABLE, "unix_s", "ts", device_key="id", device_is="MX-3")
    assert len(heard({"ts": 1, "id": "MX-3", "HR": 70}, ours).parts) == 1
    assert refusal({"ts": 1, "id": "MX-4", "HR": 70}, ours) == ("device_mismatch", "id is 'MX-4', not MX-3")
    assert refusal({"ts": 1, "HR": 70}, ours)[0] == "device_mismatch"


def test_the_patient_that_a_gateway_names_goes_along_and_must_be_named() -> None:
    """Row 61."""
    told = Dialect(TABLE, "unix_s", "ts", patient_key="pid")
    (part,) = heard({"ts": 1, "pid": "tok-1", "HR": 70}, told).parts
    assert part.patient == "tok-1"
    for pid in ("", None, 7):
        assert refusal({"ts": 1, "pid": pid, "HR": 70}, told)[0] == "missing_key"
    rows = Dialect(TABLE, "dd-mm-yyyy", "Timestamp", "PhysioID", "Value", patient_key="P", zone=UTC)
    assert refusal([row("HR", "70", P="a"), row("SAT", "1", P="b")], rows)[0] == "wrong_patient"


def test_more_polls_than_a_message_has_are_refused() -> None:
    rows = [row("HR", "70", f"14-03-2026 12:00:{second:02}") for second in range(MAX_STAMPS + 1)]
    assert "stamps in one message" in refusal(rows)[1]


def test_mutated_bytes_never_raise_and_never_blame_the_parser() -> None:
    """Row 59: whatever a sender writes, it is a message or a refusal with a name."""
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    dice = random.Random(seed)
    whole = json.dumps([row("SYS", "122"), row("DIA", "78"), row("HR", "71"), row("SAT", "-")]).encode()
    for _ in range(5_000):
        body = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            body[dice.randrange(len(body))] = dice.choice(b'0123456789.-+eE"[]{},:nN\\ \xff')
        found = read(bytes(body), ROWS, "monitor-1")
        assert isinstance(found, Heard) or found.reason.value != "parser_fault", (found, bytes(body))
