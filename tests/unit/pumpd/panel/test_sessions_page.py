"""What a nurse reads of a series and of a bed's sessions."""

from typing import Any

from pumpd.panel.frame import Frame
from pumpd.panel.sessions_page import SHOWN_MOST, sessions_page
from pumpd.panel.words import Words

DAY_MS = 86_400_000
BEGUN = [
    {"number": 1, "wall_ms": 1_795_000_000_000, "is_this": False},
    {"number": 2, "wall_ms": 1_795_000_000_000 + 3 * DAY_MS, "is_this": True},
]


def page(session: int = 2, has_reports: bool = True, **series: Any) -> str:
    told = {"number": 2, "of": 6, "warnings": [], "begun": [], **series}
    state = {"session": session, "care": {"series": told}}
    return sessions_page(Frame(Words("en"), "t", "n", {}, "v"), "bed-1", state, has_reports)


def test_a_series_is_a_table_of_starts_with_what_lies_between() -> None:
    text = page(begun=BEGUN)
    assert "2" in text
    assert "3.0 days" in text
    assert "this one" in text


def test_what_is_too_close_stands_above_it() -> None:
    assert "limit 3 sessions" in page(
        begun=BEGUN, warnings=["this is session 4 within 7 days (limit 3 sessions)"]
    )


def test_every_session_of_the_bed_has_its_report_newest_first_and_the_oldest_are_left_out() -> None:
    text = page(session=40)
    links = [part.split('"')[0] for part in text.split('href="/bed/bed-1/report?session=')[1:]]
    assert links == [str(number) for number in range(40, 40 - SHOWN_MOST, -1)]


def test_without_sessions_series_or_journal_it_says_so() -> None:
    assert "No session yet" in page(session=0)
    assert "no series is known" in page()
    assert "pumpd panel --journal" in page(has_reports=False)


def test_pause_is_on_this_page_too() -> None:
    assert 'id="pause"' in page()
