"""What of an input an answer rests on: a number for each token and output, as plain data.

P outputs, T tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recurra.errors import UsageError
from recurra.text.counted import counted
from recurra.tracing.arrays import Array, check_array, json_pieces
from recurra.tracing.picture import Picture
from recurra.tracing.records import Recorded


@dataclass(frozen=True, eq=False)
class AttributedInput:
    """One of the things that a network reads.

    Args:
        name: "source"; "output" of what was written before; a column.
        tokens: the T tokens or steps.
        scores: [P, T] how much each token speaks for (above 0) or against each output.
        picture: the image of which the tokens are the cells; None of anything else.

    Raises:
        UsageError: scores of another shape, or one that is not a finite number.
    """

    name: str
    tokens: list[str]
    scores: Array
    picture: Picture | None = None

    def __post_init__(self) -> None:
        if self.scores.ndim == 2 and self.scores.shape[1] != len(self.tokens):
            raise UsageError(f"{self.name} has {self.scores.shape[1]} scores for {counted(len(self.tokens), 'token')}")
        check_array(f"the attribution to {self.name}", self.scores, len(self.scores))


@dataclass(frozen=True, eq=False)
class Attribution(Recorded):
    """What the outputs of one answer rest on.

    Args:
        source: the input as it is shown.
        method: "integrated-gradients", "gradient" (gradient times input), "leave-one-out".
        explained: what the scores add up to, or are parts of: "log-probability", "number", and with a contrast
            "log-odds".
        outputs: which positions of the output.
        tokens: what stands at each of them.
        instead: what it is compared with there; empty without a contrast.
        values: what is explained, at the input [P].
        baselines: the same where nothing is given [P].
        inputs: each thing that the network reads.
        notes: what is to be known, in words: how exact it is.

    Raises:
        UsageError: scores for another number of outputs.
    """

    source: str
    method: str
    explained: str
    outputs: list[int]
    tokens: list[str]
    instead: list[str]
    values: list[float]
    baselines: list[float]
    inputs: list[AttributedInput]
    notes: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for one in self.inputs:
            check_array(f"the attribution to {one.name}", one.scores, len(self.outputs))

    def sums(self) -> list[float]:
        """What the scores of each output add up to: of integrated gradients `values` - `baselines`."""
        return np.sum([one.scores.sum(1, dtype=np.float64) for one in self.inputs], axis=0).tolist()

    def to_mapping(self) -> dict[str, object]:
        """Dicts, lists, texts and numbers, and arrays as they are."""
        inputs = [
            {
                "name": one.name,
                "tokens": one.tokens,
                "scores": one.scores,
                "picture": None if one.picture is None else one.picture.to_mapping(),
            }
            for one in self.inputs
        ]
        names = ("source", "method", "explained", "outputs", "tokens", "instead", "values", "baselines", "notes")
        return {**{name: getattr(self, name) for name in names}, "inputs": inputs}

    def to_json(self) -> str:
        """One line of JSON; numbers with four significant digits."""
        return "".join(json_pieces(self.to_mapping()))
