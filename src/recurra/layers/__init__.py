"""Many time steps: one unroll with a plain and a fast twin, stacks, both directions."""

from recurra.layers.base import ForwardLayer, Layer, Unrolled
from recurra.layers.bidirectional import Bidirectional, BothStates, reverse
from recurra.layers.recurrent import Recurrent
from recurra.layers.stack import Stack
from recurra.layers.unroll import unroll

__all__ = [
    "Bidirectional",
    "BothStates",
    "ForwardLayer",
    "Layer",
    "Recurrent",
    "Stack",
    "Unrolled",
    "reverse",
    "unroll",
]
