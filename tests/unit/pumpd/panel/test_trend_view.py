"""The picture and its numbers: limits in force, the start, what was not seen, and the same values in a table."""

import copy
from typing import Any

from panel_console import STATE

from pumpd.panel.history import History
from pumpd.panel.trend_view import picture
from pumpd.panel.words import Words

EN = Words("en")


def seen(minutes: int, first_phase: str = "verified") -> tuple[History, dict[str, Any]]:
    history, state = History(), copy.deepcopy(STATE)
    history.add({**state, "at_ms": 0, "phase": first_phase, "word": "READY"})
    for second in range(5, minutes * 60, 5):
        flow = 26_200_000 if second < 120 else 13_100_000
        rate = {"programmed_nl_h": 26_200_000, "permitted_nl_h": flow, "reported_nl_h": flow}
        word = "INFUSING" if second < 120 else "SLOWED"
        state = {**state, "at_ms": second * 1000, "course": {"elapsed_s": second}, "rate": rate, "word": word}
        history.add(state)
    return history, state


def test_before_the_first_state_it_says_that_nothing_was_seen() -> None:
    assert "Nothing seen yet." in picture(History(), {}, EN)


def test_limits_baseline_and_the_four_lanes_are_drawn() -> None:
    markup = picture(*seen(5), EN)
    for part in ("sys limit 160", "dia limit 100", "sys 120 % = 150", "sys baseline 125", "line limit 300"):
        assert part in markup
    for part in ("Blood pressure", "Heart rate and SpO2", "Line pressure", "mL/h", "minutes from start"):
        assert part in markup


def test_no_limit_is_drawn_that_the_daemon_does_not_tell() -> None:
    history, state = seen(5)
    drawn = picture(history, {**state, "limits": {}}, EN).partition("<table")[0]
    assert "limit" not in drawn


def test_a_panel_that_came_late_says_from_when_on_it_has_seen() -> None:
    assert "where this panel began to watch, 4 min" in picture(*seen(5, "infusing"), EN)
    assert "began to watch" not in picture(*seen(5), EN)


def test_the_table_holds_the_same_numbers_under_real_headers() -> None:
    table = picture(*seen(5), EN).partition("<table")[2]
    assert table.count('scope="col"') == 7
    assert "<td>125/78</td>" in table
    assert "<td>13.10</td>" in table
    assert "<td>26.20</td>" in table


def test_what_happened_is_a_numbered_list_in_the_readers_words() -> None:
    markup = picture(*seen(5), Words("de"))
    assert "VERLANGSAMT" in markup
    assert 'lang="de"' in markup
