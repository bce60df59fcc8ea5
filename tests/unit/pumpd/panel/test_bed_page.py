"""The page of a bed: PAUSE first, places for everything the view fills."""

import re

from panel_console import STATE

from pumpd.panel.bed_page import bar, bed_page
from pumpd.panel.bed_view import view
from pumpd.panel.frame import Frame
from pumpd.panel.words import Words

EN = Words("en")


def test_pause_is_the_first_thing_in_the_document_that_can_be_pressed() -> None:
    page = bed_page(Frame(EN, "t"), "bed-1")
    first = re.search(r"<(?:button|a|input|select)[^>]*>", page.partition("<body")[2])
    assert first is not None
    assert 'id="pause"' in first.group()
    assert 'data-opens="stop"' in bar(EN)


def test_every_place_of_the_page_is_filled_and_every_list_has_a_place() -> None:
    page, shown = bed_page(Frame(EN, "t"), "bed-1"), view(STATE, EN)
    assert set(re.findall(r'data-html="([^"]+)"', page)) == set(shown["html"])
    assert set(re.findall(r'data-text="([^"]+)"', page)) <= set(shown["text"])


def test_what_comes_from_the_daemon_in_english_is_marked_so() -> None:
    assert '<p data-text="headline" class="headline" lang="en">' in bed_page(Frame(Words("de"), "t"), "bed-1")
