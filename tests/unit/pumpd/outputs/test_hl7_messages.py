"""A session's messages, parsed by a library that did not build them, held against the report's reading."""

from decimal import Decimal
from pathlib import Path

import hl7
import pytest
from channel_bench import Bench
from export_bench import completed, journal_of, policy_from, record_of, stopped
from hl7apy.parser import parse_message

from pumpd.core.dose import volume_to_dose_ng
from pumpd.outputs.hl7_messages import KINDS, decimal, millis, plain
from pumpd.outputs.hl7_messages import messages as made
from pumpd.report.session_record import SessionRecord

ALL = frozenset(KINDS)


class Export:
    """The messages of one session, parsed."""

    def __init__(self, folder: Path, bench: Bench) -> None:
        self.path = journal_of(bench, folder)
        self.record: SessionRecord = record_of(self.path)
        self.texts = list(made(self.path, self.record, policy_from, ALL))
        self.parsed = [hl7.parse(one) for one in self.texts]

    def of(self, event: str) -> list[hl7.Message]:
        return [one for one in self.parsed if str(one.segment("MSH")[9]) == f"ORU^{event}^ORU_{event}"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(tmp_path_factory.mktemp("stopped"), stopped())


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(tmp_path_factory.mktemp("completed"), completed())


def value(message: hl7.Message, name: str) -> str | None:
    """OBX-5 of the row whose identifier has this name."""
    found = [one for one in message.segments("OBX") if str(one[3][0][1]) == name]
    assert len(found) <= 1, name
    return str(found[0][5]) if found else None


def wall_ms(message: hl7.Message) -> int:
    moment = hl7.parse_datetime(str(message.segment("MSH")[7]))
    return round(moment.timestamp() * 1000)


def test_every_message_is_valid_by_the_tables_and_named_once(told: Export) -> None:
    ids = [str(one.segment("MSH")[10]) for one in told.parsed]
    assert len(set(ids)) == len(ids) > 12
    assert [int(one.split(".")[1]) for one in ids] == sorted(int(one.split(".")[1]) for one in ids)
    for text in told.texts:
        structured = parse_message(
            text.replace("ORU_R40", "ORU_R01").replace("ORU_R42", "ORU_R01"), find_groups=True
        )
        assert structured.validate()
    assert {str(one.segment("PID")[3][0][0]) for one in told.parsed} == {"tok-4711"}
    assert {str(one.segment("MSH")[11]) for one in told.parsed} == {"T"}, (
        "training data unless somebody says otherwise"
    )


def test_made_again_they_are_the_same_byte_for_byte(told: Export) -> None:
    """Design law 12."""
    assert list(made(told.path, told.record, policy_from, ALL)) == told.texts


def test_the_last_values_are_those_of_the_report(told: Export) -> None:
    record, last = told.record, told.of("R01")[-1]
    programme, given = record.session.programme, record.given
    assert programme is not None
    assert given is not None

    def ug(volume_nl: int) -> Decimal:
        return Decimal(volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml)) / 1000

    expected = {
        "MDC_FLOW_FLUID_PUMP": Decimal(programme.rate_nl_h) / 1_000_000,
        "MDC_FLOW_FLUID_PUMP_CURRENT": Decimal(0),
        "rate permitted": Decimal(0),
        "rate commanded": Decimal(0),
        "MDC_VOL_FLUID_TBI": Decimal(programme.vtbi_nl) / 1_000_000,
        "MDC_VOL_FLUID_TBI_REMAIN": Decimal(programme.vtbi_nl - given.best_nl) / 1_000_000,
        "MDC_VOL_FLUID_DELIV_TOTAL": Decimal(given.best_nl) / 1_000_000,
        "MDC_DOSE_DRUG_TBI": Decimal(programme.dose_rounded_ng) / 1000,
        "MDC_DOSE_DRUG_TBI_REMAIN": ug(programme.vtbi_nl - given.best_nl),
        "MDC_DOSE_DRUG_DELIV_TOTAL": ug(given.best_nl),
        "dose given at least": ug(given.low_nl),
        "dose given at most": ug(given.high_nl),
        "MDC_CONC_DRUG": Decimal(2),
        "MDC_ATTR_PT_WEIGHT": Decimal(70),
        "MDC_TIME_PD_PROG": Decimal(programme.duration_s),
    }
    assert {name: Decimal(value(last, name) or "NaN") for name in expected} == expected
    assert given.best_nl > 500_000
    assert (value(last, "MDC_DRUG_NAME_LABEL"), value(last, "state word")) == ("ketamine", "STOPPED")
    assert value(last, "MDC_ATTR_ID_MODEL") == record.pump
    assert value(last, "MDC_DEV_PUMP_NOT_DELIVERING_REASON") == "^pump-stopped-user"
    for name, signal in (("SYS", "sys"), ("DIA", "dia")):
        assert Decimal(value(last, f"MDC_PRESS_BLD_NONINV_{name}") or "0") == Decimal(
            str(record.story.readings[signal][-1][1])
        )


def test_every_rate_and_word_in_between_agrees_with_the_curves_of_the_report(told: Export) -> None:
    story, zero_ms = told.record.story, told.record.started_wall_ms
    looked = 0
    for one in told.of("R01"):
        at_ms = wall_ms(one) - zero_ms
        permitted = [rate for ms, rate in story.permitted if ms <= at_ms]
        if permitted and at_ms >= 0:
            assert Decimal(value(one, "rate permitted") or "NaN") == Decimal(permitted[-1] or 0) / 1_000_000
            looked += 1
    assert looked >= 5
    words = [value(one, "state word") for one in told.of("R01")]
    assert [word for n, word in enumerate(words) if n == 0 or words[n - 1] != word][-4:] == [
        *("PAUSING", "PAUSED", "STARTING", "STOPPED"),
    ]


