"""House rules that no linter knows, as tests: sizes, names, mirrors, and what must not stand in the files.

Theory of operation. Every rule is a function from one text to the list of its faults, so each can be shown
to find what it is for: the first half of the tests feeds every rule a bad snippet and a good one, the second
half feeds it the tree. A rule that looks at nothing is caught by `test_the_tree_is_seen`.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("pumpd", "drivers", "interlocks", "hil_sim")

LONGEST_MODULE = 350
LONGEST_FUNCTION = 60
BANNED_WORDS = {"manager", "handler", "helper", "util", "utility", "utilities", "process", "common", "misc"}

#: Modules with code and no test file of their own, each with the reason.
WITHOUT_MIRROR: dict[str, str] = {}

#: Folders that hold nothing of ours.
_FOREIGN = {"__pycache__", "build", "dist", "node_modules"}
_HIDDEN_OURS = {".ci", ".github", ".gitignore"}

#: Written in pieces, so that this file does not find itself.
_ADDRESSES = re.compile(r"pypi\." + r"org|files\.python" + r"hosted")
_MACHINE_PATHS = re.compile(r"(?<![\w.])/" + r"(?:work|root|home|Users)/\w")

Rule = Callable[[str, str], list[str]]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def too_long_module(_path: str, text: str) -> list[str]:
    """The module is longer than one reader has patience for."""
    lines = len(text.splitlines())
    return [f"{lines} lines, at most {LONGEST_MODULE}"] if lines > LONGEST_MODULE else []


def too_long_functions(_path: str, text: str) -> list[str]:
    """Functions that do not fit a screen."""
    sizes = [(node.name, (node.end_lineno or 0) - node.lineno + 1) for node in _functions(ast.parse(text))]
    return [
        f"{name}: {size} lines, at most {LONGEST_FUNCTION}" for name, size in sizes if size > LONGEST_FUNCTION
    ]


def _words(name: str) -> set[str]:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return {form for part in parts for form in (part.lower(), part.lower().removesuffix("s"))}


def banned_names(path: str, text: str) -> list[str]:
    """Names that say nothing: of the file, its folders, its classes and functions."""
    nodes = ast.walk(ast.parse(text))
    named = [n.name for n in nodes if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    named += Path(path).with_suffix("").parts
    return [f"{name}: the word {word}" for name in named for word in sorted(_words(name) & BANNED_WORDS)]


def banned_calls(_path: str, text: str) -> list[str]:
    """asyncio.wait_for loses cancellations on 3.11 (faults F4); time.sleep stops every timer of the loop."""
    banned = {("asyncio", "wait_for"), ("time", "sleep")}
    faults = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            faults += [f"{node.module}.{n.name}" for n in node.names if (node.module, n.name) in banned]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            faults += [f"{node.value.id}.{node.attr}"] if (node.value.id, node.attr) in banned else []
    return faults


def init_with_code(path: str, text: str) -> list[str]:
    """A package's __init__ that does something."""
    body = ast.parse(text).body
    is_plain = not body or (len(body) == 1 and ast.get_docstring(ast.parse(text)) is not None)
    return [] if Path(path).name != "__init__.py" or is_plain else ["holds more than a docstring"]


def no_docstring(path: str, text: str) -> list[str]:
    """A module without its theory of operation."""
    is_exempt = Path(path).name == "__init__.py"
    return [] if is_exempt or ast.get_docstring(ast.parse(text)) else ["has no docstring"]


