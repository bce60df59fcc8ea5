"""The seal finds every changed byte, before it and behind it; and says what it cannot know."""

from pathlib import Path

import pytest

from pumpd.commission.seal import KeyRefused, NotSealed, check, key_name, read_key, sealed_json, sealed_page

KEY, OTHER = b"k" * 32, b"o" * 32
BODY = "<!doctype html>\n<html><body><p>PASSED &lt;b&gt;</p>"
TREE = {"verdict": "PASSED", "steps": [{"name": 'stop\n,"seal":{}'}]}


def sealed(kind: str, key: bytes | None) -> str:
    return sealed_page(BODY, key) if kind == "html" else sealed_json(TREE, key)


@pytest.mark.parametrize("kind", ["html", "json"])
def test_a_sealed_file_is_as_it_was_made(kind: str) -> None:
    found = check(sealed(kind, KEY), KEY)
    assert (found.is_whole, found.is_signed) == (True, True)
    assert key_name(KEY) in found.words


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("kind", ["html", "json"])
def test_every_single_changed_character_is_found(kind: str, key: bytes | None) -> None:
    text = sealed(kind, key)
    for at in range(len(text)):
        other = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
        try:
            found = check(other, key)
        except NotSealed:
            continue
        assert not (found.is_whole and found.is_signed is not False), (at, text[at])


@pytest.mark.parametrize("kind", ["html", "json"])
def test_a_word_behind_the_seal_is_found(kind: str) -> None:
    assert not check(sealed(kind, KEY) + "<p>FAILED</p>", KEY).is_whole


def test_whoever_has_no_key_can_seal_anew_and_is_not_taken_for_the_signer() -> None:
    forged = sealed_page(BODY.replace("PASSED", "FAILED"), None)
    found = check(forged, KEY)
    assert (found.is_whole, found.is_signed) == (True, False)
    assert "NOT SIGNED" in found.words
    assert check(sealed_page(BODY, OTHER), KEY).is_signed is False


def test_without_the_key_nobody_is_told_that_the_signature_holds() -> None:
    found = check(sealed_page(BODY, KEY), None)
    assert (found.is_whole, found.is_signed) == (True, None)
    assert "name it with --key" in found.words


def test_a_file_without_a_seal_is_not_sealed() -> None:
    with pytest.raises(NotSealed):
        check(BODY, None)


def test_a_key_that_others_can_read_or_that_is_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(KEY)
    file.chmod(0o600)
    assert read_key(file) == KEY
    file.chmod(0o644)
    with pytest.raises(KeyRefused, match="chmod 0600"):
        read_key(file)
    file.chmod(0o600)
    file.write_bytes(b"short")
    with pytest.raises(KeyRefused, match="5 bytes"):
        read_key(file)
    with pytest.raises(KeyRefused, match="cannot be read"):
        read_key(tmp_path / "none")
