"""What may be written down, by code and in words."""

import pytest

from pumpd.core.clinic.notes import CODES, SEVERITIES, event_faults, event_text, given_text


def test_the_codes_hold_every_effect_of_the_facts() -> None:
    """Facts/clinical.md 1 rows 27 and 28."""
    assert set(CODES) >= {
        *("nausea", "dizziness", "double-vision", "drowsiness", "confusion", "dissociation", "intoxication"),
        *("sedation", "raised-pressure", "headache", "blurred-vision", "anxiety", "vomiting"),
        *("fast-heart-rate", "memory-loss", "respiratory-depression"),
    }


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_known_code_and_severity_are_taken(severity: str) -> None:
    assert event_faults("nausea", severity, "") == ()


def test_an_unknown_one_is_refused_with_the_list() -> None:
    code, severity = event_faults("hiccup", "awful", "")
    assert code.startswith("event 'hiccup' is not known (one of: nausea, vomiting")
    assert severity == "severity 'awful' is not known (one of: mild, moderate, severe)"


def test_other_wants_to_be_told() -> None:
    assert event_faults("other", "mild", "  ") == ("event other needs a note that says what it was",)
    assert event_faults("other", "mild", "itching") == ()


def test_the_lines_of_the_log() -> None:
    assert event_text("double-vision", "mild", "") == "double vision, mild"
    assert event_text("other", "severe", " itching ") == "other, severe: itching"
    assert given_text("ondansetron", "4 mg", "") == "ondansetron 4 mg given by hand"
    assert given_text("ondansetron", "4 mg", "slowly") == "ondansetron 4 mg given by hand: slowly"
