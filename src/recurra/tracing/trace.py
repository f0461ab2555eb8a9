"""A whole run of the model on one source, as plain data: what it read, what it wrote, and what happened between.

A trace holds lists, strings and numbers only: no tensor and no model. So it can be kept, sent and drawn anywhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from recurra.tracing.attention_map import AttentionMap
from recurra.tracing.matrix import Matrix, check_matrix


@dataclass(frozen=True)
class LayerTrace:
    """What one layer did, step by step.

    Args:
        name: where it is: "encoder.0.forward", "decoder.1".
        tokens: the T tokens that it read, in the order of the text, one for each step.
        gates: name -> T rows of numbers, one for each unit: "forget", "input", "update", ...
        states: name -> T rows likewise: the state after each step: "hidden", "cell".

    Raises:
        UsageError: rows that do not fit the tokens, or not each other.
    """

    name: str
    tokens: list[str]
    gates: dict[str, Matrix]
    states: dict[str, Matrix]

    def __post_init__(self) -> None:
        for kind, matrices in (("gate", self.gates), ("state", self.states)):
            for name, rows in matrices.items():
                units = len(rows[0]) if rows else 0
                check_matrix(f"{kind} {name!r} of layer {self.name!r}", rows, self.tokens, units, "units")


@dataclass(frozen=True)
class Trace:
    """One source, what the model made of it, and what happened inside.

    Args:
        source: the text that was given.
        prediction: the text that came out.
        source_tokens: the source as the model read it.
        target_tokens: the output as it wrote it.
        attention: where each target token looked; None for a model without attention.
        layers: each layer's gates and states, in the order of the computation.

    Raises:
        UsageError: an attention map of other tokens.
    """

    source: str
    prediction: str
    source_tokens: list[str]
    target_tokens: list[str]
    attention: AttentionMap | None = None
    layers: list[LayerTrace] = field(default_factory=list[LayerTrace])

    def __post_init__(self) -> None:
        if self.attention is None:
            return
        check_matrix(
            "the attention of the trace",
            self.attention.weights,
            self.target_tokens,
            len(self.source_tokens),
            "source tokens",
        )

    def to_mapping(self) -> dict[str, Any]:
        """Plain dicts and lists, all the way down."""
        return {**asdict(self), "attention": None if self.attention is None else self.attention.to_mapping()}

    def to_json(self) -> str:
        """One line of JSON; text as it is, not escaped to ASCII."""
        return json.dumps(self.to_mapping(), ensure_ascii=False, allow_nan=False)
