"""Where the model looked: one row of weights over the source for each token that it wrote."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from recurra.tracing.matrix import check_matrix


@dataclass(frozen=True)
class AttentionMap:
    """The attention weights of one output: `weights[t][s]` says how much target token t looked at source token s.

    Args:
        source_tokens: S tokens as the model read them, its <EOS> included.
        target_tokens: T tokens as it wrote them.
        weights: T rows of S finite numbers.

    Raises:
        UsageError: weights of another shape, or one that is not a finite number.
    """

    source_tokens: list[str]
    target_tokens: list[str]
    weights: list[list[float]]

    def __post_init__(self) -> None:
        check_matrix("the attention", self.weights, self.target_tokens, len(self.source_tokens), "source tokens")

    def to_mapping(self) -> dict[str, Any]:
        """Plain lists, for JSON."""
        return asdict(self)
