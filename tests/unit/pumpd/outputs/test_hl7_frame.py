"""The frame of a message: escaping, times, numbers, and what strict validation refuses."""

import hl7
import pytest

from pumpd.outputs import nomenclature as nc
from pumpd.outputs.hl7_frame import PCD01, PCD04, TREE, Facts, Row, message, stamp, text

FACTS = Facts(channel="bed-1", bed="chair-1", patient="tok-4711", session=2, processing="T")
WALL_MS = 1_795_345_200_000


def built(*rows: Row, facts: Facts = FACTS) -> hl7.Message:
    return hl7.parse(message(PCD04, facts, "bed-1.7.4.1", WALL_MS, nc.ALARM, (*TREE, *rows)))


def test_the_header_names_transaction_time_control_id_and_profile() -> None:
    parsed = built()
    header = parsed.segment("MSH")
    assert str(header[9]) == "ORU^R40^ORU_R40"
    assert str(header[7]) == "20261122110000.000+0000"
    assert (str(header[10]), str(header[11]), str(header[12])) == ("bed-1.7.4.1", "T", "2.6")
    assert str(header[21]) == "IHE_PCD_004^IHE PCD^1.3.6.1.4.1.19376.1.6.4.4^ISO"
    assert str(parsed.segment("PID")[3]) == "tok-4711^^^PUMPD^PI"
    assert str(parsed.segment("PID")[5]) == "^^^^^^S", "a pseudonym and no name"
    assert str(parsed.segment("PV1")[3]) == "^^chair-1"
    assert str(parsed.segment("OBR")[3]) == "bed-1.2^PUMPD"


def test_the_device_tree_is_the_head_of_every_message() -> None:
    rows = built().segments("OBX")
    assert [(str(one[3][0][0]), str(one[4]), str(one[11])) for one in rows] == [
        ("70053", "1.0.0.0", "X"),
        ("70054", "1.1.0.0", "X"),
        ("70067", "1.1.1.0", "X"),
    ]
    assert str(rows[0][18]) == "bed-1^PUMPD"


@pytest.mark.parametrize(
    "words", ["a|b^c&d~e\\f", "systolic 184 mmHg > 180 mmHg", "Größe 3 µg", "|||", "\\H\\", "^^^"]
)
def test_text_comes_out_of_an_independent_parser_as_it_went_in(words: str) -> None:
    parsed = built(Row(nc.ALERT_TEXT, "1.1.0.0.8", "ST", text(words)))
    found = parsed.segments("OBX")[3]
    assert parsed.unescape(str(found[5])) == words
    assert len(parsed) == 8, "no segment more or less"


def test_a_line_break_in_a_text_makes_no_new_segment() -> None:
    parsed = built(Row(nc.ALERT_TEXT, "1.1.0.0.8", "ST", text("one\rPID|||other\n\x00two")))
    assert len(parsed) == 8
    assert str(parsed.segment("PID")[3]) == "tok-4711^^^PUMPD^PI"


def test_a_unit_is_told_in_both_tongues_and_in_ucum_where_mdc_is_not_known() -> None:
    rows = built(
        Row(nc.RATE_NOW, "1.1.1.1", "NM", "26.2", nc.ML_PER_H),
        Row(nc.VITALS[next(iter(nc.VITALS))][0], "2.1.1.1", "NM", "14", nc.BREATHS, at_ms=WALL_MS - 1_500),
    ).segments("OBX")
    assert str(rows[3][6]) == "265266^MDC_DIM_MILLI_L_PER_HR^MDC^mL/h^mL/h^UCUM"
    assert str(rows[4][6]) == "{breath}/min^{breath}/min^UCUM"
    assert str(rows[4][14]) == "20261122105958.500+0000"


@pytest.mark.parametrize("value", ["1e-7", "12,5", "nan"])
def test_what_is_no_number_of_the_standard_does_not_leave(value: str) -> None:
    with pytest.raises(ValueError, match="no number of the standard: MDC_FLOW_FLUID_PUMP_CURRENT = "):
        message(PCD01, FACTS, "9.1", WALL_MS, nc.MDS, [Row(nc.RATE_NOW, "1.1.1.1", "NM", value, nc.ML_PER_H)])


def test_a_field_that_the_tables_require_is_not_left_out() -> None:
    with pytest.raises(ValueError, match=r"no valid HL7 message can be made of 9\.1: .*OBX_11"):
        message(PCD01, FACTS, "9.1", WALL_MS, nc.MDS, [Row(nc.RATE_NOW, "1.1.1.1", "NM", "1", status="")])


def test_an_instant_is_utc_to_the_millisecond() -> None:
    assert stamp(WALL_MS + 7) == "20261122110000.007+0000"
