"""What to change where an error does not come through, or comes through too strongly: settings of the recipe."""

from __future__ import annotations

from collections.abc import Iterator

from recurra.models import ManyToOneOptions
from recurra.models.options import DecoderOptions, ModelOptions, RecurrentOptions
from recurra.tasks.recipe import TaskRecipe
from recurra.tracing import GradientFlow

MUCH = 0.25  # share of clipped updates from which on the learning rate is named
SATURATED = 0.5  # share of saturated activations from which on they are named
LOOK = (
    "if nothing further back matters, no change is needed: "
    "recurra evaluate MODEL DATA --to report.html shows whether long inputs are worse"
)


def advice(flow: GradientFlow, recipe: TaskRecipe, clipped: float | None) -> list[str]:
    """Sentences, the most promising first.

    Args:
        clipped: share of the updates that were clipped in training; None where it is not known.
    """
    model: object = getattr(recipe, "model", None)
    kind = flow.verdict.kind
    found = list(_vanishing(flow, model)) if kind == "vanishing" else []
    found += _exploding(recipe, model) if kind == "exploding" else []
    if clipped is not None and clipped > MUCH:
        rate, limit = recipe.training.learning_rate, recipe.training.clip_norm
        found.append(
            f"{100 * clipped:.0f} % of the updates were clipped to a norm of {limit:g}: a lower learning rate "
            f"(training.learning_rate, now {rate:g}) makes steps that need no clipping"
        )
    return found


def _vanishing(flow: GradientFlow, model: object) -> Iterator[str]:
    elman = model if isinstance(model, RecurrentOptions) and model.cell == "elman" else None
    if elman is not None:
        ends = max((gate.low + gate.high for layer in flow.layers for gate in layer.saturated), default=0.0)
        if ends > SATURATED:
            what = f"up to {100 * ends:.0f} % of the activations of a layer are saturated, and hardly any error passes"
            yield f"{what} through them: a lower learning rate (training.learning_rate) prevents that"
        if elman.activation == "sigmoid":
            yield "the slope of a sigmoid is 1/4 at most, at every step: --set model.activation=tanh"
        yield "a gated cell can pass an error on unchanged: --set model.cell=lstm, or gru"
    if isinstance(model, DecoderOptions) and model.attention == "none":
        yield "attention connects each output with every step of the source directly: --set model.attention=bilinear"
    if isinstance(model, ManyToOneOptions) and model.pooling == "last":
        yield "max pooling, or attention, connects the output with every step directly: --set model.pooling=max"
    if isinstance(model, ManyToOneOptions | ModelOptions) and not model.bidirectional:
        yield "reading in both directions brings the farther end nearer: --set model.bidirectional=true"
    yield LOOK if elman is None else "shorter inputs leave fewer steps to bridge"


def _exploding(recipe: TaskRecipe, model: object) -> Iterator[str]:
    limit = recipe.training.clip_norm
    if not limit:
        yield "clip the gradient: --set training.clip_norm=1"
    else:
        yield f"clip the gradient more: --set training.clip_norm={limit / 2:g} (now {limit:g})"
    if isinstance(model, RecurrentOptions) and model.cell == "elman":
        if model.activation == "relu":
            yield "a ReLU has no upper bound: --set model.activation=tanh"
        yield "the steps of a gated cell stay near 1: --set model.cell=lstm, or gru"
    yield f"a lower learning rate: training.learning_rate is {recipe.training.learning_rate:g}"
