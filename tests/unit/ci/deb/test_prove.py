"""What the proof makes of its bed: the example that ships, changed only where a box differs."""

import pytest
from deb_scripts import ROOT, load

from pumpd.config import load as load_config

bed, visit = load("bed"), load("visit")


def test_every_change_to_the_shipped_example_still_finds_its_place_and_makes_a_good_configuration(
    tmp_path,
) -> None:  # type: ignore[no-untyped-def]
    text = (ROOT / "docs/config-bench.toml").read_text(encoding="utf-8")
    for old, new in visit.CONFIG:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "pumpd.toml"
    path.write_text(text, encoding="utf-8")
    assert load_config(path)


def test_what_does_not_hold_ends_the_proof_by_name() -> None:
    bed.must(True, "nothing")
    with pytest.raises(ValueError, match="not proved: the plunger stands"):
        bed.must(False, "the plunger stands")
