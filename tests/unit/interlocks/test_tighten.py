"""A site may be stricter, within bounds, and nothing else."""

import pytest

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.lint import lint
from interlocks.tighten import tightened


@pytest.mark.parametrize("limit", [50, 75, 200, 300])
def test_a_stricter_limit_makes_a_table_fit_for_use(limit: int) -> None:
    rules = tightened(DEFAULT_RULES, limit)
    assert lint(rules) == ()
    assert [rule.id for rule in rules] == [rule.id for rule in DEFAULT_RULES]
    changed = [new.id for new, old in zip(rules, DEFAULT_RULES, strict=True) if new != old]
    assert changed == ([] if limit == 300 else ["LP1", "LP2"])


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (325, "LP1: the line pressure limit 325 mmHg is looser than the loosest allowed, 300 mmHg"),
        (25, "LP1: the line pressure limit 25 mmHg is tighter than the tightest allowed, 50 mmHg"),
        (310, "LP1: the line pressure limit 310 mmHg is looser"),
        (210, "LP1: the line pressure limit 210 mmHg is no multiple of 25 mmHg"),
        (True, "LP1: the line pressure limit True is not a whole number of mmHg"),
    ],
)
def test_any_other_limit_is_refused_with_row_value_limit_and_unit(limit: int, words: str) -> None:
    """Law 10: refused with its reason, never clamped."""
    with pytest.raises(ValueError) as refusal:
        tightened(DEFAULT_RULES, limit)
    assert str(refusal.value).startswith(words)
