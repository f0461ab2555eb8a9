"""What an answer rests on, in the terminal: for each output the tokens that speak most for it and most against it.

    5      for "May" +2.71, "." +0.46      against "3" -0.35

Of a single output every token has a line with a bar. What is too slight to matter is left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from rich.cells import cell_len, set_cell_size

from recurra.text.counted import counted
from recurra.tracing import Attribution
from recurra.views.tokens import held, label

NAMED = 3  # tokens on each side
SLIGHT = 0.05  # of the largest score; what is smaller is left out
MOST = 60  # outputs or tokens
NAME, BAR = 16, 20  # cells: the widest of a token, and of a bar
EXPLAINED = {
    "log-probability": "scores are parts of the log-probability, in nats",
    "log-odds": "scores are parts of the log-odds, in nats",
    "number": "scores are parts of the number, in the units of the data",
}


def score_text(explained: str, score: float, digits: int = 2) -> str:
    """A score with its sign: nats with so many decimals, parts of a number with three significant digits."""
    if explained != "number":
        return f"{score:+.{digits}f}"
    return f"{score:+,.0f}" if abs(score) >= 1000 else f"{score:+.3g}"


def attribution_lines(attribution: Attribution) -> list[str]:
    """Plain lines."""
    return list(_lines(attribution))


def _lines(attribution: Attribution) -> Iterator[str]:
    title = f"What the output rests on ({attribution.method.replace('-', ' ')}; {EXPLAINED[attribution.explained]})"
    instead = f", and not {label(attribution.instead[0])!r}" if attribution.instead else ""
    yield title + instead
    if len(attribution.outputs) == 1:
        yield from _bars(attribution)
    else:
        yield from _rows(attribution)
    for note in attribution.notes:
        yield f"note: {note}"


def _rows(attribution: Attribution) -> Iterator[str]:
    names, kind = list(map(label, attribution.tokens)), attribution.explained
    width = min(NAME, max(map(cell_len, names), default=0))
    for k, name in list(enumerate(names))[:MOST]:
        scored = sorted(_scored(attribution, k), key=lambda pair: -abs(pair[1]))
        least = SLIGHT * abs(scored[0][1]) if scored else 0.0
        sides = [
            [f"{token} {score_text(kind, score)}" for token, score in scored if score * sign > least][:NAMED]
            for sign in (1, -1)
        ]
        said = [f"{word} {', '.join(side)}" for word, side in zip(("for", "against"), sides, strict=True) if side]
        yield f"  {held(set_cell_size(name, width))}  {'; '.join(said) or 'nothing in particular'}"
    if len(names) > MOST:
        yield f"  ... and {counted(len(names) - MOST, 'more output')}"


def _bars(attribution: Attribution) -> Iterator[str]:
    scored, said = list(_scored(attribution, 0)), partial(score_text, attribution.explained, digits=3)
    largest = max((abs(score) for _, score in scored), default=0.0) or 1.0
    width = min(NAME, max((cell_len(token) for token, _ in scored), default=0))
    for token, score in scored[:MOST]:
        bar = ("█" if score > 0 else "▒") * round(BAR * abs(score) / largest)
        yield f"  {held(set_cell_size(token, width))} {said(score):>8} {bar}".rstrip()
    if len(scored) > MOST:
        rest = sum(score for _, score in scored[MOST:])
        yield f"  ... and {counted(len(scored) - MOST, 'more token')}, {said(rest)} together"
    yield f"  together {said(sum(score for _, score in scored))}; █ speaks for the output, ▒ against it"


def _scored(attribution: Attribution, output: int) -> Iterator[tuple[str, float]]:
    """Every token of every input with its score; of what is not the first input its name as well."""
    for k, one in enumerate(attribution.inputs):
        about = f"{one.name} " if k else ""
        for name, score in zip(_names(one.tokens), np.asarray(one.scores[output], float).tolist(), strict=True):
            yield about + name, score


def _names(tokens: Sequence[str]) -> Iterator[str]:
    """The tokens as they are shown; those that occur more than once with their places, from 1."""
    counts = Counter(tokens)
    for place, token in enumerate(tokens, 1):
        yield label(token) + (f" #{place}" if counts[token] > 1 else "")
