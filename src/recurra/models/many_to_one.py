"""From a whole input to a few numbers: scores of labels, or a quantity. Each column of the input has a branch.

    branch        reader -> what goes over time -> pooling         one vector for each column
    output        the vectors side by side, then one linear map, or V s(W x + b_h) + b_y
    wide          the scores of a linear model over n-grams or kernels are added to it, where there is one

What goes over time, by kind:

    rnn           recurrent layers over the units or steps (of an image: over its rows of pixels)
    cnn           windows of several widths over time (Kim 2014); over an image, convolutions in two dimensions
    feedforward   no order: the mean over the units or steps

B batch, T time, D numbers of a step, H width, L outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from recurra.data import ImageShape
from recurra.errors import UsageError
from recurra.layers import POOLINGS, Convolution, FeedForward, Layer, Pooling, Recorded, dropout, placed, recorded_whole
from recurra.models.image_encoder import ImageReader
from recurra.models.input_readers import NumberReader, TokenReader
from recurra.models.options import RecurrentOptions
from recurra.models.recurrent_stack import recurrent_stack
from recurra.models.wide import Wide
from recurra.models.word_embedding import TableShape
from recurra.options import NoEffect, one_of
from recurra.padded import Padded
from recurra.text.visible import as_given

Kind = Literal["rnn", "cnn", "feedforward"]
MOST_WINDOWS = 20
Reader = TokenReader | NumberReader | ImageReader

# What `auto` is for each kind of network.
AUTO_POOLING: dict[str, str] = {"rnn": "max", "cnn": "max", "feedforward": "mean"}


@dataclass(frozen=True)
class ManyToOneOptions(RecurrentOptions):
    """The section [model] of a recipe for labels or numbers."""

    # kind of network; auto: feedforward for vectors, cnn for images, else rnn
    kind: Literal["auto", "rnn", "cnn", "feedforward"] = "auto"
    # activation: of elman cells (auto: tanh) and of feedforward (auto: relu)
    # layers: number of recurrent layers, or of hidden layers of feedforward
    embedding: int = 0  # size of the embeddings; 0: the width
    bidirectional: bool = True  # rnn: reads in both directions, each with half of the width
    windows: str = "3 4 5"  # cnn: widths of the windows in units or steps, each with half of the width as feature maps
    cells: int = 12  # cnn over images: the image is halved until its longer side has at most this many cells
    shift: float = 0.05  # cnn over images: they are moved by up to this share of their sides, in training
    # how the states become one vector; auto: max for rnn and cnn, mean for feedforward
    pooling: str = one_of(("auto", *POOLINGS), "auto")
    dropout: float = 0.5  # share of values dropped on embeddings, between layers and before the output
    input_dropout: float = 0.1  # share of units read as <UNK>, and of numbers read as their mean, in training
    # a linear model over n-grams, kernels or numbers beside the network; auto: beside rnn and cnn over texts or series
    wide: Literal["auto", "on", "off"] = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_halves()
        self.check_between("embedding", 0, 16384)
        self.check_between("cells", 1, 1024)
        self.check_between("shift", 0, 0.5)
        self.check_share("input_dropout")
        self.window_widths()
        self._check_fit()

    @property
    def takes_activation(self) -> bool:
        """Whether anything in the network reads `activation`."""
        return self.kind != "rnn" or super().takes_activation

    def window_widths(self) -> list[int]:
        """The widths of the windows.

        Raises:
            UsageError: they are no numbers from 1.
        """
        parts = self.windows.replace(",", " ").split()
        widths = [int(part) for part in parts if part.isdecimal() and len(part) <= 3]
        if not widths or len(widths) < len(parts) or len(widths) > MOST_WINDOWS or not all(widths):
            what = f"model.windows must be up to {MOST_WINDOWS} numbers from 1 to 999 with spaces between"
            raise UsageError(f"{what}, got {as_given(self.windows)}")
        return widths

    def _check_fit(self) -> None:
        """Nothing that is asked for may be without effect."""
        if self.kind == "auto":
            return
        plain = ManyToOneOptions()
        for name, kinds in (
            ("cell", ["rnn"]),
            ("bidirectional", ["rnn"]),
            ("residual", ["rnn"]),
            ("windows", ["cnn"]),
            ("cells", ["cnn"]),
            ("shift", ["cnn"]),
            ("layers", ["rnn", "feedforward"]),
            ("activation", ["feedforward", "rnn"]),
        ):
            if self.kind not in kinds and getattr(self, name) != getattr(plain, name):
                fix = f"Leave it out, or choose model.kind={kinds[0]}."
                raise NoEffect(f"model.{name}", f"where model.kind is {self.kind}", fix)
        if self.kind == "feedforward" and self.pooling == "last":
            raise UsageError("a feed-forward network has no last step", fix="Use model.pooling=mean, or leave it out.")


class BranchRun(NamedTuple):
    """What a branch makes of one column."""

    values: Tensor  # [B, H]
    weights: Tensor  # [B, T] what the pooling took from each step
    lengths: Tensor  # [B] steps
    trace: Mapping[str, Recorded]  # what happened in each place; empty unless asked for


class Branch(nn.Module):
    """One column of an input to a vector.

    Args:
        reader: from ids, numbers or images to vectors.
        body: what goes over time; None knows no order.
        pooling: from steps to one vector.
        dropout: share of that vector's values set to 0, in training.
    """

    def __init__(self, reader: Reader, body: Layer | None, pooling: Pooling, dropout: float) -> None:
        super().__init__()
        self.reader = reader
        self.body = body
        self.pooling = pooling
        self.dropout = dropout
        self.output_size = pooling.size

    def forward(self, inputs: Padded) -> BranchRun:
        """Ids [B, T], numbers [B, T, D] or cells of images [B, S, P] to [B, H]."""
        return self._along(self.reader(inputs), trace=False)

    def read(self, inputs: Padded) -> Padded:
        """The inputs as numbers [B, T, E] of which gradients can be taken: embeddings, standardised numbers, pixels."""
        if isinstance(self.reader, NumberReader):
            return self.reader(inputs)
        if isinstance(self.reader, TokenReader):
            return inputs.with_values(self.reader.embedding(inputs.values))
        return inputs.with_values(inputs.values.float())

    def along(self, read: Padded, *, trace: bool = False) -> BranchRun:
        """The rest of the way; `trace` asks for gates and states, by the reference implementation."""
        return self._along(self.reader(read) if isinstance(self.reader, ImageReader) else read, trace=trace)

    def _along(self, sequence: Padded, *, trace: bool) -> BranchRun:
        seen: dict[str, Recorded] = {}
        if trace and isinstance(self.reader, ImageReader):
            sequence, seen["cells"] = recorded_whole(sequence)
        if self.body is not None:
            run = self.body(sequence, trace=trace)
            sequence = run.outputs
            seen = placed("layers", run.trace)
        pooled = self.pooling(sequence)
        return BranchRun(dropout(pooled.values, self.dropout, self.training), pooled.weights, sequence.lengths, seen)


class Inside(NamedTuple):
    """What happens on the way to the outputs."""

    scores: Tensor  # [B, L]
    branches: list[BranchRun]  # of each column
    joined: Tensor  # [B, H of all columns] what these made of them, side by side


class ManyToOne(nn.Module):
    """L outputs for each input: scores, of which softmax makes probabilities, or a standardised number.

    Args:
        branches: one for each column of the input.
        output: from their vectors, side by side, to the outputs.

    A linear model, `wide`, may be put beside it: then its scores are added to the outputs, after training so much of
    each as the learner has put into `shares`.
    """

    wide: Wide | None
    shares: Tensor  # [2] of the network's outputs and of the linear model's, where there is one

    def __init__(self, branches: Sequence[Branch], output: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.output = output
        self.wide = None

    def put_beside(self, wide: Wide) -> None:
        """Adds the scores of a linear model to the outputs, which are 0 as yet: so it begins with what that says."""
        self.wide = wide
        self.register_buffer("shares", torch.ones(2))
        last = self.output.output if isinstance(self.output, FeedForward) else self.output
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    @property
    def column_branches(self) -> list[Branch]:
        """The branches."""
        return [branch for branch in self.branches if isinstance(branch, Branch)]

    def forward(self, inputs: Sequence[Padded], beside: Tensor | None = None) -> Tensor:
        """A batch of each column to [B, L].

        Args:
            beside: the scores of the wide part [B, L], where there is one.
        """
        return self.inside(inputs, beside).scores

    def inside(self, inputs: Sequence[Padded], beside: Tensor | None = None) -> Inside:
        """The same with what the branches made of their columns."""
        return self.joined([branch(column) for branch, column in zip(self.branches, inputs, strict=True)], beside)

    def joined(self, runs: list[BranchRun], beside: Tensor | None = None) -> Inside:
        """The outputs, from what the branches made of their columns."""
        joined = torch.cat([run.values for run in runs], dim=-1)
        scores = self.output(joined)
        return Inside(scores if beside is None else self._together(scores, beside), runs, joined)

    def _together(self, scores: Tensor, beside: Tensor) -> Tensor:
        return scores + beside if self.training else self.shares[0] * scores + self.shares[1] * beside


def build_many_to_one(options: ManyToOneOptions, branches: Sequence[Branch], outputs: int) -> ManyToOne:
    """A network on branches that were built before, its weights drawn from torch's generator.

    Args:
        options: the section [model] of a recipe.
        branches: of each column.
        outputs: L.
    """
    size = sum(branch.output_size for branch in branches)
    if len(branches) == 1 and options.kind != "feedforward":
        return ManyToOne(branches, nn.Linear(size, outputs))
    activation = "relu" if options.activation == "auto" or options.kind != "feedforward" else options.activation
    layers = options.layers if options.kind == "feedforward" else 1
    output = FeedForward(size, options.hidden, outputs, activation, layers=layers, dropout=options.dropout)
    return ManyToOne(branches, output)


def token_branch(options: ManyToOneOptions, kind: Kind, vocabulary: int, table: TableShape | None = None) -> Branch:
    """Of a text: of so many units, special ones included, which may be words with vectors."""
    reader = TokenReader(
        vocabulary,
        options.embedding or options.hidden,
        word_dropout=options.input_dropout,
        dropout=options.dropout,
        unordered=kind == "feedforward",
        table=table,
    )
    return _branch(options, kind, reader)


def number_branch(options: ManyToOneOptions, kind: Kind, variables: int, *, transposed: bool = False) -> Branch:
    """Of a series of D variables, of a vector, or of one number.

    Args:
        transposed: the numbers of a vector are the steps.
    """
    return _branch(options, kind, NumberReader(variables, number_dropout=options.input_dropout, transposed=transposed))


def category_branch(options: ManyToOneOptions, categories: int) -> Branch:
    """Of one of so many categories, the unknown one included: an embedding."""
    reader = TokenReader(categories, min(CATEGORY_SIZE, options.hidden), word_dropout=options.input_dropout)
    return _branch(options, "feedforward", reader)


def image_branch(options: ManyToOneOptions, shape: ImageShape) -> Branch:
    """Of images, by convolutions in two dimensions."""
    reader = ImageReader(shape, options.hidden, options.cells, shift=options.shift)
    pooling = POOLINGS[pooling_of(options, "cnn")](reader.output_size, 0)
    return Branch(reader, None, pooling, options.dropout)


CATEGORY_SIZE = 16  # entries of the vector of a category


def pooling_of(options: ManyToOneOptions, kind: Kind) -> str:
    """The pooling that is asked for, or that the kind takes by itself."""
    return AUTO_POOLING[kind] if options.pooling == "auto" else options.pooling


def _branch(options: ManyToOneOptions, kind: Kind, reader: TokenReader | NumberReader) -> Branch:
    body = _body(options, kind, reader.output_size)
    size = body.output_size if body is not None else reader.output_size
    backward = options.hidden // 2 if kind == "rnn" and options.bidirectional else 0
    pooling = POOLINGS[pooling_of(options, kind)](size, backward)
    return Branch(reader, body, pooling, options.dropout if body is not None else 0.0)


def _body(options: ManyToOneOptions, kind: Kind, input_size: int) -> Layer | None:
    if kind == "feedforward":
        return None
    if kind == "cnn":
        return Convolution(input_size, options.hidden // 2, options.window_widths())
    return recurrent_stack(options, input_size, bidirectional=options.bidirectional)
