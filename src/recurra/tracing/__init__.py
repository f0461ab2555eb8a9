"""What happened inside a run: attention, gates and states as plain data.

These are records only. Whoever runs a model fills them; the views draw them.
"""

from recurra.tracing.activations import Activations, Follows, Place
from recurra.tracing.arrays import Array
from recurra.tracing.attention_map import AttentionMap, Part
from recurra.tracing.attribution import AttributedInput, Attribution
from recurra.tracing.contrast import Contrast, ContrastStep
from recurra.tracing.flow import Curve, GradientFlow, Jacobians, LayerFlow, Saturation, Verdict
from recurra.tracing.matrix import Matrix
from recurra.tracing.picture import Picture
from recurra.tracing.run_curves import AXES, Axis, RunCurves, StepCurves, ValidationCurves
from recurra.tracing.search import SearchNode, SearchOutput, SearchTree, children_of
from recurra.tracing.series import SeriesTrace
from recurra.tracing.trace import Decision, GradientTrace, LayerTrace, Trace

__all__ = [
    "AXES",
    "Activations",
    "Array",
    "AttentionMap",
    "AttributedInput",
    "Attribution",
    "Axis",
    "Contrast",
    "ContrastStep",
    "Curve",
    "Decision",
    "Follows",
    "GradientFlow",
    "GradientTrace",
    "Jacobians",
    "LayerFlow",
    "LayerTrace",
    "Matrix",
    "Part",
    "Picture",
    "Place",
    "RunCurves",
    "Saturation",
    "SearchNode",
    "SearchOutput",
    "SearchTree",
    "SeriesTrace",
    "StepCurves",
    "Trace",
    "ValidationCurves",
    "Verdict",
    "children_of",
]
