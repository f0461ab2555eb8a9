"""Many time steps: one cell unrolled, stacks, both directions; windows, pooling, none at all."""

from recurra.layers.base import ForwardLayer, Layer, Unrolled
from recurra.layers.bidirectional import Bidirectional, BothStates, reverse
from recurra.layers.convolution import Convolution
from recurra.layers.dropout import locked_dropout
from recurra.layers.feedforward import FeedForward
from recurra.layers.pooling import POOLINGS, Pooled, Pooling
from recurra.layers.recurrent import Recurrent
from recurra.layers.stack import Stack
from recurra.layers.unroll import unroll

__all__ = [
    "POOLINGS",
    "Bidirectional",
    "BothStates",
    "Convolution",
    "FeedForward",
    "ForwardLayer",
    "Layer",
    "Pooled",
    "Pooling",
    "Recurrent",
    "Stack",
    "Unrolled",
    "locked_dropout",
    "reverse",
    "unroll",
]
