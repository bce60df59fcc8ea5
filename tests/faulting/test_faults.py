"""A rotating dozen of faults, one seed each; that every fault has its row; and that a broken daemon is found.

`./run faults` injects all of them with thirty seeds.
"""

import json
from datetime import date

import pytest
from faulting.rows import NOT_INJECTED, all_rows, applicable
from faulting.run_faults import jobs_of, line_of, main, page, summary, trials

from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.bench.presses import OPERATOR
from hil_sim.bench.settings import FAMILIES
from hil_sim.faults import EVENTS, FAULTS

TODAY = 12
ROWS = {row.label: row for row in all_rows()}


def test_every_fault_is_injected_or_has_a_reason() -> None:
    injected = {row.name for row in ROWS.values()}
    assert injected | set(NOT_INJECTED) == {*FAULTS, *EVENTS, *BENCH_FAULTS, *OPERATOR}
    assert not injected & set(NOT_INJECTED)
    assert all(row.families for row in ROWS.values())


def test_a_fault_is_tried_with_the_pumps_that_it_can_touch() -> None:
    assert applicable("line_down") == FAMILIES
    assert applicable("bad_crc") == ("modbus-rtu",)
    assert applicable("screen_touched") == ("harvard",)
    assert "chemyx" not in applicable("watchdog_dead")


def test_seeds_go_in_turn_over_the_families() -> None:
    jobs = jobs_of([ROWS["noise"]], range(1, 15))
    assert {family: len(mine) for family, mine in jobs.items()} == dict.fromkeys(FAMILIES, 2)


@pytest.mark.timeout(300)
def test_some_faults_of_the_day_are_survived_and_bite() -> None:
    """Another dozen each day; the seed is the day's, so that the same day is the same run."""
    day = date.today().toordinal()  # noqa: DTZ011
    names = list(ROWS)
    rows = [ROWS[names[(day * TODAY + n) % len(names)]] for n in range(TODAY)]
    reports = trials(rows, [2], workers=2)
    assert [(one["label"], one["family"], said) for one in reports for said in one["violations"]] == []
    assert len(reports) == TODAY


@pytest.mark.timeout(300)
def test_the_command_tells_what_was_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--row", "keypad_stop", "--seeds", "2", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["faults"]
    assert one["bit"] == one["seeds"] == one["stood"] == 2
    assert one["answered"]["hold pump"] == 2
    assert one["rows"] == "15"


def test_a_fault_that_is_none_is_refused_with_the_list() -> None:
    with pytest.raises(SystemExit):
        main(["--row", "nois"])


def test_the_page_says_what_bit_and_what_was_violated() -> None:
    report = {
        "label": "noise",
        "family": "new_era",
        "seed": 3,
        "bit": True,
        "seen": ["PS1 PAUSE"],
        "stood_s": 1.25,
    }
    told = summary(ROWS["noise"], [{**report, "violations": ["I9: late"]}])
    assert line_of(told) == "| `noise` | 25 | all | 1 | 1 | PS1 PAUSE (1) | 1 | 1.2 s | 1 |"
    assert "1 trials" in page([told])
    assert told["violations"] == ["noise, new_era, seed 3 : I9: late"]
