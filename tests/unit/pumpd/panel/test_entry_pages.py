"""The pages on which much is typed or compared."""

from panel_console import STATE

from pumpd.panel.entry_pages import checklist_page, nowhere_page, order_page, pair_page, verify_page
from pumpd.panel.frame import Frame
from pumpd.panel.words import Words

FRAME = Frame(Words("en"), "t")


def test_the_second_person_sees_the_same_numbers_and_their_epoch() -> None:
    page = verify_page(FRAME, "bed-1", STATE)
    assert "<td>26.2 mL/h</td>" in page
    assert 'data-epoch="5"' in page


def test_the_order_keeps_what_is_typed_and_has_the_pause() -> None:
    page = order_page(FRAME, "bed-1", None, FRAME.words)
    assert 'data-keeps="order-bed-1"' in page
    assert 'id="pause"' in page


def test_each_item_of_the_checklist_is_a_group_of_two_answers() -> None:
    items = [
        {
            "key": "psychosis",
            "text": "Psychosis?",
            "group": "contraindications",
            "blocks": "yes",
            "answer": "no",
        }
    ]
    page = checklist_page(FRAME, "bed-1", {**STATE, "care": {"checklist": {"items": items}}})
    assert page.count('type="radio"') == 2
    assert 'value="no" data-answer="psychosis" checked' in page
    assert 'class="choice blocks"' in page
    assert "There is no checklist now." in checklist_page(FRAME, "bed-1", STATE)


def test_a_wrong_code_is_said_and_the_name_kept() -> None:
    page = pair_page(FRAME, "This code is not right.", 'a"b')
    assert "This code is not right." in page
    assert 'value="a&quot;b"' in page


def test_a_page_that_is_not_there_has_a_way_back() -> None:
    assert 'href="/"' in nowhere_page(FRAME, "no such page")
