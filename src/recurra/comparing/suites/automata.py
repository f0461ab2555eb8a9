"""The suite `automata`: which recurrence can do what, along the Chomsky hierarchy.

The problems are those of Delétang et al. (2023), *Neural Networks and the Chomsky Hierarchy*, trained on short inputs
and tested on longer ones, as there; counters are those of Weiss et al. (2018). The networks are as small as the
problems, and all have the same recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from recurra.cells import ACTIVATIONS, CELLS
from recurra.comparing.suites.automata_claims import claim
from recurra.comparing.suites.automata_examples import (
    MODULUS,
    SMALL,
    counters,
    cycle_navigation,
    dyck_2,
    even_pairs,
    modular_arithmetic,
    parity,
    reverse,
)
from recurra.comparing.suites.suite import Network, Pair, Problem, Range, Suite

SHARED: Mapping[str, object] = {
    "model.width": 32,
    "model.layers": 1,
    "model.bidirectional": False,
    "model.dropout": 0.0,
    "batching.batch_examples": 64,
    "training.weight_decay": 0.0,
    "training.label_smoothing": 0.0,
    "training.patience": 0,
    "training.enough": 0.0005,
    "training.validations": 12,
    "training.samples": 0,
    "training.threads": 1,
    "training.precision": "float32",
}
LABELS: Mapping[str, object] = {
    "text.units": "chars",
    "model.kind": "rnn",
    "model.wide": "off",  # nothing but the recurrence answers
    "model.input_dropout": 0.0,
}
TO_THE_END = {**LABELS, "training.enough": 0.0}  # counts become exact long after short inputs are answered right
TEXTS: Mapping[str, object] = {"text.source_units": "chars", "text.target_units": "chars", "decoding.beam": 1}
LAST: Mapping[str, object] = {"model.pooling": "last"}
POOLED: Mapping[str, object] = {"model.pooling": "attention"}


def labelled(
    name: str,
    about: str,
    needs: str,
    example: Callable[[Random, int], Pair],
    chance: float,
    epochs: float,
    shown: Pair,
    settings: Mapping[str, object] = LABELS,
) -> Problem:
    """A problem whose answer is a label: what the last state says, or an attention over all of them."""
    return Problem(name, about, needs, "classify", example, chance, epochs, shown, "accuracy", settings, LAST, POOLED)


PROBLEMS = (
    labelled("parity", "whether the number of bs is odd", "turn", parity, 50.0, 16, ("abba", "even")),
    labelled("even-pairs", "whether the first letter is the last", "latch", even_pairs, 50.0, 12, ("abba", "even")),
    labelled("cycle-navigation", f"where on a cycle of {MODULUS} places steps forward and backward lead", "turn",
             cycle_navigation, 100 / MODULUS, 20, ("+0+-", "1")),
    labelled("modular-arithmetic", f"the value modulo {SMALL} of sums of products", "turn",
             modular_arithmetic, 100 / SMALL, 20, ("2-1*2", "0")),
    labelled("counters", "whether as, bs and cs are as many", "count",
             counters, 50.0, 20, ("aabbcc", "yes"), TO_THE_END),
    labelled("dyck-2", "which of two kinds of brackets has to be closed next", "stack",
             dyck_2, 50.0, 16, ("([](", "round")),
    Problem("reverse", "the text from its end to its beginning", "recall", "translate", reverse, 0.0, 8,
            ("abb", "bba"), "exact_match", TEXTS, {"model.attention": "none"}, {"model.attention": "bilinear"}),
)  # fmt: skip

ELMAN = {f"elman-{name}": {"model.cell": "elman", "model.activation": name} for name in ACTIVATIONS}
OTHERS = {name: {"model.cell": name} for name in CELLS if name != "elman"}
NETWORKS = tuple(
    Network(name, settings, attention) for attention in (False, True) for name, settings in (ELMAN | OTHERS).items()
)

SUITE = Suite(
    "automata",
    "which recurrence can do what: trained on short inputs, tested on longer ones",
    PROBLEMS,
    NETWORKS,
    claim,
    (Range(1, 40), Range(41, 80), Range(81, 128), Range(129, 256)),
    SHARED,
    (0.01, 0.03),
    99.0,
    ("none", "attention"),
    training=5_000,
    held_out=400,
    tested=200,
    least_seconds=5.0,
    enough_seconds=12.0,
)
