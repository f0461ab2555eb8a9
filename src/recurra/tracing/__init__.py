"""What happened inside a run: attention, gates and states as plain data.

These are records only. Whoever runs a model fills them; the views draw them.
"""

from recurra.tracing.arrays import Array
from recurra.tracing.attention_map import AttentionMap, Part
from recurra.tracing.matrix import Matrix
from recurra.tracing.picture import Picture
from recurra.tracing.trace import Decision, GradientTrace, LayerTrace, Trace

__all__ = [
    "Array",
    "AttentionMap",
    "Decision",
    "GradientTrace",
    "LayerTrace",
    "Matrix",
    "Part",
    "Picture",
    "Trace",
]
