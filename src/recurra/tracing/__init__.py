"""What happened inside a run: attention, gates and states as plain data.

These are records only. Whoever runs a model fills them; the views draw them.
"""

from recurra.tracing.activations import Activations, Follows, Place
from recurra.tracing.arrays import Array
from recurra.tracing.attention_map import AttentionMap, Part
from recurra.tracing.attribution import AttributedInput, Attribution
from recurra.tracing.contrast import Contrast, ContrastStep
from recurra.tracing.flips import Edit, Flip, Flips
from recurra.tracing.flow import Curve, GradientFlow, Jacobians, LayerFlow, Saturation, Verdict
from recurra.tracing.intervention import Change, Decode, Force, Instead, Intervention, SetAttention, SetUnit
from recurra.tracing.matrix import Matrix
from recurra.tracing.pattern import Match, Pattern
from recurra.tracing.picture import Picture
from recurra.tracing.plane import Plane
from recurra.tracing.run_curves import AXES, Axis, RunCurves, Sample, SampleAnswers, StepCurves, ValidationCurves
from recurra.tracing.search import SearchNode, SearchOutput, SearchTree, children_of
from recurra.tracing.series import SeriesTrace
from recurra.tracing.states import By, Known, Near, Neighbour, Neighbours, States
from recurra.tracing.trace import Decision, GradientTrace, LayerTrace, Trace
from recurra.tracing.what_if import Chance, Pair, WhatIf, Written, side_by_side

__all__ = [
    "AXES",
    "Activations",
    "Array",
    "AttentionMap",
    "AttributedInput",
    "Attribution",
    "Axis",
    "By",
    "Chance",
    "Change",
    "Contrast",
    "ContrastStep",
    "Curve",
    "Decision",
    "Decode",
    "Edit",
    "Flip",
    "Flips",
    "Follows",
    "Force",
    "GradientFlow",
    "GradientTrace",
    "Instead",
    "Intervention",
    "Jacobians",
    "Known",
    "LayerFlow",
    "LayerTrace",
    "Match",
    "Matrix",
    "Near",
    "Neighbour",
    "Neighbours",
    "Pair",
    "Part",
    "Pattern",
    "Picture",
    "Place",
    "Plane",
    "RunCurves",
    "Sample",
    "SampleAnswers",
    "Saturation",
    "SearchNode",
    "SearchOutput",
    "SearchTree",
    "SeriesTrace",
    "SetAttention",
    "SetUnit",
    "States",
    "StepCurves",
    "Trace",
    "ValidationCurves",
    "Verdict",
    "WhatIf",
    "Written",
    "children_of",
    "side_by_side",
]
