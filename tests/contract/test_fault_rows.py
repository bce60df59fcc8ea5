"""Every fault of pumps and lines has something that shows what is done about it, and the page that says so is true."""

import pytest
from contract.rigs.every import RIGS
from fault_rows import FAULTS, PAGE, cited, page, proofs


def test_the_page_says_what_the_checks_and_tests_cite() -> None:
    """After a change: `python tests/fault_rows.py`."""
    assert PAGE.read_text(encoding="utf-8") == page(RIGS)


def test_each_fault_of_the_catalogue_is_met_by_a_check_or_a_test() -> None:
    assert sorted(FAULTS) == list(range(1, 41))
    assert [row for row, (checks, tests) in proofs(RIGS).items() if not checks and not tests] == []


def test_what_concerns_every_family_is_a_check_that_every_family_is_given() -> None:
    """Stops, cables, bytes and the port: no pump is excused from these."""
    unexcused = [1, 2, 3, 4, 5, 6, 7, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 34, 35, 36, 37, 38]
    lacking = [
        row
        for row in unexcused
        if not any("(all" in one and "(all but" not in one for one in proofs(RIGS)[row][0])
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Faults row 31.", {31}),
        ("faults rows 3 and 4, I10", {3, 4}),
        ("Faults rows 2, 25, 36; I9", {2, 25, 36}),
        ("test_rows_6_to_8_what_nobody", {6, 7, 8}),
        ("facts/faults.md rows 1-3).", {1, 2, 3}),
        ("test_row_6", {6}),
        ("Facts/clinical.md 1 rows 9, 11 and 25.", set()),
        ("Facts/clinical.md 1 row 19; faults row 21.", {21}),
        ("seven rows, and arrows 4", set()),
    ],
)
def test_citations_are_read_in_all_their_forms(text: str, rows: set[int]) -> None:
    assert cited(text) == rows
