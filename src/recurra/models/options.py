"""What can be said about a network. Sizes that follow from others are computed, never asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recurra.errors import UsageError

WIDTHS = {"small": 128, "base": 256, "large": 512}  # the one size dial


@dataclass(frozen=True)
class DecoderOptions:
    """What can be said about what writes, whatever it writes about."""

    size: Literal["small", "base", "large"] = "base"  # the width of everything: 128, 256, 512
    width: int = 0  # another width than the size's; 0 takes the size's
    cell: Literal["elman", "gru", "lstm"] = "lstm"
    activation: Literal["tanh", "relu", "sigmoid"] = "tanh"  # of Elman cells only
    attention: Literal["dot", "scaled-dot", "bilinear", "additive", "none"] = "bilinear"
    layers: int = 2  # of the decoder, and of a recurrent encoder
    residual: bool = False  # layers above the first add their input to their output
    input_feeding: bool = False  # the decoder also reads what it attended to one step before (slower: step by step)
    tie_embeddings: bool = True  # the output layer shares its weights with the decoder's embedding
    dropout: float = 0.3  # share of values dropped on embeddings, between layers, before the output

    def __post_init__(self) -> None:
        if self.layers < 1:
            raise UsageError(f"model.layers must be at least 1, got {self.layers}")
        if self.width < 0 or self.hidden % 2:
            raise UsageError(f"model.width must be an even number above 0, got {self.width}")
        if not 0 <= self.dropout < 1:
            raise UsageError(f"model.dropout must be at least 0 and below 1, got {self.dropout}")
        if self.activation != "tanh" and self.cell != "elman":
            raise UsageError(f"model.activation is for Elman cells; {self.cell} has its own")

    @property
    def hidden(self) -> int:
        """The width: hidden size of the decoder, and of the encoder's two directions together."""
        return self.width or WIDTHS[self.size]


@dataclass(frozen=True)
class ModelOptions(DecoderOptions):
    """The section [model] of the recipe of an encoder-decoder over texts."""

    bidirectional: bool = True  # encoder: half of the width reads forward, half backward
    bridge: Literal["last", "mean", "zero", "learned"] = "last"  # how the decoder's first state is made
    copy: bool = False  # pointer-generator: the output may copy source tokens
    match: bool = True  # where source columns share their units, tokens that two of them have are marked


@dataclass(frozen=True)
class CaptionerOptions(DecoderOptions):
    """The section [model] of the recipe of what writes about images or vectors."""

    dropout: float = 0.1  # as above; images are told apart by little, and a third of it dropped learned far more slowly
    cells: int = 12  # an image is halved until it has at most so many cells on its longer side to look at
    shift: float = 0.05  # in training images are moved by up to this share of their sides, so places count less

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cells < 1:
            raise UsageError(f"model.cells must be at least 1, got {self.cells}")
        if not 0 <= self.shift <= 0.5:
            raise UsageError(f"model.shift must be between 0 and 0.5, got {self.shift}")
        if self.hidden % 8:
            raise UsageError(f"model.width must be a multiple of 8 here, got {self.width}")
