"""What can be said about a network. Sizes that follow from others are computed, never asked for.

`RecurrentOptions` is what all networks have in common; each adds its own. Names are those of the tables CELLS,
ATTENTIONS, ACTIVATIONS and BRIDGES: what is added there can be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

from recurra.attention import ATTENTIONS
from recurra.cells import ACTIVATIONS, CELLS, Elman
from recurra.errors import UsageError
from recurra.layers.dropout import check_share
from recurra.models.bridge import BRIDGES
from recurra.options import check_names, one_of

WIDTHS = {"tiny": 64, "small": 128, "medium": 192, "base": 256, "large": 512}  # the one size dial


@dataclass(frozen=True)
class RecurrentOptions:
    """What can be said about recurrent layers, whatever network they are part of."""

    size: str = one_of(WIDTHS, "base")  # width of all layers: 64, 128, 192, 256 or 512
    width: int = 0  # width of all layers, instead of that of the size; 0: that of the size
    cell: str = one_of(CELLS, "lstm")  # recurrent cell
    activation: str = one_of(("auto", *ACTIVATIONS), "auto")  # of elman cells only; auto: tanh
    layers: int = 1  # number of recurrent layers
    residual: bool = False  # layers above the first add their input to their output
    dropout: float = 0.0  # share of values dropped between layers, in training

    def __post_init__(self) -> None:
        check_names(self, "model")
        self.check_between("layers", 1, 20)
        self.check_between("width", 0, 16384)
        self.check_share("dropout")
        if self.activation != "auto" and not self.takes_activation:
            raise UsageError(
                f"model.activation is for Elman cells; {self.cell} has its own",
                fix="Leave it out, or choose model.cell=elman.",
            )

    @property
    def hidden(self) -> int:
        """The width of every layer, of both directions together."""
        return self.width or WIDTHS[self.size]

    @property
    def takes_activation(self) -> bool:
        """Whether anything in the network reads `activation`."""
        return issubclass(CELLS[self.cell], Elman)

    def check_between(self, name: str, low: float, high: float) -> None:
        """Refuses a number outside of what is sensible.

        Raises:
            UsageError: with both limits.
        """
        if not low <= getattr(self, name) <= high:
            raise UsageError(f"model.{name} must be between {low} and {high}, got {getattr(self, name)}")

    def check_share(self, name: str) -> None:
        """Refuses a share of values to be dropped that would leave none.

        Raises:
            UsageError: it is not in [0, 1).
        """
        check_share(f"model.{name}", getattr(self, name))

    def check_halves(self, name: str = "width") -> None:
        """Refuses an odd width where half of it reads in each direction.

        Raises:
            UsageError: it is odd.
        """
        if getattr(self, name) % 2:
            raise UsageError(
                f"model.{name} must be even, since half of it reads in each direction, got {getattr(self, name)}"
            )


@dataclass(frozen=True)
class DecoderOptions(RecurrentOptions):
    """What can be said about what writes, whatever it writes about."""

    layers: int = 2  # number of layers of the decoder, and of a recurrent encoder
    dropout: float = 0.3  # share of values dropped on embeddings, between layers and before the output
    attention: str = one_of(ATTENTIONS, "bilinear")  # score function of the attention; none: no attention
    input_feeding: bool = False  # the decoder also reads the attention context of the step before (slower)
    tie_embeddings: bool = True  # output layer and decoder embedding share their weights

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_halves()


@dataclass(frozen=True)
class ModelOptions(DecoderOptions):
    """The section [model] of the recipe of an encoder-decoder over texts."""

    bidirectional: bool = True  # the encoder reads in both directions, each with half of the width
    bridge: str = one_of(BRIDGES, "last")  # how the initial state of the decoder is computed
    copy: bool = False  # pointer-generator network: source tokens can be copied to the output
    match: bool = True  # mark the tokens that occur in two source columns, if these share their units


@dataclass(frozen=True)
class CaptionerOptions(DecoderOptions):
    """The section [model] of the recipe of what writes about images or vectors."""

    dropout: float = 0.1  # share of values dropped between layers and before the output; 0.3 learned far more slowly
    cells: int = 12  # images are halved until the longer side has at most this many cells
    shift: float = 0.05  # images are shifted randomly by up to this share of their sides in training

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_between("cells", 1, 1024)
        self.check_between("shift", 0, 0.5)
        if self.hidden % 8:
            raise UsageError(f"model.width must be a multiple of 8 here, got {self.width}")
