"""Choosing an output."""

from recurra.decoding.hypothesis import Hypothesis
from recurra.decoding.options import DecodingOptions
from recurra.decoding.step_model import Scored, Start, StepModel

__all__ = ["DecodingOptions", "Hypothesis", "Scored", "Start", "StepModel"]
