"""One input of one network, ready to be run as often as wanted: as it is, with gradients, or with changed inputs.

A network reads embeddings, standardised numbers or pixels: numbers of which gradients can be taken. A probe has those
of its input, and runs the rest of the network from any others in their place, many variants at once. So whatever asks
why a network answers as it does (attribution, gradients through time, what-if) is written once, for all networks.

B variants of the input, T steps, E entries of a step, P outputs, V what may stand at an output, S places to look at.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import zip_longest
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from recurra.attention import Attention, Last
from recurra.layers import AttentionPooling, Recorded, placed
from recurra.models import Branch, Forecaster, ImageEncoder, ImageReader, ManyToOne, Seq2Seq
from recurra.models.encoder import Encoder
from recurra.models.language_model import LanguageModel
from recurra.models.output import CopyOutput
from recurra.models.tagger import Sentences, Tagger
from recurra.padded import Padded, select_rows
from recurra.text.special import EOS, GO


class Run(NamedTuple):
    """What came of it."""

    values: Tensor  # [B, P, V] log-probabilities; of a network that answers numbers [B, P, 1], the numbers
    layers: Mapping[str, Recorded]  # in the order of the computation; empty unless asked for
    looked: Sequence[Tensor] = ()  # [B, P, S] the weights of attention or pooling, for each input that has them
    generated: Tensor | None = None  # [B, P, V] of the values what does not come from copying


class Probe(ABC):
    """A network with an input.

    Args:
        inputs: what it reads, a row [1, T, E] each.
    """

    numbers = False  # whether its outputs are numbers, not choices among V
    stepwise = True  # whether there is an output for each step of its layers; if not, all come after the last step

    def __init__(self, inputs: Sequence[Padded]) -> None:
        self.inputs = tuple(inputs)

    @property
    def baselines(self) -> tuple[Tensor, ...]:
        """An input that says nothing, for each input [1, T, E].

        It is zero, which is the mean of standardised numbers; a text keeps the marks of its beginning and its end, so
        that the baseline is an empty text.
        """
        return tuple(torch.zeros_like(one.values) for one in self.inputs)

    def of(self, network: nn.Module) -> Self:
        """The same input of another network that reads it alike, such as one that is changed inside."""
        other = copy(self)
        vars(other)["model"] = network
        return other

    @property
    def attentions(self) -> Sequence[Attention | None]:
        """What weighs each of the inputs that a run has `looked` at; None where that is not learned."""
        return ()

    @abstractmethod
    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        """Runs the network from other vectors in place of its inputs, [B, T, E] each."""

    def as_it_is(self, *, trace: bool = False) -> Run:
        """Runs it from its inputs; where gradients are wanted, they can be taken of all that follows."""
        wanted = torch.is_grad_enabled()
        return self.run([one.values.detach().requires_grad_(wanted) for one in self.inputs], trace=trace)

    def _padded(self, vectors: Sequence[Tensor]) -> list[Padded]:
        """The vectors with the lengths of the inputs."""
        return [
            Padded(values, one.lengths.expand(len(values))) for values, one in zip(vectors, self.inputs, strict=True)
        ]


class WritingProbe(Probe):
    """An encoder-decoder along a known output: it reads the source, and what was written before each output.

    Args:
        model: in evaluation.
        source: one row, as the encoder reads it.
        target: ids [1, P], <GO> first: what was written before each output.
    """

    def __init__(self, model: Seq2Seq, source: Padded, target: Padded) -> None:
        self.model, self.source, self.target = model, source, target
        super().__init__([model.encoder.read(source), target.with_values(model.decoder.embedding(target.values))])

    @property
    def baselines(self) -> tuple[Tensor, ...]:
        if isinstance(self.model.encoder, Encoder):
            source = frame(self.source, self.inputs[0])
        elif isinstance(self.model.encoder, ImageEncoder):
            source = mean_image(self.model.encoder.reader, self.inputs[0])
        else:
            source = torch.zeros_like(self.inputs[0].values)
        return source, frame(self.target, self.inputs[1])

    @property
    def attentions(self) -> list[Attention | None]:
        attention = self.model.decoder.attention
        return [None if isinstance(attention, Last) else attention]

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        model = self.model
        source, written = self._padded(vectors)
        encoded = model.encoder.encode(source, trace=trace)
        every = torch.zeros(len(source.lengths), dtype=torch.int64, device=source.lengths.device)
        start = model.start_from(select_rows(self.source, every), encoded)
        decoded = model.decoder.along(written, start.state, start.memory.encoded, trace=trace)
        scores = model.scores(decoded, written, start.memory)
        shape = (*decoded.features.shape[:2], -1)
        layers = placed("encoder", encoded.trace) | placed("decoder", decoded.trace)
        values = log_softmax(scores, dim=-1).view(shape)
        return Run(values, layers, [decoded.weights], self._generated(decoded.features, values))

    def _generated(self, features: Tensor, values: Tensor) -> Tensor | None:
        output = self.model.decoder.output
        if not isinstance(output, CopyOutput):
            return None
        return output.generated(features.flatten(0, 1)).view_as(values)


class LanguageProbe(Probe):
    """A language model over a text: an output after each unit. Its n-grams, if it has any, go on reading the text.

    Args:
        model: in evaluation.
        ids: [1, T] of the text, <GO> first.
    """

    def __init__(self, model: LanguageModel, ids: Padded) -> None:
        self.model, self.ids = model, ids
        super().__init__([ids.with_values(model.embedding(ids.values))])

    @property
    def baselines(self) -> tuple[Tensor, ...]:
        return (frame(self.ids, self.inputs[0]),)

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        run = self.model.along(self._padded(vectors)[0], trace=trace)
        features = run.outputs.values
        before = self.model.before(self.ids.values)[:, 1:].expand(*features.shape[:2], -1)
        return Run(self.model.log_probs(features, before), placed("layers", run.trace))


class TaggingProbe(Probe):
    """A tagger over a sentence: an output for each token, its values the probabilities of its tags in the sentence."""

    def __init__(self, model: Tagger, sentence: Sentences) -> None:
        self.model = model
        super().__init__([model.read(sentence)])

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        emissions, layers = self.model.along(*self._padded(vectors), trace=trace)
        return Run(self.model.log_probs(emissions), placed("layers", layers))


class WholeProbe(Probe):
    """A network that makes one answer of a whole input: one output.

    Args:
        model: in evaluation.
        columns: a row of each.
        numbers: whether it answers a number.
        names: of the columns, before the names of their layers; "" of a single one.
        shares: what each part of each column adds to the scores of the wide part, a row each [1, T, L]; they are
            inputs too, behind the columns. Nothing where the network has no wide part.
    """

    stepwise = False

    def __init__(
        self,
        model: ManyToOne,
        columns: Sequence[Padded],
        names: Sequence[str],
        *,
        numbers: bool,
        shares: Sequence[Padded] = (),
    ) -> None:
        self.model, self.numbers, self.names = model, numbers, names
        read = [branch.read(column) for branch, column in zip(self._branches, columns, strict=True)]
        super().__init__([*read, *shares])

    @property
    def _branches(self) -> list[Branch]:
        return self.model.column_branches

    @property
    def baselines(self) -> tuple[Tensor, ...]:
        return tuple(
            mean_image(branch.reader, one)
            if branch is not None and isinstance(branch.reader, ImageReader)
            else torch.zeros_like(one.values)
            for branch, one in zip_longest(self._branches, self.inputs)
        )

    @property
    def attentions(self) -> list[Attention | None]:
        poolings = [branch.pooling for branch in self._branches]
        return [one.attention if isinstance(one, AttentionPooling) else None for one in poolings]

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        padded, count = self._padded(vectors), len(self._branches)
        columns = zip(self._branches, padded[:count], strict=True)
        runs = [branch.along(column, trace=trace) for branch, column in columns]
        scores = self.model.joined(runs, self._beside(padded[count:])).scores[:, None]
        layers: dict[str, Recorded] = {}
        for name, run in zip(self.names, runs, strict=True):
            layers |= placed(name, run.trace) if name else run.trace
        return Run(scores if self.numbers else log_softmax(scores, -1), layers, [run.weights[:, None] for run in runs])

    def _beside(self, shares: Sequence[Padded]) -> Tensor | None:
        """The scores of the wide part [B, L], of what its parts add to them."""
        if self.model.wide is None:
            return None
        bias = self.model.wide.bias().to(shares[0].values.device)
        return bias + torch.stack([one.values.sum(1) for one in shares]).sum(0)


class ForecastProbe(Probe):
    """A forecaster over a window: the medians of the next steps, column by column of each step, in deviations.

    Args:
        model: in evaluation.
        window: one row [1, T, D] in deviations.
        steps: H.
    """

    numbers = True
    stepwise = False

    def __init__(self, model: Forecaster, window: Padded, steps: int) -> None:
        self.model, self.steps = model, steps
        super().__init__([window])

    def run(self, vectors: Sequence[Tensor], *, trace: bool = False) -> Run:
        (window,) = self._padded(vectors)
        run = self.model.over(window, trace=trace)
        medians = self.model.medians(window, run, self.steps)  # [B, H, K]
        return Run(medians.flatten(1)[..., None], placed("layers", run.trace))


def frame(ids: Padded, read: Padded) -> Tensor:
    """The vectors [1, T, E] of ids [1, T] of which only <GO> and <EOS> are left; all others are zero."""
    return read.values * ((ids.values == GO) | (ids.values == EOS))[..., None]


def mean_image(reader: ImageReader, read: Padded) -> Tensor:
    """Cells [1, S, P] of an image that has the mean colour of the training images everywhere."""
    pixels = 255 * reader.mean
    return pixels.repeat(read.values.shape[-1] // len(pixels)).expand_as(read.values)
