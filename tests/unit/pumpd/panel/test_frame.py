"""What is around every page."""

import json

from pumpd.panel.frame import Frame, document, languages, news, pause_button, top
from pumpd.panel.markup import Markup, tag
from pumpd.panel.words import Words

FRAME = Frame(Words("de"), "token-1", "bed 1", {"high": 1}, "v1")


def test_a_page_has_its_language_its_bed_and_one_script_of_ours() -> None:
    page = document(FRAME, "a <title>", tag("main"), bed="bed-1")
    assert '<html lang="de">' in page
    assert "<title>a &lt;title&gt;</title>" in page
    assert 'data-bed="bed-1"' in page
    assert page.count("<script") == 2
    assert "style=" not in page
    assert "onclick" not in page


def test_what_the_script_is_told_cannot_end_its_element() -> None:
    frame = Frame(Words("en"), "</script><script>alert(1)", "x")
    page = document(frame, "t", Markup(""))
    told = page.partition('id="known">')[2].partition("</script>")[0]
    assert json.loads(told)["token"] == "</script><script>alert(1)"


def test_the_other_languages_are_offered_each_in_its_own_name() -> None:
    form = languages(Words("de"), "token-1", "/bed/bed-1")
    assert 'lang="en"' in form
    assert "English" in form
    assert "Deutsch" not in form


def test_the_head_the_news_and_the_pause_are_there_before_any_script() -> None:
    assert 'id="pause"' in pause_button(Words("en"))
    assert "Nothing is known yet" in news(Words("en"))
    assert 'href="/"' in top(FRAME, "bed-1", "/bed/bed-1")
    assert 'href="/"' not in top(FRAME, "wall", "/")
