"""Lines and words of configuration faults."""

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from pumpd.config_words import Fault, Loc, key_lines, messages

AWKWARD = '''# a comment with key = 1 and [table]
top = "a # b = [c"
"quoted key" = 'x = ]'
text = """
fake = 1
[fake]
"""
raw = \'\'\'
also.fake = 2\'\'\'
list = [ # [ not a bracket
  1, "]",
  2,
]
dotted.inner . deep = 5
[a.b]
key = { inline = "}", other = [1, 2] }
[[row]]
name = "one"
[row.sub]
x = 1
[[row]]
name = "two"
[[row.sub]]
x = 2
  [[row.sub]]
  x = 3
'''


def test_every_key_of_an_awkward_file_has_its_line() -> None:
    tomllib.loads(AWKWARD)
    lines = key_lines(AWKWARD)
    assert lines == {
        (): 1,
        ("top",): 2,
        ("quoted key",): 3,
        ("text",): 4,
        ("raw",): 8,
        ("list",): 10,
        ("dotted",): 14,
        ("dotted", "inner"): 14,
        ("dotted", "inner", "deep"): 14,
        ("a",): 15,
        ("a", "b"): 15,
        ("a", "b", "key"): 16,
        ("row",): 17,
        ("row", 0): 17,
        ("row", 0, "name"): 18,
        ("row", 0, "sub"): 19,
        ("row", 0, "sub", "x"): 20,
        ("row", 1): 21,
        ("row", 1, "name"): 22,
        ("row", 1, "sub"): 23,
        ("row", 1, "sub", 0): 23,
        ("row", 1, "sub", 0, "x"): 24,
        ("row", 1, "sub", 1): 25,
        ("row", 1, "sub", 1, "x"): 26,
    }


def test_windows_line_ends_count_once() -> None:
    assert key_lines("a = 1\r\n\r\n[b]\r\nc = 2\r\n")["b", "c"] == 4


@given(st.text(alphabet="ab.=[]{}\"'#\\\n ,1", max_size=200))
def test_the_scanner_ends_on_any_text(text: str) -> None:
    """It promises lines for legal TOML only, but must neither loop nor raise on anything else."""
    assert key_lines(text)[()] == 1


def _faults() -> Iterator[Fault]:
    for loc in (
        (),
        ("b",),
        ("b", "x", "deep"),
        ("b", "gone"),
        ("rows", 1, "y"),
        ("rows", 0, "y"),
        ("rows", 7),
    ):
        yield Fault(loc, "is wrong")


def test_faults_are_told_in_the_order_of_the_file_with_the_nearest_line_there_is() -> None:
    text = 'top = 1\n[b]\nx = "é"\n[[rows]]\nname = "r"\ny = 1\n[[rows]]\ny = nan\n'
    assert messages(_faults(), "f", text, tomllib.loads(text)) == (
        "f:1: the file: is wrong",
        "f:2: b.gone: is wrong",
        "f:2: b: is wrong",
        "f:3: b.x.deep: is wrong",
        "f:4: rows[8]: is wrong",
        "f:6: rows[r].y = 1: is wrong",
        "f:8: rows[2].y = nan: is wrong",
    )


def test_a_long_value_is_cut_and_a_secret_is_not_shown() -> None:
    tree = {"long": "x" * 100, "password": "abc", "password_file": "/p", "rows": [{"pin": "abc"}]}
    text = "".join(f"{key} = 1\n" for key in tree)
    places: list[Loc] = [("long",), ("password",), ("password_file",), ("rows",)]
    long, password, file, rows = messages([Fault(loc, "!") for loc in places], "f", text, tree)
    assert len(long) < 100
    assert long.endswith("...: !")
    assert password == "f:2: password = (not shown): !"
    assert file == 'f:3: password_file = "/p": !'
    assert rows == "f:4: rows: !"
