"""Networks that are changed inside by hand, as an intervention says it in the words of their trace.

A layer has the name that it has in the trace, a token the number that it has there. What stands behind them in the
network is found by running it once: what made the steps of a layer is its cell, whatever the network is.

S places to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any, cast

import torch
from torch import Tensor, nn

from recurra.attention import Attention, GivenAttention
from recurra.errors import UsageError, first_number
from recurra.inside.probes import Run
from recurra.layers import HeldRecurrent, HeldUnit, Recorded, Recurrent
from recurra.models.changed import replaced
from recurra.options import unknown_name
from recurra.tasks.task import Network
from recurra.tasks.tracing import Asked
from recurra.text.counted import counted
from recurra.tracing import SetAttention, SetUnit


def changed_inside(network: Network, asked: Asked, units: Sequence[SetUnit], looks: Sequence[SetAttention]) -> Network:
    """The network with units that are held and attention that is given.

    Args:
        asked: about the input and the output at which the changes are made, of the network as it is.

    Raises:
        UsageError: no such layer, unit, step or token, or no attention.
    """
    with torch.no_grad():
        run = asked.probes[0].as_it_is(trace=True)
    parts: dict[nn.Module, nn.Module] = {}
    if units:
        parts |= _held(network.model, run.layers, units)
    if looks:
        parts |= _given(asked, run, looks)
    return cast("Network", replace(cast("Any", network), model=replaced(network.model, parts)))


def _held(model: nn.Module, layers: Mapping[str, Recorded], units: Sequence[SetUnit]) -> dict[nn.Module, nn.Module]:
    """The layers whose units are held, each with what takes its place."""
    recurrent: list[Recurrent] = [one for one in model.modules() if isinstance(one, Recurrent)]
    own = {id(one.cell): one for one in recurrent}
    with_units = {name: record for name, record in layers.items() if record.cell is not None}
    by_layer: dict[str, list[HeldUnit]] = {}
    for one in units:
        if one.layer not in with_units:
            raise _no_layer(one.layer, with_units)
        record = with_units[one.layer]
        size = record.states["hidden"][0].shape[1]
        if one.unit >= size:
            what = f"there is no unit {one.unit} in layer {one.layer}: it has {counted(size, 'unit')}"
            raise UsageError(what, where="unit", fix=f"Give one from 0 to {size - 1}.")
        steps = None if one.steps is None else frozenset(one.steps)
        by_layer.setdefault(one.layer, []).append(HeldUnit(one.unit, float(one.value), steps))
    found: dict[nn.Module, nn.Module] = {}
    for name, held in by_layer.items():
        layer = own[id(with_units[name].cell)]
        found[layer] = HeldRecurrent(layer, held, backward=with_units[name].backward)
    return found


def _no_layer(name: str, layers: Mapping[str, Recorded]) -> UsageError:
    if not layers:
        return UsageError("no layer of the model is recurrent, so it has no units to set", where="unit")
    return unknown_name("layer", name, layers, where="unit")


def _given(asked: Asked, run: Run, looks: Sequence[SetAttention]) -> dict[nn.Module, nn.Module]:
    """The attention whose weights are given, each with what takes its place."""
    attentions = asked.probes[0].attentions
    if not any(attentions):
        raise UsageError("the model has no attention that could be set", where="attention")
    given: list[dict[int, Tensor]] = [{} for _ in attentions]
    first = first_number()
    for look in looks:
        steps = run.looked[0].shape[1]
        if look.step >= steps:
            what = f"there is no step {look.step + first}: the output has {counted(steps, 'step')}, its end among them"
            raise UsageError(what, where="attention", fix=f"Give one from {first} to {steps - 1 + first}.")
        columns = [looked[0, look.step] for looked in run.looked]
        for k, row in enumerate(_weights(asked, look, columns, attentions)):
            if row is not None:
                given[k][look.step] = row
    return {
        attention: GivenAttention(attention, rows)
        for attention, rows in zip(attentions, given, strict=True)
        if attention is not None and rows
    }


def _weights(
    asked: Asked, look: SetAttention, columns: Sequence[Tensor], attentions: Sequence[Attention | None]
) -> Iterator[Tensor | None]:
    """Those [S] of each column; None of one that stays as it is."""
    named = _by_token(look, len(asked.parts))
    tokens = list(pairwise(accumulate(asked.parts, initial=0)))  # first and last place of each source token
    begin = 0
    for row, attention in zip(columns, attentions, strict=True):
        own = [k for k, (first, _) in enumerate(tokens) if begin <= first < begin + len(row)]
        wanted = {k: named[k] for k in own if k in named}
        if wanted and attention is None:
            what = f"token {own[0] + first_number()} stands in a column without attention"
            raise UsageError(what, where="attention", fix="Name tokens of another column only.")
        if wanted and sum(wanted.values()) <= 0:
            raise UsageError("the weights of a column add up to 0", where="attention", fix="Give one of them a weight.")
        parts = [(tokens[k][0] - begin, tokens[k][1] - begin, wanted.get(k, 0.0)) for k in own]
        yield _spread(row, parts) if wanted else None
        begin += len(row)


def _by_token(look: SetAttention, count: int) -> dict[int, float]:
    """The weights by the number of the source token."""
    first = first_number()
    if isinstance(look.weights, Mapping):
        for place in look.weights:
            if place >= count:
                what = f"there is no source token {place + first}: the input has {counted(count, 'token')}"
                raise UsageError(what, where="attention", fix=f"Give one from {first} to {count - 1 + first}.")
        return dict(look.weights)
    if len(look.weights) != count:
        what = f"expected a weight for each of {counted(count, 'source token')}, got {len(look.weights)}"
        raise UsageError(what, where="attention", fix="Give them all, or by the number of a token.")
    return dict(enumerate(look.weights))


def _spread(was: Tensor, parts: Sequence[tuple[int, int, float]]) -> Tensor:
    """Weights of tokens as those of their places: within a token as they were, where it was looked at."""
    weights = torch.zeros_like(was)
    for first, last, weight in parts:
        own = was[first:last]
        shares = own / own.sum() if own.sum() > 0 else torch.full_like(own, 1 / len(own))
        weights[first:last] = weight * shares
    return weights / weights.sum()
