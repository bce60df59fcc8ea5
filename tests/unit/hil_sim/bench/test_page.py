"""A page is one file that says what held, what was seen instead, and everything that happened; the index, what broke."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from recording_bench import Tape, two_hours

from hil_sim.bench.page import MOST_HAPPENINGS, Row, index, page, row_of, write_index, write_page
from hil_sim.bench.recording import Recording, Unplayed, Verdict

HELD = Verdict("BP1 SLOW within 4 min after bp_shift (at 600.0 s)", True, "seen at 801.0 s, 201 s later")
BROKEN = Verdict("BP3 PAUSE within 1 s <after> bp_shift", False, "first seen at 1012.3 s, 82.3 s later")
VOID = {"meta", "br"}


class Balance(HTMLParser):
    """Finds tags that are closed by another's name."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("script", "link", "img", "iframe") or any(name in ("src", "style") for name, _ in attrs):
            self.loaded.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opened and closed at once."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(html: str) -> str:
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert balance.loaded == []
    assert "url(" not in html
    assert "http" not in html
    return html


def run(*verdicts: Verdict, source: str = "stories/hand.toml") -> Recording:
    return replace(two_hours(), verdicts=list(verdicts), source=source)


def test_a_page_needs_nothing_else_and_says_what_held_and_what_did_not() -> None:
    html = checked(page(run(HELD, BROKEN)))
    assert "1 of 2 failed" in html
    assert "BP3 PAUSE within 1 s &lt;after&gt; bp_shift" in html
    assert "82.3 s later" in html
    assert html.count("passed</b>") == html.count("failed</b>") == 1
    assert html.index(HELD.expectation) < html.index("82.3 s later") < html.index("<svg")


def test_everything_that_happened_stands_in_the_list_with_its_time() -> None:
    html = page(run(HELD))
    for told in (
        "acknowledge BLOOD-PRESSURE first",
        "no longer in force",
        "13.10 mL/h",
        "sys 26, dia 10, over_s 60",
    ):
        assert told in html
    assert '<td class="n t">50:00</td><td class="n t">3000.0</td>' in html
    assert "the daemon was killed" in html


def test_a_long_list_is_cut_and_says_so_and_requests_are_counted_only() -> None:
    tape = Tape(until_s=2000.0)
    for second in range(MOST_HAPPENINGS + 10):
        tape.add(float(second), "operator", "present").add(float(second), "request", "STAT")
    html = checked(page(tape.recording()))
    assert "10 more are not listed" in html
    assert f"{MOST_HAPPENINGS + 10} requests on the wire are not listed" in html
    assert html.count("<tr>") == MOST_HAPPENINGS + 1


def test_a_run_that_recorded_nothing_says_so() -> None:
    empty = run()
    empty.moments.clear()
    html = checked(page(empty))
    assert "Nothing was recorded." in html
    assert "The story expects nothing." in html


def test_the_index_shows_what_broke_first_and_sums_up() -> None:
    rows = [
        row_of(run(HELD, source="a.toml"), "a.html"),
        row_of(run(HELD, BROKEN, source="b.toml"), "b.html"),
        row_of(Unplayed("Wrong map", "c.toml", "the daemon did not start")),
    ]
    html = checked(index(rows))
    assert html.index("b.toml") < html.index("c.toml") < html.index("a.toml")
    assert "82.3 s later" in html
    assert "the daemon did not start" in html
    assert "2 of 3 failed" in html
    assert "2 of 3</dd>" in html  # claims held
    assert 'href="a.html"' in html
    assert "4:00:00" in html
    assert html.count("BP1, BP2, DL2, LP1") == 2


def test_a_row_says_how_long_how_fast_how_much_and_which_rules() -> None:
    seen = run(HELD, BROKEN)
    row = row_of(seen, "x.html")
    assert (row.held, row.claims, row.is_good) == (1, 2, False)
    assert row.said == f"{BROKEN.expectation}: {BROKEN.said}"
    assert (row.simulated_s, row.wall_s, row.prescribed_mg) == (7200.0, 6.0, 35.0)
    assert row.rules == ("BP1", "BP2", "DL2", "LP1")
    assert row.delivered_mg == seen.delivered_mg
    assert row_of(run(HELD)).is_good


def test_an_empty_index_is_a_page_too() -> None:
    assert "nothing expected" in checked(index([]))


def test_pages_are_named_by_source_and_seed_and_the_index_finds_them(tmp_path: Path) -> None:
    rows = [
        write_page(tmp_path, run(HELD, source="/stories/bp/../odd name.toml")),
        write_page(tmp_path, replace(run(HELD, source="bp/three.toml"), seed=8)),
    ]
    where = write_index(tmp_path, rows)
    links = re.findall(r'href="([^"]*)"', where.read_text(encoding="utf-8"))
    assert len(links) == 2
    for link in links:
        assert (tmp_path / link).is_file()
    assert "bp-three-8.html" in links
    assert rows[1] == Row(
        title=rows[1].title,
        source="bp/three.toml",
        href="bp-three-8.html",
        held=1,
        claims=1,
        said="",
        simulated_s=7200.0,
        wall_s=6.0,
        delivered_mg=rows[1].delivered_mg,
        prescribed_mg=35.0,
        rules=("BP1", "BP2", "DL2", "LP1"),
    )