def bare_ignores(_path: str, text: str) -> list[str]:
    """A silenced type checker that does not say about what."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    wrong = [token for token in comments if re.search(r"#\s*type:\s*ignore(?!\[)", token.string)]
    return [f"line {token.start[0]}: {token.string}" for token in wrong]


def foreign_places(_path: str, text: str) -> list[str]:
    """Addresses of a package index, and paths that exist on one machine only."""
    lines = enumerate(text.splitlines(), 1)
    return [f"line {n}" for n, line in lines if _ADDRESSES.search(line) or _MACHINE_PATHS.search(line)]


def _has_code(text: str) -> bool:
    """True when a function does something; data and protocols are tested by those who use them."""

    def is_idle(node: ast.stmt) -> bool:
        return isinstance(node, ast.Pass) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )

    return any(not all(is_idle(node) for node in function.body) for function in _functions(ast.parse(text)))


def mirror_of(path: str) -> str:
    """Where the tests of a source file are."""
    source = Path(path)
    folders = (folder.removeprefix(".") for folder in source.parent.parts)
    return str(Path("tests", "unit", *folders, f"test_{source.stem}.py"))


def without_mirror(path: str, text: str, exists: Callable[[str], bool]) -> list[str]:
    """A module that does something and has no test file of its own."""
    if not _has_code(text) or path in WITHOUT_MIRROR or exists(mirror_of(path)):
        return []
    return [f"has code and no {mirror_of(path)}"]


SOURCE_RULES: tuple[Rule, ...] = (
    too_long_module,
    too_long_functions,
    banned_names,
    banned_calls,
    init_with_code,
    no_docstring,
    bare_ignores,
)


def _nothing_exists(_path: str) -> bool:
    return False


def _mirrorless(path: str, text: str) -> list[str]:
    return without_mirror(path, text, _nothing_exists)


_LONG = "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION

BAD: list[tuple[Rule, str, str]] = [
    (too_long_module, "pumpd/a.py", "x = 1\n" * (LONGEST_MODULE + 1)),
    (too_long_functions, "pumpd/a.py", _LONG),
    (
        too_long_functions,
        "pumpd/a.py",
        "class A:\n    async " + _LONG.replace("\n", "\n    ").rstrip() + "\n",
    ),
    (banned_names, "pumpd/a.py", "class PumpManager: ..."),
    (banned_names, "pumpd/a.py", "async def on_error_handlers(): ..."),
    (banned_names, "pumpd/a.py", "class A:\n    def process(self): ..."),
    (banned_names, "pumpd/utils.py", ""),
    (banned_names, "pumpd/common/a.py", ""),
    (banned_names, "pumpd/a.py", "class IOHelper: ..."),
    (banned_calls, "pumpd/a.py", "import asyncio\nasyncio.wait_for(x, 1)"),
    (banned_calls, "pumpd/a.py", "from asyncio import wait_for"),
    (banned_calls, "pumpd/a.py", "import time\nf = time.sleep"),
    (banned_calls, "pumpd/a.py", "from time import sleep as nap"),
    (init_with_code, "pumpd/__init__.py", '"""Doc."""\nfrom .a import b'),
    (init_with_code, "pumpd/__init__.py", "x = 1"),
    (no_docstring, "pumpd/a.py", "x = 1"),
    (no_docstring, "pumpd/a.py", ""),
    (bare_ignores, "pumpd/a.py", "x = 1  # type: " + "ignore"),
    (foreign_places, "a.md", "see https://pypi." + "org/x"),
    (foreign_places, "a.lock", "https://files.python" + "hosted.org/x"),
    (foreign_places, "a.md", "cd /" + "work/main"),
    (foreign_places, "a.py", 'open("/' + 'home/me/x")'),
    (_mirrorless, "pumpd/a.py", "def f():\n    return 1"),
]

GOOD: list[tuple[Rule, str, str]] = [
    (too_long_module, "pumpd/a.py", "x = 1\n" * LONGEST_MODULE),
    (too_long_functions, "pumpd/a.py", _LONG.removesuffix("    x = 1\n")),
    (banned_names, "pumpd/processor.py", "def handle_processing(): ...\nclass Utilisation: ..."),
    (banned_calls, "pumpd/a.py", "import asyncio\nasyncio.sleep(0)\nself.sleep(1)"),
    (init_with_code, "pumpd/__init__.py", ""),
    (init_with_code, "pumpd/__init__.py", '"""Doc."""'),
    (init_with_code, "pumpd/a.py", "x = 1"),
    (no_docstring, "pumpd/a.py", '"""Doc."""'),
    (no_docstring, "pumpd/__init__.py", ""),
    (bare_ignores, "pumpd/a.py", 'x = 1  # type: ignore[misc]\ny = "# type: ' + 'ignore"'),
    (foreign_places, "a.md", "/opt/pumpd, /var/lib/pumpd, framework/main, https://example.org/" + "home/x"),
    (
        _mirrorless,
        "pumpd/a.py",
        'class P:\n    x = 1\n    def f(self) -> int:\n        """Doc."""\n        ...',
    ),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_each_rule_finds_what_it_is_for(rule: Rule, path: str, text: str) -> None:
    assert len(rule(path, text)) == 1


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_each_rule_passes_what_is_right(rule: Rule, path: str, text: str) -> None:
    assert rule(path, text) == []


def test_a_mirror_that_exists_satisfies_the_rule_and_stands_where_the_source_does() -> None:
    assert mirror_of("drivers/new_era/codec.py") == "tests/unit/drivers/new_era/test_codec.py"
    assert mirror_of(".ci/lock.py") == "tests/unit/ci/test_lock.py"
    text = "def f():\n    return 1"
    assert without_mirror("pumpd/a.py", text, lambda path: path == "tests/unit/pumpd/test_a.py") == []


def test_every_rule_is_proven_both_ways() -> None:
    for proofs in (BAD, GOOD):
        assert {rule for rule, _, _ in proofs} >= {*SOURCE_RULES, foreign_places, _mirrorless}


def _sources() -> list[str]:
    found = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found += [path.relative_to(ROOT) for path in (ROOT / ".ci").glob("*.py")]
    return sorted([str(path) for path in found if not _FOREIGN & set(path.parts)] + ["run"])


def _own_files() -> list[str]:
    """Everything a clone holds: no environment, no caches, nothing that tools leave behind."""
    found = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        is_hidden = any(part.startswith(".") and part not in _HIDDEN_OURS for part in parts)
        is_foreign = any(part in _FOREIGN or part.endswith(".egg-info") for part in parts)
        if path.is_file() and not is_hidden and not is_foreign and parts != ("uv.lock",):
            found.append(str(Path(*parts)))
    return sorted(found)


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_tree_is_seen() -> None:
    assert {"run", ".ci/mutate.py", "pumpd/clock.py", "interlocks/vocabulary.py", "pumpd/__init__.py"} <= set(
        _sources()
    )
    assert {"requirements.lock", ".ci/run", "tests/test_tidy.py", "pyproject.toml"} <= set(_own_files())


@pytest.mark.parametrize("rule", SOURCE_RULES)
def test_the_sources_keep_the_rule(rule: Rule) -> None:
    assert [f"{path}: {fault}" for path in _sources() for fault in rule(path, _text(path))] == []


def test_every_module_with_code_has_its_own_test_file() -> None:
    exists = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}.__contains__
    assert [f"{p}: {fault}" for p in _sources() for fault in without_mirror(p, _text(p), exists)] == []


def test_every_exception_to_the_mirror_is_needed_and_says_why() -> None:
    for path, reason in WITHOUT_MIRROR.items():
        assert reason
        assert (ROOT / path).is_file()
        assert not (ROOT / mirror_of(path)).exists()


def test_no_file_names_a_package_index_or_a_place_on_one_machine() -> None:
    faults = []
    for path in _own_files():
        try:
            text = _text(path)
        except UnicodeDecodeError:
            continue  # not text
        faults += [f"{path}: {fault}" for fault in foreign_places(path, text)]
    assert faults == []
