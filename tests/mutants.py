"""Mutation testing: small mistakes are put into the code one by one, and the tests of that room must notice each.

    python tests/mutants.py [--seed 1] [--count 150] [--minutes 30] [ROOM ...]      (make mutants)

A mutant has a changed comparison, operator, constant or default, a negated condition, or a statement or returned value
left out. A seeded sample of all mutants is tried. Each runs in a process forked from one that has torch loaded; the
mutant is compiled there in place of the file, so that nothing is written, and the tests in TESTS run until one fails.
What takes longer than LONGEST seconds (an endless loop) counts as noticed. Tests that start processes of their own do
not see a mutant. Prints each survivor at once, as file:line and difference, and at the end the share that was noticed.
After --minutes, Ctrl-C or SIGTERM it ends with the share so far; mutants that are then still being tested do not count.
"""

from __future__ import annotations

import argparse
import ast
import copy
import difflib
import os
import platform
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src" / "recurra"
LONGEST = 300.0

# The tests of each room, those first that notice most in least time.
TESTS = {
    "cells": ["cells", "test_laws.py", "layers", "models"],
    "attention": ["attention", "test_laws.py", "models"],
    "layers": ["layers", "test_laws.py", "models", "tasks"],
    "models": ["models", "tasks", "decoding/test_networks.py", "end_to_end", "bad_inputs"],
    "training": ["training", "tasks", "bad_inputs", "end_to_end", "comparing"],
    "decoding": ["decoding", "tasks", "bad_inputs"],
    "tasks": ["tasks", "bad_inputs", "end_to_end", "comparing", "cli"],
}
LEFT_OUT = ("end_to_end/test_killed_runs.py",)  # processes of its own

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


class Mutant(NamedTuple):
    """A file with one mistake."""

    path: Path
    line: int
    tree: ast.Module


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
    elif isinstance(node, ast.Return) and node.value is not None:  # noqa: SIM114 (a kind of mistake each)
        yield lambda n: setattr(n, "value", ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield lambda n: setattr(n, "value", ast.Constant(None))


def left_alone(tree: ast.Module) -> set[int]:
    """Nodes of type annotations, assertions and imports: they are not changed."""
    said = [getattr(node, name, None) for node in ast.walk(tree) for name in ("annotation", "returns")]
    said += [node for node in ast.walk(tree) if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom)]
    return {id(part) for one in said if one is not None for part in ast.walk(one)}


def mutants_of(path: Path) -> Iterator[Callable[[], Mutant]]:
    """All mutants of a file, each as a function that makes it."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = left_alone(tree)
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in skipped:
            for k, _ in enumerate(changes(node)):
                yield lambda number=number, k=k: mutant(path, tree, number, k)


def mutant(path: Path, tree: ast.Module, number: int, k: int) -> Mutant:
    changed = copy.deepcopy(tree)
    node: Any = list(ast.walk(changed))[number]
    list(changes(node))[k](node)
    return Mutant(path, node.lineno, ast.fix_missing_locations(changed))


def difference(one: Mutant) -> str:
    """The lines of the file that the mistake changed."""
    before = ast.unparse(ast.parse(one.path.read_text("utf-8"))).splitlines()
    lines = difflib.unified_diff(before, ast.unparse(one.tree).splitlines(), n=0, lineterm="")
    return "\n".join(f"    {line}" for line in list(lines)[3:])


def start(one: Mutant) -> int:
    """Runs the tests on a mutant in a process group of its own; exit status 0: no test failed."""
    if child := os.fork():
        os.setpgid(child, child)
        return child
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # as tests expect it
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    usual = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        if Path(self.path) == one.path:
            return compile(one.tree, self.path, "exec")
        return usual(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    import pytest

    tests = [str(HERE / name) for name in TESTS[one.path.relative_to(SOURCE).parts[0]]]
    left_out = [f"--ignore={HERE / name}" for name in LEFT_OUT]
    os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *left_out, *tests])))


def tried(sample: list[Mutant], workers: int, until: float) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether it was noticed, as they end; those that are still running at `until` are given up."""
    running: dict[int, tuple[Mutant, float]] = {}
    left = iter(sample)
    try:
        while time.monotonic() < until:
            while len(running) < workers and (one := next(left, None)) is not None:
                running[start(one)] = (one, time.monotonic())
            if not running:
                return
            child, status = os.waitpid(-1, os.WNOHANG)
            if child:
                yield running.pop(child)[0], status != 0
                continue
            for late, (_, began) in running.items():
                if time.monotonic() - began > LONGEST:
                    os.killpg(late, signal.SIGKILL)
            time.sleep(0.05)
    finally:
        for child in running:
            os.killpg(child, signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rooms", nargs="*", default=list(TESTS), metavar="ROOM")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--minutes", type=float, default=30.0)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch  # once, for all that are forked

    paths = sorted(path for room in options.rooms for path in (SOURCE / room).rglob("*.py"))
    every = [make for path in paths for make in mutants_of(path)]
    sample = [make() for make in random.Random(options.seed).sample(every, min(options.count, len(every)))]
    workers = len(os.sched_getaffinity(0))
    noticed = count = 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        for one, seen in tried(sample, workers, time.monotonic() + 60 * options.minutes):
            count, noticed = count + 1, noticed + seen
            if sys.stderr.isatty():
                print(f"{count} tried, {noticed} noticed", end="\r", file=sys.stderr)
            if not seen:
                print(f"{one.path.relative_to(HERE.parent)}:{one.line}\n{difference(one)}", flush=True)
    print(f"{noticed} of {count} mutants noticed ({noticed / max(1, count):.0%}), of {len(every):,} in "
          f"{' '.join(options.rooms)}; seed {options.seed}, {platform.machine()}, {workers} cores, "
          f"torch {torch.__version__}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
