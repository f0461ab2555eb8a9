"""What can be said about a network. Sizes that follow from others are computed, never asked for.

`RecurrentOptions` is what all networks have in common; each adds its own. Names are those of the tables CELLS,
ATTENTIONS, ACTIVATIONS and BRIDGES: what is added there can be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

from recurra.attention import ATTENTIONS
from recurra.cells import ACTIVATIONS, CELLS, Elman
from recurra.errors import UsageError
from recurra.models.bridge import BRIDGES
from recurra.options import check_names, one_of

WIDTHS = {"tiny": 64, "small": 128, "base": 256, "large": 512}  # the one size dial


@dataclass(frozen=True)
class RecurrentOptions:
    """What can be said about recurrent layers, whatever network they are part of."""

    size: str = one_of(WIDTHS, "base")  # the width of everything: 64, 128, 256, 512
    width: int = 0  # another width than the size's; 0 takes the size's
    cell: str = one_of(CELLS, "lstm")
    activation: str = one_of(("auto", *ACTIVATIONS), "auto")  # of Elman cells only; auto: tanh
    layers: int = 1
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

    def check_between(self, name: str, low: int, high: int) -> None:
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
        if not 0 <= getattr(self, name) < 1:
            raise UsageError(f"model.{name} must be at least 0 and below 1, got {getattr(self, name)}")

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

    layers: int = 2  # of the decoder, and of a recurrent encoder
    dropout: float = 0.3  # share of values dropped on embeddings, between layers, before the output
    attention: str = one_of(ATTENTIONS, "bilinear")
    input_feeding: bool = False  # the decoder also reads what it attended to one step before (slower: step by step)
    tie_embeddings: bool = True  # the output layer shares its weights with the decoder's embedding

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_halves()


@dataclass(frozen=True)
class ModelOptions(DecoderOptions):
    """The section [model] of the recipe of an encoder-decoder over texts."""

    bidirectional: bool = True  # encoder: half of the width reads forward, half backward
    bridge: str = one_of(BRIDGES, "last")  # how the decoder's first state is made
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
