"""How the error signal travels back through time in a network, as plain data, with a verdict.

For a loss L_t and the state s_k that a layer left k steps into the sequence, |dL_t/ds_k| says how much of the error
arrives there. It is measured by the distance t - k, in each layer and direction by itself.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Literal, Self, TypeAlias

from recurra.errors import UsageError
from recurra.narrowing import object_of
from recurra.tracing.arrays import finite, known
from recurra.tracing.records import Recorded, record_of

Kind: TypeAlias = Literal["vanishing", "exploding", "healthy", "unknown"]
NEAREST = 1  # the distance whose signal counts as all of it


@dataclass(frozen=True)
class Unbounded(Recorded):
    """Numbers, of which one too large for a number stands in JSON as None."""

    @classmethod
    def of_mapping(cls, found: object) -> Self:
        """The way back."""
        return record_of(cls, known(found))


@dataclass(frozen=True)
class Curve(Unbounded):
    """The signal by distance: numbers of the losses that reach so far back.

    Args:
        distance: steps between loss and state, rising.
        losses: how many were counted at each distance.
        size: |dL_t/ds_k|, the median of them.
        left: the size as a share of what the same loss has at distance 1: the median.
        low, high: the bounds between which the middle 80 % of these shares lie.
        parts: the sizes for each part of the state: "hidden", "cell".

    Raises:
        UsageError: lists of different lengths.
    """

    distance: list[int]
    losses: list[int]
    size: list[float]
    left: list[float]
    low: list[float]
    high: list[float]
    parts: dict[str, list[float]] = field(default_factory=dict[str, list[float]])

    def __post_init__(self) -> None:
        every = [self.losses, self.size, self.left, self.low, self.high, *self.parts.values()]
        if any(len(one) != len(self.distance) for one in every):
            raise UsageError(f"a curve of {len(self.distance)} distances needs as many numbers of each kind")


@dataclass(frozen=True)
class Jacobians(Unbounded):
    """Largest singular values: by what an error is multiplied on its way back, in the direction that grows most.

    Args:
        steps: of single steps, ds_t/ds_{t-1}, rising.
        distance: how many steps each product is of.
        product: of products of so many steps, ds_t/ds_{t-d}: the median.
    """

    steps: list[float]
    distance: list[int]
    product: list[float]

    @property
    def step(self) -> float:
        """The median of a single step; NaN of none."""
        return self.steps[len(self.steps) // 2] if self.steps else math.nan


@dataclass(frozen=True)
class Saturation:
    """How often a gate or an activation is so near to one of its ends that hardly any gradient passes through it.

    Args:
        name: "forget"; "hidden" for the activation of an Elman cell.
        low, high: shares of all values of all steps and units at either end.
        ends: what counts as that: "< 0.1" and "> 0.9" for gates (Karpathy et al. 2015).
    """

    name: str
    low: float
    high: float
    ends: tuple[str, str] = ("< 0.1", "> 0.9")


@dataclass(frozen=True)
class Verdict:
    """What becomes of the signal.

    Args:
        kind: "vanishing", "exploding", "healthy"; "unknown" where nothing goes through time.
        distance: from which distance on; None where that is nowhere.
        words: the same as a sentence.
        advice: what to change, most promising first; empty where nothing has to be.
    """

    kind: Kind
    distance: int | None
    words: str
    advice: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class LayerFlow:
    """The signal in one layer and direction.

    Args:
        name: where it is: "encoder.0.forward", "decoder.first".
        cell: the kind of its cell: "LSTM".
        units: H.
        curve: the signal by distance.
        silent: losses that the curve leaves out: at distance 1 they have no gradient, or one too large for a number.
        jacobians: of the steps, and of their products.
        saturated: gates and activations.
        memory: steps in which the signal falls to 1/e of what it was at distance 1; None where it does not.
        verdict: on this layer.
    """

    name: str
    cell: str
    units: int
    curve: Curve
    silent: int
    jacobians: Jacobians
    saturated: list[Saturation]
    memory: float | None
    verdict: Verdict


@dataclass(frozen=True)
class GradientFlow(Recorded):
    """The signal in every layer of a network.

    Args:
        title: what was measured.
        layers: in the order of the computation.
        verdict: on the network.
        examples, losses: how many were taken.
        clipped: share of the updates in training whose gradient was cut to clip_norm; None where that is not known.
        notes: what was taken and what was left out, in sentences.
    """

    title: str
    layers: list[LayerFlow]
    verdict: Verdict
    examples: int
    losses: int
    clipped: float | None = None
    notes: list[str] = field(default_factory=list[str])

    def to_mapping(self) -> dict[str, object]:
        """Plain dicts and lists, all the way down; None for a number that was too large to be one."""
        return object_of(finite(asdict(self)))

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_mapping(), ensure_ascii=False, allow_nan=False)
