"""A search in the terminal: the answer token by token, and beside each what else was considered there.

    step  token      p
       1  1      95.4%   kept: 6 0.4%, 3 0.4%; pruned: 9 0.3%, 7 0.3%, 3 more
       2  9      95.1%   pruned: 6 0.4%, 1 0.4%, 5 more
          └ 8 4-03-12 <EOS>   4.1%   output 2

A hypothesis that went on for a while has a line of its own, under the step at which it left the line above. Of a long
search the steps at its two ends are shown, and those between at which the model was least sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult

from recurra.text.counted import counted
from recurra.text.shares import percent
from recurra.tracing import SearchTree
from recurra.views.search_shape import GONE, PRUNED, Shape, probability, shown_text, summary, written
from recurra.views.styled_lines import Line, plain, styled, wrapped
from recurra.views.tokens import cut, held, label

FIRST, LAST, UNSURE = 16, 8, 16  # steps of a long search that are shown
BRANCHES = 4  # lines under a step
MOST_TOKEN = 16  # cells
LEFT_OUT = "left out"  # by top-k or top-p
ORDER = ("kept", "finished", "stump", "cut", *PRUNED.values(), LEFT_OUT, "too long", "forbidden")
STYLES = {"head": "bold", "token": "bold green", "p": "green", "kept": "", "gone": "dim", "note": "dim", "": ""}


class SearchView:
    """A search for rich: `console.print(SearchView(tree))`."""

    def __init__(self, tree: SearchTree) -> None:
        self.tree = tree

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from styled(_lines(self.tree, options.max_width), STYLES)


def search_lines(tree: SearchTree, width: int = 80) -> list[str]:
    """The search as plain lines of at most `width` cells (wider only if the width has no room for one step)."""
    return plain(_lines(tree, width))


def _lines(tree: SearchTree, width: int) -> Iterator[Line]:
    for sentence in summary(tree):
        yield from ([(line, "note")] for line in wrapped(sentence, width))
    if not tree.outputs:
        return
    yield [("", "")]
    shape = Shape(tree)
    path = tree.path(tree.outputs[0].node)
    yield from _table(shape, path, width)
    yield from _outputs(tree, width)


def _table(shape: Shape, path: list[int], width: int) -> Iterator[Line]:
    names = {number: cut(label(shape.nodes[number].token), MOST_TOKEN) for number in path}
    wide = max([5, *map(cell_len, names.values())])
    drawn = "  drawn" if shape.tree.method == "sampling" else ""
    yield [(f"step  {'token':{wide}}       p{drawn}", "head")]
    margin = 6 + wide + 8 + len(drawn)
    shown = _shown(shape, path)
    before = 0
    for number in shown:
        node = shape.nodes[number]
        if node.step > before + 1:
            yield _gap(shape, path[before : node.step - 1])
        before = node.step
        chance = "" if node.chance is None else f" {percent(node.chance):>6}"
        token = held(names[number]) + " " * (wide - cell_len(names[number]))
        row: Line = [
            (f"{node.step:>4}  ", "note"),
            (token, "token"),
            (f" {probability(node.log_prob):>7}{chance}", "p"),
        ]
        yield [*row, *_beside(shape, number, width - margin)]
        yield from _branches(shape, number, width, "      ")


def _shown(shape: Shape, path: list[int]) -> list[int]:
    """The steps that are shown of a long way."""
    if len(path) <= FIRST + LAST + UNSURE:
        return path
    middle = sorted(path[FIRST:-LAST], key=lambda number: shape.nodes[number].log_prob)[:UNSURE]
    return [*path[:FIRST], *sorted(middle), *path[-LAST:]]


def _gap(shape: Shape, left_out: list[int]) -> Line:
    least = min(shape.nodes[number].log_prob for number in left_out)
    first, last = shape.nodes[left_out[0]].step, shape.nodes[left_out[-1]].step
    steps = f"step {first}" if first == last else f"steps {first} to {last}"
    return [(f"   …  {steps}, p from {probability(least)}", "note")]


def _beside(shape: Shape, number: int, room: int) -> Line:
    """What was considered beside a token and did not go on: as many as there is room for, the others counted."""
    others = [other for other in shape.beside(number) if not _is_branch(shape, other)]
    found = sorted(((_group(shape, one), _named(shape, one)) for one in others), key=lambda pair: ORDER.index(pair[0]))
    for shown in range(len(found), -1, -1):
        line = _grouped(found[:shown], len(found) - shown)
        if sum(cell_len(text) for text, _ in line) <= room:
            return line
    return []


def _grouped(named: list[tuple[str, str]], more: int) -> Line:
    """kept: a 2.0%, b 1.0%; pruned: c 0.5%, 3 more"""
    line: Line = []
    for fate, some in groupby(named, key=itemgetter(0)):
        text = f"{fate}: {', '.join(name for _, name in some)}"
        line += [("; " if line else "   ", ""), (text, "kept" if fate == "kept" else "gone")]
    rest = f", {more} more" if line else f"   {counted(more, 'other')}"
    return [*line, (rest, "gone")] if more else line


def _group(shape: Shape, number: int) -> str:
    node = shape.nodes[number]
    if node.fate == "pruned" and node.chance == 0:
        return LEFT_OUT
    return {"pruned": PRUNED[shape.tree.method], "open": "kept"}.get(node.fate, node.fate)


def _named(shape: Shape, number: int) -> str:
    node = shape.nodes[number]
    return f"{held(cut(label(node.token), MOST_TOKEN))} {probability(node.log_prob)}"


def _is_branch(shape: Shape, number: int) -> bool:
    """Whether a hypothesis has a line of its own: it went on, or it is an output."""
    return shape.nodes[number].fate not in GONE and (len(shape.line(number)) > 1 or number in shape.ranks)


def _branches(shape: Shape, number: int, width: int, margin: str) -> Iterator[Line]:
    """The lines that part where a node stands, those of the best ends first."""
    found = sorted(filter(lambda one: _is_branch(shape, one), shape.beside(number)), key=lambda one: shape.best[one])
    for other in found[:BRANCHES]:
        line = shape.line(other)
        end = shape.fate(line[-1])
        more = sum(_is_branch(shape, one) for at in line[1:] for one in shape.beside(at))
        words = f"   {probability(shape.nodes[other].log_prob)}   {end}{f', {more} more part from it' if more else ''}"
        room = width - len(margin) - 2
        text = cut(written([shape.nodes[at] for at in line]), max(8, room - cell_len(words)))
        yield [(f"{margin}└ ", "note"), (held(text), "kept"), (cut(words, room - cell_len(text)), "note")]
    if len(found) > BRANCHES:
        yield [(f"{margin}└ {len(found) - BRANCHES} more went on from here", "note")]


def _outputs(tree: SearchTree, width: int) -> Iterator[Line]:
    """All outputs, where there are several."""
    if len(tree.outputs) < 2:
        return
    moved = any(output.found != rank for rank, output in enumerate(tree.outputs, 1))
    yield [("", "")]
    yield [(f"output{'  found as' if moved else ''}    score  log-prob  text", "head")]
    for rank, output in enumerate(tree.outputs, 1):
        found = f"{output.found:>10}" if moved else ""
        row = f"{rank:>6}{found} {output.score:>8.2f} {output.log_prob:>9.2f}  "
        yield [(row, ""), (cut(shown_text(output.text), max(8, width - len(row))), "token" if rank == 1 else "kept")]
