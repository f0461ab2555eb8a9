"""The small mistakes that are put into the code, each a mutant: a file of the package with one of them.

A mutant has a changed comparison, operator, constant or default, a negated condition, or a statement or returned value
left out. It is named by its file, a node of that file's syntax tree, and which of the node's mistakes it is, so that a
list of all of them is small; `made` makes the tree. What is not changed: type annotations, imports, and what the code
says to itself (assertions, and `strict=True` of `zip`), since a mistake there changes no result.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
CONTROL = -1  # the kind of what has no mistake
Lines = tuple[int, int]  # the first and the last
MODULE: Lines = (0, 0)  # of what no function holds: it runs when the file is imported


class Mutant(NamedTuple):
    """A file with one mistake, not made yet."""

    path: str  # below the package: "cells/lstm.py"
    node: int  # its number in the order of ast.walk
    kind: int  # which of the mistakes that can be made there
    line: int
    lines: Lines  # of the statement around it, in a function; of the head of a statement that holds others; MODULE


def mutants_of(source: Path, path: str) -> Iterator[Mutant]:
    """All mutants of a file below `source`."""
    tree = ast.parse((source / path).read_text("utf-8"))
    skipped, lines = left_alone(tree), lines_of(tree)
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in skipped:
            for kind, _ in enumerate(changes(node)):
                yield Mutant(path, number, kind, node.lineno, lines[id(node)])  # type: ignore[attr-defined]


def made(source: Path, mutant: Mutant) -> ast.Module:
    """The file's syntax tree with the mistake."""
    changed = ast.parse((source / mutant.path).read_text("utf-8"))
    node: Any = list(ast.walk(changed))[mutant.node]
    if mutant.kind != CONTROL:
        list(changes(node))[mutant.kind](node)
    return ast.fix_missing_locations(changed)


def difference(source: Path, mutant: Mutant) -> str:
    """The lines of the file that the mistake changes, as a difference."""
    before = ast.unparse(ast.parse((source / mutant.path).read_text("utf-8"))).splitlines()
    after = ast.unparse(made(source, mutant)).splitlines()
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


def changes(node: ast.AST) -> Iterator[Callable[[Any], None]]:
    """The mistakes that can be made at a node, each as a function that makes it."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield lambda n: n.ops.__setitem__(0, COMPARISONS[type(n.ops[0])]())
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        yield lambda n: setattr(n, "op", OPERATORS[type(n.op)]())
    elif isinstance(node, ast.BoolOp):
        yield lambda n: setattr(n, "op", ast.Or() if isinstance(n.op, ast.And) else ast.And())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield lambda n: setattr(n, "value", not n.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield lambda n: setattr(n, "value", n.value + 1)
    elif isinstance(node, ast.If | ast.IfExp):
        yield lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        yield lambda n: setattr(n, "op", ast.UAdd())
    elif isinstance(node, ast.Return) and not gives_none(node):  # noqa: SIM114 (a kind of mistake each)
        yield lambda n: setattr(n, "value", ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield lambda n: setattr(n, "value", ast.Constant(None))


def gives_none(node: ast.Return) -> bool:
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def left_alone(tree: ast.Module) -> set[int]:
    """Nodes that are not changed, by id."""
    said = [getattr(node, name, None) for node in ast.walk(tree) for name in ("annotation", "returns")]
    said += [node for node in ast.walk(tree) if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom)]
    said += [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "strict"]
    return {id(part) for one in said if one is not None for part in ast.walk(one)}


def lines_of(tree: ast.Module) -> dict[int, Lines]:
    """The lines that run where a node does, by its id."""
    found: dict[int, Lines] = {}

    def enter(node: Any, inside: bool, lines: Lines) -> None:
        if isinstance(node, ast.stmt | ast.match_case):
            first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
            body = getattr(node, "body", None)
            lines = first, max(first, body[0].lineno - 1 if body else node.end_lineno or first)
        found[id(node)] = lines if inside else MODULE
        runs_later: list[Any] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            runs_later = node.body
        elif isinstance(node, ast.Lambda):
            runs_later = [node.body]
            own = node.lineno, node.end_lineno or node.lineno
        for child in ast.iter_child_nodes(node):  # defaults and decorators run where the function is made
            later = any(child is one for one in runs_later)
            enter(child, inside or later, own if later and isinstance(node, ast.Lambda) else lines)

    enter(tree, False, MODULE)
    return found
