"""Which wrongs are made, how they are named, and that each is made exactly where its name says."""

import ast

import pytest
from ci_scripts import load

mutate = load("mutate")


def changes(source: str) -> list[str]:
    return [one.name.split(": ", 1)[1] for one in mutate.mutants("m.py", source)]


def inside(statement: str) -> list[str]:
    return changes(f"def f(a, b):\n    {statement}\n")


@pytest.mark.parametrize(
    ("statement", "wrongs"),
    [
        ("g(a < b)", {"g(a <= b)", "g(a >= b)", "nothing"}),
        ("g(a == b)", {"g(a != b)", "nothing"}),
        ("g(a is not b)", {"g(a is b)", "nothing"}),
        ("g(a not in b)", {"g(a in b)", "nothing"}),
        ("g(a and b)", {"g(a or b)", "g(a)", "g(b)", "nothing"}),
        ("g(not a)", {"g(a)", "nothing"}),
        ("g(a + b)", {"g(a - b)", "nothing"}),
        ("g(a // b)", {"g(a * b)", "nothing"}),
        ("g(5)", {"g(6)", "g(4)", "nothing"}),
        ("g(True)", {"g(False)", "nothing"}),
        ("g(min(a, b))", {"g(max(a, b))", "nothing"}),
        ("g(any(a))", {"g(all(a))", "nothing"}),
        ("g([x for x in a if x])", {"g([x for x in a if True])", "g([x for x in a if False])", "nothing"}),
        ("return a", {"return None"}),
        ("return False", {"return True"}),
        ("raise a", {"nothing"}),
        ("a = b", {"nothing"}),
        ("a += b", {"nothing"}),
    ],
)
def test_each_kind_of_slip_is_made(statement: str, wrongs: set[str]) -> None:
    assert {one.split(" -> ")[1] for one in inside(statement)} == wrongs


def test_a_condition_is_turned_to_both_constants_and_a_loops_to_never() -> None:
    assert inside("if a: pass") == ["if a: -> if False:", "if a: -> if True:"]
    assert inside("while a: break") == [
        "while a: -> while False:",
        "break -> continue",
    ]


@pytest.mark.parametrize(
    "statement",
    ["'text'", "return None", "pass", "import x", "b: int", "assert a is not None"],
)
def test_texts_annotations_and_idle_statements_are_left_alone(statement: str) -> None:
    assert inside(statement) == []


def test_decorators_and_strict_are_left_alone() -> None:
    assert changes("@d(frozen=True)\nclass A:\n    x: Literal[1] = y\n") == []
    assert inside("return zip(a, b, strict=True)") == ["return zip(a, b, strict=True) -> return None"]


def test_a_name_says_where_and_stays_when_lines_move_and_equal_ones_are_numbered() -> None:
    source = "class A:\n    def f(self):\n        g(1)\n        g(1)\n"
    names = [one.name for one in mutate.mutants("m.py", source)]
    assert names == [one.name for one in mutate.mutants("m.py", "# new\n\nx = y\n" + source)]
    assert "m.py A.f: g(1) -> g(2)" in names
    assert "m.py A.f: g(1) -> g(2) (no. 2)" in names
    assert len(set(names)) == len(names)


def test_a_long_statement_is_cut_to_the_neighbourhood_of_the_change() -> None:
    long = " + ".join(f"part_{index}" for index in range(20))
    (name,) = (one for one in inside(f"g({long} + (a < b) + {long})") if "a <= b" in one)
    assert len(name) < 200
    assert name.count("…") == 4


@pytest.mark.parametrize(("source", "function"), [("x = 1\n", None), ("def f(a=1): ...\n", None)])
def test_what_acts_on_import_belongs_to_no_function(source: str, function: None) -> None:
    assert {one.function for one in mutate.mutants("m.py", source)} == {function}


def test_what_is_nested_belongs_to_the_outermost_function_by_its_decorators_line() -> None:
    source = "class A:\n    @property\n    def f(self):\n        def g():\n            return 1\n        return g\n"
    assert {one.function for one in mutate.mutants("m.py", source)} == {("A.f", 2)}


def test_each_mutant_differs_from_the_source_in_one_place_and_compiles() -> None:
    source = (
        "def f(a, b):\n    if a < 1 and not b:\n        a += 2\n"
        "    try:\n        g(a)\n    except E:\n        return -a\n"
        "    match a:\n        case 1 if b:\n            a = [x for x in b if x > 3]\n    return max(a, b) % 7\n"
    )
    texts = set()
    for one in mutate.mutants("m.py", source):
        tree = mutate.mutated(source, one.index)
        compile(tree, "m.py", "exec")
        texts.add(ast.unparse(tree))
    assert ast.unparse(ast.parse(source)) not in texts
    assert len(texts) == len(mutate.mutants("m.py", source))


def test_a_mutant_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(IndexError):
        mutate.mutated("x = 1\n", 99)
