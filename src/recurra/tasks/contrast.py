"""Why this output and not that one: a model is asked about both, and the two are compared token by token.

Two texts are the same up to where they part, and there one token stands against the other. What follows is aligned as
an edit distance does, so that what they share again is compared as well. Tags are compared token by token.
Several networks answer by the mean of their probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from recurra.decoding import DecodingOptions
from recurra.decoding.scoring import penalty_of
from recurra.errors import UsageError
from recurra.inside.probes import WritingProbe
from recurra.lists import floats
from recurra.tasks.tracing import Asked
from recurra.tracing import Contrast, ContrastStep
from recurra.tracing.aligned import aligned
from recurra.views import contrast_body, contrast_html, contrast_lines

Token = tuple[str, float]  # what stands at an output, and its log-probability


class ShownContrast(Contrast):
    """A contrast that shows itself: printed as lines, in a notebook as a table."""

    def __repr__(self) -> str:
        return f"<recurra.Contrast of {self.first!r} and {self.second!r}: log-odds {self.log_odds:+.2f}>"

    def __str__(self) -> str:
        return "\n".join(contrast_lines(self))

    def body(self) -> str:
        """The table, as a part of a page."""
        return contrast_body(self)

    def _repr_html_(self) -> str:
        return contrast_html(self)


def contrasted(first: Asked, second: Asked, options: object) -> ShownContrast:
    """Two questions about one input, whose outputs are compared.

    Args:
        first: about the model's own output, if it has no target.
        second: about a given one.
        options: how outputs are searched for.

    Raises:
        UsageError: the outputs are numbers, or the same.
    """
    if first.probes[0].numbers:
        what = "the model answers a number, and numbers have no alternatives"
        raise UsageError(what, where="versus", fix="Leave it out.")
    written, other = _tokens(first), _tokens(second)
    steps = _aligned(written, other) if first.is_text else _in_place(written, other, first.places)
    notes = list(dict.fromkeys([*first.notes, *second.notes]))
    return ShownContrast(
        first.source,
        first.prediction if first.target is None else first.target,
        second.target or "",
        first.target is None,
        list(steps),
        _score(written, options, first),
        _score(other, options, second),
        notes,
    )


def _tokens(asked: Asked) -> list[Token]:
    """The token at each output that is asked about, with the log-probability that all networks together give to it."""
    found = asked.log_probs().gather(1, torch.tensor(asked.chosen)[:, None])[:, 0]
    count = len(asked.outputs) if asked.target is None else asked.known
    return list(zip(asked.outputs[:count], floats(found), strict=False))


def _aligned(first: Sequence[Token], second: Sequence[Token]) -> Iterator[ContrastStep]:
    """The tokens of two texts: the same ones, the parting, and what follows, side by side where it agrees."""
    ours, theirs = ([name for name, _ in side] for side in (first, second))
    parting = next((k for k, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other), None)
    after = min(len(ours), len(theirs)) if parting is None else parting + 1
    for (one, p), (other, q) in zip(first[:after], second[:after], strict=True):
        yield ContrastStep(one, other, p, q)
    left, right = first[after:], second[after:]
    for old, new in aligned(ours[after:], theirs[after:]):
        one, p = (None, None) if old is None else left[old]
        other, q = (None, None) if new is None else right[new]
        yield ContrastStep(one, other, p, q)


def _in_place(first: Sequence[Token], second: Sequence[Token], places: Sequence[str]) -> Iterator[ContrastStep]:
    """One answer beside the other; of tags with the tokens that they stand at."""
    for (one, p), (other, q), place in zip(first, second, places, strict=True):
        yield ContrastStep(one, other, p, q, place)


def _score(tokens: Sequence[Token], options: object, asked: Asked) -> float | None:
    """By what a search ranks an output; None where that is more than its log-probability and its length."""
    if not isinstance(options, DecodingOptions) or not isinstance(asked.probes[0], WritingProbe):
        return None
    search = asked.search
    cut = asked.target is None and search is not None and not search.outputs[0].finished
    if options.coverage_penalty or (search is not None and search.notes) or cut:
        return None
    return sum(log_prob for _, log_prob in tokens) / penalty_of(len(tokens), options.length_penalty)
