"""A file from another machine, another editor or another alphabet: what it is told."""

from pathlib import Path

import pytest

from pumpd.config_text import MOST_SYNTAX_FAULTS, TextRefused, read_text, tree_of

GOOD = 'a = 1\n[b]\nc = "x"\n'


def _read(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return read_text(path, 100, "write one")


def test_what_is_right_is_read_as_it_stands(tmp_path: Path) -> None:
    assert _read(tmp_path / "x", GOOD.encode()) == GOOD
    reading = tree_of(GOOD, "x")
    assert (reading.tree, reading.text, reading.faults) == ({"a": 1, "b": {"c": "x"}}, GOOD, ())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            b"\xef\xbb\xbf" + GOOD.encode(),
            ":1: begins with a byte order mark; save the file as UTF-8 without BOM",
        ),
        (GOOD.encode("utf-16"), ":1: is UTF-16 text; save the file as UTF-8"),
        (b"a = 1\nb = '\xfc'\n", ":2: not UTF-8 text (byte 0xfc); save the file as UTF-8"),
        (b"#" * 101, ": is larger than 100 bytes"),
    ],
)
def test_another_encoding_is_named_with_what_to_do(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(TextRefused) as refused:
        _read(tmp_path / "x.toml", content)
    assert str(refused.value).startswith(f"{tmp_path}/x.toml{says}")


def test_a_file_that_cannot_be_opened_says_why_and_what_helps(tmp_path: Path) -> None:
    with pytest.raises(TextRefused, match="No such file or directory; write one"):
        read_text(tmp_path / "none", 100, "write one")
    with pytest.raises(TextRefused, match="Is a directory"):
        read_text(tmp_path, 100, "write one")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("name = ward-3", 'name = ward-3: not TOML: Invalid value; text stands in quotes: name = "ward-3"'),
        ("path = /var/lib", 'text stands in quotes: path = "/var/lib"'),
        ("name = “ward”", "typographic quotation marks"),
        ('path = "C:\\pumpd"', "a backslash in text; a path is written with /"),
        ('path = "C:\\users"', "a backslash in text; a path is written with /"),
        ("tls = True", "yes and no are written true and false"),
        ("tls = yes # please", "yes and no are written true and false"),
        ("port = 08883", "a number has no leading zero"),
        ("a = 2", "stands there a second time, first in line 1; keep one of them"),
        ("hello", "a line is key = value, [table] or # remark"),
        ("x = 1\ry = 2", "the lines end with CR alone"),
    ],
)
def test_the_usual_slips_are_told_in_words_with_line_and_what_was_read(line: str, says: str) -> None:
    (fault,) = tree_of(f"a = 1\n{line}\nz = 3\n", "x.toml").faults
    assert fault.startswith(f"x.toml:2: {line.strip()[:20].partition(chr(13))[0]}")
    assert says in fault


def test_a_table_that_stands_there_twice_is_told_with_its_first_line() -> None:
    reading = tree_of("[b]\nc = 1\n[d]\n[b] # again\nc = 2\n", "x.toml")
    assert reading.is_torn
    assert "x.toml:4: [b] # again: not TOML: stands there a second time, first in line 1" in reading.faults[0]


def test_every_line_that_is_no_toml_is_told_and_the_rest_keeps_its_place() -> None:
    reading = tree_of("a = 1\nb = \nc = 3\nd = x\n", "x.toml")
    assert [fault.split(": ")[0] for fault in reading.faults] == ["x.toml:2", "x.toml:4"]
    assert reading.tree == {"a": 1, "c": 3}
    assert not reading.is_torn
    assert reading.text.count("\n") == 4


def test_another_kind_of_file_is_given_up_soon() -> None:
    reading = tree_of("what is this\n" * 40, "x.toml")
    assert len(reading.faults) == MOST_SYNTAX_FAULTS
    assert reading.tree == {}


def test_a_secret_is_not_repeated() -> None:
    for line in ("pin_scrypt = scrypt$1$2", "scrypt$1$2", "x = scrypt$1$2", "password = s$1$2"):
        (fault,) = tree_of(line + "\n", "x.toml").faults
        assert "(not shown)" in fault
        assert "$1$2" not in fault


def test_what_is_nested_too_deeply_is_refused_and_breaks_nothing() -> None:
    (fault,) = tree_of("x = " + "[" * 3000 + "\n", "x.toml").faults
    assert "nested too deeply" in fault
