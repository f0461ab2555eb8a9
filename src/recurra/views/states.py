"""Examples in two dimensions: a plot of characters for the terminal, and a drawing with a table beside it in HTML.

Each kind of examples (of one label, right, wrong) has a mark and a colour of its own; of more kinds than there are
marks the commonest have one, and the others share the last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.text.counted import counted
from recurra.text.shares import percent
from recurra.text.visible import visible
from recurra.tracing import Known, States
from recurra.views.palette import PENS
from recurra.views.style import fragment
from recurra.views.styled_lines import wrapped
from recurra.views.tokens import cut

HEIGHT = 20  # lines of the plot
SIDE, MARGIN = 480.0, 12.0  # pixels of the drawing
OTHERS = "others"
MOST_KINDS = 24  # labels; where there are more, they are no kinds but outputs
RIGHT, WRONG = "right", "wrong"


class Kind(NamedTuple):
    """Examples that are drawn alike."""

    name: str
    examples: NDArray[np.int64]  # their numbers


def states_lines(states: States, width: int = 80) -> list[str]:
    """The plot as plain lines of at most `width` cells."""
    lines = [line for sentence in said(states) for line in wrapped(sentence, width)]
    kinds = kinds_of(states.examples)
    columns = max(20, width)
    cells: dict[tuple[int, int], Counter[int]] = {}
    at = placed(states.plane.points(states.values), columns - 1, HEIGHT - 1)
    for k, kind in enumerate(kinds):
        for x, y in at[kind.examples].round().astype(int).tolist():
            cells.setdefault((y, x), Counter())[k] += 1
    marks = {place: PENS[found.most_common(1)[0][0]].mark for place, found in cells.items()}
    rows = ["".join(marks.get((y, x), " ") for x in range(columns)).rstrip() for y in range(HEIGHT)]
    legend = "   ".join(f"{PENS[k].mark} {cut(visible(kind.name), 30)} ({len(kind.examples):,})"
                        for k, kind in enumerate(kinds) if kind.name)  # fmt: skip
    return [*lines, "", *rows, "", *wrapped(legend, width)]


def states_html(states: States) -> str:
    """The drawing as a fragment."""
    return fragment(states_body(states))


def states_body(states: States) -> str:
    """The same without the style sheet, for a page that has it."""
    sentences = "".join(f"<p>{escape(line)}</p>\n" for line in said(states))
    kinds = kinds_of(states.examples)
    at = placed(states.plane.points(states.values), SIDE - 2 * MARGIN, SIDE - 2 * MARGIN) + MARGIN
    points = "".join(
        _mark(k, float(at[number, 0]), float(at[number, 1]), title(states.examples[number]))
        for k, kind in enumerate(kinds)
        for number in map(int, kind.examples)
    )
    legend = "".join(
        f'<li><svg width="14" height="14" aria-hidden="true">{_mark(k, 7, 7)}</svg> '
        f"<bdi>{escape(visible(kind.name))}</bdi> ({len(kind.examples):,})</li>\n"
        for k, kind in enumerate(kinds)
        if kind.name
    )
    return (
        f'<div class="texts">{sentences}</div>\n<div class="scroll">\n'
        f'<svg role="img" aria-label="{escape(" ".join(said(states)))}" width="{SIDE:.0f}" height="{SIDE:.0f}" '
        f'viewBox="0 0 {SIDE:.0f} {SIDE:.0f}" style="max-width:100%;height:auto;border:1px solid var(--line)">\n'
        f'{points}</svg>\n</div>\n<ul style="list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:0 1.2rem">'
        f"\n{legend}</ul>\n"
    )


def said(states: States) -> list[str]:
    """What is drawn, in sentences."""
    first, second = map(percent, states.plane.explained.tolist())
    return [
        f"{counted(len(states.examples), 'example')} by {states.what} "
        f"({counted(states.values.shape[1], 'number')}), in the "
        f"plane in which these differ most: {first} of their variance lies across, {second} upwards.",
        *map(visible, states.notes),
    ]


def kinds_of(examples: Sequence[Known]) -> list[Kind]:
    """The examples by label where these are few, else by whether the answer is right; else one kind without a name."""
    targets = [one.target for one in examples]
    known = {target for target in targets if target is not None}
    if 1 < len(known) <= MOST_KINDS and len(known) < len(examples) / 2:
        return _by([OTHERS if target is None else target for target in targets])
    rights = [one.right for one in examples]
    if any(right is not None for right in rights):
        return _by([OTHERS if right is None else RIGHT if right else WRONG for right in rights])
    return [Kind("", np.arange(len(examples)))]


def _by(names: Sequence[str]) -> list[Kind]:
    common = [name for name, _ in Counter(names).most_common() if name != OTHERS]
    if len(common) > len(PENS) or OTHERS in names:
        common = common[: len(PENS) - 1]
    given = [*common, *([OTHERS] if set(names) - set(common) else [])]
    numbers = np.array([common.index(name) if name in common else len(common) for name in names])
    return [Kind(name, np.flatnonzero(numbers == k)) for k, name in enumerate(given)]


def placed(points: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """Points [N, 2] in a rectangle, the second coordinate upwards; what does not differ lies in the middle."""
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    share = np.divide(points - low, span, out=np.full_like(points, 0.5), where=span > 0)
    return np.stack([share[:, 0] * width, (1 - share[:, 1]) * height], axis=1)


def title(one: Known) -> str:
    """What is known of an example, in a line."""
    parts = [f"line {one.line:,}: {one.text}"]
    parts += [f"right: {one.target}"] if one.target is not None else []
    parts += [f"answer: {one.answer}"] if one.answer is not None else []
    return visible(" | ".join(parts))


def _mark(k: int, x: float, y: float, title: str = "") -> str:
    pen = PENS[k]
    inside = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{pen.colour}" font-size="9" text-anchor="middle" '
        f'dominant-baseline="central">{pen.mark}{inside}</text>\n'
    )
