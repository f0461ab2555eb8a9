"""Traces for the pages: of the stored model of each task, and made by hand where one wants odd texts or long ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

import recurra
from recurra.tracing import AttentionMap, Decision, GradientTrace, LayerTrace, Picture, Trace

MODELS = Path(__file__).parent.parent / "stored_models"
NODES = 150  # of a search: axe looks at every one, again and again
INPUTS = {
    "translate": "red blue",
    "chat": ["red", "blue"],
    "caption": [3.0, 1.0, 0.5],
    "classify": "red blue",
    "regress": "red blue",
    "tag": "red blue dark",
    "language-model": "red blue",
    "forecast": {"a": [1.0, 2.0, 3.0, 2.0] * 5, "b": [0.0, 1.0, 0.0, 1.0] * 5},
}


@cache
def real(task: str) -> Trace:
    """What happened in the stored model of this task, with all that can be asked for."""
    model = recurra.load(MODELS / f"{task}-2" / "model")
    found = model.trace(INPUTS[task], gradients=True, attribution="gradient")
    return replace(found, search=found.search and found.search.bounded(NODES))


def decided(tokens: Sequence[str]) -> list[Decision]:
    """A decision for each token: some sure, some not, the third one not the most probable."""
    found: list[Decision] = []
    for k, token in enumerate(tokens):
        chance = (0.9375, 0.5, 0.125)[k % 3]
        others = [("é", 0.03125), ("\u0301", 0.015625)] if k % 3 < 2 else [("other", 0.625), ("é", 0.25)]
        top = sorted([(token, chance), *others], key=lambda one: -one[1])
        rank = 1 + [name for name, _ in top].index(token)
        found.append(Decision(token, chance, rank, 0.5 + k % 3, top, loss=-math.log(chance), copied=0.25))
    return found


def made(source: list[str], target: list[str], *, units: int = 6, picture: Picture | None = None) -> Trace:
    """A translation of these tokens with attention, two layers, decisions and gradients, all from one seed."""
    numbers = np.random.default_rng(len(source))
    scores = np.exp(3 * numbers.normal(size=(len(target), len(source))))
    weights = (scores / scores.sum(1, keepdims=True)).tolist()
    layers = [_layer("encoder.0.forward", source, units), _layer("decoder.first", ["<GO>", *target[:-1]], units)]
    norms = {layer.name: np.geomspace(1e-8, 1, len(target) * len(layer.tokens)) for layer in layers}
    shaped = {name: flat.astype(np.float32).reshape(len(target), -1) for name, flat in norms.items()}
    return Trace(
        "".join(source), "".join(target), source, target, AttentionMap(source, target, weights, picture), layers,
        "caption" if picture else "translate", decisions=decided(target),
        gradients=GradientTrace(list(range(len(target))), target, shaped),
    )  # fmt: skip


def image(rows: int = 2, columns: int = 3) -> Picture:
    """A grey image of 4 by 6 pixels."""
    return Picture(4, 6, 1, bytes(range(0, 240, 10)), rows, columns)


def _layer(name: str, tokens: list[str], units: int) -> LayerTrace:
    numbers = np.random.default_rng(len(name) + len(tokens))
    gates = {gate: numbers.random((len(tokens), units), np.float32) for gate in ("input", "forget", "output")}
    states = {
        state: np.tanh(numbers.normal(size=(len(tokens), units))).astype(np.float32) for state in ("hidden", "cell")
    }
    return LayerTrace(name, tokens, gates, states, "LSTM")