def test_a_measured_value_carries_the_time_it_was_measured_at(told: Export) -> None:
    story, zero_ms = told.record.story, told.record.started_wall_ms
    measured = {(ms + zero_ms, Decimal(str(reading))) for ms, reading in story.readings["sys"]}
    for one in told.of("R01"):
        for row in one.segments("OBX"):
            if str(row[3][0][1]) == "MDC_PRESS_BLD_NONINV_SYS":
                at_ms = round(hl7.parse_datetime(str(row[14])).timestamp() * 1000)
                assert (at_ms, Decimal(str(row[5]))) in measured


def test_infusion_events_are_the_changes_of_the_reported_rate_with_the_counted_volume(told: Export) -> None:
    """IHE PCD-10: start, rate change, stop, start again, stop."""
    story, zero_ms = told.record.story, told.record.started_wall_ms
    found = [
        (
            wall_ms(one) - zero_ms,
            int(Decimal(value(one, "MDC_FLOW_FLUID_PUMP_CURRENT") or "-1") * 1_000_000),
            (value(one, "MDC_ATTR_EVT_COND") or "").split("^")[1],
        )
        for one in told.of("R42")
    ]
    assert [(ms, rate) for ms, rate, _ in found] == [(ms, rate) for ms, rate in story.reported if ms >= 0]
    assert [event for _, _, event in found] == [
        "MDC_EVT_PUMP_DELIV_START",
        "rate change",
        "MDC_EVT_PUMP_DELIV_STOP",
        "MDC_EVT_PUMP_DELIV_START",
        "MDC_EVT_PUMP_DELIV_STOP",
    ]
    volumes = [Decimal(value(one, "MDC_VOL_FLUID_DELIV_TOTAL") or "-1") for one in told.of("R42")]
    for (ms, _, _), volume in zip(found, volumes, strict=True):
        counted = [nl for at_ms, nl in story.volume if at_ms <= ms]
        assert volume * 1_000_000 == (counted[-1] if counted else 0)


def test_an_alarm_is_told_from_start_to_end_with_its_priority(told: Export) -> None:
    """IHE PCD-04: start, worse, acknowledged, end."""
    facets = [
        tuple(
            value(one, f"MDC_ATTR_{name}")
            for name in (
                "EVENT_PHASE",
                "ALARM_STATE",
                "ALARM_INACTIVATION_STATE",
                "ALARM_PRIORITY",
                "ALERT_TYPE",
            )
        )
        for one in told.of("R40")
    ]
    assert facets == [
        ("start", "active", "enabled", "PM", "SP"),
        ("update", "active", "enabled", "PH", "SP"),
        ("update", "active", "alert-acknowledged", "PH", "SP"),
        ("end", "inactive", "alert-acknowledged", "PH", "SP"),
    ]
    first = told.of("R40")[0].segments("OBX")[3]
    assert (str(first[4]), str(first[8])) == ("1.1.0.0.1", "PM~SP")
    assert str(first[5]).startswith("196670^MDC_EVT_PUMP_GENERAL_ALARM^MDC^blood-pressure^systolic 162 mmHg")
    (span,) = {(one.key, one.text) for one in told.record.story.alarms if one.priority == "medium"}
    assert (value(told.of("R40")[0], "MDC_ATTR_ALERT_TEXT") or "") == span[1]
    assert "nina" not in "".join(one for one in told.texts if "R40" in one), (
        "who acknowledged stays in the record"
    )


def test_a_dose_given_whole_is_told_as_complete(whole: Export) -> None:
    events = [(value(one, "MDC_ATTR_EVT_COND") or "").split("^")[1] for one in whole.of("R42")]
    assert events[0] == "MDC_EVT_PUMP_DELIV_START"
    assert sorted(events[-2:]) == ["MDC_EVT_PUMP_DELIV_COMP", "MDC_EVT_PUMP_DELIV_STOP"]
    last = whole.of("R01")[-1]
    assert value(last, "state word") == "COMPLETED"
    assert whole.record.given is not None
    volume_nl = Decimal(value(last, "MDC_VOL_FLUID_DELIV_TOTAL") or "0") * 1_000_000
    assert 17_450_000 < volume_nl == whole.record.given.best_nl <= 17_500_000
    assert value(last, "MDC_DEV_PUMP_NOT_DELIVERING_REASON") is None
    assert 40 <= len(whole.of("R01")) <= 70, "once a minute and at changes"
    assert any("197334^MDC_EVT_VOL_INFUS_NEAR_COMP" in one for one in whole.texts)


def test_only_what_was_asked_for_is_made(told: Export) -> None:
    only = [hl7.parse(one) for one in made(told.path, told.record, policy_from, frozenset({"pcd10"}), "P")]
    assert [str(one) for one in only] == [str(one).replace("|T|2.6", "|P|2.6") for one in told.of("R42")]


def test_a_number_keeps_every_digit_and_never_an_exponent() -> None:
    assert [millis(one) for one in (0, 1, 26_200_000, 17_500_000, 100_000_000_000)] == [
        *("0", "0.000001", "26.2", "17.5"),
        "100000",
    ]
    assert decimal(1_230_554, 3) == "1230.554"
    assert plain(Decimal("1E+3")) == "1000"
