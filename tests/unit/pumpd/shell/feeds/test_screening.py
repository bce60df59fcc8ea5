"""What bytes may spell before anybody asks what they mean (facts/faults.md rows 56-59, F9)."""

import pytest

from pumpd.shell.feeds.screening import RefusedError, screened_json


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        (b"[1]" + b" " * 98, "oversize"),
        (b'"\xff"', "not_utf8"),
        (b"[[[]]]", "too_deep"),
        (b"{", "not_json"),
        (b'{"a":1,"a":2}', "duplicate_key"),
        (b"NaN", "bad_number"),
        (b"1e999", "bad_number"),
        (b"9" * 50, "bad_number"),
    ],
)
def test_what_two_readers_could_take_for_two_things_is_refused(payload: bytes, word: str) -> None:
    with pytest.raises(RefusedError) as refused:
        screened_json(payload, 100, 2)
    assert refused.value.reason == word


def test_brackets_in_texts_and_levels_within_the_limit_are_no_depth() -> None:
    assert screened_json(b'["[[[[", {"a": 1.5}]', 100, 2) == ["[[[[", {"a": 1.5}]
