"""Where the model looked: one row of weights over the source for each token that it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recurra.tracing.matrix import check_matrix
from recurra.tracing.picture import Picture


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

    def to_mapping(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        mapping: dict[str, Any] = {
            "source_tokens": self.source_tokens,
            "target_tokens": self.target_tokens,
            "weights": self.weights,
        }
        return mapping if self.picture is None else {**mapping, "picture": self.picture.to_mapping()}
