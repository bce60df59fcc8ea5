import pytest
from contract.crooked import without
from contract.rigs.new_era import NewEraRig

from drivers.conformance.checks import all_checks, check
from drivers.conformance.rig import Word


def test_every_row_of_the_catalogue_that_a_driver_can_answer_is_cited() -> None:
    """facts/faults.md rows 1-40. The rest is the daemon's (11: what volume and time make of it; 39: a
    heartbeat) or one family's own wire (33, 40)."""
    cited = {row.strip() for one in all_checks() for row in one.rows.split(",")}
    elsewhere = {"11", "33", "39", "40"}
    assert {str(row) for row in range(1, 41)} - cited == elsewhere


def test_a_check_that_needs_what_a_pump_has_not_says_why() -> None:
    needing = next(one for one in all_checks() if Word.SWAP in one.needs)
    assert needing.inapplicable(NewEraRig) == ""
    assert needing.inapplicable(without(Word.SWAP)) == "swap: left out"


def test_the_name_is_the_sentence_and_stands_once() -> None:
    checks = all_checks()
    assert len({one.name for one in checks}) == len(checks) > 50
    assert checks[0].title == checks[0].name.replace("_", " ")
    with pytest.raises(ValueError, match="two checks are called"):
        check()(checks[0].body)
