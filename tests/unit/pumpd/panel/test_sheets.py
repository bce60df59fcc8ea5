"""One form for each act, with a PIN exactly where the daemon asks for one."""

import pytest

from pumpd.console_words import EPOCH_VERBS, LOWERING_VERBS, PIN_VERBS
from pumpd.core.clinic.notes import CODES
from pumpd.core.clinic.notes import SEVERITIES as TAKEN
from pumpd.panel.asked import ASKED_VERBS
from pumpd.panel.sheets import (
    EVENTS,
    SEVERITIES,
    SHEETS,
    Field,
    Sheet,
    answer,
    changed,
    credentials,
    field,
    sheets,
)
from pumpd.panel.words import Words

EN = Words("en")
CARE_WITH_PIN = {"prime", "observe", "sign_off", "close", "handover"}


@pytest.mark.parametrize("one", SHEETS, ids=lambda one: one.name)
def test_a_pin_and_an_epoch_are_asked_where_the_daemon_asks_for_them(one: Sheet) -> None:
    assert one.verb in ASKED_VERBS
    assert one.has_pin is (one.verb in PIN_VERBS | CARE_WITH_PIN)
    assert one.has_epoch is (one.verb in EPOCH_VERBS | CARE_WITH_PIN - {"handover"})
    assert one.verb not in LOWERING_VERBS or not one.needs_name


def test_every_sheet_has_its_words_and_is_a_named_dialog_that_is_hidden() -> None:
    for lang in ("en", "de"):
        markup = sheets(Words(lang))
        assert markup.count('role="dialog"') == len(SHEETS)
        assert markup.count(" hidden>") >= len(SHEETS)


def test_a_pin_field_is_never_filled_in_by_the_browser() -> None:
    markup = credentials("x", EN, has_pin=True)
    assert 'type="password"' in markup
    assert 'autocomplete="off"' in markup
    assert 'type="password"' not in credentials("x", EN, has_pin=False)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("choice", "<select"),
        ("long", "<textarea"),
        ("yes", 'type="checkbox"'),
        ("decimal", 'inputmode="decimal"'),
    ],
)
def test_each_kind_of_field_has_a_label_and_a_place_for_what_is_wrong(kind: str, part: str) -> None:
    values = ("mild",) if kind == "choice" else ()
    markup = field(Field("severity", "severity", kind, values), "s", EN)
    assert part in markup
    assert 'for="s-severity"' in markup
    assert 'id="wrong-s-severity"' in markup


def test_an_answer_and_a_change_are_spoken() -> None:
    assert 'aria-live="assertive"' in answer("x")
    assert "I have looked again" in changed(EN)


def test_what_may_be_reported_is_what_the_daemon_takes() -> None:
    """The panel may not import the core; two lists must not part."""
    assert tuple(CODES) == EVENTS
    assert SEVERITIES == TAKEN
