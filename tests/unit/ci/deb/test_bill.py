"""The bill of materials: of this very environment, the same each time, and it fits CycloneDX' schema."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from deb_scripts import ROOT, load

bill = load("bill")


def raw(**more: object) -> str:
    parts = [
        {
            "name": "a",
            "externalReferences": [{"type": "distribution", "url": "x"}, {"type": "vcs", "url": "y"}],
        }
    ]
    return json.dumps({"metadata": {"tools": {"components": []}}, "components": parts, **more})


def test_the_serial_number_follows_the_content_and_nothing_else() -> None:
    one, other = bill.finished(raw(serialNumber="urn:uuid:1")), bill.finished(raw(serialNumber="urn:uuid:2"))
    assert one == other
    assert json.loads(one)["serialNumber"] != json.loads(bill.finished(raw(version=2)))["serialNumber"]


def test_where_something_was_fetched_from_is_left_out() -> None:
    [part] = json.loads(bill.finished(raw()))["components"]
    assert part["externalReferences"] == [{"type": "vcs", "url": "y"}]


def test_the_bill_of_an_environment_names_what_is_installed_there_at_the_time_given() -> None:
    """`--validate` is on: the tool ends with a fault on an answer that does not fit the schema."""
    python = Path(sys.executable)
    tool = python.with_name("cyclonedx-py")
    made = bill.bill_of(python, tool, ROOT / "pyproject.toml", 1_700_000_000)
    told = json.loads(made)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    assert told["metadata"]["component"]["name"] == "pumpd"
    parts = {part["name"]: part for part in told["components"]}
    assert parts["pydantic"]["version"] == version("pydantic")
    assert parts["pydantic"]["licenses"]


def test_a_part_that_is_missing_of_another_version_or_without_a_licence_is_named() -> None:
    parts = [
        {"name": "Some_Part", "version": "1", "licenses": [{"expression": "MIT"}]},
        {"name": "bare", "version": "1"},
    ]
    text = json.dumps(
        {"metadata": {"component": {"name": "pumpd", "version": "1", "licenses": [1]}}, "components": parts}
    )
    assert bill.gaps(text, {"some-part": "1", "pumpd": "1"}) == []
    faults = "; ".join(bill.gaps(text, {"some-part": "2", "bare": "1", "none": "3"}))
    assert "some-part 2 is not" in faults
    assert "bare 1 has no licence" in faults
    assert "none 3 is not" in faults
