"""A search as a picture: the tree of all hypotheses, its steps across, and as a table for screen readers.

The answer runs along the top. Under it stand, step by step, the other hypotheses that were considered, each behind the
one that it goes on from, so that no two lines cross. What was not gone on with has a dashed outline. The number beside
a token is its probability after those before it; the depth of the colour is how probable the whole hypothesis is beside
the best one of its step. Titles have the rest. Nothing is loaded and nothing runs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from rich.cells import cell_len

from recurra.text.counted import counted
from recurra.text.shares import percent
from recurra.tracing import SearchTree
from recurra.views.search_shape import GONE, Shape, probability, shown_text, summary, written
from recurra.views.style import fragment
from recurra.views.tokens import cut, label

MOST_DRAWN = 1500  # nodes of a picture
LAST = 100  # tokens of the way to a node that its title has
LONGEST = 14  # cells of a token
CELL, PAD, P, GUTTER = 8.0, 6, 38, 26  # pixels: a cell of text, beside it, for the probability, between columns
ROW, HEIGHT, TOP = 26, 20, 24


class Place(NamedTuple):
    """Where a node stands."""

    x: float
    y: float
    width: float


def search_html(tree: SearchTree) -> str:
    """A search as a fragment."""
    return fragment(search_body(tree))


def search_body(tree: SearchTree) -> str:
    """The same without the style sheet, for a page that has it."""
    said = "".join(f"<p>{escape(line)}</p>\n" for line in summary(tree))
    if not tree.outputs:
        return f'<div class="texts">{said}</div>\n'
    drawn = tree.bounded(MOST_DRAWN)
    more = (
        ""
        if drawn is tree
        else f'<p class="note">The picture leaves out {counted(drawn.left_out, "hypothesis")}.</p>\n'
    )
    return (
        f'<div class="texts">{said}</div>\n'
        '<div class="scroll" tabindex="0" role="region" aria-label="the tree of the search">\n'
        f'{search_svg(drawn)}</div>\n{more}<p class="note">{_legend(tree)}</p>\n{_table(tree)}'
    )


def search_svg(tree: SearchTree) -> str:
    """The tree as a picture, which takes its colours from the class `recurra`."""
    shape = Shape(tree)
    answer = set(tree.path(tree.outputs[0].node)) if tree.outputs else set[int]()
    places = _places(shape)
    width = max(place.x + place.width for place in places) + 60
    height = max(place.y for place in places) + ROW
    edges = "".join(_edge(shape, places, number, number in answer) for number in range(1, len(places)))
    depths = _depths(tree)
    nodes = "".join(_node(shape, places[k], k, depths[k], k in answer) for k in range(len(places)))
    steps = {node.step: place.x for node, place in zip(tree.nodes, places, strict=True)}
    heads = "".join(f'<text class="p" x="{x + 12:.0f}" y="10">{step}</text>' for step, x in steps.items() if step)
    seen = escape(" ".join(summary(tree)))
    return (
        f'<svg class="tree" role="img" aria-label="{seen}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">\n{heads}\n{edges}\n{nodes}</svg>\n'
    )


def _places(shape: Shape) -> list[Place]:
    """Columns by step; in each, children in the order of their parents, and the best end first among siblings."""
    columns: list[list[int]] = [[0]]
    while children := [
        child for number in columns[-1] for child in sorted(shape.children[number], key=lambda one: _order(shape, one))
    ]:
        columns.append(children)
    found: dict[int, Place] = {}
    x = 8.0
    for column in columns:
        cells = max(cell_len(_label(shape, number)) for number in column)
        width = cells * CELL + 2 * PAD + (P if column[0] else 0)
        for row, number in enumerate(column):
            found[number] = Place(x, TOP + row * ROW + HEIGHT / 2, width)
        x += width + GUTTER
    return [found[number] for number in range(len(shape.nodes))]


def _depths(tree: SearchTree) -> list[float]:
    """The probability of each whole hypothesis, relative to the most probable one of its step: 0 to 1."""
    most: dict[int, float] = {}
    for node in tree.nodes:
        most[node.step] = max(most.get(node.step, -math.inf), node.total)
    return [math.exp(node.total - most[node.step]) for node in tree.nodes]


def _order(shape: Shape, number: int) -> tuple[bool, float, float]:
    """The best output first, then what was gone on with, each by its probability."""
    rank, *_ = shape.best[number]
    node = shape.nodes[number]
    return node.fate in GONE, rank, -node.log_prob


def _label(shape: Shape, number: int) -> str:
    return cut(label(shape.nodes[number].token), LONGEST)


def _edge(shape: Shape, places: Sequence[Place], number: int, of_answer: bool) -> str:
    node = shape.nodes[number]
    parent = places[node.parent or 0]
    start, end, y = parent.x + parent.width, places[number].x, places[number].y
    middle = (start + end) / 2
    kind = _class(shape, number, of_answer)
    thick = "" if of_answer else f' stroke-width="{0.6 + 2.4 * math.sqrt(math.exp(min(node.log_prob, 0))):.2f}"'
    curve = f"M{start:.0f} {parent.y:.0f}C{middle:.0f} {parent.y:.0f} {middle:.0f} {y:.0f} {end:.0f} {y:.0f}"
    return f'<path{kind}{thick} d="{curve}"/>'


def _node(shape: Shape, place: Place, number: int, depth: float, of_answer: bool) -> str:
    node, x, y = shape.nodes[number], place.x, place.y
    p = (
        ""
        if node.parent is None
        else f'<text class="p" x="{x + place.width - PAD:.0f}" y="{y:.0f}">{_p(shape, number)}</text>'
    )
    badge = ""
    if number in shape.ranks:
        ranks = ", ".join(map(str, shape.ranks[number]))
        badge = f'<text class="badge" x="{x + place.width + 6:.0f}" y="{y:.0f}">{ranks}</text>'
    box = (
        f'<rect x="{x:.0f}" y="{y - HEIGHT / 2:.0f}" width="{place.width:.0f}" height="{HEIGHT}" rx="5" '
        f'fill-opacity="{0.03 + 0.55 * depth:.3f}"/>'
    )
    return (
        f"<g{_class(shape, number, of_answer)}>"
        f"<title>{escape(_title(shape, number))}</title>{box}"
        f'<text x="{x + PAD:.0f}" y="{y:.0f}">{escape(_label(shape, number))}</text>{p}{badge}</g>\n'
    )


def _p(shape: Shape, number: int) -> str:
    return escape(probability(shape.nodes[number].log_prob))


def _class(shape: Shape, number: int, of_answer: bool) -> str:
    if of_answer:
        return ' class="answer"'
    return ' class="gone"' if shape.nodes[number].fate in GONE else ""


def _title(shape: Shape, number: int) -> str:
    """All that is known of a node."""
    node = shape.nodes[number]
    if node.parent is None:
        return "the beginning"
    path = shape.tree.path(number)
    cut = f"(the last {LAST} tokens) " if len(path) > LAST else ""
    so_far = written([shape.nodes[at] for at in path[-LAST:]])
    parts = [f"step {node.step}: {cut}{so_far}", f"p {probability(node.log_prob)}"]
    parts += [] if node.chance is None else [f"drawn with {percent(node.chance)}"]
    parts.append(f"log-probability of all {node.total:.3f}")
    parts += [] if node.score is None else [f"score {node.score:.3f}"]
    fate = "kept" if node.fate == "kept" and number not in shape.ranks else shape.fate(number)
    return "; ".join([*parts, fate])


def _legend(tree: SearchTree) -> str:
    dashed = {"beam": "pruned, too long or forbidden", "greedy": "not taken", "sampling": "not drawn"}[tree.method]
    numbers = "the number behind an end is the rank of that output" if len(tree.outputs) > 1 else "1 is the answer"
    return (
        "Numbers: the probability of a token given those before it. Depth of colour: the probability of the whole "
        f"hypothesis, relative to the best one of its step. Blue outline: the path to the answer; dashed: {dashed}; "
        f"{numbers}."
    )


def _table(tree: SearchTree) -> str:
    """Step by step along the answer, with what stood beside each token."""
    shape = Shape(tree)
    drawn = tree.method == "sampling"
    rows = "".join(_row(shape, number, drawn=drawn) for number in tree.path(tree.outputs[0].node))
    head = "".join(
        f'<th scope="col">{column}</th>'
        for column in ("step", "token", "probability", *(["drawn with"] if drawn else []), "alternatives")
    )
    return (
        '<details>\n<summary>The same as a table</summary>\n<div class="scroll">\n<table class="list">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>\n{_outputs(tree)}"
    )


def _row(shape: Shape, number: int, *, drawn: bool) -> str:
    node = shape.nodes[number]
    chance = f'<td class="number">{escape(percent(node.chance or 0.0))}</td>' if drawn else ""
    others = "".join(f"<li>{_beside(shape, other)}</li>" for other in shape.beside(number))
    return (
        f'<tr><td class="number">{node.step}</td><th scope="row"><bdi>{escape(label(node.token))}</bdi></th>'
        f'<td class="number">{_p(shape, number)}</td>{chance}<td>{f"<ul>{others}</ul>" if others else ""}</td></tr>\n'
    )


def _beside(shape: Shape, number: int) -> str:
    line = shape.line(number)
    text = written([shape.nodes[at] for at in line])
    return f"<bdi>{escape(text)}</bdi> {_p(shape, number)}, {escape(shape.fate(line[-1]))}"


def _outputs(tree: SearchTree) -> str:
    if len(tree.outputs) < 2:
        return ""
    rows = "".join(
        f'<tr><td class="number">{rank}</td><td><bdi>{escape(shown_text(one.text))}</bdi></td>'
        f'<td class="number">{one.score:.2f}</td><td class="number">{one.log_prob:.2f}</td>'
        f'<td class="number">{one.found}</td></tr>\n'
        for rank, one in enumerate(tree.outputs, 1)
    )
    columns = ("output", "text", "score", "log-probability", "rank in the search")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return f'<table class="list">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
