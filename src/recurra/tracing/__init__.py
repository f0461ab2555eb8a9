"""What happened inside a run: attention, gates and states as plain data.

These are records only. Whoever runs a model fills them; the views draw them.
"""

from recurra.tracing.attention_map import AttentionMap, Part
from recurra.tracing.matrix import Matrix
from recurra.tracing.picture import Picture
from recurra.tracing.trace import LayerTrace, Trace

__all__ = ["AttentionMap", "LayerTrace", "Matrix", "Part", "Picture", "Trace"]
