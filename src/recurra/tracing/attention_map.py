"""Where the model looked: one row of weights over the source for each token that it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from recurra.tracing.matrix import Matrix, check_matrix
from recurra.tracing.picture import Picture

Part = tuple[str, int]  # what is shown in one place, and how many tokens it is


@dataclass(frozen=True)
class AttentionMap:
    """The attention weights of one output: `weights[t][s]` says how much target token t looked at source token s.

    Args:
        source_tokens: S tokens as the model read them, its <EOS> included.
        target_tokens: T tokens as it wrote them.
        weights: T rows of S finite numbers.
        picture: the image of which the source tokens are the cells; None where the source is a text.

    Raises:
        UsageError: weights of another shape, or one that is not a finite number.
    """

    source_tokens: list[str]
    target_tokens: list[str]
    weights: list[list[float]]
    picture: Picture | None = None

    def __post_init__(self) -> None:
        check_matrix("the attention", self.weights, self.target_tokens, len(self.source_tokens), "source tokens")

    @classmethod
    def of_parts(
        cls, source: Sequence[Part], target: Sequence[Part], weights: Matrix, picture: Picture | None = None
    ) -> AttentionMap:
        """A map in whose places stand several tokens: the sum of the looks at them, the mean of the looks from them.

        Args:
            source, target: what is shown in each place, and how many tokens that is.
            weights: of single tokens.
        """
        if sum(number for _, number in (*source, *target)) > len(source) + len(target):
            columns = _spans(source)
            looks = [[sum(row[first:end]) for first, end in columns] for row in weights]
            weights = [
                [sum(column) / (end - first) for column in zip(*looks[first:end], strict=True)]
                for first, end in _spans(target)
            ]
        return cls([name for name, _ in source], [name for name, _ in target], weights, picture)

    def to_mapping(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        mapping: dict[str, Any] = {
            "source_tokens": self.source_tokens,
            "target_tokens": self.target_tokens,
            "weights": self.weights,
        }
        return mapping if self.picture is None else {**mapping, "picture": self.picture.to_mapping()}

    @classmethod
    def of_mapping(cls, found: Mapping[str, Any]) -> AttentionMap:
        """The way back."""
        image = found.get("picture")
        picture = None if image is None else Picture.of_mapping(image)
        return cls(found["source_tokens"], found["target_tokens"], found["weights"], picture)


def _spans(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """From where to where the tokens of each part go."""
    return list(pairwise([0, *accumulate(number for _, number in parts)]))
