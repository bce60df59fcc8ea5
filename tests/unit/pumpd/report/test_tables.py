"""Text into a page."""

from pumpd.report.tables import plain, table


def test_what_a_browser_would_obey_is_shown_instead() -> None:
    """Faults row 105."""
    assert plain('<img src=x onerror="a">&') == "&lt;img src=x onerror=&quot;a&quot;&gt;&amp;"
    assert plain("a\x1b[2J\n\u202eb") == "a\\x1b[2J\\n\\u202eb"


def test_a_table_escapes_heads_and_cells_and_sets_numbers_to_the_right() -> None:
    shown = table(("a<", "b"), [("1", "<b>")], numeric=(0,))
    assert '<th class="n">a&lt;</th><th>b</th>' in shown
    assert '<td class="n">1</td><td>&lt;b&gt;</td>' in shown
