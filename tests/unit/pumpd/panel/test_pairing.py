"""Who may speak: a code typed once, a sealed cookie, a token, and nobody who guesses."""

from pathlib import Path

import pytest

from pumpd.panel.pairing import ALPHABET, CODE_LETTERS, Browser, PairFileRefused, Pairing, load

KEY = b"k" * 32


def pairing() -> Pairing:
    return Pairing(KEY, "BCDFGHJK")


def test_the_right_code_admits_and_spaces_dashes_and_case_are_forgiven() -> None:
    cookie = pairing().admit(" bcdf-ghjk ", " bed 1  tablet ", 0.0)
    assert cookie is not None
    found = pairing().browser(cookie)
    assert found is not None
    assert found.name == "bed 1 tablet"


def test_a_screen_without_a_printable_name_is_called_panel() -> None:
    for name in ("", "a\x00b"):
        one = pairing()
        cookie = one.admit("BCDFGHJK", name, 0.0)
        found = one.browser(cookie or "")
        assert found is not None
        assert found.name == "panel"


def test_five_wrong_codes_make_everybody_wait_and_each_further_one_doubles_it() -> None:
    one = pairing()
    for _ in range(5):
        assert one.admit("WRONG", "x", 0.0) is None
    assert one.wait_s(0.0) == 30.0
    assert one.admit("BCDFGHJK", "x", 29.0) is None  # the right one too
    assert one.admit("WRONG", "x", 31.0) is None
    assert one.wait_s(31.0) == 60.0
    assert one.admit("BCDFGHJK", "x", 92.0) is not None


@pytest.mark.parametrize("cookie", ["", ".", "abc", "abc.def", "W10.0"])
def test_a_cookie_we_did_not_seal_is_nobody(cookie: str) -> None:
    assert pairing().browser(cookie) is None


def test_a_cookie_whose_name_was_changed_and_one_of_another_key_are_nobody() -> None:
    one = pairing()
    body, _, mac = one.seal(Browser("id", "bed 1")).partition(".")
    assert one.browser(f"{body[:-2]}AA.{mac}") is None
    assert Pairing(b"x" * 32, "BCDFGHJK").browser(f"{body}.{mac}") is None


def test_a_token_is_of_one_browser() -> None:
    one, first, second = pairing(), Browser("a", "x"), Browser("b", "x")
    assert one.is_token(first, one.token(first))
    assert not one.is_token(second, one.token(first))
    assert not one.is_token(first, "")


def test_a_pair_file_is_made_once_for_its_owner_only_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "pair.json"
    first = load(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(first.code) == CODE_LETTERS
    assert set(first.code) <= set(ALPHABET)
    assert load(path).browser(first.seal(Browser("a", "x"))) == Browser("a", "x")


def test_a_pair_file_that_others_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pair.json"
    load(path)
    path.chmod(0o644)
    with pytest.raises(PairFileRefused, match="chmod 600"):
        load(path)
    for text in ("{", "{}", '{"key": "00", "code": "BCDFGHJK"}'):
        path.write_text(text)
        path.chmod(0o600)
        with pytest.raises(PairFileRefused, match="damaged"):
            load(path)
    with pytest.raises(PairFileRefused, match="No such file"):
        load(tmp_path / "nowhere" / "pair.json")
