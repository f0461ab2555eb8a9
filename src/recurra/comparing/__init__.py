"""Comparing: a small grid of networks is trained and measured on the same examples, and the differences tested."""

from recurra.comparing.comparison import Comparison
from recurra.comparing.grid import Axis, Variant, variants
from recurra.comparing.request import ComparisonRequest
from recurra.comparing.run import run_comparison

__all__ = ["Axis", "Comparison", "ComparisonRequest", "Variant", "run_comparison", "variants"]
