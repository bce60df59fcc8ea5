"""The JSON Schema says what the models, the families and the rule table say, and nothing else."""

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from wrong_configs import SLIPS, Slip

from drivers.registry import families, family
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.tighten import settings
from pumpd.config_schema import config_schema

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "config-example.toml").read_text(encoding="utf-8")
SCHEMA = config_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def _complaints(tree: dict[str, Any]) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(tree)]


def test_it_is_a_schema_of_draft_7_whose_references_lead_somewhere() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert _complaints({}) != []  # every reference on the way was followed


@pytest.mark.parametrize("name", ["config-example.toml", "config-bench.toml"])
def test_the_examples_of_the_documents_are_good(name: str) -> None:
    assert _complaints(tomllib.loads((DOCS / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("slip", SLIPS, ids=[one.new for one in SLIPS])
def test_it_refuses_what_check_refuses_but_for_what_no_schema_can_know(slip: Slip) -> None:
    tree = tomllib.loads(TEXT.replace(slip.old, slip.new, 1))
    assert bool(_complaints(tree)) is slip.is_seen_by_schema


def test_every_family_that_is_installed_has_its_table_with_every_key() -> None:
    tables = {one["title"]: one for one in SCHEMA["definitions"]["Pump"]["oneOf"]}
    assert tuple(sorted(tables)) == families()
    for name, table in tables.items():
        options = family(name).OPTIONS
        assert set(table["properties"]) == {"driver", "port", "accepted_risk", *(one.key for one in options)}
        assert set(table["required"]) == {"driver", "port", *(o.key for o in options if o.default is None)}
        assert table["additionalProperties"] is False


def test_every_limit_a_site_may_tighten_is_there_with_its_bounds() -> None:
    for table in ("limits", "shadow"):
        shown = SCHEMA["properties"][table]
        assert shown["additionalProperties"] is False
        for one in settings(DEFAULT_RULES):
            entry = shown["properties"][one.key]
            bounds = {one.default, one.tightest}
            assert (entry["minimum"], entry["maximum"]) == (min(bounds), max(bounds))
            assert one.unit in entry["description"]


def test_every_key_says_what_it_is() -> None:
    """An editor shows nothing but this."""
    for name, table in SCHEMA["definitions"].items():
        for key, entry in table.get("properties", {}).items():
            assert entry.get("description"), f"{name}.{key}"


def test_nothing_may_be_null_because_the_file_cannot_say_that() -> None:
    assert "'null'" not in str(SCHEMA)
