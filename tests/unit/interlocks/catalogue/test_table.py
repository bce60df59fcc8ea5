"""The table as a whole."""

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.lint import lint
from interlocks.vocabulary import Demand


def test_the_linter_has_nothing_to_say() -> None:
    assert lint(DEFAULT_RULES) == ()


def test_every_row_names_its_source_and_gives_its_reason_in_a_sentence() -> None:
    for rule in DEFAULT_RULES:
        assert rule.source.startswith("facts/"), rule.id
        assert rule.why.endswith("."), rule.id


def test_the_high_alarms_are_the_ones_that_hold() -> None:
    """No row stops a session with less than a high alarm."""
    steps = [(rule.id, step) for rule in DEFAULT_RULES for step in rule.steps]
    assert all(step.priority.value == "high" for _, step in steps if step.demand is Demand.STOP)
