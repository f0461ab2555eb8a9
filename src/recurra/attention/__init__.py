"""Attention over a source: dot, scaled dot, bilinear and additive attention, and none."""

from recurra.attention.additive import Additive
from recurra.attention.base import Attended, Attention, Memory
from recurra.attention.bilinear import Bilinear
from recurra.attention.dot import Dot, ScaledDot
from recurra.attention.given import GivenAttention
from recurra.attention.last import Last

ATTENTIONS: dict[str, type[Attention]] = {
    "dot": Dot,
    "scaled-dot": ScaledDot,
    "bilinear": Bilinear,
    "additive": Additive,
    "none": Last,
}

__all__ = [
    "ATTENTIONS",
    "Additive",
    "Attended",
    "Attention",
    "Bilinear",
    "Dot",
    "GivenAttention",
    "Last",
    "Memory",
    "ScaledDot",
]
