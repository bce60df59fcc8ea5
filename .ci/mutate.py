"""Small wrongs done to a module on purpose, one at a time: what a test suite should notice.

Theory of operation. A source text is parsed, walked in order, and at each place the slips a person makes are listed: a
boundary, a condition turned round or lost, plus for minus, a constant off by one, a forgotten statement, min for max.
Each is a `Mutant` with a name made of the words around it, not of line numbers, so that the argument why one of them
is harmless stays attached to it while the file is edited around it; equal names are numbered.

Left alone: annotations, decorators, docstrings and all other texts, the layout of numbers in a sentence, and what guards
against what the types already exclude: `assert`, `zip(strict=)`.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SHOWN = 90  # characters of a statement, before only the neighbourhood of the change is shown
AROUND = 30


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong.

    Attributes:
        index: its place among all mutants of this text.
        name: where, and what becomes what; stable under edits elsewhere.
        function: qualified name and first line of the outermost function it is in; None: it acts on import.
    """

    index: int
    name: str
    function: tuple[str, int] | None


@dataclass(slots=True)
class _Site:
    """A place in the tree, and what is put there instead."""

    qualname: str
    function: tuple[str, int] | None
    statement: ast.stmt
    parent: ast.AST
    slot: str
    index: int | None
    replacement: ast.expr | ast.stmt

    def put(self, node: ast.AST) -> ast.AST:
        """Exchange what stands there; returns what stood there."""
        if self.index is None:
            old = getattr(self.parent, self.slot)
            setattr(self.parent, self.slot, node)
            return old  # type: ignore[no-any-return]
        inside = getattr(self.parent, self.slot)
        old = inside[self.index]
        inside[self.index] = node
        return old  # type: ignore[no-any-return]


_BOUNDARY: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNTOUCHED = {
    "annotation",
    "returns",
    "decorator_list",
    "format_spec",
    "type_params",
    "bases",
    "type_comment",
}


def mutants(path: str, source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text.

    Args:
        path: of the file, for the names.
        source: its text.
    """
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    found = []
    for index, site in enumerate(_sites(tree)):
        before = _header(site.statement)
        after = "nothing"
        if not isinstance(site.replacement, ast.Pass):
            old = site.put(site.replacement)
            after = _header(site.statement if isinstance(site.replacement, ast.expr) else site.replacement)
            site.put(old)
        name = f"{path} {site.qualname}: {_change(before, after)}"
        seen[name] += 1
        found.append(Mutant(index, name if seen[name] == 1 else f"{name} (no. {seen[name]})", site.function))
    return found


def mutated(source: str, index: int) -> ast.Module:
    """The tree of the mutant with this index.

    Raises:
        IndexError: there is none.
    """
    tree = ast.parse(source)
    for at, site in enumerate(_sites(tree)):
        if at == index:
            site.put(site.replacement)
            return ast.fix_missing_locations(tree)
    raise IndexError(index)


def _change(before: str, after: str) -> str:
    """Both texts, cut down to the neighbourhood of the change when they are long."""
    if len(before) > SHOWN or len(after) > SHOWN:
        head = max(_alike(before, after) - AROUND, 0)
        tail = max(_alike(before[::-1], after[::-1]) - AROUND, 0)
        tail = min(tail, len(before) - head, len(after) - head)
        before, after = (_cut(text, head, tail) for text in (before, after))
    return f"{before} -> {after}"


def _alike(one: str, other: str) -> int:
    """How many characters they begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _cut(text: str, head: int, tail: int) -> str:
    middle = text[head : len(text) - tail]
    return f"{'…' if head else ''}{middle}{'…' if tail else ''}"


def _header(statement: ast.stmt) -> str:
    """The statement as one line; of a compound one its first."""
    bodies = {"body": [ast.Pass()], "orelse": [], "finalbody": [], "handlers": [], "cases": []}
    own: dict[str, Any] = {name: getattr(statement, name, None) for name in statement._fields}
    if isinstance(own.get("body"), list):
        own.update({name: empty for name, empty in bodies.items() if name in own})
        own.update({"decorator_list": []} if "decorator_list" in own else {})
        statement = type(statement)(**own)
        ast.fix_missing_locations(statement)
    text = " ".join(ast.unparse(statement).split())
    return text.removesuffix(" pass") if isinstance(own.get("body"), list) else text


def _sites(tree: ast.Module) -> Iterator[_Site]:
    for index, statement in enumerate(tree.body):
        yield from _of_statement(statement, tree, "body", index, "", None)


def _of_statement(
    node: ast.stmt, parent: ast.AST, slot: str, index: int, qualname: str, function: tuple[str, int] | None
) -> Iterator[_Site]:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert) or _is_docstring(node):
        return
    inside, home = qualname, function
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        inside = f"{qualname}.{node.name}" if qualname else node.name
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and function is None:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        home = (inside, first)
    if function is not None:
        for wrong in _wrong_statements(node):
            yield _Site(qualname, function, node, parent, slot, index, wrong)
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED:
            continue
        for at, child in _children(value):
            if isinstance(child, ast.stmt):
                yield from _of_statement(child, node, name, at or 0, inside, home)
            elif isinstance(child, ast.ExceptHandler | ast.match_case):
                for sub_at, sub in enumerate(child.body):
                    yield from _of_statement(sub, child, "body", sub_at, inside, home)
            elif isinstance(child, ast.AST):
                yield from _of_expression(child, node, name, at, node, (inside or "module", function))


def _children(value: object) -> Iterator[tuple[int | None, object]]:
    if isinstance(value, list):
        yield from enumerate(value)
    else:
        yield None, value


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _wrong_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    is_setting = isinstance(node, ast.Assign | ast.AugAssign | ast.Raise | ast.Delete)
    if (
        is_setting
        or (isinstance(node, ast.AnnAssign) and node.value is not None)
        or isinstance(node, ast.Expr)
    ):
        yield ast.Pass()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.Continue):
        yield ast.Break()


def _of_expression(
    node: ast.AST,
    parent: ast.AST,
    slot: str,
    index: int | None,
    statement: ast.stmt,
    where: tuple[str, tuple[str, int] | None],
) -> Iterator[_Site]:
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    is_condition = slot == "test" or (isinstance(parent, ast.comprehension) and slot == "ifs")
    if isinstance(node, ast.expr) and slot not in ("targets", "target"):
        for wrong in _wrong_expressions(node, is_condition, isinstance(parent, ast.While)):
            yield _Site(*where, statement, parent, slot, index, wrong)
        if isinstance(parent, ast.Return) and not _is_mere(node):
            yield _Site(*where, statement, parent, slot, index, ast.Constant(None))
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED:
            continue
        for at, child in _children(value):
            if isinstance(child, ast.AST) and not isinstance(child, ast.expr_context):
                yield from _of_expression(child, node, name, at, statement, where)


def _is_mere(node: ast.expr) -> bool:
    """None already, or a truth value, whose opposite is tried: None in its place would only be another word for False."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool))


def _wrong_expressions(node: ast.expr, is_condition: bool, is_loop: bool) -> Iterator[ast.expr]:
    if is_condition:
        yield ast.Constant(False)
        if not is_loop:  # it would never end
            yield ast.Constant(True)
    if isinstance(node, ast.Compare):
        for at, old in enumerate(node.ops):
            for new in _BOUNDARY[type(old)]:
                yield ast.Compare(node.left, [*node.ops[:at], new(), *node.ops[at + 1 :]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
        for at in range(len(node.values)):
            left = [*node.values[:at], *node.values[at + 1 :]]
            yield left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield ast.Call(ast.Name(_CALLED[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
