"""`pumpd config`: a file to begin with that passes, and the schema an editor takes."""

import json
from pathlib import Path

import jsonschema
import pytest

from pumpd.cli.config_verbs import example_text
from pumpd.cli.main import main

DOCS = Path(__file__).parents[4] / "docs"


def test_the_example_that_is_printed_is_the_documents_and_passes_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "example"]) == 0
    printed = capsys.readouterr().out
    assert printed == example_text() == (DOCS / "config-example.toml").read_text(encoding="utf-8")
    file = tmp_path / "pumpd.toml"
    file.write_text(printed, encoding="utf-8")
    assert main(["check", "--config", str(file)]) == 0
    assert "good; 1 channel(s)" in capsys.readouterr().out


def test_the_schema_that_is_printed_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft7Validator.check_schema(schema)
    assert "channels" in schema["properties"]


def test_a_verb_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["config"])
    assert ended.value.code == 2
    assert "usage: pumpd config" in capsys.readouterr().err
