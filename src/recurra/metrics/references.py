"""Several right outputs for one input: which of them an output is measured by.

A word has two pronunciations, an image five captions. An output is right as a whole if it is one of them, its errors
are those beside the one that is most like it, and BLEU and chrF take all of them, as sacreBLEU does.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from recurra.metrics.token_error_rate import edit_distances

U = TypeVar("U", bound=Hashable)


def which_most_like(outputs: Sequence[Sequence[U]], right: Sequence[Sequence[Sequence[U]]]) -> list[int]:
    """For each output the number of the right one with the fewest errors beside it; of several the longest, the first.

    Args:
        outputs: in units [N].
        right: for each output one or more, in units [N].
    """
    flat = [one for several in right for one in several]
    repeated = [output for output, several in zip(outputs, right, strict=True) for _ in several]
    errors = iter(edit_distances(repeated, flat).tolist() if flat else [])
    ranks = [[(next(errors), -len(one), k) for k, one in enumerate(several)] for several in right]
    return [min(several)[2] for several in ranks]


def most_like(outputs: Sequence[Sequence[U]], right: Sequence[Sequence[Sequence[U]]]) -> list[Sequence[U]]:
    """These right ones themselves."""
    return [several[k] for several, k in zip(right, which_most_like(outputs, right), strict=True)]


def streams(references: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """References as sacreBLEU wants them: the first of each input, the second of each, ...; None where it has none."""
    return [
        [several[k] if k < len(several) else None for several in references] for k in range(max(map(len, references)))
    ]
