"""From a whole input to a label: a reader, what goes over time, a pooling, and scores.

    rnn           recurrent layers over the units or steps, pooled, one linear map to scores
    cnn           windows of several widths, the maximum over time, one linear map (Kim 2014)
    feedforward   no order: the mean over the units or steps, then V s(W x + b_h) + b_y

B batch, T time, H width, L labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from torch import Tensor, nn
from torch.nn.functional import dropout

from recurra.errors import UsageError
from recurra.layers import POOLINGS, Convolution, FeedForward, Layer, Pooling
from recurra.models.input_readers import NumberReader, TokenReader
from recurra.models.options import RecurrentOptions
from recurra.models.recurrent_stack import recurrent_stack
from recurra.options import NoEffect, one_of
from recurra.padded import Padded

# What `auto` is for each kind of network.
AUTO_POOLING = {"rnn": "max", "cnn": "max", "feedforward": "mean"}


@dataclass(frozen=True)
class ClassifierOptions(RecurrentOptions):
    """The section [model] of a recipe for labels."""

    # kind of network; auto: feedforward for vectors, else rnn
    kind: Literal["auto", "rnn", "cnn", "feedforward"] = "auto"
    # activation: of elman cells (auto: tanh) and of feedforward (auto: relu)
    # layers: number of recurrent layers, or of hidden layers of feedforward
    embedding: int = 0  # size of the embeddings; 0: the width
    bidirectional: bool = True  # rnn: reads in both directions, each with half of the width
    windows: str = "3 4 5"  # cnn: widths of the windows in units or steps, each with half of the width as feature maps
    # how the states become one vector; auto: max for rnn and cnn, mean for feedforward
    pooling: str = one_of(("auto", *POOLINGS), "auto")
    dropout: float = 0.5  # share of values dropped on embeddings, between layers and before the output
    input_dropout: float = 0.1  # share of units read as <UNK>, and of numbers read as their mean, in training

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_halves()
        self.check_between("embedding", 0, 16384)
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
        if not parts or not all(part.isdecimal() and int(part) for part in parts):
            raise UsageError(f"model.windows must be numbers from 1 with spaces between, got {self.windows!r}")
        return [int(part) for part in parts]

    def _check_fit(self) -> None:
        """Nothing that is asked for may be without effect."""
        if self.kind == "auto":
            return
        plain = ClassifierOptions()
        for name, kinds in (
            ("cell", ["rnn"]),
            ("bidirectional", ["rnn"]),
            ("residual", ["rnn"]),
            ("windows", ["cnn"]),
            ("layers", ["rnn", "feedforward"]),
            ("activation", ["feedforward", "rnn"]),
        ):
            if self.kind not in kinds and getattr(self, name) != getattr(plain, name):
                fix = f"Leave it out, or choose model.kind={kinds[0]}."
                raise NoEffect(f"model.{name}", f"where model.kind is {self.kind}", fix)
        if self.kind == "feedforward" and self.pooling == "last":
            raise UsageError(
                "a feed-forward network knows no last step", fix="Use model.pooling=mean, or leave it out."
            )


class Inside(NamedTuple):
    """What happens on the way to the scores."""

    scores: Tensor  # [B, L]
    weights: Tensor  # [B, T] what the pooling took from each step
    trace: dict[str, Tensor]  # gates, states, feature maps by name, [B, T, ...]; empty unless asked for


class Classifier(nn.Module):
    """Scores (softmax gives probabilities) of the labels for each input.

    Args:
        reader: from ids or numbers to vectors.
        body: what goes over time; None knows no order.
        pooling: from steps to one vector.
        output: from that vector to scores.
        dropout: share of that vector's values set to 0, in training.
    """

    def __init__(
        self,
        reader: TokenReader | NumberReader,
        body: Layer | None,
        pooling: Pooling,
        output: nn.Module,
        dropout: float,
    ) -> None:
        super().__init__()
        self.reader = reader
        self.body = body
        self.pooling = pooling
        self.output = output
        self.dropout = dropout

    def forward(self, inputs: Padded) -> Tensor:
        """Ids [B, T] or numbers [B, T, D] to scores [B, L]."""
        return self.inside(inputs).scores

    def inside(self, inputs: Padded, *, trace: bool = False) -> Inside:
        """The same with what happens on the way; `trace` asks for gates and states, by the reference implementation."""
        sequence: Padded = self.reader(inputs)
        seen: dict[str, Tensor] = {}
        if self.body is not None:
            run = self.body(sequence, trace=trace)
            sequence, seen = run.outputs, run.trace
        pooled = self.pooling(sequence)
        scores = self.output(dropout(pooled.values, self.dropout, self.training))
        return Inside(scores, pooled.weights, seen)


def build_classifier(
    options: ClassifierOptions, labels: int, *, vocabulary: int = 0, variables: int = 0, vector: bool = False
) -> Classifier:
    """A network from its options, its weights drawn from torch's generator.

    Args:
        options: the section [model] of a recipe; its kind is decided.
        labels: L.
        vocabulary: number of units, special ones included, where inputs are text.
        variables: D, where inputs are numbers.
        vector: whether these are vectors, not series; what goes over time goes over their entries then.
    """
    turned = vector and options.kind != "feedforward"
    reader = (
        NumberReader(variables, hidden=options.input_dropout, turned=turned)
        if variables
        else _tokens(options, vocabulary)
    )
    body = _body(options, reader.output_size)
    size = body.output_size if body is not None else reader.output_size
    backward = options.hidden // 2 if options.kind == "rnn" and options.bidirectional else 0
    name = AUTO_POOLING[options.kind] if options.pooling == "auto" else options.pooling
    return Classifier(
        reader,
        body,
        POOLINGS[name](size, backward),
        _output(options, size, labels),
        options.dropout if body is not None else 0.0,
    )


def _tokens(options: ClassifierOptions, vocabulary: int) -> TokenReader:
    return TokenReader(
        vocabulary,
        options.embedding or options.hidden,
        hidden=options.input_dropout,
        dropout=options.dropout,
        unordered=options.kind == "feedforward",
    )


def _body(options: ClassifierOptions, input_size: int) -> Layer | None:
    if options.kind == "feedforward":
        return None
    if options.kind == "cnn":
        return Convolution(input_size, options.hidden // 2, options.window_widths())
    return recurrent_stack(options, input_size, bidirectional=options.bidirectional)


def _output(options: ClassifierOptions, size: int, labels: int) -> nn.Module:
    if options.kind == "feedforward":
        activation = "relu" if options.activation == "auto" else options.activation
        return FeedForward(size, options.hidden, labels, activation, layers=options.layers, dropout=options.dropout)
    return nn.Linear(size, labels)
