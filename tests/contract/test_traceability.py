"""Every hazard has its controls and tests, every demand its verdict, and the pages that say so are true."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from trace_tables import Entry, Traces, every_test, read, wrongs
from traceability import HAZARDS, TRACEABILITY, hazards_page, sentence, traceability_page

TABLES = read()


def test_nothing_is_wrong_with_the_tables() -> None:
    """Every hazard has a test, every row of the interlock table a hazard, every name something it stands for."""
    assert wrongs(TABLES) == []


def test_the_pages_say_what_the_tables_say() -> None:
    """After a change: `python tests/traceability.py`."""
    assert HAZARDS.read_text(encoding="utf-8") == hazards_page(TABLES)
    assert TRACEABILITY.read_text(encoding="utf-8") == traceability_page(TABLES)


def test_this_very_test_is_seen() -> None:
    assert "contract/test_traceability.py::test_this_very_test_is_seen" in every_test()


def _hazard(**changed: Any) -> Callable[[Traces], Traces]:
    return lambda all_: replace(all_, hazard=(_made(all_.hazard[0], changed), *all_.hazard[1:]))


def _requirement(**changed: Any) -> Callable[[Traces], Traces]:
    return lambda all_: replace(
        all_, requirement=(_made(all_.requirement[0], changed), *all_.requirement[1:])
    )


def _row(**changed: Any) -> Callable[[Traces], Traces]:
    return lambda all_: replace(all_, row=(_made(all_.row[0], changed), *all_.row[1:]))


def _made(entry: Entry, changed: Mapping[str, Any]) -> Entry:
    """The entry with other values; a value of None takes the key away."""
    return {key: value for key, value in {**entry, **changed}.items() if value is not None}


def _without_rule(all_: Traces) -> Traces:
    """AI1 guards against nothing any more."""
    hazards = [
        _made(one, {"controls": [c for c in one["controls"] if c != "rule:AI1"]}) for one in all_.hazard
    ]
    return replace(all_, hazard=tuple(hazards))


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (_hazard(tests=[]), "hazard HZ-01: claims something and names no test"),
        (
            _hazard(tests=["hil/test_gone.py::test_gone"]),
            "hazard HZ-01: no test is called hil/test_gone.py::test_gone",
        ),
        (_hazard(controls=["rule:BP9"]), "hazard HZ-01: there is no rule called 'BP9'"),
        (_hazard(controls=["code:pumpd/core/gone.py"]), "hazard HZ-01: there is no file pumpd/core/gone.py"),
        (_hazard(controls=["invariant:I27"]), "hazard HZ-01: there is no invariant called 'I27'"),
        (_hazard(controls=["row:111"]), "hazard HZ-01: there is no row called '111'"),
        (_hazard(controls=["wish:well"]), "hazard HZ-01: there is no wish called 'well'"),
        (_hazard(shown=["story:gone"]), "hazard HZ-01: there is no story called 'gone'"),
        (_hazard(shown=["oracle:I99"]), "hazard HZ-01: there is no oracle called 'I99'"),
        (_hazard(severity="bad"), "hazard HZ-01: severity is one of death, serious, moderate, minor"),
        (_hazard(residual=None), "hazard HZ-01: residual is missing"),
        (_hazard(likely="often"), "hazard HZ-01: likely is no key of it"),
        (_hazard(id="HZ-02"), "hazard HZ-01 is not in its table"),
        (_hazard(id="HZ-02"), "hazard HZ-02 stands in its table twice"),
        (_without_rule, "rule AI1 guards against no hazard"),
        (_requirement(tests=None), "requirement 1: claims something and names no test"),
        (
            _requirement(verdict="met somehow"),
            "requirement 1: verdict is one of met, adapted, not met, not applicable",
        ),
        (_requirement(verdict="not met"), "requirement 1: what is not met has a danger: high, medium, low"),
        (_requirement(danger="low"), "requirement 1: has a danger and says nothing that is missing"),
        (_requirement(number=123), "requirement 1 is not in its table"),
        (_requirement(number=123), "requirement 123 is not one that there is"),
        (_row(tests=None), "row 41: claims something and names no test"),
        (_row(number=40), "row 41 is not in its table"),
        (lambda all_: replace(all_, invariant=all_.invariant[1:]), "invariant I1 is not in its table"),
        (lambda all_: replace(all_, pump=all_.pump[1:]), "pump new_era is not in its table"),
    ],
)
def test_what_is_wrong_is_said_and_where(spoilt: Callable[[Traces], Traces], says: str) -> None:
    """A hazard without a test, a rule without a hazard, a name that stands for nothing: each fails by its name."""
    assert says in wrongs(spoilt(TABLES))


def test_what_is_not_met_stands_in_front_with_its_danger() -> None:
    page = traceability_page(TABLES)
    front = page.partition("## What is not met")[2].partition("\n## ")[0]
    short = [one for one in TABLES.requirement if one["verdict"] == "not met"]
    assert short
    assert all(f"requirement {one['number']}: {one['says']}" in front for one in short)
    dangers = [line.split("|")[1].strip() for line in front.splitlines() if line.startswith("| ")][1:]
    assert dangers == sorted(dangers, key=["high", "medium", "low"].index)


def test_every_hazard_says_what_is_left_and_who_bears_it() -> None:
    page = hazards_page(TABLES)
    for one in TABLES.hazard:
        section = page.partition(f"### {one['id']}: ")[2].partition("\n### ")[0]
        assert f"- *What is left*: {one['residual']}\n- *Borne by*: {one['bearer']}" in section
        assert section.count("- *Test*: ") == len(one["tests"])


def test_a_test_is_read_as_a_sentence() -> None:
    assert sentence("hil/test_x.py::test_nothing_flows") == "`hil/test_x.py`: nothing flows"
