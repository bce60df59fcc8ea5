"""The resource, read back by the library's own model and held against the report's reading of the journal."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from channel_bench import Bench, infusing, verified
from export_bench import coarse, completed, journal_of, record_of, stopped
from fhir.resources.R4B.medicationadministration import MedicationAdministration

from pumpd.core.dose import volume_to_dose_ng
from pumpd.outputs.fhir import INTERVAL, NothingAdministered, medication_administration, reasons, status_of
from pumpd.report.session_record import Proof, SessionRecord


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> SessionRecord:
    return record_of(journal_of(stopped(), tmp_path_factory.mktemp("stopped")))


def resource(record: SessionRecord, **options: bool) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(medication_administration(record, **options), parse_float=Decimal)
    return made


def test_it_is_valid_and_made_again_the_same(record: SessionRecord) -> None:
    text = medication_administration(record)
    read = MedicationAdministration.model_validate_json(text)
    assert read.get_resource_type() == "MedicationAdministration"
    assert json.loads(read.model_dump_json()) == json.loads(text)
    assert medication_administration(record) == text


def test_dose_interval_rate_and_times_are_those_of_the_report(record: SessionRecord) -> None:
    made, given, programme = resource(record), record.given, record.session.programme
    assert given is not None
    assert programme is not None

    def mg(volume_nl: int) -> Decimal:
        return Decimal(volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml)) / 1_000_000

    dosage = made["dosage"]
    assert dosage["dose"] == {
        "value": mg(given.best_nl), "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"
    }  # fmt: skip
    (extension,) = dosage["extension"]
    assert extension["url"] == INTERVAL
    assert extension["valueRange"]["low"]["value"] == mg(given.low_nl)
    assert extension["valueRange"]["high"]["value"] == mg(given.high_nl) > mg(given.best_nl)
    assert (dosage["rateQuantity"]["value"], dosage["rateQuantity"]["code"]) == (Decimal("26.2"), "mL/h")
    words = [one["text"] for one in made["note"]]
    assert f"Given: best estimate {mg(given.best_nl)} mg, at least {mg(given.low_nl)} mg" in words[1]
    assert f"at most {mg(given.high_nl)} mg" in words[1], "the high end is not cut"
    steps = [one for one in words if one.startswith("+")]
    assert len(steps) == len([ms for ms, _ in record.story.reported if ms >= 0]) == 5
    assert made["effectivePeriod"] == {"start": "2026-11-22T11:01:03Z", "end": "2026-11-22T11:09:03Z"}


def test_the_patient_is_a_token_and_the_people_are_named_by_what_they_did(record: SessionRecord) -> None:
    made = resource(record)
    assert made["subject"] == {"identifier": {"system": "urn:pumpd:patient-token", "value": "tok-4711"}}
    did = {
        one["function"]["coding"][0]["code"]: one["actor"]["identifier"]["value"] for one in made["performer"]
    }
    assert did == {"performer": record.session.started_by, "verifier": record.session.verified_by}
    assert made["medicationCodeableConcept"]["coding"][0]["code"] == "ketamine"
    assert made["device"][0]["display"] == "NE1000 3.928 address 0"


def test_it_is_marked_as_test_data_unless_somebody_says_otherwise(record: SessionRecord) -> None:
    assert resource(record)["meta"]["tag"][0]["code"] == "HTEST"
    assert "meta" not in resource(record, is_production=True)


def test_a_record_that_is_not_whole_says_so_in_the_resource(record: SessionRecord) -> None:
    broken = replace(record, proof=Proof("j.db", 7, False, "record 8 was changed", 9, ""))
    assert "NOT WHOLE: record 8 was changed" in resource(broken)["note"][-1]["text"]


def running() -> Bench:
    bench = infusing()
    bench.advance(20)
    return bench


def held() -> Bench:
    bench = running()
    bench.pause()
    bench.advance(1)
    return bench


def tripped() -> Bench:
    bench = running()
    bench.cuff(186, 92)
    bench.advance(1)
    bench.cuff(186, 92)
    coarse(bench, 2)
    return bench


def given_up() -> Bench:
    bench = verified()
    bench.stop(by="dora")
    bench.advance(1)
    return bench


@pytest.mark.parametrize(
    ("make", "status", "why"),
    [
        (running, "in-progress", None),
        (held, "on-hold", "paused by nina"),
        (tripped, "on-hold", "BP3: systolic 186 mmHg >= 180 mmHg"),
        (completed, "completed", None),
        (stopped, "stopped", "stopped by nina"),
        (given_up, "not-done", "stopped by dora"),
    ],
)
def test_the_status_follows_the_table(
    make: Callable[[], Bench], status: str, why: str | None, tmp_path: Path
) -> None:
    """facts/requirements.md 5.4: pause is on-hold, a stop is stopped."""
    record = record_of(journal_of(make(), tmp_path))
    made = resource(record)
    assert made["status"] == status_of(record) == status
    assert ("end" in made["effectivePeriod"]) == (status in ("completed", "stopped", "not-done"))
    told = "; ".join(one["text"] for one in made.get("statusReason", ()))
    assert (why in told) if why is not None else told == ""
    assert reasons(record, status) == [one["text"] for one in made.get("statusReason", ())]


def test_what_has_not_begun_is_no_administration(tmp_path: Path) -> None:
    record = record_of(journal_of(verified(), tmp_path))
    with pytest.raises(NothingAdministered, match="session 1 has not begun"):
        medication_administration(record)
