"""Comparing: a small grid of networks is trained, measured on the same examples, and told apart from noise."""

from recurra.comparing.comparison import Comparison
from recurra.comparing.conductor import conduct
from recurra.comparing.grid import Axis, Variant, variants
from recurra.comparing.question import Comparable, Question

__all__ = ["Axis", "Comparable", "Comparison", "Question", "Variant", "conduct", "variants"]
