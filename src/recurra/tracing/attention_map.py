"""Where the model looked: one row of weights over the source for each token that it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Self

from recurra.errors import UsageError
from recurra.narrowing import list_of, object_of
from recurra.text.counted import counted
from recurra.tracing.matrix import Matrix, check_matrix
from recurra.tracing.picture import Picture
from recurra.tracing.records import Recorded, record_of

Part = tuple[str, int]  # what is shown in one place, and how many tokens it is


@dataclass(frozen=True)
class AttentionMap(Recorded):
    """The attention weights of one output: `weights[t][s]` says how much target token t looked at source token s.

    Args:
        source_tokens: S tokens as the model read them, its <EOS> included.
        target_tokens: T tokens as it wrote them.
        weights: T rows of S finite numbers.
        picture: the image of which the source tokens are the cells; None where the source is a text.
        columns: where the source has several, each with its name and its number of tokens: the weights of each column
            add up to 1 by themselves.

    Raises:
        UsageError: weights of another shape, one that is not a finite number, or columns of other tokens.
    """

    source_tokens: list[str]
    target_tokens: list[str]
    weights: list[list[float]]
    picture: Picture | None = None
    columns: list[Part] = field(default_factory=list[Part])

    def __post_init__(self) -> None:
        if self.columns and sum(number for _, number in self.columns) != len(self.source_tokens):
            raise UsageError(
                f"the columns of an attention map do not have its {counted(len(self.source_tokens), 'source token')}"
            )
        check_matrix("the attention", self.weights, self.target_tokens, len(self.source_tokens), "source tokens")

    @classmethod
    def of_parts(
        cls,
        source: Sequence[Part],
        target: Sequence[Part],
        weights: Matrix,
        picture: Picture | None = None,
        columns: Sequence[Part] = (),
    ) -> AttentionMap:
        """A map in whose places stand several tokens: the sum of the looks at them, the mean of the looks from them.

        Args:
            source, target: what is shown in each place, and how many tokens that is.
            weights: of single tokens.
            columns: as of the map: in places.
        """
        if sum(number for _, number in (*source, *target)) > len(source) + len(target):
            across = _spans(source)
            looks = [[sum(row[first:end]) for first, end in across] for row in weights]
            weights = [
                [sum(column) / (end - first) for column in zip(*looks[first:end], strict=True)]
                for first, end in _spans(target)
            ]
        return cls([name for name, _ in source], [name for name, _ in target], weights, picture, list(columns))

    def to_mapping(self) -> dict[str, object]:
        """Plain lists, for JSON."""
        mapping: dict[str, object] = {
            "source_tokens": self.source_tokens,
            "target_tokens": self.target_tokens,
            "weights": self.weights,
        }
        if self.columns:
            mapping["columns"] = [{"name": name, "tokens": number} for name, number in self.columns]
        return mapping if self.picture is None else {**mapping, "picture": self.picture.to_mapping()}

    def spans(self) -> list[tuple[str, int, int]]:
        """The name of each column, and from where to where its tokens go; of a single one without a name."""
        columns = self.columns or [("", len(self.source_tokens))]
        return [(name, first, end) for (name, _), (first, end) in zip(columns, _spans(columns), strict=True)]

    @classmethod
    def of_mapping(cls, found: object) -> Self:
        """The way back: columns stand there with names for their parts."""
        mapping = object_of(found)
        columns = [[one["name"], one["tokens"]] for one in map(object_of, list_of(mapping.get("columns", [])))]
        return record_of(cls, {**mapping, "columns": columns})


def _spans(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """From where to where the tokens of each part go."""
    return list(pairwise([0, *accumulate(number for _, number in parts)]))
