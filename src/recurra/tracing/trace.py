"""A whole run of a model on one input, as plain data: what it read, what it wrote, and what happened between.

A trace holds strings, numbers and arrays of numbers only: no tensor and no model. So it can be kept, sent and drawn
anywhere.

P outputs (positions of the output), T steps of a layer, H units.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar

from recurra.errors import UsageError
from recurra.tracing.arrays import Array, check_array, check_before, json_pieces
from recurra.tracing.attention_map import AttentionMap
from recurra.tracing.attribution import Attribution
from recurra.tracing.contrast import Contrast
from recurra.tracing.kept import Kept
from recurra.tracing.matrix import check_matrix
from recurra.tracing.records import Recorded
from recurra.tracing.search import SearchTree
from recurra.tracing.series import SeriesTrace


@dataclass(frozen=True, eq=False)
class LayerTrace(Recorded):
    """What one layer did, step by step.

    Args:
        name: where it is: "encoder.0.forward", "decoder.first".
        tokens: the T tokens that it read, in the order of the text, one for each step.
        gates: name -> [T, H], a number for each step and unit: "forget", "input", "update", ...
        states: name -> [T, H] likewise, after each step: "hidden", "cell".
        cell: the kind of its cell: "LSTM"; None where it has none, as windows.
        backward: whether it went from the last token to the first.
        before: the states that the first step began from, by name: [H]; empty where there was none.
        activation: of an Elman cell: "tanh", "relu", "sigmoid"; None of others, whose equations name theirs.

    Raises:
        UsageError: arrays that do not fit the tokens, or not each other, or with a number that is not finite.
    """

    name: str
    tokens: list[str]
    gates: Mapping[str, Array]
    states: Mapping[str, Array]
    cell: str | None = None
    backward: bool = False
    before: Mapping[str, Array] = field(default_factory=dict[str, Array])
    activation: str | None = None

    def __post_init__(self) -> None:
        for kind, arrays in (("gate", self.gates), ("state", self.states)):
            for name, values in arrays.items():
                check_array(f"{kind} {name!r} of layer {self.name!r}", values, len(self.tokens))
        for name, values in self.before.items():
            check_before(f"state {name!r} before layer {self.name!r}", values, self.states.get(name))

    def to_mapping(self) -> dict[str, object]:
        """Texts, and arrays as they are."""
        about = {"name": self.name, "cell": self.cell, "backward": self.backward, "tokens": self.tokens}
        arrays = {"gates": dict(self.gates), "states": dict(self.states), "before": dict(self.before)}
        return {**about, "activation": self.activation, **arrays}


@dataclass(frozen=True)
class Decision(Recorded):
    """One position of the output: what stands there, and what else could have.

    Args:
        token: what was written there, or what the target that was given says.
        probability: that the network gave to it.
        rank: 1 if nothing was more probable.
        entropy: of the whole distribution, in bits: 0 where the network was sure.
        top: the most probable tokens with their probabilities, the best first.
        loss: -log of the probability in nats; None where no target was given.
        copied: the share of the probability that comes from copying; None in a network that does not copy.
    """

    token: str
    probability: float
    rank: int
    entropy: float
    top: list[tuple[str, float]]
    loss: float | None = None
    copied: float | None = None


@dataclass(frozen=True, eq=False)
class GradientTrace(Recorded):
    """How strongly the loss at each output depends on every earlier state: |dL_p / dh_k|.

    Args:
        outputs: which positions of the output the losses are of.
        tokens: what stands at each of them.
        norms: name of a layer -> [P, T]: the Euclidean norm over the units of its hidden state after each step.
        vectors: name of a layer -> [P, T, H], the gradients themselves; only where single outputs were asked for.

    Raises:
        UsageError: arrays that do not fit the outputs, or with a number that is not finite.
    """

    outputs: list[int]
    tokens: list[str]
    norms: Mapping[str, Array]
    vectors: Mapping[str, Array] = field(default_factory=dict[str, Array])

    def __post_init__(self) -> None:
        for name, values in self.norms.items():
            check_array(f"the gradient with respect to layer {name!r}", values, len(self.outputs))

    def to_mapping(self) -> dict[str, object]:
        """Numbers and texts, and arrays as they are."""
        about: dict[str, object] = {"outputs": self.outputs, "tokens": self.tokens}
        return {**about, "norms": dict(self.norms), "vectors": dict(self.vectors)}


@dataclass(frozen=True, eq=False)
class Trace(Kept):
    """One input, what the model made of it, and what happened inside.

    Args:
        source: the text that was given.
        prediction: the text that came out.
        source_tokens: the source as a reader sees it, one place each.
        target_tokens: the output likewise: the prediction, or the target that was given.
        attention: where each target token looked; None for a model without attention.
        layers: each layer's gates and states, in the order of the computation.
        task: the name of the task.
        target: the output that was asked about in place of the model's own; None if that was traced.
        decisions: each position of the output; empty where outputs are numbers.
        gradients: of the losses at the outputs; None unless asked for.
        members: the traces of the other networks of an ensemble, along the same output.
        notes: what was left out or bounded, in words.
        search: how the prediction was found; None where nothing is searched for.
        attribution: what of the input the outputs rest on; None unless asked for.
        contrast: why this output and not another one; None unless asked for.

    Raises:
        UsageError: an attention map of other tokens.
    """

    noun: ClassVar[str] = "trace"

    source: str
    prediction: str
    source_tokens: list[str]
    target_tokens: list[str]
    attention: AttentionMap | None = None
    layers: list[LayerTrace] = field(default_factory=list[LayerTrace])
    task: str = ""
    target: str | None = None
    decisions: list[Decision] = field(default_factory=list[Decision])
    gradients: GradientTrace | None = None
    members: list[Trace] = field(default_factory=list["Trace"])
    notes: list[str] = field(default_factory=list[str])
    search: SearchTree | None = None
    series: list[SeriesTrace] = field(default_factory=list[SeriesTrace])
    attribution: Attribution | None = None
    contrast: Contrast | None = None

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

    def layer(self, name: str) -> LayerTrace:
        """The layer of a name.

        Raises:
            UsageError: there is none; it names those that are there.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UsageError(f"there is no layer {name!r}", fix=f"There are: {', '.join(one.name for one in self.layers)}.")

    def to_mapping(self) -> dict[str, object]:
        """Dicts, lists, texts and numbers, and arrays as they are."""
        return {
            "task": self.task,
            "source": self.source,
            "prediction": self.prediction,
            "target": self.target,
            "source_tokens": self.source_tokens,
            "target_tokens": self.target_tokens,
            "attention": None if self.attention is None else self.attention.to_mapping(),
            "layers": [layer.to_mapping() for layer in self.layers],
            "decisions": [asdict(decision) for decision in self.decisions],
            "gradients": None if self.gradients is None else self.gradients.to_mapping(),
            "members": [member.to_mapping() for member in self.members],
            "notes": self.notes,
            "search": None if self.search is None else self.search.to_mapping(),
            "series": [column.to_mapping() for column in self.series],
            "attribution": None if self.attribution is None else self.attribution.to_mapping(),
            "contrast": None if self.contrast is None else self.contrast.to_mapping(),
        }

    def to_json(self) -> str:
        """One line of JSON; text as it is, not escaped to ASCII; numbers with four significant digits."""
        return "".join(self.json_pieces())

    def json_pieces(self) -> Iterator[str]:
        """The same in pieces, to be written one after the other."""
        return json_pieces(self.to_mapping())

    def stored(self) -> dict[str, object]:
        """The same as `to_mapping`."""
        return self.to_mapping()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]
