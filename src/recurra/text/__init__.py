"""Strings to ids: special symbols, tokenizers, and the choice of units."""

from recurra.text.special import EOS, GO, PAD, SPECIAL_TOKENS, UNK
from recurra.text.tokenizer import NORMALIZATIONS, UNITS, Normalization, Tokenizer, Units
from recurra.text.units import Decision, decide_units

__all__ = [
    "EOS",
    "GO",
    "NORMALIZATIONS",
    "PAD",
    "SPECIAL_TOKENS",
    "UNITS",
    "UNK",
    "Decision",
    "Normalization",
    "Tokenizer",
    "Units",
    "decide_units",
]
