"""Many time steps: one cell unrolled, stacks, both directions; windows, pooling, none at all."""

from recurra.layers.base import ForwardLayer, Layer, Unrolled
from recurra.layers.bidirectional import Bidirectional, BothStates
from recurra.layers.convolution import Convolution
from recurra.layers.dropout import dropout, locked_dropout
from recurra.layers.feedforward import FeedForward
from recurra.layers.held import HeldRecurrent, HeldUnit
from recurra.layers.kernels import KERNELS, Kernel
from recurra.layers.pooling import POOLINGS, AttentionPooling, Pooled, Pooling
from recurra.layers.recorded import Recorded, Steps, placed, recorded_whole
from recurra.layers.recurrent import Recurrent
from recurra.layers.stack import Stack
from recurra.layers.unroll import steps, unroll

__all__ = [
    "KERNELS",
    "POOLINGS",
    "AttentionPooling",
    "Bidirectional",
    "BothStates",
    "Convolution",
    "FeedForward",
    "ForwardLayer",
    "HeldRecurrent",
    "HeldUnit",
    "Kernel",
    "Layer",
    "Pooled",
    "Pooling",
    "Recorded",
    "Recurrent",
    "Stack",
    "Steps",
    "Unrolled",
    "dropout",
    "locked_dropout",
    "placed",
    "recorded_whole",
    "steps",
    "unroll",
]
